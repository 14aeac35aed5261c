// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct shmid_ds. */
public final class ShmidDsLayout {
    public static final int shm_perm = 0;
    public static final int shm_segsz = 48;
    public static final int shm_atime = 56;
    public static final int shm_dtime = 64;
    public static final int shm_ctime = 72;
    public static final int shm_cpid = 80;
    public static final int shm_lpid = 84;
    public static final int shm_nattch = 88;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 112;

    private ShmidDsLayout() {}
}
