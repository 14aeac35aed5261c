// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.host.Sys;
import org.jspecify.annotations.Nullable;

/** The memory limit of the host cgroup that the sandbox runs in: for the guest that is the size of its machine. */
final class MemoryLimit {
    private MemoryLimit() {}

    /** The limit, or -1 for none. */
    static long kilobytes() {
        return number(Sys.readText("/sys/fs/cgroup/memory.max"));
    }

    static long usedKilobytes() {
        return Math.max(0, number(Sys.readText("/sys/fs/cgroup/memory.current")));
    }

    private static long number(@Nullable String text) {
        if (text == null || text.isEmpty() || text.charAt(0) < '0' || text.charAt(0) > '9') {
            return -1;
        }
        return Long.parseLong(text.strip()) / 1024;
    }
}
