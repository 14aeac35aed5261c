// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.HostFiles;
import io.sandjar.kernel.fs.cgroup.MemoryUse;
import io.sandjar.kernel.fs.cgroup.MemoryUse.Exactness;

/** What a guest process takes of memory, as the host tells. */
final class ProcessMemory {
    private static final long PAGE = 4096;
    private static final long KILO = 1024;

    private ProcessMemory() {}

    /**
     * Adds to {@code sum}; nothing for a process that is not there.
     *
     * @return its memory without a file, with the whole of what others have as well; -1: not known
     */
    static long read(int hostPid, Exactness how, MemoryUse sum) {
        if (hostPid <= 0) {
            return -1;
        }
        String text = HostFiles.procText(hostPid
                + switch (how) {
                    case BOUND -> "/statm";
                    case NEAR -> "/status";
                    case EXACT -> "/smaps_rollup";
                });
        if (text == null) {
            return -1;
        }
        long whole = -1;
        switch (how) {
            case BOUND ->
                sum.anonymous += ProcText.number(text, Math.max(0, text.indexOf(' '))) * PAGE; // resident, the second
            case NEAR -> {
                whole = KILO * ProcText.after(text, "RssAnon:");
                sum.anonymous += whole;
                sum.shared += KILO * ProcText.after(text, "RssShmem:");
            }
            case EXACT -> {
                whole = KILO * ProcText.after(text, "Anonymous:");
                sum.anonymous += KILO * ProcText.after(text, "Pss_Anon:");
                sum.shared += KILO * ProcText.after(text, "Pss_Shmem:");
            }
        }
        return whole;
    }
}
