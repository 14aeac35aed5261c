// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.kernel.fs.proc.Fields.*;

import io.sandjar.kernel.base.Cpus;
import io.sandjar.kernel.task.Accounting;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.task.ThreadGroup;
import java.util.ArrayList;

/** stat, uptime, loadavg and the counters of interrupts: the machine as a whole, as top(1) and vmstat(8) show it. */
final class StatText {
    private static final String[] SOFTIRQS = {
        "HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU",
    };

    private static final int TIMER = 1;

    private StatText() {}

    private static int cpus() {
        return Cpus.count();
    }

    private static boolean runs(ProcView v) {
        return v.alive
                && !v.parked
                && v.state == ThreadGroup.State.RUNNING
                && HostProc.of(v, false).state() == 'R';
    }

    static void loadavg(ProcFs proc, StringBuilder b) {
        double[] loads = proc.kernel().figures().loads();
        for (double load : loads) {
            long hundredths = Math.round(load * 100);
            b.append(hundredths / 100).append('.');
            zeros(b, hundredths % 100, 2);
            b.append(' ');
        }
        int running = 0;
        int threads = 0;
        int last = 1;
        for (ProcView v : TaskDir.all(proc)) {
            threads += v.threads;
            running += runs(v) ? 1 : 0;
            last = Math.max(last, v.tid);
        }
        b.append(Math.max(running, 1)).append('/').append(threads).append(' ');
        b.append(proc.pids() == proc.pids().root() ? proc.pids().tasks().last() : last)
                .append('\n');
    }

    static void uptime(Kernel kernel, StringBuilder b) {
        long up = kernel.bootNanos();
        Accounting used = kernel.figures().used();
        seconds(b, up);
        b.append(' ');
        seconds(b, Math.max(0, up * cpus() - used.userNanos - used.systemNanos));
        b.append('\n');
    }

    static void stat(ProcFs proc, StringBuilder b) {
        Kernel kernel = proc.kernel();
        Accounting used = kernel.figures().used();
        int n = cpus();
        long user = used.userNanos / NANOS_PER_TICK;
        long system = used.systemNanos / NANOS_PER_TICK;
        long idle = Math.max(0, kernel.bootNanos() / NANOS_PER_TICK * n - user - system);
        cpuLine(b, "cpu ", user, system, idle);
        for (int i = 0; i < n; i++) {
            cpuLine(b, "cpu" + i, user / n, system / n, idle / n);
        }
        ArrayList<ProcView> all = TaskDir.all(proc);
        int running = 0;
        for (ProcView v : all) {
            running += runs(v) ? 1 : 0;
        }
        long timers = kernel.timers.expired();
        b.append("intr ").append(timers);
        b.append("\nctxt ").append(used.voluntarySwitches + used.involuntarySwitches);
        b.append("\nbtime ").append(kernel.startSec());
        b.append("\nprocesses ").append(kernel.figures().made());
        b.append("\nprocs_running ").append(Math.max(running, 1));
        b.append("\nprocs_blocked 0\nsoftirq ").append(timers);
        for (int i = 0; i < SOFTIRQS.length; i++) {
            b.append(' ').append(i == TIMER ? timers : 0);
        }
        b.append('\n');
    }

    private static void cpuLine(StringBuilder b, String name, long user, long system, long idle) {
        b.append(name).append(' ').append(user).append(" 0 ").append(system);
        b.append(' ').append(idle).append(" 0 0 0 0 0 0\n");
    }

    private static void columns(StringBuilder b, int first) {
        padRight(b, "", first);
        for (int i = 0; i < cpus(); i++) {
            padRight(b, "CPU" + i, 11);
        }
        b.append('\n');
    }

    /** The only thing that interrupts this kernel without being asked are its timers: all of them go off on one CPU. */
    private static void counts(StringBuilder b, String name, long first, int nameWidth) {
        padRight(b, "", nameWidth - name.length());
        b.append(name);
        b.append(':');
        for (int i = 0; i < cpus(); i++) {
            b.append(' ');
            padLeft(b, i == 0 ? first : 0, 10);
        }
    }

    static void interrupts(Kernel kernel, StringBuilder b) {
        columns(b, 11);
        counts(b, "LOC", kernel.timers.expired(), 3);
        b.append("   Local timer interrupts\n");
    }

    static void softirqs(Kernel kernel, StringBuilder b) {
        columns(b, 20);
        for (int i = 0; i < SOFTIRQS.length; i++) {
            counts(b, SOFTIRQS[i], i == TIMER ? kernel.timers.expired() : 0, 12);
            b.append('\n');
        }
    }
}
