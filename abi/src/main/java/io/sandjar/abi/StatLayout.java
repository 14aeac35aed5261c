// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct stat as stat(2), fstat(2) and newfstatat(2) write it. */
public final class StatLayout {
    public static final int st_dev = 0;
    public static final int st_ino = 8;
    public static final int st_nlink = 16;
    public static final int st_mode = 24;
    public static final int st_uid = 28;
    public static final int st_gid = 32;
    public static final int st_rdev = 40;
    public static final int st_size = 48;
    public static final int st_blksize = 56;
    public static final int st_blocks = 64;
    public static final int st_atime = 72;
    public static final int st_atime_nsec = 80;
    public static final int st_mtime = 88;
    public static final int st_mtime_nsec = 96;
    public static final int st_ctime = 104;
    public static final int st_ctime_nsec = 112;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 144;

    private StatLayout() {}
}
