// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.HostFiles;
import io.sandjar.host.Sys;
import java.nio.charset.StandardCharsets;

/** What the host is to know of a new guest process: its control groups, and when to end it for want of memory. */
final class HostGroups {
    /** The least oom_score_adj of guests, so that they go before the kernel; the nursery has it and hands it down. */
    static final int OOM_SCORE = 300;

    private HostGroups() {}

    /** Whether there is anything to tell. */
    static boolean concerns(ThreadGroup g) {
        return g.container().cgroupProcs.length > 0 || g.oomScoreAdj > OOM_SCORE;
    }

    /** @return 0, or -errno: it must not run */
    static int settle(ThreadGroup g) {
        if (g.oomScoreAdj > OOM_SCORE) {
            HostFiles.writeProc(g.hostPid + "/oom_score_adj", Integer.toString(g.oomScoreAdj)); // a wish, no more
        }
        return join(g.hostPid, g.container().cgroupProcs);
    }

    /**
     * Moves a host process.
     *
     * @param procs descriptors of cgroup.procs files
     * @return 0, or -errno of the first that refused it
     */
    private static int join(int hostPid, int[] procs) {
        byte[] pid = Integer.toString(hostPid).getBytes(StandardCharsets.ISO_8859_1);
        for (int fd : procs) {
            long r = Sys.write(fd, pid, 0, pid.length, -1);
            if (r < 0) {
                return (int) r;
            }
        }
        return 0;
    }
}
