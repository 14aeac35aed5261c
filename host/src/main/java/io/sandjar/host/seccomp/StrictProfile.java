// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

import static io.sandjar.host.seccomp.Action.ALLOW;
import static io.sandjar.host.seccomp.Action.TRAP;
import static io.sandjar.host.seccomp.Action.USER_NOTIF;
import static io.sandjar.host.seccomp.Action.errno;
import static io.sandjar.host.seccomp.Condition.bits;
import static io.sandjar.host.seccomp.Condition.masked;
import static io.sandjar.host.seccomp.Condition.oneOf;

import io.sandjar.abi.Clone;
import io.sandjar.abi.Errno;
import io.sandjar.abi.Futex;
import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Prctl;
import io.sandjar.abi.Sig;
import io.sandjar.abi.Time;

/**
 * The strict profile: what guest code and the stub may ask the host for.
 *
 * <p>The guest is taken to own the stub: it can jump to any instruction of it with any registers. So whatever is allowed
 * here, for the stub too, must be harmless with arbitrary arguments.
 */
final class StrictProfile {
    /** Flags of an anonymous mapping that concern nobody but the process. */
    private static final long MAP_FLAGS = Mm.MAP_SHARED
            | Mm.MAP_PRIVATE
            | Mm.MAP_FIXED
            | Mm.MAP_FIXED_NOREPLACE
            | Mm.MAP_ANONYMOUS
            | Mm.MAP_NORESERVE
            | Mm.MAP_STACK
            | Mm.MAP_GROWSDOWN
            | Mm.MAP_POPULATE
            | Mm.MAP_32BIT
            | Mm.MAP_DENYWRITE
            | Mm.MAP_EXECUTABLE;

    private static final long THREAD_FLAGS = Clone.CLONE_VM
            | Clone.CLONE_FS
            | Clone.CLONE_FILES
            | Clone.CLONE_SIGHAND
            | Clone.CLONE_THREAD
            | Clone.CLONE_SYSVSEM;

    private static final long THREAD_OPTIONS =
            Clone.CLONE_SETTLS | Clone.CLONE_CHILD_CLEARTID | Clone.CLONE_PARENT_SETTID | Clone.CLONE_DETACHED;

    private static final int FUTEX_FLAGS = Futex.FUTEX_PRIVATE_FLAG | Futex.FUTEX_CLOCK_REALTIME;

    private static final int ENOSYS = errno(Errno.ENOSYS);

    /** Behind uprobe. */
    private static final int FIRST_UNUSED = 337;

    private static final int FIRST_COMMON = Nr.pidfd_send_signal;
    private static final int EPERM = errno(Errno.EPERM);
    private static final int EACCES = errno(Errno.EACCES);
    private static final int EINVAL = errno(Errno.EINVAL);

    private static final Condition NO_FILE = oneOf(4, "fd is -1", -1);
    private static final Condition ANONYMOUS =
            bits(3, Mm.MAP_ANONYMOUS | ~MAP_FLAGS, Mm.MAP_ANONYMOUS, "anonymous, no flag but the usual ones");
    private static final Condition SHARED_OR_PRIVATE =
            masked(3, Mm.MAP_TYPE, "MAP_SHARED or MAP_PRIVATE", Mm.MAP_SHARED, Mm.MAP_PRIVATE);

    private static final Condition READ_ONLY_CLOCK = oneOf(
            0,
            "REALTIME, MONOTONIC, MONOTONIC_RAW, *_COARSE, BOOTTIME, TAI",
            Time.CLOCK_REALTIME,
            Time.CLOCK_MONOTONIC,
            Time.CLOCK_MONOTONIC_RAW,
            Time.CLOCK_REALTIME_COARSE,
            Time.CLOCK_MONOTONIC_COARSE,
            Time.CLOCK_BOOTTIME,
            Time.CLOCK_TAI);

    private static final Condition FUTEX_OPERATION = masked(
            1,
            ~FUTEX_FLAGS,
            "WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET, WAKE_BITSET",
            Futex.FUTEX_WAIT,
            Futex.FUTEX_WAKE,
            Futex.FUTEX_WAIT_BITSET,
            Futex.FUTEX_WAKE_BITSET,
            Futex.FUTEX_CMP_REQUEUE,
            Futex.FUTEX_REQUEUE,
            Futex.FUTEX_WAKE_OP);

