// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
import io.sandjar.abi.Nr;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import java.lang.instrument.Instrumentation;
import java.nio.charset.StandardCharsets;

/**
 * A kernel that has turned against its host: an agent in the kernel's own JVM that waits until the JVM is confined and
 * then tries one thing. It says {@code attempt NAME: denied (REASON)} or {@code BREACH}; the host may also end the whole
 * process, which is as good. Only the tests know it: the product has no agents (its image has no java.instrument).
 *
 * <p>Argument: NAME,VICTIM-PID,SECRET-FILE. The victim is a process and the secret a file outside the sandbox.
 */
public final class HostileKernel {
    private static final int AT_FDCWD = -100;
    private static final int O_PATH = 010000000;
    private static final int O_DIRECTORY = 0200000;
    private static final int SIGKILL = 9;

    private static String name = "";
    private static int victim;
    private static String secret = "";
    private static long secretIno;
    private static int status = -1;
    private static int log = -1;

    /** Before main: nothing is confined yet, so everything that is needed later is opened and loaded here. */
    public static void premain(String arguments, Instrumentation unused) {
        String[] words = arguments.split(",");
        name = words[0];
        victim = Integer.parseInt(words[1]);
        secret = words[2];
        status = Sys.openat(AT_FDCWD, "/proc/self/status", 0, 0);
        log = (int) Sys.call(Nr.fcntl, 2, 1030, 100);
        int fd = Sys.openat(AT_FDCWD, secret, O_PATH, 0);
        secretIno = fd < 0 ? -1 : inode(fd);
        Sys.close(fd);
        say("hostile " + name + ": waiting\n");
        Thread t = new Thread(HostileKernel::run, "hostile");
        t.setDaemon(true);
        t.start();
    }

    private static void run() {
        byte[] text = new byte[8192];
        while (true) {
            int n = (int) Sys.read(status, text, 0, text.length, 0);
            String s = new String(text, 0, Math.max(n, 0), StandardCharsets.ISO_8859_1);
            if (s.contains("Seccomp:\t2")) {
                break;
            }
            pause();
        }
        say("hostile " + name + ": confined\n");
        for (int i = 0; i < 500; i++) {
            pause(); // let the sandbox come up, so that its end is seen for what it is
        }
        String outcome = attempt();
        say("attempt " + name + ": " + outcome + "\n");
    }

    private static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void say(String s) {
        byte[] b = s.getBytes(StandardCharsets.ISO_8859_1);
        Sys.write(log, b, 0, b.length, -1);
    }

