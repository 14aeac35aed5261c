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

    /** How much larger a guest is to look than it is: more than the kernel ever needs. */
    private static final long HEAD_START = 128L << 20;

    private static final int HIGHEST = 1000;

    private HostGroups() {}

    /** Whether there is anything to tell. */
    static boolean concerns(ThreadGroup g) {
        return g.container().cgroupProcs.length > 0 || g.oomScoreAdj > 0;
    }

    /** @return 0, or -errno: it must not run */
    static int settle(ThreadGroup g) {
        if (score(g) > OOM_SCORE) {
            tellScore(g);
        }
        return join(g.hostPid, g.container().cgroupProcs);
    }

    private static int score(ThreadGroup g) {
        return score(g.container().groups.memoryLimit(), g.oomScoreAdj);
    }

    /** Tells the host how likely a victim the process is to be: a wish, no more. */
    static void tellScore(ThreadGroup g) {
        HostFiles.writeProc(g.hostPid + "/oom_score_adj", Integer.toString(score(g)));
    }

    /**
     * The host counts in thousandths of the limit, so a small limit needs many of them for the same head start.
     *
     * @param limit bytes; -1 for none
     * @param wish what the guest was given
     */
    static int score(long limit, int wish) {
        long share = limit <= 0 ? 0 : HEAD_START * HIGHEST / limit;
        return (int) Math.min(HIGHEST, Math.max(OOM_SCORE, share) + Math.max(0, wish));
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
