// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import io.sandjar.abi.Clone;
import io.sandjar.abi.Futex;
import io.sandjar.abi.Ioctl;
import io.sandjar.abi.Mm;
import io.sandjar.abi.Net;
import io.sandjar.abi.O;
import io.sandjar.abi.Poll;
import io.sandjar.abi.Prctl;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.abi.Time;

/** The groups of constants that traces show by name. */
final class Vocabulary {
    static final Names OPEN = Names.of(O.class, "O_", "O_ACCMODE", "O_RDONLY", "O_WRONLY", "O_RDWR");
    static final Names AT = Names.of(
            O.class, "AT_", "AT_FDCWD", "AT_EACCESS", "AT_HANDLE_FID", "AT_STATX_SYNC_TYPE", "AT_STATX_SYNC_AS_STAT");
    static final Names UNLINK = new Names().add("AT_REMOVEDIR", O.AT_REMOVEDIR);
    static final Names FACCESS = new Names()
            .add("AT_SYMLINK_NOFOLLOW", O.AT_SYMLINK_NOFOLLOW)
            .add("AT_EACCESS", O.AT_EACCESS)
            .add("AT_EMPTY_PATH", O.AT_EMPTY_PATH);
    static final Names ACCESS =
            new Names().add("F_OK", 0).add("R_OK", 4).add("W_OK", 2).add("X_OK", 1);
    static final Names PROT = Names.of(Mm.class, "PROT_");
    static final Names MAP = Names.of(Mm.class, "MAP_", "MAP_TYPE", "MAP_SHARED_VALIDATE");
    static final Names MADV = Names.of(Mm.class, "MADV_");
    static final Names MREMAP = Names.of(Mm.class, "MREMAP_");
    static final Names MSYNC = Names.of(Mm.class, "MS_");
    static final Names MFD = Names.of(Mm.class, "MFD_");
    static final Names SEALS = Names.of(Mm.class, "F_SEAL_");
    static final Names MEMBARRIER = Names.of(Mm.class, "MEMBARRIER_CMD_");
    static final Names IPC = Names.of(Mm.class, "IPC_", "IPC_RMID", "IPC_SET", "IPC_STAT", "IPC_INFO", "IPC_PRIVATE");
    static final Names IPC_CMD =
            new Names().add("IPC_RMID", 0).add("IPC_SET", 1).add("IPC_STAT", 2).add("IPC_INFO", 3);
    static final Names CLONE = Names.of(Clone.class, "CLONE_");
    static final Names WAIT = new Names()
            .add("WNOHANG", 1)
            .add("WUNTRACED", 2)
            .add("WEXITED", 4)
            .add("WCONTINUED", 8)
            .add("WNOWAIT", Clone.WNOWAIT)
            .add("__WNOTHREAD", Clone.__WNOTHREAD)
            .add("__WALL", Clone.__WALL)
            .add("__WCLONE", Clone.__WCLONE & 0xffffffffL);
    static final Names ID_TYPE =
            new Names().add("P_ALL", 0).add("P_PID", 1).add("P_PGID", 2).add("P_PIDFD", 3);
    static final Names FUTEX_OP =
            Names.of(Futex.class, "FUTEX_", "FUTEX_PRIVATE_FLAG", "FUTEX_CLOCK_REALTIME", "FUTEX_CMD_MASK");
    static final Names POLL = Names.of(Poll.class, "POLL", "POLL_BUSY_LOOP", "POLLFREE");
    static final Names EPOLL = Names.of(
            Poll.class, "EPOLL", "EPOLL_CTL_ADD", "EPOLL_CTL_DEL", "EPOLL_CTL_MOD", "EPOLL_CLOEXEC", "EPOLLNVAL");
    static final Names EPOLL_CTL = Names.of(Poll.class, "EPOLL_CTL_");
    static final Names EFD = Names.of(Poll.class, "EFD_");
    static final Names TFD = Names.of(Poll.class, "TFD_", "TFD_TIMER_ABSTIME", "TFD_TIMER_CANCEL_ON_SET");
    static final Names TFD_TIMER = Names.of(Poll.class, "TFD_TIMER_");
    static final Names SFD = Names.of(Poll.class, "SFD_");
    static final Names INOTIFY = Names.of(Poll.class, "IN_", "IN_NONBLOCK", "IN_CLOEXEC");
    static final Names INOTIFY_INIT =
            new Names().add("IN_NONBLOCK", O.O_NONBLOCK).add("IN_CLOEXEC", O.O_CLOEXEC);
    static final Names CLOCK = Names.of(Time.class, "CLOCK_");
    static final Names ITIMER = Names.of(Time.class, "ITIMER_");
    static final Names TIMER = new Names().add("TIMER_ABSTIME", 1);
    static final Names RUSAGE =
            new Names().add("RUSAGE_SELF", 0).add("RUSAGE_THREAD", 1).add("RUSAGE_CHILDREN", -1);
    static final Names RLIMIT = Names.of(Rlimit.class, "RLIMIT_", "RLIMIT_NLIMITS");
    static final Names WHENCE = Names.of(O.class, "SEEK_");
    static final Names FCNTL = Names.of(
            O.class, "F_", "F_RDLCK", "F_WRLCK", "F_UNLCK", "F_OWNER_TID", "F_OWNER_PID", "F_OWNER_PGRP", "F_OK");
    static final Names FLOCK = Names.of(O.class, "LOCK_");
    static final Names RENAME = Names.of(O.class, "RENAME_");
    static final Names FALLOCATE = Names.of(O.class, "FALLOC_FL_");
    static final Names FADVISE = Names.of(O.class, "POSIX_FADV_");
    static final Names RWF = Names.of(O.class, "RWF_");
    static final Names SPLICE = Names.of(O.class, "SPLICE_F_");
    static final Names XATTR = new Names().add("XATTR_CREATE", 1).add("XATTR_REPLACE", 2);
    static final Names CLOSE_RANGE = Names.of(O.class, "CLOSE_RANGE_");
    static final Names STATX = Names.of(O.class, "STATX_", "STATX_ALL");
    static final Names RESOLVE = Names.of(O.class, "RESOLVE_");
    static final Names FAMILY = Names.of(Net.class, "AF_", "AF_MAX");
    static final Names SOCK = Names.of(Net.class, "SOCK_", "SOCK_TYPE_MASK", "SOCK_NONBLOCK", "SOCK_CLOEXEC");
    static final Names SOCK_FLAGS =
            new Names().add("SOCK_NONBLOCK", Net.SOCK_NONBLOCK).add("SOCK_CLOEXEC", Net.SOCK_CLOEXEC);
    static final Names PROTOCOL = Names.of(Net.class, "IPPROTO_", "IPPROTO_HOPOPTS");
    static final Names LEVEL = Names.of(Net.class, "SOL_");
    static final Names SOCKET_OPTION = Names.of(Net.class, "SO_");
    static final Names TCP_OPTION = Names.of(Net.class, "TCP_");
    static final Names IP_OPTION = Names.of(Net.class, "IP_");
    static final Names IPV6_OPTION = Names.of(Net.class, "IPV6_");
    static final Names MSG = Names.of(Net.class, "MSG_");
    static final Names SHUT = new Names().add("SHUT_RD", 0).add("SHUT_WR", 1).add("SHUT_RDWR", 2);
    static final Names IOCTL = Names.of(Ioctl.class, "");
    static final Names PRCTL = Names.of(
            Prctl.class,
            "PR_",
            "PR_SET_MM_START_CODE",
            "PR_SET_MM_END_CODE",
            "PR_SET_MM_START_DATA",
            "PR_SET_MM_END_DATA",
            "PR_SET_MM_START_STACK",
            "PR_SET_MM_START_BRK",
            "PR_SET_MM_BRK",
            "PR_SET_MM_ARG_START",
            "PR_SET_MM_ARG_END",
            "PR_SET_MM_ENV_START",
            "PR_SET_MM_ENV_END",
            "PR_SET_MM_AUXV",
            "PR_SET_MM_EXE_FILE",
            "PR_SET_MM_MAP",
            "PR_SET_MM_MAP_SIZE",
            "PR_CAP_AMBIENT_IS_SET",
            "PR_CAP_AMBIENT_RAISE",
            "PR_CAP_AMBIENT_LOWER",
            "PR_CAP_AMBIENT_CLEAR_ALL",
            "PR_SET_VMA_ANON_NAME");
    static final Names ARCH_PRCTL = Names.of(Prctl.class, "ARCH_");
    static final Names SA = Names.of(Sig.class, "SA_");
    static final Names SIG_HOW =
            new Names().add("SIG_BLOCK", 0).add("SIG_UNBLOCK", 1).add("SIG_SETMASK", 2);
    static final Names SS = Names.of(Sig.class, "SS_");
    static final Names CLD = Names.of(Sig.class, "CLD_");
    static final Names SI = Names.of(Sig.class, "SI_");
    static final Names SEGV = Names.of(Sig.class, "SEGV_");
    static final Names BUS = Names.of(Sig.class, "BUS_");
    static final Names FPE = Names.of(Sig.class, "FPE_");
    static final Names ILL = Names.of(Sig.class, "ILL_");
    static final Names TRAP = Names.of(Sig.class, "TRAP_");
    static final Names SCHED = Names.of(Clone.class, "SCHED_", "SCHED_RESET_ON_FORK", "SCHED_NORMAL")
            .add("SCHED_OTHER", 0);
    static final Names PRIO = Names.of(Clone.class, "PRIO_");
    static final Names GRND =
            new Names().add("GRND_NONBLOCK", 1).add("GRND_RANDOM", 2).add("GRND_INSECURE", 4);

    private Vocabulary() {}
}