    private static final Condition FUTEX_TAKES_OWNER = masked(
            1,
            ~FUTEX_FLAGS,
            "LOCK_PI, LOCK_PI2, TRYLOCK_PI, CMP_REQUEUE_PI",
            Futex.FUTEX_LOCK_PI,
            Futex.FUTEX_LOCK_PI2,
            Futex.FUTEX_TRYLOCK_PI,
            Futex.FUTEX_CMP_REQUEUE_PI);

    private static final Condition ADVICE = oneOf(
            2,
            "advice about the process's own pages",
            Mm.MADV_DONTNEED,
            Mm.MADV_FREE,
            Mm.MADV_NORMAL,
            Mm.MADV_RANDOM,
            Mm.MADV_SEQUENTIAL,
            Mm.MADV_WILLNEED,
            Mm.MADV_HUGEPAGE,
            Mm.MADV_NOHUGEPAGE,
            Mm.MADV_COLLAPSE,
            Mm.MADV_COLD,
            Mm.MADV_PAGEOUT,
            Mm.MADV_POPULATE_READ,
            Mm.MADV_POPULATE_WRITE,
            Mm.MADV_DONTFORK,
            Mm.MADV_DOFORK,
            Mm.MADV_DONTDUMP,
            Mm.MADV_DODUMP,
            Mm.MADV_WIPEONFORK,
            Mm.MADV_KEEPONFORK);

