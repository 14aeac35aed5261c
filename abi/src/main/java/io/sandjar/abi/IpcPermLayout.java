// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct ipc64_perm, the head of shmid_ds, semid_ds and msqid_ds. */
public final class IpcPermLayout {
    public static final int key = 0;
    public static final int uid = 4;
    public static final int gid = 8;
    public static final int cuid = 12;
    public static final int cgid = 16;
    public static final int mode = 20;
    public static final int seq = 24;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 48;

    private IpcPermLayout() {}
}
