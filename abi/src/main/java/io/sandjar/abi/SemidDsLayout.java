// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct semid_ds. */
public final class SemidDsLayout {
    public static final int sem_perm = 0;
    public static final int sem_otime = 48;
    public static final int sem_ctime = 64;
    public static final int sem_nsems = 80;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 104;

    private SemidDsLayout() {}
}
