// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.O;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Stat;

/**
 * One regular file of the host by one descriptor, to be mounted on a file (/etc/resolv.conf of a container). Its name on
 * the host plays no part: a new file of that name there is not seen, as with a bind mount.
 */
public final class FixedFs extends FileSystem {
    private final FixedInode root;
    private final long dev;

    private FixedFs(String type, int fd, HostStat s) {
        super(type);
        dev = Stat.makedev(s.devMajor, s.devMinor);
        root = new FixedInode(this, fd, s);
    }

    /**
     * Takes over a descriptor, which may do what guests may do: they cannot write through one opened for reading.
     *
     * @return 0 or -errno (-EINVAL for what is no regular file); the descriptor is closed then
     */
    public static int of(int fd, Ref<FixedFs> out) {
        HostStat s = new HostStat();
        int r = HostFs.statx(fd, "", s);
        if (r == 0 && (s.mode & O.S_IFMT) != O.S_IFREG) {
            r = -EINVAL;
        }
        if (r != 0) {
            Sys.close(fd);
            return r;
        }
        out.set(new FixedFs(HostFsType.name(HostFs.fsType(fd)), fd, s));
        return 0;
    }

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public void close() {
        root.close();
    }

    @Override
    public long dev() {
        return dev;
    }

    @Override
    public void statfs(StatFs out) {
        if (root.hold()) {
            HostDirFs.statfs(root.hostFd(), out);
            root.drop();
        }
    }
}
