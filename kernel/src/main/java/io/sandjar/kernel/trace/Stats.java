// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import io.sandjar.abi.Nr;
import io.sandjar.host.HostFiles;
import io.sandjar.kernel.syscall.Dispatcher;
import io.sandjar.kernel.syscall.MissingCalls;
import io.sandjar.kernel.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A dispatcher that counts and times calls around the one that runs them, and the table of {@code --stats}. The time of
 * a call is the kernel's own, without the way from and to the guest; calls that had to wait have that time apart.
 */
public final class Stats implements Dispatcher {
    private static final int SIZE = Nr.MAX + 2;
    private static final int CALLS = 1;
    private static final int WAITS = 3;

    private final Dispatcher next;
    private final LongAdder[] calls = adders();
    private final LongAdder[] errors = adders();
    private final LongAdder[] nanos = adders();
    private final LongAdder[] waits = adders();
    private final LongAdder[] waited = adders();
    private final ArrayList<String> phaseNames = new ArrayList<>();
    private final ArrayList<Long> phaseNanos = new ArrayList<>();

    public Stats(Dispatcher next) {
        this.next = next;
    }

    private static LongAdder[] adders() {
        LongAdder[] a = new LongAdder[SIZE];
        for (int i = 0; i < SIZE; i++) {
            a[i] = new LongAdder();
        }
        return a;
    }

    @Override
    public long call(Task t) {
        int nr = t.nr >= 0 && t.nr <= Nr.MAX ? t.nr : Nr.MAX + 1;
        long start = System.nanoTime();
        long result = next.call(t);
        (t.mayBlock ? waited : nanos)[nr].add(System.nanoTime() - start);
        if (result == Task.BLOCK) {
            waits[nr].increment();
            return result;
        }
        calls[nr].increment();
        if (result < 0 && result >= -4095) {
            errors[nr].increment();
        }
        return result;
    }

    /** Notes the end of a part of the start-up; System.nanoTime(). The first one is where time begins. */
    public synchronized void phase(String name, long atNanos) {
        phaseNames.add(name);
        phaseNanos.add(atNanos);
    }

    /** The report. */
    public String table(MissingCalls missing) {
        StringBuilder s = new StringBuilder();
        phases(s);
        s.append("  total ms   mean us     calls    errors     waits waited ms  call\n");
        ArrayList<Integer> order = new ArrayList<>();
        long[] all = new long[5];
        for (int nr = 0; nr < SIZE; nr++) {
            long[] n = numbers(nr);
            if (n[CALLS] != 0 || n[WAITS] != 0) {
                order.add(nr);
                for (int i = 0; i < n.length; i++) {
                    all[i] += n[i];
                }
            }
        }
        order.sort((a, b) -> Long.compare(nanos[b].sum(), nanos[a].sum()));
        for (int nr : order) {
            row(s, numbers(nr), name(nr));
        }
        row(s, all, "total; what the host does itself (futex, anonymous memory, page faults) is not counted");
        missing(s, missing.missingCounts());
        memory(s);
        return s.toString();
    }

    private static String name(int nr) {
        String name = Nr.name(nr);
        return name == null ? "(unknown)" : name;
    }

    private synchronized void phases(StringBuilder s) {
        if (phaseNames.size() < 2) {
            return;
        }
        s.append("start-up:");
        for (int i = 1; i < phaseNames.size(); i++) {
            s.append(i == 1 ? " " : ", ").append(phaseNames.get(i)).append(' ');
            fixed(s, phaseNanos.get(i) - phaseNanos.get(i - 1), 1_000_000, 0).append(" ms");
        }
        s.append("\n\n");
    }

    private long[] numbers(int nr) {
        return new long[] {nanos[nr].sum(), calls[nr].sum(), errors[nr].sum(), waits[nr].sum(), waited[nr].sum()};
    }

    private static void row(StringBuilder s, long[] n, String name) {
        fixed(s, n[0], 1_000_000, 10);
        fixed(s, n[CALLS] == 0 ? 0 : n[0] / n[CALLS], 1_000, 10);
        right(s, Long.toString(n[CALLS]), 10);
        right(s, n[2] == 0 ? "" : Long.toString(n[2]), 10);
        right(s, n[WAITS] == 0 ? "" : Long.toString(n[WAITS]), 10);
        if (n[WAITS] == 0) {
            right(s, "", 10);
        } else {
            fixed(s, n[4], 1_000_000, 10);
        }
        s.append("  ").append(name).append('\n');
    }

    /** A number with two decimals, right-aligned. */
    private static StringBuilder fixed(StringBuilder s, long value, long unit, int width) {
        long hundredths = (value * 100 + unit / 2) / unit;
        String low = Long.toString(hundredths % 100);
        return right(s, hundredths / 100 + (low.length() == 1 ? ".0" : ".") + low, width);
    }

    private static StringBuilder right(StringBuilder s, String text, int width) {
        for (int i = text.length(); i < width; i++) {
            s.append(' ');
        }
        return s.append(text);
    }

    private static void missing(StringBuilder s, int[] counts) {
        List<String> list = new ArrayList<>();
        for (int nr = 0; nr < counts.length; nr++) {
            if (counts[nr] != 0) {
                list.add(name(nr) + " " + counts[nr]);
            }
        }
        s.append(
                list.isEmpty()
                        ? "\nno call was missing\n"
                        : "\nmissing calls (ENOSYS): " + String.join(", ", list) + "\n");
    }

    /** What the kernel itself takes: of it only private memory is a cost of this sandbox. */
    private static void memory(StringBuilder s) {
        Runtime r = Runtime.getRuntime();
        s.append("kernel memory: heap ")
                .append((r.totalMemory() - r.freeMemory()) >> 10)
                .append(" of ")
                .append(r.totalMemory() >> 10)
                .append(" KB");
        String rollup = HostFiles.procText("self/smaps_rollup");
        field(s, rollup, "\nRss:", "resident");
        field(s, rollup, "\nPrivate_Dirty:", "private");
        s.append('\n');
    }

    private static void field(StringBuilder s, @Nullable String text, String key, String label) {
        int at = text == null ? -1 : text.indexOf(key);
        if (text != null && at >= 0) {
            int end = text.indexOf('\n', at + 1);
            s.append(", ")
                    .append(label)
                    .append(' ')
                    .append(text.substring(at + key.length(), end).strip());
        }
    }
}
