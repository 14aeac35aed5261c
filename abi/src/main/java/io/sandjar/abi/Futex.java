// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Operations of futex. */
public final class Futex {
    // operations
    public static final int FUTEX_WAIT = 0;
    public static final int FUTEX_WAKE = 1;
    public static final int FUTEX_FD = 2;
    public static final int FUTEX_REQUEUE = 3;
    public static final int FUTEX_CMP_REQUEUE = 4;
    public static final int FUTEX_WAKE_OP = 5;
    public static final int FUTEX_LOCK_PI = 6;
    public static final int FUTEX_UNLOCK_PI = 7;
    public static final int FUTEX_TRYLOCK_PI = 8;
    public static final int FUTEX_WAIT_BITSET = 9;
    public static final int FUTEX_WAKE_BITSET = 10;
    public static final int FUTEX_WAIT_REQUEUE_PI = 11;
    public static final int FUTEX_CMP_REQUEUE_PI = 12;
    public static final int FUTEX_LOCK_PI2 = 13;

    // flags beside the operation
    public static final int FUTEX_PRIVATE_FLAG = 128;
    public static final int FUTEX_CLOCK_REALTIME = 256;
    public static final int FUTEX_CMD_MASK = -385;

    // bits of the word of a robust or PI futex
    public static final int FUTEX_TID_MASK = 0x3fffffff;
    public static final int FUTEX_OWNER_DIED = 0x40000000;
    public static final int FUTEX_WAITERS = 0x80000000;
    public static final int FUTEX_BITSET_MATCH_ANY = 0xffffffff;

    private Futex() {}
}
