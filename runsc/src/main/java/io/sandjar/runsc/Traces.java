// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.kernel.syscall.Dispatcher;
import io.sandjar.kernel.syscall.FilteredCalls;
import io.sandjar.kernel.syscall.SyscallTable;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.trace.CallFilter;
import io.sandjar.kernel.trace.Stats;
import io.sandjar.kernel.trace.Strace;
import org.jspecify.annotations.Nullable;

/** What {@code --strace} and {@code --stats} put around the table of calls; without them, nothing. */
final class Traces {
    private final Kernel kernel;
    private final SyscallTable table = new SyscallTable();
    private final Dispatcher calls = new FilteredCalls(table);
    private final @Nullable Stats stats;
    private final @Nullable CallFilter filter;

    Traces(DoOptions options, Kernel kernel) {
        this.kernel = kernel;
        stats = options.stats ? new Stats(calls) : null;
        filter = options.strace ? filter(options) : null;
        kernel.everyCall = stats != null || filter != null;
        phase("");
    }

    private static CallFilter filter(DoOptions options) {
        try {
            return CallFilter.of(options.straceCalls);
        } catch (IllegalArgumentException e) {
            throw new UsageError(
                    "--strace: " + e.getMessage(),
                    "names are those of Linux, or file, network, process, signal, memory: --strace=openat,signal");
        }
    }

    /** What receivers are to call. To be asked for before the first program is prepared. */
    Dispatcher dispatcher(Streams streams) {
        Dispatcher d = stats == null ? calls : stats;
        if (filter == null) {
            return d;
        }
        Strace s = new Strace(kernel, d, filter, streams);
        kernel.tracer = s;
        return s;
    }

    /** Notes that a part of the start-up is over. */
    void phase(String name) {
        if (stats != null) {
            stats.phase(name, System.nanoTime());
        }
    }

    /** Prints the table of --stats. */
    void report() {
        if (stats != null) {
            Out.err(stats.table(table));
        }
    }
}
