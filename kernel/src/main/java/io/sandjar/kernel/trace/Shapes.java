// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import io.sandjar.abi.Nr;
import io.sandjar.kernel.syscall.SyscallShapes;
import org.jspecify.annotations.Nullable;

/**
 * What the arguments of each call are. A line of the text is a call and one word for each argument; {@link Decoder} knows
 * the words. A word in capitals that ends in {@code <} is written by the call, so it is shown after it. Calls without a
 * line are shown as the annotations of their handlers say.
 */
final class Shapes {
    private static final String TEXT = """
            read FD OUT< n
            write FD BUF n
            open PATH OPEN MODE
            close FD
            stat PATH STAT<
            fstat FD STAT<
            lstat PATH STAT<
            newfstatat DIRFD PATH STAT< AT
            statx DIRFD PATH AT STATX STATXBUF<
            statfs PATH P
            fstatfs FD P
            poll POLLFDS n d
            ppoll POLLFDS n TS SIGSET n
            select d P P P TV
            pselect6 d P P P TS P
            lseek FD l WHENCE
            mmap P n PROT MAP d X
            mprotect P n PROT
            munmap P n
            brk P
            mremap P n n MREMAP P
            msync P n MSYNC
            madvise P n MADV
            mincore P n P
            mlock P n
            munlock P n
            memfd_create STR MFD
            membarrier MEMBARRIER X d
            rt_sigaction SIG SIGACT SIGACT< n
            rt_sigprocmask SIGHOW SIGSET SIGSET< n
            rt_sigpending SIGSET< n
            rt_sigsuspend SIGSET n
            rt_sigtimedwait SIGSET P TS n
            rt_sigqueueinfo d SIG P
            rt_tgsigqueueinfo d d SIG P
            rt_sigreturn
            sigaltstack SIGSTACK SIGSTACK<
            kill d SIG
            tkill d SIG
            tgkill d d SIG
            pidfd_open d X
            pidfd_send_signal FD SIG P X
            pidfd_getfd FD FD X
            pause
            alarm d
            nanosleep TS TS<
            clock_nanosleep CLOCK TIMER TS TS<
            clock_gettime CLOCK TS<
            clock_getres CLOCK TS<
            clock_settime CLOCK TS
            gettimeofday TV< P
            getitimer ITIMER ITV<
            setitimer ITIMER ITV ITV<
            timer_create CLOCK P INT<
            timer_settime d TIMER ITS ITS<
            timer_gettime d ITS<
            timer_getoverrun d
            timer_delete d
            timerfd_create CLOCK TFD
            timerfd_settime FD TFDTIMER ITS ITS<
            timerfd_gettime FD ITS<
            ioctl FD IOCTL P
            fcntl FD FCNTL FCNTLARG
            flock FD FLOCK
            pread64 FD OUT< n l
            pwrite64 FD BUF n l
            readv FD IOV< d
            writev FD IOV d
            preadv FD IOV< d l l
            pwritev FD IOV d l l
            preadv2 FD IOV< d l l RWF
            pwritev2 FD IOV d l l RWF
            access PATH ACCESS
            faccessat DIRFD PATH ACCESS
            faccessat2 DIRFD PATH ACCESS FACCESS
            pipe FDS<
            pipe2 FDS< OPEN0
            dup FD
            dup2 FD FD
            dup3 FD FD OPEN0
            close_range u u CLOSERANGE
            sendfile FD FD P n
            splice FD P FD P n SPLICE
            tee FD FD n SPLICE
            vmsplice FD IOV n SPLICE
            copy_file_range FD P FD P n X
            sync_file_range FD l l X
            fadvise64 FD l l FADVISE
            readahead FD l n
            fsync FD
            fdatasync FD
            syncfs FD
            sync
            truncate PATH l
            ftruncate FD l
            fallocate FD FALLOCATE l l
            getdents P P P
            getdents64 FD DENTS< n
            getcwd STR< n
            chdir PATH
            fchdir FD
            chroot PATH
            pivot_root PATH PATH
            mount STR PATH STR X P
            umount2 PATH X
            rename PATH PATH
            renameat DIRFD PATH DIRFD PATH
            renameat2 DIRFD PATH DIRFD PATH RENAME
            mkdir PATH o
            mkdirat DIRFD PATH o
            rmdir PATH
            creat PATH o
            link PATH PATH
            linkat DIRFD PATH DIRFD PATH AT
            unlink PATH
            unlinkat DIRFD PATH UNLINK
            symlink STR PATH
            symlinkat STR DIRFD PATH
            readlink PATH OUT< n
            readlinkat DIRFD PATH OUT< n
            chmod PATH o
            fchmod FD o
            fchmodat DIRFD PATH o
            fchmodat2 DIRFD PATH o AT
            chown PATH d d
            fchown FD d d
            lchown PATH d d
            fchownat DIRFD PATH d d AT
            mknod PATH o X
            mknodat DIRFD PATH o X
            utimensat DIRFD PATH TS2 AT
            utimes PATH P
            utime PATH P
            umask o
            openat DIRFD PATH OPEN MODE
            openat2 DIRFD PATH P n
            setxattr PATH STR BUF n XATTR
            lsetxattr PATH STR BUF n XATTR
            fsetxattr FD STR BUF n XATTR
            getxattr PATH STR OUT< n
            lgetxattr PATH STR OUT< n
            fgetxattr FD STR OUT< n
            listxattr PATH OUT< n
            llistxattr PATH OUT< n
            flistxattr FD OUT< n
            removexattr PATH STR
            lremovexattr PATH STR
            fremovexattr FD STR
            inotify_init1 INOTIFYINIT
            inotify_add_watch FD PATH INOTIFY
            inotify_rm_watch FD d
            eventfd u
            eventfd2 u EFD
            signalfd FD SIGSET n
            signalfd4 FD SIGSET n SFD
            epoll_create d
            epoll_create1 OPEN0
            epoll_ctl FD EPOLLCTL FD EPEVENT
            epoll_wait FD EPEVENTS< d d
            epoll_pwait FD EPEVENTS< d d SIGSET n
            epoll_pwait2 FD EPEVENTS< d TS SIGSET n
            socket FAMILY SOCK PROTOCOL
            socketpair FAMILY SOCK d FDS<
            bind FD SOCKADDR n
            connect FD SOCKADDR n
            listen FD d
            accept FD SOCKADDR< LEN<
            accept4 FD SOCKADDR< LEN< SOCKFLAGS
            getsockname FD SOCKADDR< LEN<
            getpeername FD SOCKADDR< LEN<
            sendto FD BUF n MSG SOCKADDR n
            recvfrom FD OUT< n MSG SOCKADDR< LEN<
            sendmsg FD MSGHDR MSG
            recvmsg FD MSGHDR< MSG
            sendmmsg FD P d MSG
            recvmmsg FD P d MSG TS
            shutdown FD SHUT
            setsockopt FD LEVEL SOCKOPT OPTVAL n
            getsockopt FD LEVEL SOCKOPT OPTVAL< LEN<
            clone CLONESIG P P P X
            clone3 CLONE3 n
            fork
            vfork
            execve PATH STRV ENV
            execveat DIRFD PATH STRV ENV AT
            exit d
            exit_group d
            wait4 d STATUS< WAIT RUSAGE<
            waitid IDTYPE d SIGINFO< WAIT RUSAGE<
            uname UTSNAME<
            getrlimit RLIMIT RLIM<
            setrlimit RLIMIT RLIM
            prlimit64 d RLIMIT RLIM RLIM<
            getrusage RUSAGEWHO RUSAGE<
            times P
            getpriority PRIO d
            setpriority PRIO d d
            getpid
            gettid
            getppid
            getpgrp
            setsid
            setpgid d d
            getpgid d
            getsid d
            getuid
            geteuid
            getgid
            getegid
            setuid d
            setgid d
            setreuid d d
            setregid d d
            setresuid d d d
            setresgid d d d
            getresuid INT< INT< INT<
            getresgid INT< INT< INT<
            setfsuid d
            setfsgid d
            getgroups d P
            setgroups d P
            prctl PRCTL PRCTLARG X X X
            arch_prctl ARCHPRCTL P
            set_tid_address P
            set_robust_list P n
            futex P FUTEXOP d P P X
            sched_yield
            sched_getaffinity d n P
            sched_setaffinity d n P
            sched_getscheduler d
            sched_setscheduler d SCHED P
            getrandom OUTHEX< n GRND
            unshare CLONE
            getcpu INT< INT< P
            shmget X n IPC
            shmat d P X
            shmdt P
            shmctl d IPCCMD P
            semget X d IPC
            semctl d d IPCCMD X
            msgget X IPC
            process_vm_readv d P n P n X
            process_vm_writev d P n P n X
            rseq P X X X
            """;

