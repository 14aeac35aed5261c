// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/** Receives directory entries of getdents64(2). */
public interface DirSink {
    /**
     * Takes one entry.
     *
     * @param nextOff the position after this entry, to be given back by lseek
     * @param type DT_* value
     * @return false when there is no room; the directory keeps its position before this entry
     */
    boolean add(String name, long ino, long nextOff, int type);
}
