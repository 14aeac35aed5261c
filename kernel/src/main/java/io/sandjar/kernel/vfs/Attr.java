// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/**
 * A change of attributes: only those whose bit is set in {@link #valid}. The caller has checked permission; the file
 * system updates ctime and clears set-id bits as {@code mode} already says.
 */
public final class Attr {
    public static final int MODE = 1;
    public static final int UID = 2;
    public static final int GID = 4;
    public static final int SIZE = 8;
    public static final int ATIME = 16;
    public static final int MTIME = 32;

    public int valid;
    /** Permission bits (07777). */
    public int mode;

    public int uid;
    public int gid;
    public long size;
    public long atimeSec;
    public int atimeNsec;
    public long mtimeSec;
    public int mtimeNsec;
}
