// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

import static io.sandjar.host.seccomp.Action.ALLOW;
import static io.sandjar.host.seccomp.Action.KILL_PROCESS;
import static io.sandjar.host.seccomp.Action.errno;
import static io.sandjar.host.seccomp.Condition.bits;
import static io.sandjar.host.seccomp.Condition.masked;
import static io.sandjar.host.seccomp.Condition.oneOf;

import io.sandjar.abi.Clone;
import io.sandjar.abi.Errno;
import io.sandjar.abi.Futex;
import io.sandjar.abi.Ioctl;
import io.sandjar.abi.Mm;
import io.sandjar.abi.Net;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.abi.Prctl;
import io.sandjar.abi.Sig;
import io.sandjar.abi.Tty;

/**
 * The kernel's profile: what the kernel JVM itself may ask the host for once it is confined.
 *
 * <p>First what a JVM needs to go on (found by experiment, with every collector, both compilers, new threads, errors and
 * the exit path), then what the classes of {@code io.sandjar.host} do for guests. A test compares the second part with
 * the source: a call that nobody makes is not here, and a call that is made is here or belongs to the time before.
 */
final class KernelProfile {
    private static final long THREAD_FLAGS = Clone.CLONE_VM
            | Clone.CLONE_FS
            | Clone.CLONE_FILES
            | Clone.CLONE_SIGHAND
            | Clone.CLONE_THREAD
            | Clone.CLONE_SYSVSEM;

    private static final long THREAD_OPTIONS =
            Clone.CLONE_SETTLS | Clone.CLONE_CHILD_CLEARTID | Clone.CLONE_PARENT_SETTID | Clone.CLONE_DETACHED;

    private static final int FUTEX_FLAGS = Futex.FUTEX_PRIVATE_FLAG | Futex.FUTEX_CLOCK_REALTIME;

    /** The signal by which HotSpot looks at a thread (_JAVA_SR_SIGNUM, set by the launcher). */
    private static final int HOTSPOT_SIGNAL = 50;

    /** The stub's kick, as in stub.h. */
    private static final int KICK = 23;

    // struct seccomp_notif and its kind, as in Listener
    private static final int NOTIF_RECV = 0xC0502100;
    private static final int NOTIF_SEND = 0xC0182101;
    private static final int NOTIF_ADDFD = 0x40182103;

    private static final int ENOSYS = errno(Errno.ENOSYS);
    private static final int ENOENT = errno(Errno.ENOENT);
    private static final int EPERM = errno(Errno.EPERM);

    /** What a JVM needs, whatever it runs. */
    static final Rule[] JVM = {
        rule(
                "memory of the process; a code cache needs pages that can be executed",
                calls(Nr.munmap, Nr.mprotect, Nr.mremap, Nr.madvise, Nr.brk)),
        rule(
                "memory, but never a file",
                calls(Nr.mmap),
                oneOf(4, "fd is -1", -1),
                masked(3, Mm.MAP_ANONYMOUS, "anonymous", Mm.MAP_ANONYMOUS)),
        rule(
                "a thread of this process, never a process",
                calls(Nr.clone),
                bits(0, ~THREAD_OPTIONS, THREAD_FLAGS, "the flags of a POSIX thread")),
        refuse(ENOSYS, "its flags lie in memory; the C library falls back to clone", calls(Nr.clone3)),
        rule(
                "threads: their memory, their end, their turn",
                calls(Nr.set_robust_list, Nr.rseq, Nr.exit, Nr.exit_group, Nr.sched_yield, Nr.gettid, Nr.getpid)),
        rule(
                "threads wait for and wake each other",
                calls(Nr.futex),
                masked(
                        1,
                        ~FUTEX_FLAGS,
                        "WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET, WAKE_BITSET",
                        Futex.FUTEX_WAIT,
                        Futex.FUTEX_WAKE,
                        Futex.FUTEX_WAIT_BITSET,
                        Futex.FUTEX_WAKE_BITSET,
                        Futex.FUTEX_CMP_REQUEUE,
                        Futex.FUTEX_REQUEUE,
                        Futex.FUTEX_WAKE_OP)),
        rule(
                "a null pointer in Java is a signal; a crash report needs handlers",
                calls(Nr.rt_sigaction, Nr.rt_sigprocmask, Nr.rt_sigreturn, Nr.sigaltstack)),
        rule(
                "names of threads and of memory, for people who look",
                calls(Nr.prctl),
                oneOf(0, "PR_SET_NAME, PR_SET_VMA", Prctl.PR_SET_NAME, Prctl.PR_SET_VMA)),
        rule("time", calls(Nr.clock_gettime, Nr.clock_getres, Nr.clock_nanosleep, Nr.restart_syscall)),
        rule(
                "figures about this process and the machine",
                calls(Nr.getrusage, Nr.times, Nr.sysinfo, Nr.uname, Nr.getuid, Nr.geteuid, Nr.getgid, Nr.getegid)),
        rule("fences among the threads of the process", calls(Nr.membarrier)),
        rule("random numbers", calls(Nr.getrandom)),
        rule(
                "reads classes from the open image, writes to open files",
                calls(Nr.read, Nr.write, Nr.pread64, Nr.pwrite64, Nr.readv, Nr.writev, Nr.lseek, Nr.fstat, Nr.close)),
        rule(
                "what an open file is: the C library asks this way",
                calls(Nr.newfstatat),
                oneOf(3, "AT_EMPTY_PATH", O.AT_EMPTY_PATH)),
        refuse(
                ENOENT,
                "HotSpot's crash report looks for files, and writes to descriptor 2 without them",
                calls(Nr.getcwd, Nr.stat, Nr.lstat, Nr.access, Nr.readlink, Nr.open, Nr.unlink, Nr.newfstatat)),
        refuse(ENOENT, "the C library looks for settings in /proc and /sys and does without", calls(Nr.openat)),
    };