    private static final String[] @Nullable [] TABLE = parse();

    private Shapes() {}

    /** The words for the arguments of a call, or null when nothing is known of it. */
    static String @Nullable [] of(int nr) {
        if (nr < 0 || nr >= TABLE.length) {
            return null;
        }
        String[] words = TABLE[nr];
        return words != null ? words : annotated(nr);
    }

    private static String[] @Nullable [] parse() {
        String[] @Nullable [] t = new String[Nr.MAX + 1] @Nullable [];
        String[] lines = TEXT.split("\n");
        for (int nr = 0; nr <= Nr.MAX; nr++) {
            String name = Nr.name(nr);
            for (String line : lines) {
                if (name != null && (line.startsWith(name + " ") || line.equals(name))) {
                    String rest = line.substring(name.length()).strip();
                    t[nr] = rest.isEmpty() ? new String[0] : rest.split(" ");
                }
            }
        }
        return t;
    }

    /** From the annotations of the handler. */
    private static String @Nullable [] annotated(int nr) {
        String shape = SyscallShapes.of(nr);
        if (shape == null) {
            return null;
        }
        String[] parts = shape.split(" ");
        String[] words = new String[parts.length - 1];
        for (int i = 1; i < parts.length; i++) {
            String kind = parts[i].substring(parts[i].indexOf(':') + 1);
            words[i - 1] = switch (kind) {
                case "DEC" -> "l";
                case "HEX" -> "X";
                case "OCTAL" -> "o";
                case "FD" -> "FD";
                case "DIRFD" -> "DIRFD";
                case "PATH" -> "PATH";
                case "STR" -> "STR";
                case "IN" -> "BUF";
                case "OUT" -> "OUT<";
                case "STRINGS" -> "STRV";
                case "SIGNAL" -> "SIG";
                case "SIGSET" -> "SIGSET";
                case "CLOCK" -> "CLOCK";
                case "TIMESPEC" -> "TS";
                case "OPEN_FLAGS" -> "OPEN0";
                case "AT_FLAGS" -> "AT";
                case "PROT" -> "PROT";
                case "MAP_FLAGS" -> "MAP";
                case "CLONE_FLAGS" -> "CLONE";
                case "WAIT_FLAGS" -> "WAIT";
                case "SOCK_FAMILY" -> "FAMILY";
                case "SOCK_TYPE" -> "SOCK";
                case "SOCKADDR" -> "P";
                case "MSG_FLAGS" -> "MSG";
                case "IOCTL" -> "IOCTL";
                case "FCNTL" -> "FCNTL";
                case "WHENCE" -> "WHENCE";
                default -> "X";
            };
        }
        return words;
    }
}
