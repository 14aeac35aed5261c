// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

import org.jspecify.annotations.Nullable;

/** Numbers of the Linux system calls on x86-64, spelled as Linux spells them. */
public final class Nr {
    public static final int read = 0;
    public static final int write = 1;
    public static final int open = 2;
    public static final int close = 3;
    public static final int stat = 4;
    public static final int fstat = 5;
    public static final int lstat = 6;
    public static final int poll = 7;
    public static final int lseek = 8;
    public static final int mmap = 9;
    public static final int mprotect = 10;
    public static final int munmap = 11;
    public static final int brk = 12;
    public static final int rt_sigaction = 13;
    public static final int rt_sigprocmask = 14;
    public static final int rt_sigreturn = 15;
    public static final int ioctl = 16;
    public static final int pread64 = 17;
    public static final int pwrite64 = 18;
    public static final int readv = 19;
    public static final int writev = 20;
    public static final int access = 21;
    public static final int pipe = 22;
    public static final int select = 23;
    public static final int sched_yield = 24;
    public static final int mremap = 25;
    public static final int msync = 26;
    public static final int mincore = 27;
    public static final int madvise = 28;
    public static final int shmget = 29;
    public static final int shmat = 30;
    public static final int shmctl = 31;
    public static final int dup = 32;
    public static final int dup2 = 33;
    public static final int pause = 34;
    public static final int nanosleep = 35;
    public static final int getitimer = 36;
    public static final int alarm = 37;
    public static final int setitimer = 38;
    public static final int getpid = 39;
    public static final int sendfile = 40;
    public static final int socket = 41;
    public static final int connect = 42;
    public static final int accept = 43;
    public static final int sendto = 44;
    public static final int recvfrom = 45;
    public static final int sendmsg = 46;
    public static final int recvmsg = 47;
    public static final int shutdown = 48;
    public static final int bind = 49;
    public static final int listen = 50;
    public static final int getsockname = 51;
    public static final int getpeername = 52;
    public static final int socketpair = 53;
    public static final int setsockopt = 54;
    public static final int getsockopt = 55;
    public static final int clone = 56;
    public static final int fork = 57;
    public static final int vfork = 58;
    public static final int execve = 59;
    public static final int exit = 60;
    public static final int wait4 = 61;
    public static final int kill = 62;
    public static final int uname = 63;
    public static final int semget = 64;
    public static final int semop = 65;
    public static final int semctl = 66;
    public static final int shmdt = 67;
    public static final int msgget = 68;
    public static final int msgsnd = 69;
    public static final int msgrcv = 70;
    public static final int msgctl = 71;
    public static final int fcntl = 72;
    public static final int flock = 73;
    public static final int fsync = 74;
    public static final int fdatasync = 75;
    public static final int truncate = 76;
    public static final int ftruncate = 77;
    public static final int getdents = 78;
    public static final int getcwd = 79;
    public static final int chdir = 80;
    public static final int fchdir = 81;
    public static final int rename = 82;
    public static final int mkdir = 83;
    public static final int rmdir = 84;
    public static final int creat = 85;
    public static final int link = 86;
    public static final int unlink = 87;
    public static final int symlink = 88;
    public static final int readlink = 89;
    public static final int chmod = 90;
    public static final int fchmod = 91;
    public static final int chown = 92;
    public static final int fchown = 93;
    public static final int lchown = 94;
    public static final int umask = 95;
    public static final int gettimeofday = 96;
    public static final int getrlimit = 97;
    public static final int getrusage = 98;
    public static final int sysinfo = 99;
    public static final int times = 100;
    public static final int ptrace = 101;
    public static final int getuid = 102;
    public static final int syslog = 103;
    public static final int getgid = 104;
    public static final int setuid = 105;
    public static final int setgid = 106;
    public static final int geteuid = 107;
    public static final int getegid = 108;
    public static final int setpgid = 109;
    public static final int getppid = 110;
    public static final int getpgrp = 111;
    public static final int setsid = 112;
    public static final int setreuid = 113;
    public static final int setregid = 114;
    public static final int getgroups = 115;
    public static final int setgroups = 116;
    public static final int setresuid = 117;
    public static final int getresuid = 118;
    public static final int setresgid = 119;
    public static final int getresgid = 120;
    public static final int getpgid = 121;
    public static final int setfsuid = 122;
    public static final int setfsgid = 123;
    public static final int getsid = 124;
    public static final int capget = 125;
    public static final int capset = 126;
    public static final int rt_sigpending = 127;
    public static final int rt_sigtimedwait = 128;
    public static final int rt_sigqueueinfo = 129;
    public static final int rt_sigsuspend = 130;
    public static final int sigaltstack = 131;
    public static final int utime = 132;
    public static final int mknod = 133;
    public static final int uselib = 134;
    public static final int personality = 135;
    public static final int ustat = 136;
    public static final int statfs = 137;
    public static final int fstatfs = 138;
    public static final int sysfs = 139;
    public static final int getpriority = 140;
    public static final int setpriority = 141;
    public static final int sched_setparam = 142;
    public static final int sched_getparam = 143;
    public static final int sched_setscheduler = 144;
    public static final int sched_getscheduler = 145;
    public static final int sched_get_priority_max = 146;
    public static final int sched_get_priority_min = 147;
    public static final int sched_rr_get_interval = 148;
    public static final int mlock = 149;
    public static final int munlock = 150;
    public static final int mlockall = 151;
    public static final int munlockall = 152;
    public static final int vhangup = 153;
    public static final int modify_ldt = 154;
    public static final int pivot_root = 155;
    public static final int _sysctl = 156;
    public static final int prctl = 157;
    public static final int arch_prctl = 158;
    public static final int adjtimex = 159;
    public static final int setrlimit = 160;
    public static final int chroot = 161;
    public static final int sync = 162;
    public static final int acct = 163;
    public static final int settimeofday = 164;
    public static final int mount = 165;
    public static final int umount2 = 166;
    public static final int swapon = 167;
    public static final int swapoff = 168;
    public static final int reboot = 169;
    public static final int sethostname = 170;
    public static final int setdomainname = 171;
    public static final int iopl = 172;
    public static final int ioperm = 173;
    public static final int create_module = 174;
    public static final int init_module = 175;
    public static final int delete_module = 176;
    public static final int get_kernel_syms = 177;
    public static final int query_module = 178;
    public static final int quotactl = 179;
    public static final int nfsservctl = 180;
    public static final int getpmsg = 181;
    public static final int putpmsg = 182;
    public static final int afs_syscall = 183;
    public static final int tuxcall = 184;
    public static final int security = 185;
    public static final int gettid = 186;
    public static final int readahead = 187;
    public static final int setxattr = 188;
    public static final int lsetxattr = 189;
    public static final int fsetxattr = 190;
    public static final int getxattr = 191;
    public static final int lgetxattr = 192;
    public static final int fgetxattr = 193;
    public static final int listxattr = 194;
    public static final int llistxattr = 195;
    public static final int flistxattr = 196;
    public static final int removexattr = 197;
    public static final int lremovexattr = 198;
    public static final int fremovexattr = 199;
    public static final int tkill = 200;
    public static final int time = 201;
    public static final int futex = 202;
    public static final int sched_setaffinity = 203;
    public static final int sched_getaffinity = 204;
    public static final int set_thread_area = 205;
    public static final int io_setup = 206;
    public static final int io_destroy = 207;
    public static final int io_getevents = 208;
    public static final int io_submit = 209;
    public static final int io_cancel = 210;
    public static final int get_thread_area = 211;
    public static final int lookup_dcookie = 212;
    public static final int epoll_create = 213;
    public static final int epoll_ctl_old = 214;
    public static final int epoll_wait_old = 215;
    public static final int remap_file_pages = 216;
    public static final int getdents64 = 217;
    public static final int set_tid_address = 218;
    public static final int restart_syscall = 219;
    public static final int semtimedop = 220;
    public static final int fadvise64 = 221;
    public static final int timer_create = 222;
    public static final int timer_settime = 223;
    public static final int timer_gettime = 224;
    public static final int timer_getoverrun = 225;
    public static final int timer_delete = 226;
    public static final int clock_settime = 227;
    public static final int clock_gettime = 228;
    public static final int clock_getres = 229;
    public static final int clock_nanosleep = 230;
    public static final int exit_group = 231;
    public static final int epoll_wait = 232;
    public static final int epoll_ctl = 233;
    public static final int tgkill = 234;
    public static final int utimes = 235;
    public static final int vserver = 236;
    public static final int mbind = 237;
    public static final int set_mempolicy = 238;
    public static final int get_mempolicy = 239;
    public static final int mq_open = 240;
    public static final int mq_unlink = 241;
    public static final int mq_timedsend = 242;
    public static final int mq_timedreceive = 243;
    public static final int mq_notify = 244;
    public static final int mq_getsetattr = 245;
    public static final int kexec_load = 246;
    public static final int waitid = 247;
    public static final int add_key = 248;
    public static final int request_key = 249;
    public static final int keyctl = 250;
    public static final int ioprio_set = 251;
    public static final int ioprio_get = 252;
    public static final int inotify_init = 253;
    public static final int inotify_add_watch = 254;
    public static final int inotify_rm_watch = 255;
    public static final int migrate_pages = 256;
    public static final int openat = 257;
    public static final int mkdirat = 258;
    public static final int mknodat = 259;
    public static final int fchownat = 260;
    public static final int futimesat = 261;
    public static final int newfstatat = 262;
    public static final int unlinkat = 263;
    public static final int renameat = 264;
    public static final int linkat = 265;
    public static final int symlinkat = 266;
    public static final int readlinkat = 267;
    public static final int fchmodat = 268;
    public static final int faccessat = 269;
    public static final int pselect6 = 270;
    public static final int ppoll = 271;
    public static final int unshare = 272;
    public static final int set_robust_list = 273;
    public static final int get_robust_list = 274;
    public static final int splice = 275;
    public static final int tee = 276;
    public static final int sync_file_range = 277;
    public static final int vmsplice = 278;
    public static final int move_pages = 279;
    public static final int utimensat = 280;
    public static final int epoll_pwait = 281;
    public static final int signalfd = 282;
    public static final int timerfd_create = 283;
    public static final int eventfd = 284;
    public static final int fallocate = 285;
    public static final int timerfd_settime = 286;
    public static final int timerfd_gettime = 287;
    public static final int accept4 = 288;
    public static final int signalfd4 = 289;
    public static final int eventfd2 = 290;
    public static final int epoll_create1 = 291;
    public static final int dup3 = 292;
    public static final int pipe2 = 293;
    public static final int inotify_init1 = 294;
    public static final int preadv = 295;
    public static final int pwritev = 296;
    public static final int rt_tgsigqueueinfo = 297;
    public static final int perf_event_open = 298;
    public static final int recvmmsg = 299;
    public static final int fanotify_init = 300;
    public static final int fanotify_mark = 301;
    public static final int prlimit64 = 302;
    public static final int name_to_handle_at = 303;
    public static final int open_by_handle_at = 304;
    public static final int clock_adjtime = 305;
    public static final int syncfs = 306;
    public static final int sendmmsg = 307;
    public static final int setns = 308;
    public static final int getcpu = 309;
    public static final int process_vm_readv = 310;
    public static final int process_vm_writev = 311;
    public static final int kcmp = 312;
    public static final int finit_module = 313;
    public static final int sched_setattr = 314;
    public static final int sched_getattr = 315;
    public static final int renameat2 = 316;
    public static final int seccomp = 317;
    public static final int getrandom = 318;
    public static final int memfd_create = 319;
    public static final int kexec_file_load = 320;
    public static final int bpf = 321;
    public static final int execveat = 322;
    public static final int userfaultfd = 323;
    public static final int membarrier = 324;
    public static final int mlock2 = 325;
    public static final int copy_file_range = 326;
    public static final int preadv2 = 327;
    public static final int pwritev2 = 328;
    public static final int pkey_mprotect = 329;
    public static final int pkey_alloc = 330;
    public static final int pkey_free = 331;
    public static final int statx = 332;
    public static final int io_pgetevents = 333;
    public static final int rseq = 334;
    public static final int uretprobe = 335;
    public static final int uprobe = 336;
    public static final int pidfd_send_signal = 424;
    public static final int io_uring_setup = 425;
    public static final int io_uring_enter = 426;
    public static final int io_uring_register = 427;
    public static final int open_tree = 428;
    public static final int move_mount = 429;
    public static final int fsopen = 430;
    public static final int fsconfig = 431;
    public static final int fsmount = 432;
    public static final int fspick = 433;
    public static final int pidfd_open = 434;
    public static final int clone3 = 435;
    public static final int close_range = 436;
    public static final int openat2 = 437;
    public static final int pidfd_getfd = 438;
    public static final int faccessat2 = 439;
    public static final int process_madvise = 440;
    public static final int epoll_pwait2 = 441;
    public static final int mount_setattr = 442;
    public static final int quotactl_fd = 443;
    public static final int landlock_create_ruleset = 444;
    public static final int landlock_add_rule = 445;
    public static final int landlock_restrict_self = 446;
    public static final int memfd_secret = 447;
    public static final int process_mrelease = 448;
    public static final int futex_waitv = 449;
    public static final int set_mempolicy_home_node = 450;
    public static final int cachestat = 451;
    public static final int fchmodat2 = 452;
    public static final int map_shadow_stack = 453;
    public static final int futex_wake = 454;
    public static final int futex_wait = 455;
    public static final int futex_requeue = 456;
    public static final int statmount = 457;
    public static final int listmount = 458;
    public static final int lsm_get_self_attr = 459;
    public static final int lsm_set_self_attr = 460;
    public static final int lsm_list_modules = 461;
    public static final int mseal = 462;
    public static final int setxattrat = 463;
    public static final int getxattrat = 464;
    public static final int listxattrat = 465;
    public static final int removexattrat = 466;
    public static final int open_tree_attr = 467;
    public static final int file_getattr = 468;
    public static final int file_setattr = 469;

