// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/** Attributes of a file, as stat(2) and statx(2) give them. Times are seconds and nanoseconds since the epoch. */
public final class Stat {
    public long dev;
    public long ino;
    public int mode;
    public int nlink;
    public int uid;
    public int gid;
    public long rdev;
    public long size;
    public int blksize = 4096;
    /** In units of 512 bytes. */
    public long blocks;

    public long atimeSec;
    public int atimeNsec;
    public long mtimeSec;
    public int mtimeNsec;
    public long ctimeSec;
    public int ctimeNsec;
    public long btimeSec;
    public int btimeNsec;

    /** A device number from its halves, as makedev(3). */
    public static long makedev(int major, int minor) {
        return (minor & 0xffL) | (major & 0xfffL) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32;
    }

    public static int major(long dev) {
        return (int) (dev >>> 8 & 0xfff | dev >>> 32 & ~0xfffL);
    }

    public static int minor(long dev) {
        return (int) (dev & 0xff | dev >>> 12 & ~0xffL);
    }
}