    private static String attempt() {
        return switch (name) {
            case "control" -> Sys.pid() > 0 ? "works" : "odd";
            case "jvm" -> ordinaryLife();
            case "open" -> file((int) path(Nr.open, secret, 0));
            case "openat" -> file(Sys.openat(AT_FDCWD, secret, 0, 0));
            case "openat2" -> file(Sys.openat2(AT_FDCWD, secret, 0, 0, 0));
            case "openat2-relative" -> file(Sys.openat2(AT_FDCWD, "../../../../../.." + secret, 0, 0, 0));
            case "dotdot" -> dotdot();
            case "proc-roots" -> procRoots();
            case "host-proc" -> hostProc();
            case "by-handle" -> result(Sys.call(Nr.open_by_handle_at, AT_FDCWD, 0, 0));
            case "write-root" -> result(makeDirectory("breach"));
            case "write-anywhere" -> writeAnywhere();
            case "write-sysctl" -> writeSysctl();
            case "write-files" -> writeFiles();
            case "socket-inet" -> result(Sys.call(Nr.socket, 2, 1, 0));
            case "socket-inet6" -> result(Sys.call(Nr.socket, 10, 2, 0));
            case "socket-unix" -> result(Sys.call(Nr.socket, 1, 1, 0));
            case "socket-packet" -> result(Sys.call(Nr.socket, 17, 3, 0));
            case "socket-netlink" -> result(Sys.call(Nr.socket, 16, 3, 15));
            case "socket-vsock" -> result(Sys.call(Nr.socket, 40, 1, 0));
            case "socketpair" -> scratch(Nr.socketpair, 1, 1, 0);
            case "execve" -> result(path(Nr.execve, "/bin/true", 0));
            case "execveat" -> result(Sys.callWithPath(Nr.execveat, 1, "/bin/true", AT_FDCWD, 0, 0, 0, 0));
            case "fork" -> result(Sys.call(Nr.fork, 0));
            case "vfork-by-clone" -> result(Sys.call(Nr.clone, 17, 0, 0));
            case "clone-namespaces" -> result(Sys.call(Nr.clone, 0x10000000 | 17, 0, 0));
            case "clone3" -> result(Sys.call(Nr.clone3, 0, 0, 0));
            case "kill-victim" -> result(Sys.call(Nr.kill, victim, SIGKILL, 0));
            case "tgkill-victim" -> result(Sys.call(Nr.tgkill, victim, victim, 6));
            case "sigqueue-victim" -> scratch(Nr.rt_sigqueueinfo, victim, SIGKILL, 0);
            case "pidfd-victim" -> result(Sys.call(Nr.pidfd_open, victim, 0, 0));
            case "ptrace-victim" -> result(Sys.call(Nr.ptrace, 16, victim, 0));
            case "read-victim" -> vm(Nr.process_vm_readv);
            case "write-victim" -> vm(Nr.process_vm_writev);
            case "limit-victim" -> limit();
            case "nice-victim" -> result(Sys.call(Nr.setpriority, 0, victim, 19));
            case "mount" -> mount();
            case "umount" -> result(path(Nr.umount2, "/", 2));
            case "open-tree" -> result(Sys.callWithPath(Nr.open_tree, 1, "/", AT_FDCWD, 1, 0, 0, 0));
            case "fsopen" -> result(path(Nr.fsopen, "proc", 0));
            case "pivot-root" -> result(path(Nr.pivot_root, ".", 0));
            case "chroot" -> result(path(Nr.chroot, "/", 0));
            case "unshare-user" -> result(Sys.call(Nr.unshare, 0x10000000));
            case "unshare-net" -> result(Sys.call(Nr.unshare, 0x40000000));
            case "setns" -> result(Sys.call(Nr.setns, 0, 0, 0));
            case "setuid" -> result(Sys.call(Nr.setuid, 0));
            case "capset" -> scratch(Nr.capset, 0, 0, 0);
            case "bpf" -> result(Sys.call(Nr.bpf, 0, 0, 0));
            case "io-uring" -> scratch(Nr.io_uring_setup, 8, 0, 0);
            case "kexec" -> result(Sys.call(Nr.kexec_load, 0, 0, 0));
            case "module" -> result(Sys.call(Nr.finit_module, 0, 0, 0));
            case "keyctl" -> result(Sys.call(Nr.keyctl, 0, 0, 0));
            case "seccomp" -> result(Sys.call(Nr.seccomp, 0, 0, 0));
            case "userfaultfd" -> result(Sys.call(Nr.userfaultfd, 0));
            case "perf" -> result(Sys.call(Nr.perf_event_open, 0, 0, 0));
            case "tiocsti" -> scratch(Nr.ioctl, 0, 0x5412, 0);
            case "tiocsctty" -> result(Sys.call(Nr.ioctl, 0, 0x540e, 1));
            case "library" -> library();
            case "map-file" -> result(Sys.call(Nr.mmap, 0, 4096, 5, 2, status, 0));
            case "x32" -> result(Sys.call(Nr.getpid | 0x40000000, 0));
            case "dump" -> result(Sys.call(Nr.prctl, 4, 1, 0));
            default -> "BREACH: no such attempt";
        };
    }

    private static String result(long r) {
        return r < 0 && r > -4096 ? "denied (" + io.sandjar.abi.Errno.name((int) -r) + ")" : "BREACH: " + r;
    }

    private static long path(int nr, String p, long a) {
        return Sys.callWithPath(nr, 0, p, a, 0, 0, 0, 0);
    }

    private static long makeDirectory(String p) {
        return Sys.callWithPath(Nr.mkdirat, 1, p, AT_FDCWD, 0777, 0, 0, 0);
    }

    private static String scratch(int nr, long a, long b, long c) {
        Scratch s = Scratch.take();
        return result(Sys.call(nr, a, b, c == 0 ? s.address : c, s.address + 512, 0, 0));
    }

