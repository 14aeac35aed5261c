// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.RusageLayout;
import io.sandjar.host.HostFiles;
import io.sandjar.host.Processes;

/**
 * What a process or thread has used, as the host counts it. The CPU clock is exact; how it splits into user and system
 * time comes from the host's ticks, as in Linux itself.
 */
public final class Accounting {
    private static final long TICK = 10_000_000;

    public long userNanos;
    public long systemNanos;
    public long minorFaults;
    public long majorFaults;

    /** Largest resident size, in kilobytes. */
    public long maxRss;

    public long voluntarySwitches;
    public long involuntarySwitches;

    /** What the host told of a process that has ended (Processes.reap). */
    static Accounting ofEnd(long[] usage) {
        Accounting a = new Accounting();
        a.userNanos = usage[0];
        a.systemNanos = usage[1];
        a.maxRss = usage[2];
        a.minorFaults = usage[6];
        a.majorFaults = usage[7];
        a.voluntarySwitches = usage[14];
        a.involuntarySwitches = usage[15];
        return a;
    }

    /** Of the sizes the larger, of all else the sum. */
    void add(Accounting o) {
        userNanos += o.userNanos;
        systemNanos += o.systemNanos;
        minorFaults += o.minorFaults;
        majorFaults += o.majorFaults;
        maxRss = Math.max(maxRss, o.maxRss);
        voluntarySwitches += o.voluntarySwitches;
        involuntarySwitches += o.involuntarySwitches;
    }

    void clear() {
        subtract(this);
        maxRss = 0;
    }

    /** Each figure becomes the larger of the two. */
    void raise(Accounting o) {
        userNanos = Math.max(userNanos, o.userNanos);
        systemNanos = Math.max(systemNanos, o.systemNanos);
        minorFaults = Math.max(minorFaults, o.minorFaults);
        majorFaults = Math.max(majorFaults, o.majorFaults);
        maxRss = Math.max(maxRss, o.maxRss);
        voluntarySwitches = Math.max(voluntarySwitches, o.voluntarySwitches);
        involuntarySwitches = Math.max(involuntarySwitches, o.involuntarySwitches);
    }

    /** Takes from the sums what {@link #add} gave. */
    void subtract(Accounting o) {
        userNanos -= o.userNanos;
        systemNanos -= o.systemNanos;
        minorFaults -= o.minorFaults;
        majorFaults -= o.majorFaults;
        voluntarySwitches -= o.voluntarySwitches;
        involuntarySwitches -= o.involuntarySwitches;
    }

    /** struct rusage. */
    public byte[] encode() {
        byte[] b = new byte[RusageLayout.SIZEOF];
        putTimeval(b, RusageLayout.ru_utime, userNanos);
        putTimeval(b, RusageLayout.ru_stime, systemNanos);
        Bytes.put64(b, RusageLayout.ru_maxrss, maxRss);
        Bytes.put64(b, RusageLayout.ru_minflt, minorFaults);
        Bytes.put64(b, RusageLayout.ru_majflt, majorFaults);
        Bytes.put64(b, RusageLayout.ru_nvcsw, voluntarySwitches);
        Bytes.put64(b, RusageLayout.ru_nivcsw, involuntarySwitches);
        return b;
    }

    private static void putTimeval(byte[] b, int at, long nanos) {
        Bytes.put64(b, at, nanos / 1_000_000_000);
        Bytes.put64(b, at + 8, nanos / 1000 % 1_000_000);
    }

    /** What a process has used itself; faults and sizes only if {@code details}. */
    public void ofProcess(ThreadGroup g, boolean details) {
        int pid = g.hostPid();
        if (pid <= 0) {
            return;
        }
        read(Integer.toString(pid), Processes.clock(Processes.processClock(pid)), details);
    }

    public void ofThread(Task t, boolean details) {
        int pid = t.group.hostPid();
        int tid = t.hostTid();
        if (pid <= 0 || tid <= 0) {
            return;
        }
        read(pid + "/task/" + tid, Processes.clock(Processes.threadClock(tid)), details);
    }

    /** What the children of a process used that it has waited for. */
    public void ofChildren(Kernel k, ThreadGroup g) {
        k.taskLock().lock();
        try {
            add(g.ofChildren);
        } finally {
            k.taskLock().unlock();
        }
    }

    private void read(String dir, long clock, boolean details) {
        String stat = HostFiles.procText(dir + "/stat");
        if (stat == null || stat.isEmpty()) { // ends just now
            userNanos = Math.max(clock, 0);
            return;
        }
        // fields from the third on, after the name, which may hold anything
        String[] f = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        minorFaults = number(f, 7);
        majorFaults = number(f, 9);
        long user = number(f, 11) * TICK;
        long system = number(f, 12) * TICK;
        split(clock, user, system);
        if (details) {
            String status = HostFiles.procText(dir + "/status");
            maxRss = ProcText.after(status, "VmHWM:");
            voluntarySwitches = ProcText.after(status, "\nvoluntary_ctxt_switches:");
            involuntarySwitches = ProcText.after(status, "nonvoluntary_ctxt_switches:");
        }
    }

    /** Divides an exact total in the ratio of two coarse parts. */
    void split(long total, long user, long system) {
        if (total < 0) {
            userNanos = user;
            systemNanos = system;
        } else if (system == 0) {
            userNanos = total;
            systemNanos = 0;
        } else {
            userNanos = (long) ((double) total * user / (user + system));
            systemNanos = total - userNanos;
        }
    }

    private static long number(String[] fields, int i) {
        return i < fields.length ? ProcText.number(fields[i], 0) : 0;
    }
}
