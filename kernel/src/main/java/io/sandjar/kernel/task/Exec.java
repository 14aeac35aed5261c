// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileCaps;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Opener;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.kernel.vfs.Permissions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * execve(2). Everything that can fail is done first, on the old image. Then the stub executes its own image anew, by
 * which the host drops the old address space and the other threads, and the fresh stub is told what to map.
 */
public final class Exec {
    private static final int HEAD = 4096;
    private static final int MAX_SCRIPTS = 5;
    private static final int SHEBANG = 256;
    private static final int SECBIT_NOROOT = 1;

    private final Kernel kernel;

    Exec(Kernel kernel) {
        this.kernel = kernel;
    }

    private static int walkFlags(int flags) {
        return ((flags & O.AT_SYMLINK_NOFOLLOW) != 0 ? PathWalk.NOFOLLOW : 0)
                | ((flags & O.AT_EMPTY_PATH) != 0 ? PathWalk.EMPTY : 0);
    }

    /** Whether a file can be executed at all, for calls that fail in any case: 0 or -errno. */
    public int check(Task t, int dirfd, String path, int flags) {
        Ref<FileDescription> opened = new Ref<>();
        int r = open(t, dirfd, path, walkFlags(flags), opened);
        if (r == 0) {
            opened.get().release();
        }
        return r;
    }

    /**
     * Checks a program and prepares it.
     *
     * @param flags AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW
     * @return 0 or -errno as execve(2)
     */
    int prepare(
            Task t,
            int dirfd,
            String path,
            int flags,
            ArrayList<byte[]> argv,
            ArrayList<byte[]> envp,
            Ref<ExecImage> out) {
        String name = path;
        String execFn = path.isEmpty() ? "/dev/fd/" + dirfd : path;
        if (!path.startsWith("/") && dirfd != O.AT_FDCWD && !path.isEmpty()) {
            execFn = "/dev/fd/" + dirfd + "/" + path;
        }
        int dir = dirfd;
        int walkFlags = walkFlags(flags);
        for (int depth = 0; ; depth++) {
            Ref<FileDescription> opened = new Ref<>();
            int r = open(t, dir, name, walkFlags, opened);
            if (r < 0) {
                return r;
            }
            FileDescription f = opened.get();
            byte[] head = new byte[HEAD];
            long n = f.pread(t, new KernelIo(head, 0, HEAD), 0);
            if (n < 0) {
                f.release();
                return (int) n;
            }
            head = Arrays.copyOf(head, (int) n);
            if (n >= 2 && head[0] == '#' && head[1] == '!') {
                f.release();
                if (depth >= MAX_SCRIPTS) {
                    return -ELOOP;
                }
                String interpreter = script(head, argv, execFn);
                if (interpreter.isEmpty()) {
                    return -ENOEXEC;
                }
                name = interpreter;
                execFn = interpreter;
                dir = O.AT_FDCWD;
                walkFlags = 0;
                continue;
            }
            r = finish(t, f, head, argv, envp, path.isEmpty() ? "/dev/fd/" + dirfd : execFn, out);
            if (r < 0) {
                f.release();
            }
            return r;
        }
    }

    /** Opens a file for execution: regular, executable, on a mount that allows it. */
    private static int open(Task t, int dirfd, String name, int walkFlags, Ref<FileDescription> out) {
        Ref<Path> at = new Ref<>();
        int r = PathWalk.find(t, dirfd, name, walkFlags, at);
        if (r < 0) {
            return r;
        }
        Path p = at.get();
        Inode i = p.inode();
        if (i.isSymlink()) {
            return -ELOOP;
        }
        if (!i.isRegular() || (p.mount().flags() & Mount.NOEXEC) != 0) {
            return -EACCES;
        }
        r = Permissions.may(t.creds(), i, Permissions.MAY_EXEC);
        if (r == 0 && i.isOpenForWriting()) {
            r = -ETXTBSY;
        }
        return r < 0 ? r : Opener.openPath(t, p, O.O_RDONLY, out);
    }

    /** Applies a #! line: the interpreter's path, its argument and the script's path replace argv[0]. */
    private static String script(byte[] head, ArrayList<byte[]> argv, String path) {
        int max = Math.min(head.length, SHEBANG);
        int end = 2;
        while (end < max && head[end] != '\n') {
            end++;
        }
        if (end == max && max == SHEBANG) {
            // a line that is cut off is only good when its interpreter is complete
            int i = 2;
            while (i < end && (head[i] == ' ' || head[i] == '\t')) {
                i++;
            }
            while (i < end && head[i] != ' ' && head[i] != '\t') {
                i++;
            }
            if (i == end) {
                return "";
            }
        }
        String line = new String(head, 2, end - 2, StandardCharsets.ISO_8859_1);
        int nul = line.indexOf('\0');
        if (nul >= 0) {
            line = line.substring(0, nul);
        }
        line = strip(line);
        int space = 0;
        while (space < line.length() && line.charAt(space) != ' ' && line.charAt(space) != '\t') {
            space++;
        }
        String interpreter = line.substring(0, space);
        String argument = strip(line.substring(space));
        if (!argv.isEmpty()) {
            argv.remove(0);
        }
        argv.add(0, path.getBytes(StandardCharsets.ISO_8859_1));
        if (!argument.isEmpty()) {
            argv.add(0, argument.getBytes(StandardCharsets.ISO_8859_1));
        }
        argv.add(0, interpreter.getBytes(StandardCharsets.ISO_8859_1));
        return interpreter;
    }

