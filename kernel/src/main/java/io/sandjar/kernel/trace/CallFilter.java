// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import io.sandjar.abi.Nr;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which calls are traced: names and the classes that strace(1) knows; a leading {@code !} turns the list around. */
public final class CallFilter {
    private static final String[][] CLASSES = {
        {
            "desc",
            "read write open close fstat poll lseek mmap ioctl pread64 pwrite64 readv writev pipe select dup dup2 "
                    + "sendfile socket connect accept sendto recvfrom sendmsg recvmsg shutdown bind listen getsockname "
                    + "getpeername socketpair setsockopt getsockopt fcntl flock fsync fdatasync ftruncate getdents fchdir "
                    + "creat fchmod fchown fstatfs readahead fsetxattr fgetxattr flistxattr fremovexattr getdents64 "
                    + "fadvise64 epoll_create epoll_wait epoll_ctl inotify_init inotify_add_watch inotify_rm_watch "
                    + "pselect6 ppoll splice tee vmsplice sync_file_range signalfd timerfd_create eventfd fallocate "
                    + "timerfd_settime timerfd_gettime accept4 signalfd4 eventfd2 epoll_create1 epoll_pwait dup3 pipe2 "
                    + "inotify_init1 preadv pwritev recvmmsg sendmmsg syncfs setns memfd_create copy_file_range preadv2 "
                    + "pwritev2 pidfd_open pidfd_send_signal pidfd_getfd close_range epoll_pwait2"
        },
        {
            "file",
            "open stat lstat access execve truncate getcwd chdir rename mkdir rmdir creat link unlink symlink "
                    + "readlink chmod chown lchown utime mknod statfs pivot_root chroot mount umount2 swapon swapoff "
                    + "setxattr lsetxattr getxattr lgetxattr listxattr llistxattr removexattr lremovexattr utimes "
                    + "inotify_add_watch openat openat2 mkdirat mknodat fchownat futimesat newfstatat unlinkat renameat "
                    + "linkat symlinkat readlinkat fchmodat fchmodat2 faccessat faccessat2 utimensat renameat2 execveat "
                    + "statx name_to_handle_at acct quotactl"
        },
        {
            "memory",
            "mmap mprotect munmap brk mremap msync mincore madvise shmat shmdt mlock munlock mlockall munlockall "
                    + "mlock2 remap_file_pages mbind get_mempolicy set_mempolicy migrate_pages move_pages pkey_mprotect "
                    + "membarrier process_madvise mseal"
        },
        {
            "network",
            "sendfile socket connect accept sendto recvfrom sendmsg recvmsg shutdown bind listen getsockname "
                    + "getpeername socketpair setsockopt getsockopt accept4 recvmmsg sendmmsg"
        },
        {
            "process",
            "clone clone3 fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill arch_prctl "
                    + "unshare rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_send_signal"
        },
        {
            "signal",
            "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigqueueinfo "
                    + "rt_sigsuspend sigaltstack kill tkill tgkill pause signalfd signalfd4 rt_tgsigqueueinfo "
                    + "pidfd_send_signal"
        },
        {"ipc", "shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl"},
        {
            "creds",
            "getuid geteuid getgid getegid setuid setgid setreuid setregid getgroups setgroups setresuid "
                    + "getresuid setresgid getresgid setfsuid setfsgid capget capset prctl"
        },
        {"clock", "gettimeofday settimeofday time clock_gettime clock_settime clock_getres clock_adjtime adjtimex"},
    };

    private final @Nullable BitSet wanted;

    private CallFilter(@Nullable BitSet wanted) {
        this.wanted = wanted;
    }

    public static CallFilter all() {
        return new CallFilter(null);
    }

    /**
     * Reads a list of names.
     *
     * @param names calls or classes, with or without the {@code %} of strace; the first may begin with {@code !}
     * @throws IllegalArgumentException for a name that is neither
     */
    public static CallFilter of(List<String> names) {
        if (names.isEmpty() || names.get(0).equals("all")) {
            return all();
        }
        BitSet set = new BitSet();
        boolean not = names.get(0).startsWith("!");
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            add(set, i == 0 && not ? name.substring(1) : name);
        }
        if (not) {
            set.flip(0, Nr.MAX + 1);
        }
        return new CallFilter(set);
    }

    private static void add(BitSet set, String name) {
        String bare = name.startsWith("%") ? name.substring(1) : name;
        boolean found = false;
        for (String[] group : CLASSES) {
            if (group[0].equals(bare)) {
                for (String call : group[1].split(" ")) {
                    found |= addCall(set, call);
                }
            }
        }
        if (!found && !addCall(set, bare)) {
            throw new IllegalArgumentException("no system call or class of calls is named " + name);
        }
    }

    private static boolean addCall(BitSet set, String name) {
        for (int nr = 0; nr <= Nr.MAX; nr++) {
            if (name.equals(Nr.name(nr))) {
                set.set(nr);
                return true;
            }
        }
        return false;
    }

    boolean wants(int nr) {
        return wanted == null || (nr >= 0 && wanted.get(nr));
    }

    /** Whether signals and exits are shown: not when only some calls are asked for that have nothing to do with them. */
    boolean wantsEvents() {
        return wanted == null || wanted.get(Nr.kill) || wanted.get(Nr.wait4) || wanted.get(Nr.exit_group);
    }
}
