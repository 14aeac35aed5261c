// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct statfs. */
public final class StatfsLayout {
    public static final int f_type = 0;
    public static final int f_bsize = 8;
    public static final int f_blocks = 16;
    public static final int f_bfree = 24;
    public static final int f_bavail = 32;
    public static final int f_files = 40;
    public static final int f_ffree = 48;
    public static final int f_fsid = 56;
    public static final int f_namelen = 64;
    public static final int f_frsize = 72;
    public static final int f_flags = 80;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 120;

    private StatfsLayout() {}
}