    private static String strip(String s) {
        int a = 0;
        int b = s.length();
        while (a < b && (s.charAt(a) == ' ' || s.charAt(a) == '\t')) {
            a++;
        }
        while (b > a && (s.charAt(b - 1) == ' ' || s.charAt(b - 1) == '\t')) {
            b--;
        }
        return s.substring(a, b);
    }

    private static int finish(
            Task t,
            FileDescription f,
            byte[] head,
            ArrayList<byte[]> argv,
            ArrayList<byte[]> envp,
            String execFn,
            Ref<ExecImage> out) {
        Ref<ElfFile> elf = new Ref<>();
        int r = ElfFile.parse(t, f, head, elf);
        if (r < 0) {
            return r;
        }
        FileCaps caps = caps(t, f);
        if (caps != null
                && caps.effective()
                && (caps.permitted() & ~(t.creds.capBounding() | t.creds.capInheritable() & caps.inheritable())) != 0) {
            return -EPERM; // it could not do what it is made for
        }
        FileDescription loader = null;
        ElfFile loaderElf = null;
        String interpreter = elf.get().interpreter;
        if (interpreter != null) {
            Ref<FileDescription> opened = new Ref<>();
            r = open(t, O.AT_FDCWD, interpreter, 0, opened);
            if (r < 0) {
                return r;
            }
            loader = opened.get();
            byte[] first = new byte[HEAD];
            long n = loader.pread(t, new KernelIo(first, 0, HEAD), 0);
            Ref<ElfFile> parsed = new Ref<>();
            r = n < 0 ? (int) n : ElfFile.parse(t, loader, Arrays.copyOf(first, (int) n), parsed);
            if (r < 0) {
                loader.release();
                return r == -ENOEXEC ? -ELIBBAD : r;
            }
            loaderElf = parsed.get();
        }
        ExecImage image = new ExecImage(f, elf.get(), loader, loaderElf, argv, envp, execFn);
        image.caps = caps;
        out.set(image);
        return 0;
    }

    /** The capabilities of a program's file, where they count. Root has all of them anyway. */
    private static @Nullable FileCaps caps(Task t, FileDescription f) {
        Path p = f.path();
        Creds c = t.creds;
        boolean root =
                (c.securebits() & SECBIT_NOROOT) == 0 && c.uid() == c.userNs().kernelUid(0) && c.euid() == c.uid();
        if (root || p == null || !givesPrivileges(t, p)) {
            return null;
        }
        return FileCaps.of(t, p.inode());
    }

    /** Whether set-user-ID and capabilities of a file count: not those of mounts that the caller only has a descriptor of. */
    private static boolean givesPrivileges(Task t, Path p) {
        return (p.mount().flags() & Mount.NOSUID) == 0 && p.mount().namespace() == t.mounts();
    }

    /** Whether arguments and environment are more than execve(2) takes. */
    private static boolean tooBig(Task t, ArrayList<byte[]> argv, ArrayList<byte[]> envp) {
        long total = 8L * (argv.size() + envp.size());
        for (byte[] b : argv) {
            total += b.length + 1;
        }
        for (byte[] b : envp) {
            total += b.length + 1;
        }
        long stack = t.rlimit(Rlimit.RLIMIT_STACK);
        long limit = Math.max(131072, Math.min(stack / 4, 6291456));
        return total > limit;
    }

    /** execve(2) and execveat(2) of a task in its trap frame: queues the operations, or -errno. */
    public long execute(Task t, int dirfd, String path, int flags, ArrayList<byte[]> argv, ArrayList<byte[]> envp) {
        if (tooBig(t, argv, envp)) {
            return -E2BIG;
        }
        if (t.fds.shared() && !t.fds.mayCopy()) {
            return -ENOMEM;
        }
        Ref<ExecImage> prepared = new Ref<>();
        int r = prepare(t, dirfd, path, flags, argv, envp, prepared);
        if (r < 0) {
            return r;
        }
        ExecImage image = prepared.get();
        int fd = kernel.listener().addFd(t.notifId, kernel.stubImage(), -1);
        if (fd < 0) {
            image.close();
            return fd;
        }
        commit(t, image);
        throughStub(t, fd);
        return 0;
    }

    /** Has a process that was started from outside become a fresh stub: queues the operations, or -errno. */
    int throughStub(Task t) {
        int fd = kernel.listener().addFd(t.notifId, kernel.stubImage(), -1);
        if (fd >= 0) {
            throughStub(t, fd);
        }
        return Math.min(fd, 0);
    }