    private static final Rule[] RULES = {
        // Only from the stub's text
        stub(USER_NOTIF, "the stub rings for the kernel", calls(FilterTable.DOORBELL)),
        stub(ALLOW, "loads the registers that the kernel left in the frame", calls(Nr.rt_sigreturn)),
        stub(
                ALLOW,
                "the stub sets up its signal entry; a guest that does it breaks only itself",
                calls(Nr.rt_sigaction, Nr.rt_sigprocmask, Nr.sigaltstack)),
        stub(
                ALLOW,
                "mappings that the kernel asked for; files only by descriptors that the kernel installed",
                calls(Nr.mmap, Nr.munmap, Nr.mprotect, Nr.mremap, Nr.madvise, Nr.close)),
        stub(ALLOW, "where the host tells that a thread ended", calls(Nr.set_tid_address)),
        stub(
                ALLOW,
                "the process dies with the kernel",
                calls(Nr.prctl),
                oneOf(0, "PR_SET_PDEATHSIG", Prctl.PR_SET_PDEATHSIG),
                bits(1, -1L, Sig.SIGKILL, "SIGKILL")),
        stub(ALLOW, "names a thread for the host's ps", calls(Nr.prctl), oneOf(0, "PR_SET_NAME", Prctl.PR_SET_NAME)),
        stub(
                ALLOW,
                "a thread of the same process, nothing else",
                calls(Nr.clone),
                bits(0, ~THREAD_OPTIONS, THREAD_FLAGS, "the flags of a POSIX thread")),
        stub(
                USER_NOTIF,
                "let through only when the kernel asked for exactly this",
                calls(Nr.clone, Nr.execveat, Nr.exit, Nr.exit_group)),
        stub(
                USER_NOTIF,
                "a further filter, for a traced thread; let through only when the kernel asked for it",
                calls(Nr.seccomp),
                oneOf(0, "SECCOMP_SET_MODE_FILTER", 1),
                bits(1, -1L, 0, "no flags")),

        // Memory and threads of the process itself
        rule(ALLOW, "memory of the process itself", calls(Nr.brk, Nr.munmap, Nr.mprotect, Nr.mremap, Nr.mincore)),
        rule(ALLOW, "anonymous memory", calls(Nr.mmap), NO_FILE, ANONYMOUS, SHARED_OR_PRIVATE),
        rule(ALLOW, "tells the host about pages that the process has anyway", calls(Nr.madvise), ADVICE),
        rule(ALLOW, "waits for and wakes threads that share the memory", calls(Nr.futex), FUTEX_OPERATION),
        rule(
                ALLOW,
                "the same by its newer names",
                calls(Nr.futex_wait, Nr.futex_wake),
                masked(3, ~Futex.FUTEX_PRIVATE_FLAG, "32 bits, private or shared", 2)),
        rule(ALLOW, "the same by its newer names", calls(Nr.futex_waitv, Nr.futex_requeue)),
        rule(TRAP, "the stub sets a bit of the word before the kernel looks at it", calls(Nr.futex), FUTEX_TAKES_OWNER),
        rule(
                USER_NOTIF,
                "futexes with owners are the kernel's",
                calls(Nr.futex),
                masked(
                        1,
                        ~FUTEX_FLAGS,
                        "UNLOCK_PI, WAIT_REQUEUE_PI",
                        Futex.FUTEX_UNLOCK_PI,
                        Futex.FUTEX_WAIT_REQUEUE_PI)),
        rule(ENOSYS, "Linux has no other operations either", calls(Nr.futex)),
        rule(ALLOW, "names nothing", calls(Nr.sched_yield, Nr.getcpu, Nr.getrandom)),
        rule(ALLOW, "a list of futexes in the thread's own memory", calls(Nr.set_robust_list)),
        rule(
                ALLOW,
                "a register of the thread",
                calls(Nr.arch_prctl),
                oneOf(0, "ARCH_SET_FS, ARCH_GET_FS", Prctl.ARCH_SET_FS, Prctl.ARCH_GET_FS)),
        rule(
                ALLOW,
                "fences among the threads of the process",
                calls(Nr.membarrier),
                oneOf(
                        0,
                        "private expedited, with and without core synchronisation, and their registration",
                        Mm.MEMBARRIER_CMD_PRIVATE_EXPEDITED,
                        Mm.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
                        Mm.MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE,
                        Mm.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE)),
        rule(
                USER_NOTIF,
                "the kernel promises only what is allowed here",
                calls(Nr.membarrier),
                oneOf(0, "QUERY", Mm.MEMBARRIER_CMD_QUERY)),
        rule(EINVAL, "the global fences interrupt every CPU of the host", calls(Nr.membarrier)),

        // Time, which the host's vDSO shows anyway
        rule(ALLOW, "what the vDSO shows anyway", calls(Nr.clock_gettime, Nr.clock_getres), READ_ONLY_CLOCK),
        rule(ALLOW, "what the vDSO shows anyway", calls(Nr.gettimeofday, Nr.time)),

        // The kernel carries these out in the stub, because they change registers, threads or the address space
        rule(
                TRAP,
                "the kernel needs the registers",
                calls(Nr.clone, Nr.clone3, Nr.fork, Nr.vfork, Nr.execve, Nr.execveat, Nr.rt_sigreturn)),
        rule(TRAP, "the kernel keeps the address", calls(Nr.set_tid_address)),
        rule(TRAP, "the stub knows the answer", calls(Nr.rt_sigprocmask, Nr.getpid, Nr.gettid)),
        rule(TRAP, "the signal is often for the caller, whose registers are at hand then", calls(Nr.kill, Nr.tgkill)),
        rule(TRAP, "registers and features that signal frames depend on", calls(Nr.arch_prctl, Nr.sigaltstack)),
        rule(TRAP, "a mapping of shared memory with a name", calls(Nr.shmat, Nr.shmdt)),
        rule(TRAP, "a mapping for the ring of events", calls(Nr.io_setup, Nr.io_destroy)),

        // Never offered
        rule(ENOSYS, "only the stub may ring; Linux does not have it", calls(FilterTable.DOORBELL)),
        rule(ENOSYS, "the host would write to guest memory at its own times; the C library copes", calls(Nr.rseq)),
        rule(
                ENOSYS,
                "its operations would not pass this filter",
                calls(Nr.io_uring_setup, Nr.io_uring_enter, Nr.io_uring_register)),
        rule(
                ENOSYS,
                "address space tricks that only few programs know",
                calls(Nr.remap_file_pages, Nr.map_shadow_stack, Nr.modify_ldt, Nr.memfd_secret)),
        rule(
                ENOSYS,
                "Linux does not have them either",
                calls(
                        Nr.set_thread_area,
                        Nr.get_thread_area,
                        Nr.create_module,
                        Nr.get_kernel_syms,
                        Nr.query_module,
                        Nr.nfsservctl,
                        Nr.getpmsg,
                        Nr.putpmsg,
                        Nr.afs_syscall,
                        Nr.tuxcall,
                        Nr.security,
                        Nr.vserver,
                        Nr.uselib,
                        Nr._sysctl,
                        Nr.lookup_dcookie,
                        Nr.epoll_wait_old,
                        Nr.uretprobe,
                        Nr.uprobe)),
        rule(
                EPERM,
                "the host's kernel, as for a process without privilege",
                calls(
                        Nr.kexec_load,
                        Nr.kexec_file_load,
                        Nr.init_module,
                        Nr.finit_module,
                        Nr.delete_module,
                        Nr.userfaultfd,
                        Nr.iopl,
                        Nr.ioperm,
                        Nr.swapon,
                        Nr.swapoff,
                        Nr.acct)),
        rule(EACCES, "counters see the host; as with perf_event_paranoid", calls(Nr.perf_event_open)),
    };

