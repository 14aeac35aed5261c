// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.dev;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Ioctl;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFiles;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;

/** An open /dev/null, zero, full, random or urandom (null(4), random(4)). */
final class MemoryDevice extends FileDescription {
    /** Which device. */
    enum Kind implements Devices.Driver {
        NULL,
        ZERO,
        FULL,
        RANDOM;

        @Override
        public int open(Caller c, Inode node, Path path, int flags, Ref<FileDescription> out) {
            out.set(new MemoryDevice(this, node, path, flags));
            return 0;
        }
    }

    /** Most that one read of a random device gives, as on Linux. */
    private static final long MOST_RANDOM = 0x1ffffff;

    /** Bits of entropy that the pool tells. */
    private static final int ENTROPY_BITS = 256;

    private final Kind kind;
    private final Inode node;

    MemoryDevice(Kind kind, Inode node, Path path, int flags) {
        super(path, flags);
        this.kind = kind;
        this.node = node;
    }

    @Override
    public Inode inode() {
        return node;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        long n = dst.remaining();
        if (kind == Kind.NULL || n == 0) {
            return 0;
        }
        if (kind == Kind.RANDOM) {
            return random(dst, Math.min(n, MOST_RANDOM));
        }
        int r = dst.putZeros(n);
        return r < 0 ? r : n;
    }

    private static long random(IoBuffer dst, long n) {
        byte[] data = new byte[(int) Math.min(n, Scratch.SIZE)];
        Scratch s = Scratch.take();
        try {
            long done = 0;
            while (done < n) {
                int k = (int) Math.min(n - done, data.length);
                long got = Sys.call(Nr.getrandom, s.address, k, 0);
                if (got <= 0) {
                    return done > 0 ? done : got;
                }
                s.buf.get(0, data, 0, (int) got);
                int r = dst.put(data, 0, (int) got);
                if (r < 0) {
                    return done > 0 ? done : r;
                }
                done += got;
            }
            return done;
        } finally {
            s.give();
        }
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        return kind == Kind.FULL && src.remaining() > 0 ? -ENOSPC : src.remaining();
    }

    @Override
    public long pread(Caller c, IoBuffer dst, long off) {
        return read(c, dst);
    }

    @Override
    public long pwrite(Caller c, IoBuffer src, long off) {
        return write(c, src);
    }

    @Override
    public long lseek(Caller c, long off, int whence) {
        return 0;
    }

    @Override
    public long fsync(Caller c, boolean dataOnly) {
        return -EINVAL;
    }

    @Override
    public long ioctl(Caller c, int cmd, long arg) {
        if (kind == Kind.RANDOM) {
            switch (cmd) {
                case Ioctl.RNDGETENTCNT:
                    return c.mem().writeInt(arg, ENTROPY_BITS);
                case Ioctl.RNDADDTOENTCNT, Ioctl.RNDADDENTROPY, Ioctl.RNDZAPENTCNT, Ioctl.RNDCLEARPOOL:
                case Ioctl.RNDRESEEDCRNG:
                    return c.creds().has(io.sandjar.abi.Cap.CAP_SYS_ADMIN) ? 0 : -EPERM;
                default:
                    break;
            }
        }
        return -ENOTTY;
    }

    /** Mapping /dev/zero is the old way to get anonymous memory; the host's own device does it. */
    @Override
    public int mapFd(Caller c, int prot, int mapFlags) {
        return kind == Kind.ZERO ? HostFiles.zero() : -ENODEV;
    }

    @Override
    public boolean pollable() {
        return kind == Kind.RANDOM;
    }
}
