// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct linux_dirent64; an entry is d_name + name + zero, rounded up to 8. */
public final class DirentLayout {
    public static final int d_ino = 0;
    public static final int d_off = 8;
    public static final int d_reclen = 16;
    public static final int d_type = 18;
    public static final int d_name = 19;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 24;

    /** The length of the entry for a name of so many bytes. */
    public static int recordLength(int nameLength) {
        return (d_name + nameLength + 1 + 7) & -8;
    }

    private DirentLayout() {}
}
