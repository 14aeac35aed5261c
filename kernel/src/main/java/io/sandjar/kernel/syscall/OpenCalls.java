// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.abi.OpenHowLayout;
import io.sandjar.abi.Rlimit;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.overlay.FileNode;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Opener;
import io.sandjar.kernel.vfs.Path;

/** Opening files by name, and files that have none. */
public final class OpenCalls {
    private static final int TMPFILE_BIT = O_TMPFILE & ~O_DIRECTORY;
    private static final int KNOWN = O_ACCMODE
            | O_CREAT
            | O_EXCL
            | O_NOCTTY
            | O_TRUNC
            | O_APPEND
            | O_NONBLOCK
            | O_SYNC
            | O_ASYNC
            | O_DIRECT
            | O_LARGEFILE
            | O_DIRECTORY
            | O_NOFOLLOW
            | O_NOATIME
            | O_CLOEXEC
            | O_PATH
            | O_TMPFILE;
    private static final long RESOLVE_KNOWN = 0x3f;

    private OpenCalls() {}

    @Syscall(nr = Nr.open)
    public static long sys_open(Task t, long path, @As(Kind.OPEN_FLAGS) int flags, @As(Kind.OCTAL) int mode) {
        return open(t, AT_FDCWD, path, flags, mode, 0);
    }

    @Syscall(nr = Nr.openat)
    public static long sys_openat(
            Task t, int dirfd, long path, @As(Kind.OPEN_FLAGS) int flags, @As(Kind.OCTAL) int mode) {
        return open(t, dirfd, path, flags, mode, 0);
    }

    @Syscall(nr = Nr.creat)
    public static long sys_creat(Task t, long path, @As(Kind.OCTAL) int mode) {
        return open(t, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode, 0);
    }

    @Syscall(nr = Nr.openat2)
    public static long sys_openat2(Task t, int dirfd, long path, long how, long size) {
        if (Long.compareUnsigned(size, 4096) > 0) {
            return -E2BIG;
        }
        if (size < OpenHowLayout.SIZEOF) {
            return -EINVAL;
        }
        byte[] h = new byte[(int) size];
        int r = t.mem().read(how, h);
        if (r != 0) {
            return r;
        }
        for (int i = OpenHowLayout.SIZEOF; i < h.length; i++) {
            if (h[i] != 0) {
                return -E2BIG;
            }
        }
        long flags = Bytes.i64(h, OpenHowLayout.flags);
        long mode = Bytes.i64(h, OpenHowLayout.mode);
        long resolve = Bytes.i64(h, OpenHowLayout.resolve);
        boolean makes = (flags & (O_CREAT | TMPFILE_BIT)) != 0;
        boolean both = (resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) == (RESOLVE_BENEATH | RESOLVE_IN_ROOT);
        if ((flags & ~(long) KNOWN) != 0
                || (makes ? (mode & ~07777L) != 0 : mode != 0)
                || (resolve & ~RESOLVE_KNOWN) != 0
                || both
                || ((flags & O_PATH) != 0 && (flags & ~(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) != 0)) {
            return -EINVAL;
        }
        if ((resolve & RESOLVE_CACHED) != 0) {
            return -EAGAIN;
        }
        return open(t, dirfd, path, (int) flags, (int) mode, resolve);
    }

    private static long open(Task t, int dirfd, long address, int flags, int mode, long resolve) {
        Ref<String> path = new Ref<>();
        int r = PathArg.read(t, address, path);
        if (r != 0) {
            return r;
        }
        if ((flags & O_CREAT) != 0 && t.fds().full(t.rlimit(Rlimit.RLIMIT_NOFILE))) {
            return -EMFILE; // before a file is made
        }
        Ref<FileDescription> out = new Ref<>();
        r = Opener.open(t, dirfd, path.get(), flags & KNOWN, mode, resolve, out);
        return r != 0 ? r : install(t, out.get(), (flags & O_CLOEXEC) != 0);
    }

    private static long install(Task t, FileDescription f, boolean cloexec) {
        int fd = t.fds().install(f, cloexec, 0, t.rlimit(Rlimit.RLIMIT_NOFILE));
        if (fd < 0) {
            f.release();
        }
        return fd;
    }

    @Syscall(nr = Nr.memfd_create, support = Support.PARTIAL, note = "no huge pages")
    public static long sys_memfd_create(Task t, @As(Kind.STR) long name, int flags) {
        int known = Mm.MFD_CLOEXEC | Mm.MFD_ALLOW_SEALING | Mm.MFD_NOEXEC_SEAL | Mm.MFD_EXEC;
        int exec = flags & (Mm.MFD_NOEXEC_SEAL | Mm.MFD_EXEC);
        if ((flags & ~known) != 0 || exec == (Mm.MFD_NOEXEC_SEAL | Mm.MFD_EXEC)) {
            return -EINVAL;
        }
        Ref<String> text = new Ref<>();
        int r = t.mem().readString(name, 249, text);
        if (r < 0) {
            return r == -ENAMETOOLONG ? -EINVAL : r;
        }
        boolean noexec = exec == Mm.MFD_NOEXEC_SEAL;
        int seals = noexec ? Mm.F_SEAL_EXEC : (flags & Mm.MFD_ALLOW_SEALING) != 0 ? 0 : Mm.F_SEAL_SEAL;
        FileNode node = FileNode.nameless(t.kernel().memfds, t, S_IFREG | (noexec ? 0666 : 0777), seals);
        if (node == null) {
            return -ENFILE;
        }
        Dentry d = new Dentry(null, "memfd:" + text.get(), node);
        d.markUnlinked();
        Path p = new Path(new Mount(node.fs, d, "none", 0), d);
        Ref<FileDescription> out = new Ref<>();
        r = node.open(t, p, O_RDWR | O_LARGEFILE, out);
        return r != 0 ? r : install(t, out.get(), (flags & Mm.MFD_CLOEXEC) != 0);
    }
}
