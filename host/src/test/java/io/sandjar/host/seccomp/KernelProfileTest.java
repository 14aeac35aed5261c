// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Nr;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The program for the kernel's own JVM against a second statement of the policy, with plain numbers and ifs. */
final class KernelProfileTest {
    private static final int SELF = 4711;
    private static final int ARCH = 0xc000003e;
    private static final int ALLOW = 0x7fff0000;
    private static final int KILL = 0x80000000;
    private static final int ENOENT = 0x00050002;
    private static final int ENOSYS = 0x00050026;
    private static final int EPERM = 0x00050001;

    private static final Set<String> ALWAYS = words("""
            read write pread64 pwrite64 readv writev lseek fstat close
            brk munmap mprotect mremap madvise
            rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack
            set_robust_list rseq exit exit_group sched_yield gettid getpid
            clock_gettime clock_getres clock_nanosleep restart_syscall
            getrusage times sysinfo uname getuid geteuid getgid getegid membarrier getrandom
            process_vm_readv process_vm_writev waitid prlimit64
            sched_getaffinity sched_setaffinity getpriority setpriority get_robust_list
            openat2 statx fstatfs readlinkat getdents64 fgetxattr flistxattr
            mkdirat mknodat symlinkat linkat unlinkat renameat2 fchmod fchmodat2 fchown fchownat utimensat ftruncate
            fallocate fsync fdatasync fsetxattr fremovexattr memfd_create getpgid
            poll epoll_create1 epoll_ctl epoll_wait eventfd2 signalfd4
            accept4 recvmsg sendmsg shutdown
            """);

    private static final Set<String> SOCKETS =
            words("bind connect listen getsockname getpeername setsockopt getsockopt sendto recvfrom");