    /** Everything without a rule belongs to the kernel. */
    static final FilterTable TABLE = new FilterTable(
            RULES, new int[] {Nr.futex, Nr.mmap, Nr.madvise, Nr.munmap, Nr.mprotect}, USER_NOTIF, ENOSYS);

    /** Calls that belong to the kernel, and that profiles of container engines refuse. */
    private static final Rule REFUSED_BY_OTHERS = rule(
            TRAP,
            "another filter would answer before the kernel",
            calls(
                    Nr.bpf,
                    Nr.mount,
                    Nr.umount2,
                    Nr.pivot_root,
                    Nr.chroot,
                    Nr.unshare,
                    Nr.setns,
                    Nr.sethostname,
                    Nr.setdomainname,
                    Nr.open_tree,
                    Nr.open_tree_attr,
                    Nr.move_mount,
                    Nr.fsopen,
                    Nr.fsconfig,
                    Nr.fsmount,
                    Nr.fspick,
                    Nr.mount_setattr,
                    Nr.statmount,
                    Nr.listmount,
                    Nr.name_to_handle_at,
                    Nr.open_by_handle_at,
                    Nr.ptrace,
                    Nr.process_vm_readv,
                    Nr.process_vm_writev,
                    Nr.process_madvise,
                    Nr.process_mrelease,
                    Nr.pidfd_getfd,
                    Nr.kcmp,
                    Nr.personality,
                    Nr.keyctl,
                    Nr.add_key,
                    Nr.request_key,
                    Nr.syslog,
                    Nr.quotactl,
                    Nr.quotactl_fd,
                    Nr.get_mempolicy,
                    Nr.set_mempolicy,
                    Nr.set_mempolicy_home_node,
                    Nr.mbind,
                    Nr.migrate_pages,
                    Nr.move_pages,
                    Nr.vhangup,
                    Nr.reboot,
                    Nr.settimeofday,
                    Nr.clock_settime,
                    Nr.fanotify_init,
                    Nr.fanotify_mark,
                    Nr.sysfs,
                    Nr.ustat,
                    Nr.vmsplice,
                    Nr.io_pgetevents,
                    Nr.epoll_pwait2,
                    Nr.landlock_create_ruleset,
                    Nr.landlock_add_rule,
                    Nr.landlock_restrict_self,
                    Nr.cachestat,
                    Nr.fchmodat2,
                    Nr.lsm_get_self_attr,
                    Nr.lsm_set_self_attr,
                    Nr.lsm_list_modules,
                    Nr.mseal,
                    Nr.setxattrat,
                    Nr.getxattrat,
                    Nr.listxattrat,
                    Nr.removexattrat,
                    Nr.file_getattr,
                    Nr.file_setattr));

    /** As {@link #TABLE}, beneath the filter of somebody else. */
    static final FilterTable BENEATH = new FilterTable(
            withRefused(), new int[] {Nr.futex, Nr.mmap, Nr.madvise, Nr.munmap, Nr.mprotect}, USER_NOTIF, ENOSYS);

    private static Rule[] withRefused() {
        Rule[] all = java.util.Arrays.copyOf(RULES, RULES.length + 2);
        all[RULES.length] = REFUSED_BY_OTHERS;
        all[RULES.length + 1] = rule(ENOSYS, "Linux does not have them, and the filter around says EPERM", gap());
        return all;
    }

    /** The numbers between the older calls and those that all architectures have in common. */
    private static int[] gap() {
        int[] all = new int[FIRST_COMMON - FIRST_UNUSED];
        for (int i = 0; i < all.length; i++) {
            all[i] = FIRST_UNUSED + i;
        }
        return all;
    }

    private static Rule stub(int action, String why, int[] calls, Condition... conditions) {
        return new Rule(true, calls, conditions, action, why);
    }

    private static Rule rule(int action, String why, int[] calls, Condition... conditions) {
        return new Rule(false, calls, conditions, action, why);
    }

    private static int[] calls(int... calls) {
        return calls;
    }

    private StrictProfile() {}
}
