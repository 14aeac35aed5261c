// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.seccomp;

/** What a filter says of a call: the values SECCOMP_RET_* of linux/seccomp.h. The lower one wins, as signed numbers. */
public final class Verdict {
    public static final int KILL_PROCESS = 0x80000000;
    public static final int KILL_THREAD = 0;
    public static final int TRAP = 0x00030000;
    public static final int ERRNO = 0x00050000;
    public static final int USER_NOTIF = 0x7fc00000;
    public static final int TRACE = 0x7ff00000;
    public static final int LOG = 0x7ffc0000;
    public static final int ALLOW = 0x7fff0000;

    public static final int ACTION = 0xffff0000;
    public static final int DATA = 0xffff;

    public static final int AUDIT_ARCH_X86_64 = 0xc000003e;

    private static final int MAX_ERRNO = 4095;

    private Verdict() {}

    /** The verdict's errno, as Linux bounds it. */
    public static int errno(int verdict) {
        return Math.min(verdict & DATA, MAX_ERRNO);
    }

    static boolean known(int action) {
        return switch (action) {
            case KILL_PROCESS, KILL_THREAD, TRAP, ERRNO, TRACE, LOG, ALLOW -> true;
            default -> false;
        };
    }

    /** Whether seccomp(SECCOMP_GET_ACTION_AVAIL) says yes: there are no listeners. */
    public static boolean available(int action) {
        return known(action);
    }
}
