// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.syscall.Dispatcher;
import io.sandjar.kernel.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/** A count of system calls by number, with failures and time spent in their handlers: {@code sandjar do --stats}. */
public final class CallStats implements Dispatcher {
    private static final int SIZE = Nr.MAX + 2;
    private static final int UNKNOWN = Nr.MAX + 1;

    private final Dispatcher next;
    private final AtomicLongArray calls = new AtomicLongArray(SIZE);
    private final AtomicLongArray failures = new AtomicLongArray(SIZE);
    private final AtomicLongArray missing = new AtomicLongArray(SIZE);
    private final AtomicLongArray waits = new AtomicLongArray(SIZE);
    private final AtomicLongArray nanos = new AtomicLongArray(SIZE);

    public CallStats(Dispatcher next) {
        this.next = next;
    }

    @Override
    public long call(Task t) {
        int i = t.nr >= 0 && t.nr <= Nr.MAX ? t.nr : UNKNOWN;
        if (!t.mayBlock) {
            calls.incrementAndGet(i);
        }
        long start = System.nanoTime();
        long result = next.call(t);
        if (t.mayBlock) {
            return result; // its time is the guest's, who wanted to wait
        }
        nanos.addAndGet(i, System.nanoTime() - start);
        if (result == Task.BLOCK) {
            waits.incrementAndGet(i);
        } else if (result == -Errno.ENOSYS) {
            missing.incrementAndGet(i);
        } else if (result < 0 && result >= -4095) {
            failures.incrementAndGet(i);
        }
        return result;
    }

    /** The report: a table of calls, the most frequent first, then what is missing. */
    public List<String> report() {
        ArrayList<Integer> order = new ArrayList<>();
        long total = 0;
        for (int i = 0; i < SIZE; i++) {
            total += calls.get(i);
            if (calls.get(i) > 0) {
                order.add(i);
            }
        }
        order.sort((a, b) -> Long.compare(calls.get(b), calls.get(a)));
        ArrayList<String> lines = new ArrayList<>();
        lines.add("   calls   waits  failed   us each  call");
        StringBuilder absent = new StringBuilder();
        for (int i : order) {
            long n = calls.get(i);
            lines.add(column(n, 8) + column(waits.get(i), 8) + column(failures.get(i), 8)
                    + decimal(nanos.get(i) / 100 / n) + "  " + name(i));
            if (missing.get(i) > 0) {
                absent.append(absent.isEmpty() ? "" : ", ")
                        .append(name(i))
                        .append(" (")
                        .append(missing.get(i))
                        .append(')');
            }
        }
        lines.add(column(total, 8)
                + "  in all; what runs natively (futex, anonymous memory, page faults) is not counted");
        if (!absent.isEmpty()) {
            lines.add("answered with ENOSYS: " + absent);
        }
        return lines;
    }

    private static String name(int i) {
        String name = i == UNKNOWN ? null : Nr.name(i);
        return name == null ? "unknown call" : name;
    }

    private static String column(long value, int width) {
        String s = Long.toString(value);
        return " ".repeat(Math.max(0, width - s.length())) + s;
    }

    /** Tenths with a point. */
    private static String decimal(long tenths) {
        String s = tenths / 10 + "." + tenths % 10;
        return " ".repeat(Math.max(0, 10 - s.length())) + s;
    }
}
