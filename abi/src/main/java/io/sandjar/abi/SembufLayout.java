// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct sembuf. */
public final class SembufLayout {
    public static final int sem_num = 0;
    public static final int sem_op = 2;
    public static final int sem_flg = 4;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 6;

    private SembufLayout() {}
}