    private void throughStub(Task t, int fd) {
        t.gate.expect(Nr.execveat, fd);
        t.mem.write(Stub.mailbox(t.slot) + Stub.BOX_EMPTY_STRING, new byte[8]);
        long empty = Stub.mailbox(t.slot) + Stub.BOX_EMPTY_STRING;
        t.trap.ops.call(0, Nr.execveat, fd, empty, 0, 0, O.AT_EMPTY_PATH, 0);
        t.trap.continuation = (task, failed, result) -> kernel.exits().exitGroup(task.group, Sig.SIGKILL);
    }

    /** The point of no return: the process takes on the properties of the new program. */
    void commit(Task t, ExecImage image) {
        ThreadGroup g = t.group;
        t.execTid = t.rootTid();
        if (!image.first) {
            kernel.taskLock().lock();
            t.mask.pull();
            t.mask.inSlot = false; // signals that come now are blocked as before, whatever lies where the slot will be
            kernel.taskLock().unlock();
            g.execing = true;
            kernel.exits().leaveAlone(t);
        }
        if (t.fds.shared()) {
            t.unshareFds(true);
        }
        Path exe = image.file.path();
        String base = image.execFn.substring(image.execFn.lastIndexOf('/') + 1);
        kernel.taskLock().lock();
        try {
            g.resetHandlers();
            t.altStack.forget();
            t.restartCode = 0;
            t.comm = base.length() > 15 ? base.substring(0, 15) : base;
            g.execed = true;
            g.setProgram(exe);
            if (g.exitSignal != 0) {
                g.exitSignal = Sig.SIGCHLD;
            }
        } finally {
            kernel.taskLock().unlock();
        }
        g.endTimers(true);
        g.attachments.clear(g.globalPid());
        g.aio.clear();
        kernel.taskLock().lock(); // nobody begins to trace or to look at it meanwhile
        try {
            credentials(t, image, exe);
            if (image.secure) {
                g.dumpable = 0; // who may look becomes less at once, and more when the old program's memory is gone
            }
            if (image.secure) {
                t.settings.parentDeathSignal = 0;
            }
        } finally {
            kernel.taskLock().unlock();
        }
        t.image = image;
    }

    /** Set-user-id and set-group-id programs, and what exec does to capabilities (capabilities(7)). */
    private static void credentials(Task t, ExecImage image, @Nullable Path exe) {
        Creds c = t.creds;
        int euid = c.euid();
        int egid = c.egid();
        if (exe != null && !t.settings.noNewPrivs && givesPrivileges(t, exe)) {
            int mode = exe.inode().mode();
            int fileUid = exe.inode().uid();
            int fileGid = exe.inode().gid();
            boolean known = c.userNs().localUid(fileUid) != -1 && c.userNs().localGid(fileGid) != -1;
            if (known && (mode & 04000) != 0) {
                euid = fileUid;
            }
            if (known && (mode & 02010) == 02010) {
                egid = fileGid;
            }
        }
        int root = c.userNs().kernelUid(0); // -1, which nobody is, while it has none
        FileCaps caps = image.caps;
        boolean hasCaps = caps != null && (caps.permitted() | caps.inheritable()) != 0;
        boolean setId = euid != c.euid() || egid != c.egid();
        boolean gets = caps != null && caps.effective();
        long permitted =
                caps == null ? 0 : caps.permitted() & c.capBounding() | caps.inheritable() & c.capInheritable();
        boolean rootByFile = euid == root && c.uid() != root;
        if ((c.securebits() & SECBIT_NOROOT) == 0 && !(hasCaps && rootByFile) && (euid == root || c.uid() == root)) {
            permitted = c.capInheritable() | c.capBounding();
            gets |= euid == root;
        }
        boolean watched = (setId || (permitted & ~c.capPermitted()) != 0) && isWatched(t);
        if (watched && !c.hasHere(Cap.CAP_SETUID)) {
            euid = c.uid();
            egid = c.gid();
        }
        if (watched || t.settings.noNewPrivs) {
            permitted &= c.capPermitted();
        }
        long ambient = hasCaps || setId ? 0 : c.capAmbient();
        permitted |= ambient;
        long effective = gets ? permitted : ambient;
        image.secure = euid != c.uid() || egid != c.gid() || (c.uid() != root && (gets || (permitted & ~ambient) != 0));
        t.creds = new Creds(
                c.uid(),
                euid,
                euid,
                euid,
                c.gid(),
                egid,
                egid,
                egid,
                c.groups(),
                permitted,
                effective,
                c.capInheritable(),
                c.capBounding(),
                ambient,
                c.securebits() & ~(1 << 4), // SECBIT_KEEP_CAPS
                c.userNs());
    }

    /** Whether somebody with fewer rights has a hand on a process: who traces it, or shares its root directory. */
    private static boolean isWatched(Task t) {
        Tracee e = t.tracee;
        if (e != null && !e.by.has(t.creds.userNs(), Cap.CAP_SYS_PTRACE)) {
            return true;
        }
        if (t.fs.shared()) {
            for (ThreadGroup g : t.kernel().containers().allGroups()) {
                for (Task o : g.tasks) {
                    if (g != t.group && o.fs == t.fs && !o.dead) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** A number in the auxiliary vector. */
    static void aux(byte[] b, int at, long key, long value) {
        Bytes.put64(b, at, key);
        Bytes.put64(b, at + 8, value);
    }
}
