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

/**
 * The program of the strict profile against a second statement of the policy, written with plain numbers and ifs so that
 * a mistake in the table, in the constants or in the assembler shows.
 */
final class StrictProfileTest {
    private static final int ARCH = 0xc000003e;
    private static final long START = 0x600000000000L;
    private static final long END = START + 0x10000;
    private static final long GUEST = 0x401000;

    private static final int ALLOW = 0x7fff0000;
    private static final int NOTIFY = 0x7fc00000;
    private static final int TRAP = 0x00030000;
    private static final int ENOSYS = 0x00050026;
    private static final int EPERM = 0x00050001;
    private static final int EACCES = 0x0005000d;
    private static final int EINVAL = 0x00050016;

    private static final Set<String> ALWAYS_ALLOWED = words("""
            brk munmap mprotect mremap mincore sched_yield getcpu getrandom set_robust_list
            gettimeofday time futex_waitv futex_requeue
            """);

    private static final Set<String> STUB_ALLOWED = words("""
            rt_sigreturn rt_sigaction rt_sigprocmask sigaltstack mmap munmap mprotect mremap madvise
            close set_tid_address
            """);

    private static final Set<String> TRAPPED = words("""
            clone clone3 fork vfork execve execveat rt_sigreturn set_tid_address sigaltstack shmat shmdt io_setup io_destroy
            rt_sigprocmask getpid gettid kill tgkill
            """);

    private static final Set<String> NOT_THERE = words("""
            rseq io_uring_setup io_uring_enter io_uring_register remap_file_pages map_shadow_stack
            modify_ldt memfd_secret set_thread_area get_thread_area create_module get_kernel_syms
            query_module nfsservctl getpmsg putpmsg afs_syscall tuxcall security vserver uselib
            _sysctl lookup_dcookie epoll_ctl_old epoll_wait_old uretprobe uprobe
            """);

    private static final Set<String> NOT_PERMITTED = words("""
            kexec_load kexec_file_load init_module finit_module delete_module userfaultfd iopl
            ioperm swapon swapoff acct
            """);

    private static final Set<Integer> MADVISE =
            Set.of(0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25);