    /** The highest number in this table; every number from 0 to it is in range of an array of MAX + 1. */
    public static final int MAX = 469;

    /** The name of a call, or null for a number that Linux does not use. Loads the table of names on first use. */
    public static @Nullable String name(int nr) {
        return nr >= 0 && nr <= MAX ? Names.BY_NUMBER[nr] : null;
    }

    /** The number of a call, or -1. */
    public static int byName(String name) {
        for (int nr = 0; nr <= MAX; nr++) {
            if (name.equals(Names.BY_NUMBER[nr])) {
                return nr;
            }
        }
        return -1;
    }

    /** Split from the constants so that a kernel that never prints a name never builds the table. */
    private static final class Names {
        static final @Nullable String[] BY_NUMBER = new String[MAX + 1];

        static {
            String[] runs = {
                "0 read write open close stat fstat lstat poll lseek mmap mprotect munmap brk",
                "13 rt_sigaction rt_sigprocmask rt_sigreturn ioctl pread64 pwrite64 readv writev access",
                "22 pipe select sched_yield mremap msync mincore madvise shmget shmat shmctl dup dup2",
                "34 pause nanosleep getitimer alarm setitimer getpid sendfile socket connect accept",
                "44 sendto recvfrom sendmsg recvmsg shutdown bind listen getsockname getpeername",
                "53 socketpair setsockopt getsockopt clone fork vfork execve exit wait4 kill uname semget",
                "65 semop semctl shmdt msgget msgsnd msgrcv msgctl fcntl flock fsync fdatasync truncate",
                "77 ftruncate getdents getcwd chdir fchdir rename mkdir rmdir creat link unlink symlink",
                "89 readlink chmod fchmod chown fchown lchown umask gettimeofday getrlimit getrusage",
                "99 sysinfo times ptrace getuid syslog getgid setuid setgid geteuid getegid setpgid",
                "110 getppid getpgrp setsid setreuid setregid getgroups setgroups setresuid getresuid",
                "119 setresgid getresgid getpgid setfsuid setfsgid getsid capget capset rt_sigpending",
                "128 rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend sigaltstack utime mknod uselib",
                "135 personality ustat statfs fstatfs sysfs getpriority setpriority sched_setparam",
                "143 sched_getparam sched_setscheduler sched_getscheduler sched_get_priority_max",
                "147 sched_get_priority_min sched_rr_get_interval mlock munlock mlockall munlockall",
                "153 vhangup modify_ldt pivot_root _sysctl prctl arch_prctl adjtimex setrlimit chroot sync",
                "163 acct settimeofday mount umount2 swapon swapoff reboot sethostname setdomainname iopl",
                "173 ioperm create_module init_module delete_module get_kernel_syms query_module quotactl",
                "180 nfsservctl getpmsg putpmsg afs_syscall tuxcall security gettid readahead setxattr",
                "189 lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr",
                "197 removexattr lremovexattr fremovexattr tkill time futex sched_setaffinity",
                "204 sched_getaffinity set_thread_area io_setup io_destroy io_getevents io_submit",
                "210 io_cancel get_thread_area lookup_dcookie epoll_create epoll_ctl_old epoll_wait_old",
                "216 remap_file_pages getdents64 set_tid_address restart_syscall semtimedop fadvise64",
                "222 timer_create timer_settime timer_gettime timer_getoverrun timer_delete clock_settime",
                "228 clock_gettime clock_getres clock_nanosleep exit_group epoll_wait epoll_ctl tgkill",
                "235 utimes vserver mbind set_mempolicy get_mempolicy mq_open mq_unlink mq_timedsend",
                "243 mq_timedreceive mq_notify mq_getsetattr kexec_load waitid add_key request_key keyctl",
                "251 ioprio_set ioprio_get inotify_init inotify_add_watch inotify_rm_watch migrate_pages",
                "257 openat mkdirat mknodat fchownat futimesat newfstatat unlinkat renameat linkat",
                "266 symlinkat readlinkat fchmodat faccessat pselect6 ppoll unshare set_robust_list",
                "274 get_robust_list splice tee sync_file_range vmsplice move_pages utimensat epoll_pwait",
                "282 signalfd timerfd_create eventfd fallocate timerfd_settime timerfd_gettime accept4",
                "289 signalfd4 eventfd2 epoll_create1 dup3 pipe2 inotify_init1 preadv pwritev",
                "297 rt_tgsigqueueinfo perf_event_open recvmmsg fanotify_init fanotify_mark prlimit64",
                "303 name_to_handle_at open_by_handle_at clock_adjtime syncfs sendmmsg setns getcpu",
                "310 process_vm_readv process_vm_writev kcmp finit_module sched_setattr sched_getattr",
                "316 renameat2 seccomp getrandom memfd_create kexec_file_load bpf execveat userfaultfd",
                "324 membarrier mlock2 copy_file_range preadv2 pwritev2 pkey_mprotect pkey_alloc pkey_free",
                "332 statx io_pgetevents rseq uretprobe uprobe",
                "424 pidfd_send_signal io_uring_setup io_uring_enter io_uring_register open_tree",
                "429 move_mount fsopen fsconfig fsmount fspick pidfd_open clone3 close_range openat2",
                "438 pidfd_getfd faccessat2 process_madvise epoll_pwait2 mount_setattr quotactl_fd",
                "444 landlock_create_ruleset landlock_add_rule landlock_restrict_self memfd_secret",
                "448 process_mrelease futex_waitv set_mempolicy_home_node cachestat fchmodat2",
                "453 map_shadow_stack futex_wake futex_wait futex_requeue statmount listmount",
                "459 lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat",
                "465 listxattrat removexattrat open_tree_attr file_getattr file_setattr",
            };
            for (String run : runs) {
                int at = run.indexOf(' ');
                int nr = Integer.parseInt(run, 0, at, 10);
                while (at >= 0) {
                    int end = run.indexOf(' ', at + 1);
                    BY_NUMBER[nr++] = end < 0 ? run.substring(at + 1) : run.substring(at + 1, end);
                    at = end;
                }
            }
        }
    }

    private Nr() {}
}