    /** Calls that must never be there, whatever else changes. */
    private static final Set<String> NEVER = words("""
            execve execveat fork vfork ptrace mount umount2 pivot_root chroot setns unshare open_tree move_mount fsopen
            fsconfig fsmount fspick mount_setattr bpf kexec_load kexec_file_load init_module finit_module delete_module
            keyctl add_key request_key io_uring_setup io_uring_enter io_uring_register creat seccomp
            setuid setgid setresuid setresgid setreuid setregid setgroups capset personality
            userfaultfd perf_event_open iopl ioperm swapon swapoff reboot sethostname setdomainname
            process_madvise kcmp pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo tkill
            name_to_handle_at open_by_handle_at chdir fchdir quotactl acct syslog settimeofday clock_settime adjtimex
            socketpair pidfd_open pidfd_getfd vmsplice memfd_secret modify_ldt
            """);

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+"));
    }

    private static int expected(int nr, boolean internet, boolean unix, long[] a) {
        String name = nr >= 0x40000000 || nr < 0 ? null : Nr.name(nr);
        if (name == null) {
            return KILL;
        }
        if (ALWAYS.contains(name)) {
            return ALLOW;
        }
        if (name.equals("getsockopt") && (int) a[1] == 1 && (int) a[2] == 17) {
            return ALLOW;
        }
        if (SOCKETS.contains(name)) {
            return internet || unix ? ALLOW : KILL;
        }
        int first = (int) a[0];
        int second = (int) a[1];
        int third = (int) a[2];
        return switch (name) {
            case "openat", "open", "stat", "lstat", "access", "readlink", "getcwd", "unlink" -> ENOENT;
            case "newfstatat" -> (int) a[3] == 0x1000 ? ALLOW : ENOENT;
            case "clone3" -> ENOSYS;
            case "clone" -> (a[0] & ~0x780000L) == 0x50f00 ? ALLOW : KILL;
            case "mmap" -> (int) a[4] == -1 && (a[3] & 0x20) != 0 ? ALLOW : KILL;
            case "futex" -> {
                int operation = second & ~0x180;
                boolean good = operation == 0 || operation == 1 || (operation >= 3 && operation <= 5);
                yield good || operation == 9 || operation == 10 ? ALLOW : KILL;
            }
            case "prctl" -> first == 15 || first == 0x53564d41 ? ALLOW : KILL;
            case "tgkill" -> third == 0 || third == 23 || (first == SELF && (third == 6 || third == 50)) ? ALLOW : KILL;
            case "kill" -> second == 9 || (first == SELF && second == 19) ? ALLOW : KILL;
            case "fcntl" ->
                second == 1030 || second == 3 || second == 4 || second == 1033 || second == 1034 ? ALLOW : KILL;
            case "ioctl" -> ioctl(second, internet) ? ALLOW : KILL;
            case "socket" -> {
                int type = second & 0xf;
                boolean good = internet && (first == 2 || first == 10) && type >= 1 && type <= 3;
                good |= internet && first == 16 && third == 0;
                good |= unix && first == 1;
                yield good ? ALLOW : EPERM;
            }
            default -> KILL;
        };
    }

    private static boolean ioctl(int cmd, boolean internet) {
        return switch (cmd) {
            case 0xC0502100, 0xC0182101, 0x40182103 -> true;
            case 0x5401, 0x5402, 0x5403, 0x5404, 0x5413, 0x540f, 0x541b, 0x5411 -> true;
            case 0x8912, 0x8910, 0x8933, 0x8913, 0x8915, 0x8917, 0x891b, 0x8919, 0x891d, 0x8942, 0x8921, 0x8927 ->
                internet;
            default -> false;
        };
    }

    private static void check(BpfInterpreter p, boolean internet, boolean unix, int nr, long... a) {
        int want = expected(nr, internet, unix, a);
        int have = p.run(nr, ARCH, 0x7f0000001000L, a);
        if (want != have) {
            assertEquals(
                    Integer.toHexString(want),
                    Integer.toHexString(have),
                    () -> Nr.name(nr) + " (" + nr + ") " + Arrays.toString(a) + " " + internet + " " + unix);
        }
    }

    private static void everywhere(int nr, long... a) {
        for (int i = 0; i < 4; i++) {
            check(PROGRAMS[i], (i & 1) != 0, (i & 2) != 0, nr, a);
        }
    }

    private static final BpfInterpreter[] PROGRAMS = new BpfInterpreter[4];

    static {
        for (int i = 0; i < 4; i++) {
            PROGRAMS[i] = new BpfInterpreter(
                    FilterTable.kernel((i & 1) != 0, (i & 2) != 0, SELF).assemble());
        }
    }

    @Test
    void everyNumber() {
        long[][] samples = {
            {0, 0, 0, 0, 0, 0},
            {-1, -1, -1, -1, -1, -1},
            {2, 1, 0, 0x22, -1, 0},
            {0x3d0f00, 128, 23, 0x8022, 0xffffffffL, 0},
            {1, 9, 50, 2, 3, 0},
        };
        for (int nr = 0; nr < 2000; nr++) {
            for (long[] sample : samples) {
                everywhere(nr, sample);
            }
        }
    }

    @Test
    void argumentsThatMatter() {
        for (int bit = 0; bit < 64; bit++) {
            for (long base : new long[] {0x22, 0x4022, 0x32, 0x2, 0x20022}) {
                everywhere(Nr.mmap, 0, 4096, 3, base ^ (1L << bit), -1, 0);
            }
            for (long base : new long[] {0x3d0f00, 0x7d0f00, 0x50f00, 0x1200011, 0x4111}) {
                everywhere(Nr.clone, base ^ (1L << bit), 0, 0, 0, 0, 0);
            }
            everywhere(Nr.mmap, 0, 4096, 3, 0x22, -1 ^ (1L << bit), 0);
        }
        for (long upper : new long[] {0, 1L << 32, 0xffffffffL << 32}) {
            for (int value = -3; value < 1100; value++) {
                long v = upper | (value & 0xffffffffL);
                everywhere(Nr.futex, 0, v, 0, 0, 0, 0);
                everywhere(Nr.prctl, v, 0, 0, 0, 0, 0);
                everywhere(Nr.tgkill, 1, 1, v, 0, 0, 0);
                everywhere(Nr.tgkill, SELF, 1, v, 0, 0, 0);
                everywhere(Nr.kill, 1, v, 0, 0, 0, 0);
                everywhere(Nr.kill, SELF, v, 0, 0, 0, 0);
                everywhere(Nr.kill, -1, v, 0, 0, 0, 0);
                everywhere(Nr.fcntl, 1, v, 0, 0, 0, 0);
                everywhere(Nr.getsockopt, 1, v, 17, 0, 0, 0);
                everywhere(Nr.getsockopt, 1, 1, v, 0, 0, 0);
                everywhere(Nr.socket, v, 1, 0, 0, 0, 0);
                everywhere(Nr.socket, 2, v, 6, 0, 0, 0);
                everywhere(Nr.socket, 16, 3, v, 0, 0, 0);
            }
            for (int cmd = 0x5300; cmd < 0x9000; cmd++) {
                everywhere(Nr.ioctl, 0, upper | cmd, 0, 0, 0, 0);
            }
            for (int cmd : new int[] {0xC0502100, 0xC0182101, 0x40182103, 0x40082102, 0x40082104, 0x5412}) {
                everywhere(Nr.ioctl, 0, upper | (cmd & 0xffffffffL), 0, 0, 0, 0);
            }
        }
    }

    @Test
    void randomCalls() {
        Random random = new Random(7);
        long[] a = new long[6];
        for (int i = 0; i < 100_000; i++) {
            for (int j = 0; j < 6; j++) {
                a[j] = random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(1 << random.nextInt(1, 25));
            }
            everywhere(random.nextInt(Nr.MAX + 3), a);
        }
    }

    @Test
    void someCallsAreNeverThere() {
        for (int nr = 0; nr <= Nr.MAX; nr++) {
            String name = Nr.name(nr);
            if (name != null && NEVER.contains(name)) {
                for (BpfInterpreter p : PROGRAMS) {
                    assertEquals(KILL, p.run(nr, ARCH, 0), name);
                }
            }
        }
    }

    @Test
    void otherArchitecturesEndTheProcess() {
        for (int nr = 0; nr < 500; nr++) {
            assertEquals(KILL, PROGRAMS[3].run(nr, 0x40000003, 0));
            assertEquals(KILL, PROGRAMS[3].run(nr | 0x40000000, ARCH, 0));
        }
        assertEquals(KILL, PROGRAMS[3].run(-1, ARCH, 0));
    }

    @Test
    void frequentCallsTakeFewSteps() {
        PROGRAMS[1].run(Nr.ioctl, ARCH, 0, 3, 0xC0502100L, 0, 0, 0, 0);
        assertTrue(PROGRAMS[1].steps <= 10, "ioctl: " + PROGRAMS[1].steps);
        PROGRAMS[1].run(Nr.futex, ARCH, 0, 0, 128, 0, 0, 0, 0);
        assertTrue(PROGRAMS[1].steps <= 12, "futex: " + PROGRAMS[1].steps);
        PROGRAMS[1].run(Nr.process_vm_readv, ARCH, 0, 0, 0, 0, 0, 0, 0);
        assertTrue(PROGRAMS[1].steps <= 24, "process_vm_readv: " + PROGRAMS[1].steps);
    }
}
