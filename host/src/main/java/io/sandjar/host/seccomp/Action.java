// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

import io.sandjar.abi.Errno;

/** What a seccomp program returns: SECCOMP_RET_* with the error number in the low half, as seccomp(2) has them. */
public final class Action {
    /** The host carries the call out. */
    public static final int ALLOW = 0x7fff0000;

    /** The thread is parked and the kernel answers. */
    public static final int USER_NOTIF = 0x7fc00000;

    /** SIGSYS into the stub. */
    public static final int TRAP = 0x00030000;

    public static final int KILL_PROCESS = 0x80000000;

    private static final int ERRNO = 0x00050000;

    /** The call does not happen and fails with an error. */
    public static int errno(int errno) {
        return ERRNO | errno;
    }

    /** As the table in SECURITY.md shows it. */
    public static String text(int action) {
        return switch (action) {
            case ALLOW -> "ALLOW";
            case USER_NOTIF -> "USER_NOTIF";
            case TRAP -> "TRAP";
            case KILL_PROCESS -> "KILL_PROCESS";
            default -> Errno.name(action & 0xffff);
        };
    }

    private Action() {}
}
