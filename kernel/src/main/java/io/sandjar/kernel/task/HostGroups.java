// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.Sys;
import java.nio.charset.StandardCharsets;

/** The host's control groups, as far as a new guest process enters them. */
final class HostGroups {
    private HostGroups() {}

    /**
     * Moves a host process.
     *
     * @param procs descriptors of cgroup.procs files
     * @return 0, or -errno of the first that refused it
     */
    static int join(int hostPid, int[] procs) {
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
