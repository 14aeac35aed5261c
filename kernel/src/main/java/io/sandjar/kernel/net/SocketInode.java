// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Stat;

/** The nameless inode of a socket, as fstat(2) shows it. */
final class SocketInode extends Inode {
    private static final int TYPE = 0140000;

    private final Socket socket;

    SocketInode(Socket socket) {
        super(socket.net().fs());
        this.socket = socket;
    }

    @Override
    public long ino() {
        return socket.ino();
    }

    @Override
    public int mode() {
        return TYPE | socket.permissions();
    }

    @Override
    public int uid() {
        return socket.uid();
    }

    @Override
    public int gid() {
        return socket.gid();
    }

    @Override
    public int stat(Stat out) {
        out.dev = fs.dev();
        out.ino = socket.ino();
        out.mode = mode();
        out.nlink = 1;
        out.uid = socket.uid();
        out.gid = socket.gid();
        return 0;
    }

    /** Permissions have no effect but on the file that bind(2) makes. */
    @Override
    public int setattr(Caller c, Attr attr) {
        if ((attr.valid & Attr.MODE) != 0) {
            socket.setPermissions(attr.mode & 07777);
        }
        if ((attr.valid & (Attr.UID | Attr.GID)) != 0) {
            socket.setOwner(
                    (attr.valid & Attr.UID) != 0 ? attr.uid : socket.uid(),
                    (attr.valid & Attr.GID) != 0 ? attr.gid : socket.gid());
        }
        return 0;
    }

    /** The file system of sockets: it has a device number and nothing to walk. */
    static final class SockFs extends FileSystem {
        private final Root root = new Root(this);

        SockFs() {
            super("sockfs");
        }

        @Override
        public Inode root() {
            return root;
        }

        @Override
        public void statfs(StatFs out) {
            out.type = 0x534f434b;
        }
    }

    private static final class Root extends Inode {
        Root(FileSystem fs) {
            super(fs);
        }

        @Override
        public long ino() {
            return 1;
        }

        @Override
        public int mode() {
            return 0040555;
        }

        @Override
        public int uid() {
            return 0;
        }

        @Override
        public int gid() {
            return 0;
        }

        @Override
        public int stat(Stat out) {
            out.dev = fs.dev();
            out.ino = 1;
            out.mode = mode();
            out.nlink = 2;
            return 0;
        }
    }
}