    private final BpfInterpreter program =
            new BpfInterpreter(FilterTable.strict().assemble(START, END));

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+"));
    }

    private static int expected(int nr, boolean stub, long[] a) {
        if (nr == FilterTable.DOORBELL) {
            return stub ? NOTIFY : ENOSYS;
        }
        String name = Nr.name(nr);
        if (name == null) {
            return NOTIFY;
        }
        if (stub) {
            if (STUB_ALLOWED.contains(name)) {
                return ALLOW;
            }
            if (name.equals("prctl") && (((int) a[0] == 1 && a[1] == 9) || (int) a[0] == 15)) {
                return ALLOW;
            }
            if (name.equals("clone")) {
                return (a[0] & ~0x780000L) == 0x50f00 ? ALLOW : NOTIFY;
            }
            if (name.equals("execveat")) {
                return NOTIFY;
            }
        }
        if (ALWAYS_ALLOWED.contains(name)) {
            return ALLOW;
        }
        if (TRAPPED.contains(name)) {
            return stub ? ENOSYS : TRAP;
        }
        if (NOT_THERE.contains(name)) {
            return ENOSYS;
        }
        if (NOT_PERMITTED.contains(name)) {
            return EPERM;
        }
        int first = (int) a[0];
        return switch (name) {
            case "mmap" -> {
                boolean good = (int) a[4] == -1
                        && (a[3] & 0x20) != 0
                        && (a[3] & ~0x12d973L) == 0
                        && ((a[3] & 0xf) == 1 || (a[3] & 0xf) == 2);
                yield good ? ALLOW : NOTIFY;
            }
            case "madvise" -> MADVISE.contains((int) a[2]) ? ALLOW : NOTIFY;
            case "futex" -> {
                int operation = (int) a[1] & ~0x180;
                boolean good = operation == 0 || operation == 1 || (operation >= 3 && operation <= 5);
                if (good || operation == 9 || operation == 10) {
                    yield ALLOW;
                }
                yield switch (operation) {
                    case 6, 8, 12, 13 -> stub ? ENOSYS : TRAP;
                    case 7, 11 -> NOTIFY;
                    default -> ENOSYS;
                };
            }
            case "futex_wait", "futex_wake" -> ((int) a[3] & ~0x80) == 2 ? ALLOW : NOTIFY;
            case "arch_prctl" -> first == 0x1002 || first == 0x1003 ? ALLOW : stub ? ENOSYS : TRAP;
            case "membarrier" -> {
                boolean good = first == 8 || first == 16 || first == 32 || first == 64;
                yield good ? ALLOW : first == 0 ? NOTIFY : EINVAL;
            }
            case "clock_gettime", "clock_getres" -> {
                boolean good = first == 0 || first == 1 || (first >= 4 && first <= 7) || first == 11;
                yield good ? ALLOW : NOTIFY;
            }
            case "perf_event_open" -> EACCES;
            default -> NOTIFY;
        };
    }

    private void check(int nr, long ip, long... args) {
        boolean stub = ip >= START && ip < END;
        assertEquals(
                hex(expected(nr, stub, args)),
                hex(program.run(nr, ARCH, ip, args)),
                () -> Nr.name(nr) + " (" + nr + ") from " + (stub ? "stub" : "guest") + " with "
                        + Arrays.toString(args));
    }

    private static String hex(int action) {
        return Integer.toHexString(action);
    }

    private void checkBoth(int nr, long... args) {
        check(nr, GUEST, args);
        check(nr, START + 0x123, args);
    }

    @Test
    void everyNumberFromBothOrigins() {
        long[][] samples = {
            {0, 0, 0, 0, 0, 0},
            {-1, -1, -1, -1, -1, -1},
            {1, 9, 0, 0, 0, 0},
            {0, 4096, 3, 0x22, -1, 0},
            {0x1002, 128, 4, 0x8022, 0xffffffffL, 0},
        };
        for (int nr = 0; nr < 2000; nr++) {
            for (long[] sample : samples) {
                checkBoth(nr, sample);
            }
        }
    }

    @Test
    void argumentsThatMatter() {
        for (int flag = 0; flag < 64; flag++) {
            for (long base : new long[] {0x22, 0x21, 0x23, 0x20, 0x2, 0x32}) {
                checkBoth(Nr.mmap, 0, 4096, 3, base ^ (1L << flag), -1, 0);
            }
            for (long base : new long[] {0x3d0f00, 0x7d0f00, 0x50f00, 0x1200011}) {
                checkBoth(Nr.clone, base ^ (1L << flag), 0, 0, 0, 0, 0);
            }
            checkBoth(Nr.mmap, 0, 4096, 3, 0x22, -1 ^ (1L << flag), 0);
            checkBoth(Nr.prctl, 1, 9 ^ (1L << flag), 0, 0, 0, 0);
        }
        for (int value = -3; value < 1100; value++) {
            for (long upper : new long[] {0, 1L << 32, 0xffffffffL << 32}) {
                long v = upper | (value & 0xffffffffL);
                checkBoth(Nr.madvise, 0, 0, v, 0, 0, 0);
                checkBoth(Nr.futex, 0, v, 0, 0, 0, 0);
                checkBoth(Nr.membarrier, v, 0, 0, 0, 0, 0);
                checkBoth(Nr.clock_gettime, v, 0, 0, 0, 0, 0);
                checkBoth(Nr.clock_getres, v, 0, 0, 0, 0, 0);
                checkBoth(Nr.prctl, v, 9, 0, 0, 0, 0);
                checkBoth(Nr.arch_prctl, v + 0x1000, 0, 0, 0, 0, 0);
            }
        }
    }

    @Test
    void edgesOfTheStubText() {
        for (long ip : new long[] {0, START - 1, START, START + 1, END - 1, END, END + 1, -1, START + (1L << 32)}) {
            check(FilterTable.DOORBELL, ip, 0, 0, 0, 0, 0, 0);
            check(Nr.rt_sigreturn, ip, 0, 0, 0, 0, 0, 0);
        }
    }

    @Test
    void stubTextAcrossAFourGigabyteBoundary() {
        long[][] ranges = {
            {0x5fffffff0000L, 0x600000010000L}, {0x5ff000000000L, 0x600000010000L}, {0x600000000000L, 0x600100000000L}
        };
        for (long[] range : ranges) {
            BpfInterpreter wide = new BpfInterpreter(FilterTable.strict().assemble(range[0], range[1]));
            long middle = (range[0] + range[1]) / 2;
            for (long ip : new long[] {range[0], range[0] + 1, middle, range[1] - 1}) {
                assertEquals(NOTIFY, wide.run(FilterTable.DOORBELL, ARCH, ip), Long.toHexString(ip));
            }
            for (long ip : new long[] {0, range[0] - 1, range[1], range[1] + (1L << 32), range[0] - (1L << 32), -1}) {
                assertEquals(ENOSYS, wide.run(FilterTable.DOORBELL, ARCH, ip), Long.toHexString(ip));
            }
        }
    }

    @Test
    void otherArchitecturesHaveNoCalls() {
        for (int nr = 0; nr < 500; nr++) {
            assertEquals(ENOSYS, program.run(nr, 0x40000003, GUEST));
            assertEquals(ENOSYS, program.run(nr | 0x40000000, ARCH, GUEST));
            assertEquals(ENOSYS, program.run(nr | 0x40000000, ARCH, START));
        }
        assertEquals(ENOSYS, program.run(-1, ARCH, GUEST));
    }

    @Test
    void randomCalls() {
        Random random = new Random(42);
        long[] args = new long[6];
        for (int i = 0; i < 200_000; i++) {
            for (int j = 0; j < 6; j++) {
                args[j] = random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(1 << random.nextInt(1, 25));
            }
            checkBoth(random.nextInt(Nr.MAX + 3), args);
        }
    }

    @Test
    void frequentCallsTakeFewSteps() {
        program.run(Nr.futex, ARCH, GUEST, 0, 128, 0, 0, 0, 0);
        assertTrue(program.steps <= 10, "futex: " + program.steps);
        program.run(Nr.mmap, ARCH, GUEST, 0, 4096, 3, 0x22, -1, 0);
        assertTrue(program.steps <= 30, "mmap: " + program.steps);
        program.run(Nr.read, ARCH, GUEST, 0, 0, 0, 0, 0, 0);
        assertTrue(program.steps <= 24, "read: " + program.steps);
    }

    /** Beneath another filter calls of the kernel's become traps; nothing is allowed or refused that was not before. */
    @Test
    void beneathAnotherFilter() {
        BpfInterpreter beneath = new BpfInterpreter(FilterTable.strictBeneath().assemble(START, END));
        int traps = 0;
        for (int nr = 0; nr < Nr.MAX + 3; nr++) {
            int before = program.run(nr, ARCH, GUEST, 0, 0, 0, 0, 0, 0);
            int now = beneath.run(nr, ARCH, GUEST, 0, 0, 0, 0, 0, 0);
            if (now != before) {
                assertEquals(hex(NOTIFY), hex(before), Nr.name(nr));
                boolean unused = nr > 336 && nr < Nr.pidfd_send_signal;
                assertEquals(hex(unused ? ENOSYS : TRAP), hex(now), Nr.name(nr));
                traps += unused ? 0 : 1;
            }
        }
        assertTrue(traps > 50, "traps: " + traps);
        assertEquals(NOTIFY, beneath.run(FilterTable.DOORBELL, ARCH, START + 8));
        assertEquals(TRAP, beneath.run(Nr.mount, ARCH, GUEST));
    }

    @Test
    void theProgramIsFarFromTheLimit() {
        int instructions = FilterTable.strict().assemble(START, END).length / 8;
        assertTrue(instructions < 1000, "instructions: " + instructions);
    }
}