    /** What the classes of the host module do for guests. */
    private static final Rule[] KERNEL = {
        rule(
                "guests' calls come in and are answered; descriptors that they map are put into their tables",
                calls(Nr.ioctl),
                oneOf(1, "SECCOMP_IOCTL_NOTIF_RECV, _SEND, _ADDFD", NOTIF_RECV, NOTIF_SEND, NOTIF_ADDFD)),
        rule(
                "guest memory; the host lets it through for processes of this sandbox only",
                calls(Nr.process_vm_readv, Nr.process_vm_writev)),
        rule(
                "memory shared with a guest thread, in which it posts its calls: never to be executed",
                calls(Nr.mmap),
                bits(2, -1L, Mm.PROT_READ | Mm.PROT_WRITE, "PROT_READ | PROT_WRITE"),
                bits(3, -1L, Mm.MAP_SHARED, "MAP_SHARED")),
        rule("ends guest processes", calls(Nr.kill), oneOf(1, "SIGKILL", Sig.SIGKILL)),
        rule(
                "takes a guest thread out of its program, asks whether it lives",
                calls(Nr.tgkill),
                oneOf(2, "0, the kick", 0, KICK)),
        rule("learns that guest processes have ended", calls(Nr.waitid)),
        rule("limits of guest processes", calls(Nr.prlimit64)),
        rule(
                "where guest threads may run, and how urgent they are",
                calls(Nr.sched_getaffinity, Nr.sched_setaffinity, Nr.getpriority, Nr.setpriority)),
        rule("where a guest thread keeps the locks that it holds", calls(Nr.get_robust_list)),
        rule("opens files beneath descriptors that were opened before; the root directory is empty", calls(Nr.openat2)),
        rule(
                "files beneath such descriptors: what they are",
                calls(Nr.statx, Nr.fstatfs, Nr.readlinkat, Nr.getdents64, Nr.fgetxattr, Nr.flistxattr)),
        rule(
                "files beneath such descriptors: changes that a guest may make",
                calls(
                        Nr.mkdirat,
                        Nr.mknodat,
                        Nr.symlinkat,
                        Nr.linkat,
                        Nr.unlinkat,
                        Nr.renameat2,
                        Nr.fchmod,
                        Nr.fchmodat2,
                        Nr.fchown,
                        Nr.fchownat,
                        Nr.utimensat,
                        Nr.ftruncate,
                        Nr.fallocate,
                        Nr.fsync,
                        Nr.fdatasync,
                        Nr.fsetxattr,
                        Nr.fremovexattr)),
        rule("files in memory, for guests' files and mappings", calls(Nr.memfd_create)),
        rule(
                "descriptors of its own: copies, flags, seals",
                calls(Nr.fcntl),
                oneOf(
                        1,
                        "F_DUPFD_CLOEXEC, F_GETFL, F_SETFL, F_ADD_SEALS, F_GET_SEALS",
                        O.F_DUPFD_CLOEXEC,
                        O.F_GETFL,
                        O.F_SETFL,
                        O.F_ADD_SEALS,
                        O.F_GET_SEALS)),
        rule(
                "the terminal or stream that the guest was given: its modes, its size, what waits in it",
                calls(Nr.ioctl),
                oneOf(
                        1,
                        "TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGWINSZ, TIOCGPGRP, FIONREAD, TIOCOUTQ",
                        Tty.TCGETS,
                        Tty.TCSETS,
                        Tty.TCSETSW,
                        Tty.TCSETSF,
                        Tty.TIOCGWINSZ,
                        Tty.TIOCGPGRP,
                        Tty.TIOCINQ,
                        Tty.TIOCOUTQ)),
        rule("whether it is in the terminal's foreground", calls(Nr.getpgid)),
        rule(
                "waits for descriptors; wakes its own waiters",
                calls(Nr.poll, Nr.epoll_create1, Nr.epoll_ctl, Nr.epoll_wait, Nr.eventfd2)),
        rule("signals that are meant for the guest, blocked in every thread", calls(Nr.signalfd4)),
        rule(
                "who it is that gives an order",
                calls(Nr.getsockopt),
                oneOf(1, "SOL_SOCKET", Net.SOL_SOCKET),
                oneOf(2, "SO_PEERCRED", Net.SO_PEERCRED)),
        rule(
                "orders and descriptors over the control socket that was opened before",
                calls(Nr.accept4, Nr.recvmsg, Nr.sendmsg, Nr.shutdown)),
    };

