// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import io.sandjar.host.HostStat;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Stat;

/** An inode whose attributes are those that the host told last. */
abstract class StatInode extends Inode {
    volatile HostStat stat;

    StatInode(FileSystem fs, HostStat stat) {
        super(fs);
        this.stat = stat;
    }

    @Override
    public final long ino() {
        return stat.ino;
    }

    @Override
    public final int mode() {
        return stat.mode;
    }

    @Override
    public final int uid() {
        return stat.uid;
    }

    @Override
    public final int gid() {
        return stat.gid;
    }

    @Override
    public final long rdev() {
        return Stat.makedev(stat.rdevMajor, stat.rdevMinor);
    }
}
