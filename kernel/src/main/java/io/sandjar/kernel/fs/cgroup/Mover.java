// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import io.sandjar.kernel.vfs.Caller;

/** Knows processes by their ids, and moves them between groups. */
public interface Mover {
    /**
     * Moves a process.
     *
     * @param pid as {@code c} has it; 0 for the caller itself
     * @return 0 or -errno: ESRCH, EACCES, EBUSY, ENODEV
     */
    int move(Caller c, int pid, CgroupDir to);
}