    private static final int[] SOCKET_CALLS = calls(
            Nr.bind,
            Nr.connect,
            Nr.listen,
            Nr.getsockname,
            Nr.getpeername,
            Nr.setsockopt,
            Nr.getsockopt,
            Nr.sendto,
            Nr.recvfrom);

    private static final Rule[] SOCKETS = {
        rule(
                "sockets of the host for guests' sockets; only with --network=sandbox or host",
                calls(Nr.socket),
                oneOf(0, "AF_INET, AF_INET6", Net.AF_INET, Net.AF_INET6),
                masked(1, 0xf, "stream, datagram, raw", Net.SOCK_STREAM, Net.SOCK_DGRAM, Net.SOCK_RAW)),
        rule(
                "the same: questions about links, addresses and routes",
                calls(Nr.socket),
                oneOf(0, "AF_NETLINK", Net.AF_NETLINK),
                oneOf(2, "NETLINK_ROUTE", Net.NETLINK_ROUTE)),
        rule("the same", SOCKET_CALLS),
        rule(
                "the same: questions about interfaces",
                calls(Nr.ioctl),
                oneOf(
                        1,
                        "SIOCGIF*",
                        Ioctl.SIOCGIFCONF,
                        Ioctl.SIOCGIFNAME,
                        Ioctl.SIOCGIFINDEX,
                        Ioctl.SIOCGIFFLAGS,
                        Ioctl.SIOCGIFADDR,
                        Ioctl.SIOCGIFDSTADDR,
                        Ioctl.SIOCGIFNETMASK,
                        Ioctl.SIOCGIFBRDADDR,
                        Ioctl.SIOCGIFMETRIC,
                        Ioctl.SIOCGIFTXQLEN,
                        Ioctl.SIOCGIFMTU,
                        Ioctl.SIOCGIFHWADDR)),
    };

    private static final Rule[] UNIX = {
        rule(
                "connections to host sockets that were given by descriptor; only with --host-uds",
                calls(Nr.socket),
                oneOf(0, "AF_UNIX", Net.AF_UNIX)),
        rule("the same", SOCKET_CALLS),
    };

    /** So that a guest that asks for a socket gets an error, not the end of its kernel. */
    private static final Rule[] LAST = {
        refuse(EPERM, "no other family, and none at all with --network=none", calls(Nr.socket)),
    };

    private KernelProfile() {}

    /** @param self the process that it is for */
    static FilterTable table(boolean internet, boolean unix, int self) {
        Rule[] none = {};
        Rule[] rules = join(JVM, own(self), KERNEL, internet ? SOCKETS : none, unix ? UNIX : none, LAST);
        return new FilterTable(rules, new int[] {Nr.ioctl, Nr.futex, Nr.mmap, Nr.tgkill}, KILL_PROCESS, KILL_PROCESS);
    }

    /** Signals to the process itself. */
    private static Rule[] own(int self) {
        Condition own = oneOf(0, "the process itself", self);
        return new Rule[] {
            rule(
                    "HotSpot looks at a thread; a crash ends in abort",
                    calls(Nr.tgkill),
                    own,
                    oneOf(2, "SIGABRT, HotSpot's signal", Sig.SIGABRT, HOTSPOT_SIGNAL)),
            rule(
                    "stops when its guest was stopped from outside",
                    calls(Nr.kill),
                    own,
                    oneOf(1, "SIGSTOP", Sig.SIGSTOP)),
        };
    }

    private static Rule[] join(Rule[]... parts) {
        int n = 0;
        for (Rule[] p : parts) {
            n += p.length;
        }
        Rule[] all = new Rule[n];
        int at = 0;
        for (Rule[] p : parts) {
            System.arraycopy(p, 0, all, at, p.length);
            at += p.length;
        }
        return all;
    }

    private static Rule rule(String why, int[] calls, Condition... conditions) {
        return new Rule(false, calls, conditions, ALLOW, why);
    }

    private static Rule refuse(int action, String why, int[] calls, Condition... conditions) {
        return new Rule(false, calls, conditions, action, why);
    }

    private static int[] calls(int... calls) {
        return calls;
    }
}
