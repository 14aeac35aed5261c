// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

/** What statx(2) says of a host file. Filled once, then only read. */
public final class HostStat {
    public int mode;
    public int nlink;
    public int uid;
    public int gid;
    public long ino;
    public long size;
    public long blocks;
    public int blksize;
    public int devMajor;
    public int devMinor;
    public int rdevMajor;
    public int rdevMinor;
    public long atimeSec;
    public int atimeNsec;
    public long mtimeSec;
    public int mtimeNsec;
    public long ctimeSec;
    public int ctimeNsec;
    public long btimeSec;
    public int btimeNsec;

    /** System.nanoTime() when it was asked. */
    public long askedNanos;

    public boolean sameFile(HostStat o) {
        return ino == o.ino
                && devMajor == o.devMajor
                && devMinor == o.devMinor
                && (mode & 0170000) == (o.mode & 0170000);
    }
}