    private static String mount() {
        Scratch s = Scratch.take();
        return result(Sys.call(Nr.mount, s.putString(0, "x"), s.putString(64, "/"), s.putString(128, "tmpfs"), 0, 0, 0));
    }

    private static String vm(int nr) {
        Scratch s = Scratch.take();
        s.buf.putLong(0, s.address + 4096);
        s.buf.putLong(8, 8);
        s.buf.putLong(16, 0x400000);
        s.buf.putLong(24, 8);
        long r = Sys.call(nr, victim, s.address, 1, s.address + 16, 1, 0);
        return r == -14 ? "BREACH: only the address was wrong" : result(r);
    }

    private static String limit() {
        Scratch s = Scratch.take();
        return result(Sys.call(Nr.prlimit64, victim, 7, 0, s.address, 0, 0));
    }

    private static long inode(int fd) {
        io.sandjar.host.HostStat s = new io.sandjar.host.HostStat();
        return io.sandjar.host.HostFs.statx(fd, "", s) == 0 ? s.ino : -1;
    }

    /** An open file is a breach if it is the secret. */
    private static String file(int fd) {
        if (fd < 0) {
            return result(fd);
        }
        return inode(fd) == secretIno ? "BREACH: the secret" : "denied (another file)";
    }

    /** Tries to walk out of every descriptor there is, as far up as can be and by the name of the secret. */
    private static String dotdot() {
        int tried = 0;
        for (int fd = 0; fd < 4096; fd++) {
            for (String way : new String[] {"../../../../../../../../../../../..", "", ".."}) {
                int got = Sys.openat2(fd, way + secret, 0, 0, 0);
                if (got == -9) {
                    break;
                }
                tried++;
                if (got >= 0 && inode(got) == secretIno) {
                    return "BREACH: by descriptor " + fd + " and " + way;
                }
            }
        }
        return "denied (" + tried + " ways)";
    }

    /** Tries the links of every process that /proc shows. */
    private static String procRoots() {
        int proc = io.sandjar.host.HostFiles.proc();
        int tried = 0;
        for (int pid = 0; pid < 2000; pid++) {
            String p = pid == 0 ? "self" : Integer.toString(pid);
            for (String way : new String[] {"/root", "/cwd", "/root/..", "/task/" + p + "/root"}) {
                int got = Sys.openat2(proc, p + way + secret, 0, 0, 0);
                tried++;
                if (got >= 0 && inode(got) == secretIno) {
                    return "BREACH: " + p + way;
                }
            }
        }
        return "denied (" + tried + " ways)";
    }

    /** The host's processes must not be in the /proc that it has. */
    private static String hostProc() {
        int fd = Sys.openat2(io.sandjar.host.HostFiles.proc(), victim + "/status", 0, 0, 0);
        if (fd < 0) {
            return result(fd);
        }
        byte[] b = new byte[64];
        int n = (int) Sys.read(fd, b, 0, 64, -1);
        String s = new String(b, 0, Math.max(n, 0), StandardCharsets.ISO_8859_1);
        return s.startsWith("Name:\tsleep") ? "BREACH: sees the victim" : "denied (another process)";
    }

    /** Tries to make a file beneath every directory that it holds; none may be written in a read-only sandbox. */
    private static String writeAnywhere() {
        int tried = 0;
        for (int fd = 0; fd < 4096; fd++) {
            int dir = Sys.openat2(fd, ".", O_PATH | O_DIRECTORY, 0, 0);
            if (dir < 0) {
                continue;
            }
            Sys.close(dir);
            tried++;
            int made = Sys.openat2(fd, "sandjar-breach", 0102, 0600, 0); // O_CREAT | O_RDWR
            if (made >= 0) {
                return "BREACH: in descriptor " + fd + " (" + Sys.readlinkat(io.sandjar.host.HostFiles.proc(), "self/fd/" + fd) + ")";
            }
        }
        return "denied (" + tried + " directories)";
    }

    /** Tries to open each file that it may only read for writing: the image, files that were given read-only. */
    private static String writeFiles() {
        int proc = io.sandjar.host.HostFiles.proc();
        int tried = 0;
        for (int fd = 0; fd < 4096; fd++) {
            io.sandjar.host.HostStat s = new io.sandjar.host.HostStat();
            if (io.sandjar.host.HostFs.statx(fd, "", s) != 0 || (s.mode & 0170000) != 0100000 || s.nlink == 0) {
                continue;
            }
            long type = io.sandjar.host.HostFs.fsType(fd);
            if (type == 0x9fa0 || type == 0x27e0eb || type == 0x63677270) {
                continue; // figures and cgroup.procs
            }
            long flags = Sys.call(Nr.fcntl, fd, 3, 0);
            tried++;
            if ((flags & 3) == 0 && Sys.openat2(proc, "self/fd/" + fd, 2, 0, 0) >= 0) {
                return "BREACH: " + Sys.readlinkat(proc, "self/fd/" + fd);
            }
        }
        int exe = Sys.openat2(proc, "self/exe", 2, 0, 0);
        return exe >= 0 ? "BREACH: exe" : "denied (" + tried + " files)";
    }

    private static String writeSysctl() {
        int proc = io.sandjar.host.HostFiles.proc();
        for (String f : new String[] {"sys/kernel/core_pattern", "sys/kernel/hostname", "sys/vm/drop_caches", "sysrq-trigger", "irq/default_smp_affinity", "scsi/scsi", "mtrr"}) {
            int fd = Sys.openat2(proc, f, 1, 0, 0);
            if (fd >= 0) {
                return "BREACH: " + f;
            }
        }
        return "denied (all)";
    }

    private static String library() {
        try {
            System.load("/lib/x86_64-linux-gnu/libz.so.1");
            return "BREACH: loaded";
        } catch (UnsatisfiedLinkError e) {
            return "denied (UnsatisfiedLinkError)";
        }
    }

    private static volatile Object sink = "";

    /** Nothing hostile: what any JVM does in its life must go on working behind the list. */
    private static String ordinaryLife() {
        try {
            for (int round = 0; round < 20; round++) {
                threads();
                virtualThreads();
                exceptions();
                garbage(round);
                compile();
            }
            java.util.function.IntUnaryOperator spun = x -> x + 1;
            sink = "" + spun.applyAsInt(1) + new java.util.concurrent.Phaser() + java.util.stream.IntStream.range(0, 9).sum();
            System.gc();
            return "works";
        } catch (RuntimeException | Error e) {
            return "BREACH: of ordinary life: " + e;
        } catch (InterruptedException e) {
            return "BREACH: interrupted";
        }
    }

    private static void threads() throws InterruptedException {
        Thread[] all = new Thread[12];
        for (int i = 0; i < all.length; i++) {
            all[i] = new Thread(() -> sink = new byte[100_000]);
            all[i].start();
        }
        for (Thread t : all) {
            t.join();
        }
    }

    private static void virtualThreads() throws InterruptedException {
        Thread[] all = new Thread[50];
        for (int i = 0; i < all.length; i++) {
            all[i] = Thread.ofVirtual().start(() -> pause());
        }
        for (Thread t : all) {
            t.join();
        }
    }

    private static void exceptions() {
        String nothing = sink instanceof Integer ? "a" : null;
        try {
            sink = nothing.length();
        } catch (NullPointerException e) {
            sink = e;
        }
        try {
            recurse(0);
        } catch (StackOverflowError e) {
            sink = e.getClass();
        }
        try {
            sink = new long[Integer.MAX_VALUE - 8];
        } catch (OutOfMemoryError e) {
            sink = e.getClass();
        }
    }

    private static int recurse(int n) {
        return n < 0 ? 0 : recurse(n + 1) + 1;
    }

    private static void garbage(int round) {
        java.util.ArrayList<byte[]> kept = new java.util.ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            byte[] b = new byte[20_000];
            if (i % (50 + round) == 0) {
                kept.add(b);
            }
        }
        sink = kept;
    }

    private static void compile() {
        long sum = 0;
        for (int i = 0; i < 3_000_000; i++) {
            sum += (sum ^ i) * 31 + Integer.bitCount(i);
        }
        sink = sum;
    }
}
