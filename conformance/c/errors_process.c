// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -lrt
//
// Errors of the calls about processes, memory, time and messages that the other programs use but never provoke: each by
// its number, so that the C library does not choose another one.
#include "check.h"
#include <linux/capability.h>
#include <mqueue.h>
#include <sched.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>

#define BAD ((void *)8)

TEST(memory) {
    char *p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), vec[2];
    ERR(mincore(p + 1, 4096, (void *)vec), EINVAL);
    ERR(mincore(p, 4096, BAD), EFAULT);
    OK(munmap(p + 4096, 4096));
    ERR(mincore(p, 8192, (void *)vec), ENOMEM);
    ERR(mremap(p + 1, 4096, 8192, 0) == MAP_FAILED ? -1 : 0, EINVAL);
    ERR(mremap(p, 4096, 0, 0) == MAP_FAILED ? -1 : 0, EINVAL);
    ERR(mremap(p + 4096, 4096, 8192, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0, EFAULT);
    // covers: brk (it has no errors: it answers where the break is)
    long at = syscall(SYS_brk, 0);
    EQ(syscall(SYS_brk, 1L), at);
    ERR((long)shmat(-1, 0, 0), EINVAL);
    ERR((long)shmat(0x7fffff, 0, 0), EINVAL);
    OK(munlockall());
    ERR(syscall(SYS_set_robust_list, 0L, 1L), EINVAL);
    ERR(syscall(SYS_getcpu, BAD, 0L, 0L), EFAULT);
}

TEST(other_memory) {
    char a = 1, b = 0;
    struct iovec l = {&a, 1}, r = {&b, 1}, bad = {BAD, 1};
    EQ(syscall(SYS_process_vm_writev, getpid(), &l, 1L, &r, 1L, 0L), 1);
    EQ(b, 1);
    ERR(syscall(SYS_process_vm_writev, getpid(), &l, 1L, &r, 1L, 1L), EINVAL);
    ERR(syscall(SYS_process_vm_writev, 0x7fffffff, &l, 1L, &r, 1L, 0L), ESRCH);
    ERR(syscall(SYS_process_vm_writev, getpid(), &l, 1L, &bad, 1L, 0L), EFAULT);
    ERR(syscall(SYS_process_vm_writev, getpid(), &l, 1025L, &r, 1L, 0L), EINVAL);
    ERR(syscall(SYS_pidfd_getfd, 99, 0, 0), EBADF);
    int own = OK(syscall(SYS_pidfd_open, getpid(), 0));
    ERR(syscall(SYS_pidfd_getfd, own, 99, 0), EBADF);
    ERR(syscall(SYS_pidfd_getfd, own, 0, 1), EINVAL);
    ERR(syscall(SYS_pidfd_getfd, 1, 0, 0), EBADF);
}

TEST(identities) {
    struct __user_cap_header_struct h = {0x1234, 0};
    struct __user_cap_data_struct d[2] = {{0}, {0}};
    unsigned v;
    ERR(syscall(SYS_capset, &h, d), EINVAL);
    EQ(h.version, _LINUX_CAPABILITY_VERSION_3);
    ERR(syscall(SYS_capset, BAD, d), EFAULT);
    h.pid = 0x7fffffff;
    ERR(syscall(SYS_capset, &h, d), EPERM);
    h.pid = 0;
    OK(syscall(SYS_capget, &h, d));
    ERR(syscall(SYS_getresuid, BAD, &v, &v), EFAULT);
    ERR(syscall(SYS_getresgid, &v, &v, BAD), EFAULT);
    EQ(syscall(SYS_setfsgid, -1), getegid());
    pid_t pid;
    CHILD(pid) {
        if (getuid() == 0) {
            OK(syscall(SYS_setresgid, 1000, 1000, 1000));
            OK(syscall(SYS_setresuid, 1000, 1000, 1000));
        }
        ERR(syscall(SYS_setreuid, -1, 0), EPERM);
        ERR(syscall(SYS_setregid, -1, 0), EPERM);
        ERR(syscall(SYS_setresuid, -1, -1, 0), EPERM);
        ERR(syscall(SYS_setresgid, 0, -1, -1), EPERM);
        ERR(syscall(SYS_setdomainname, "x", 1L), EPERM);
        ERR(syscall(SYS_chroot, "/"), EPERM);
        d[0].effective = d[0].permitted = 1;
        ERR(syscall(SYS_capset, &h, d), EPERM);
    }
    WAIT_EXIT(pid, 0);
}

TEST(names_and_figures) {
    ERR(uname(BAD), EFAULT);
    ERR(syscall(SYS_sysinfo, BAD), EFAULT);
    ERR(syscall(SYS_times, BAD), EFAULT);
    ERR(syscall(SYS_gettimeofday, BAD, 0L), EFAULT);
    struct rlimit r = {2, 1};
    ERR(syscall(SYS_getrlimit, 99, &r), EINVAL);
    ERR(syscall(SYS_getrlimit, RLIMIT_NOFILE, BAD), EFAULT);
    ERR(syscall(SYS_setrlimit, RLIMIT_NOFILE, &r), EINVAL);
    ERR(syscall(SYS_setrlimit, 99, &r), EINVAL);
    ERR(syscall(SYS_setrlimit, RLIMIT_NOFILE, BAD), EFAULT);
    if (getuid() == 0)
        ERR(syscall(SYS_setdomainname, "x", 65L), EINVAL);
}

TEST(scheduling) {
    struct sched_param p = {1};
    struct timespec t;
    char attr[64];
    cpu_set_t none;
    CPU_ZERO(&none);
    int nobody = 0x7fffffff;
    ERR(syscall(SYS_getpriority, 9, 0), EINVAL);
    ERR(syscall(SYS_getpriority, PRIO_PROCESS, nobody), ESRCH);
    ERR(syscall(SYS_sched_setparam, 0, 0L), EINVAL);
    ERR(syscall(SYS_sched_setparam, -1, &p), EINVAL);
    ERR(syscall(SYS_sched_setparam, 0, &p), EINVAL);
    ERR(syscall(SYS_sched_setparam, nobody, &p), ESRCH);
    ERR(syscall(SYS_sched_getparam, 0, 0L), EINVAL);
    ERR(syscall(SYS_sched_getparam, nobody, &p), ESRCH);
    ERR(syscall(SYS_sched_getscheduler, -1), EINVAL);
    ERR(syscall(SYS_sched_getscheduler, nobody), ESRCH);
    ERR(syscall(SYS_sched_get_priority_max, 99), EINVAL);
    ERR(syscall(SYS_sched_get_priority_min, 99), EINVAL);
    EQ(syscall(SYS_sched_get_priority_max, SCHED_FIFO), 99);
    EQ(syscall(SYS_sched_get_priority_min, SCHED_RR), 1);
    ERR(syscall(SYS_sched_rr_get_interval, -1, &t), EINVAL);
    ERR(syscall(SYS_sched_rr_get_interval, nobody, &t), ESRCH);
    ERR(syscall(SYS_sched_rr_get_interval, 0, BAD), EFAULT);
    ERR(syscall(SYS_sched_setaffinity, 0, sizeof none, &none), EINVAL);
    ERR(syscall(SYS_sched_setaffinity, nobody, sizeof none, &none), ESRCH);
    ERR(syscall(SYS_sched_getattr, 0, attr, 8, 0), EINVAL);
    ERR(syscall(SYS_sched_getattr, 0, attr, 64, 1), EINVAL);
    ERR(syscall(SYS_sched_getattr, nobody, attr, 64, 0), ESRCH);
    ERR(syscall(SYS_ioprio_get, 9, 0), EINVAL);
    ERR(syscall(SYS_ioprio_get, 1, nobody), ESRCH);
}

TEST(signals) {
    char info[128] = {0};
    *(int *)(info + 8) = SI_QUEUE;
    ERR(syscall(SYS_rt_sigpending, info, 16L), EINVAL);
    ERR(syscall(SYS_rt_sigpending, BAD, 8L), EFAULT);
    ERR(syscall(SYS_tkill, -1, 0), EINVAL);
    ERR(syscall(SYS_tkill, 0x7fffffff, 0), ESRCH);
    ERR(syscall(SYS_tkill, getpid(), 65), EINVAL);
    ERR(syscall(SYS_rt_tgsigqueueinfo, -1, 1, SIGUSR1, info), EINVAL);
    ERR(syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGUSR1, BAD), EFAULT);
    ERR(syscall(SYS_rt_tgsigqueueinfo, getpid(), 0x7fffffff, 0, info), ESRCH);
    static int tid;
    EQ(syscall(SYS_set_tid_address, &tid), getpid());
    // covers: rt_sigreturn (every handler that returns)
    ERR(syscall(SYS_restart_syscall), EINTR);
}

TEST(timers) {
    struct itimerspec its = {{0, 0}, {0, 1000000000}};
    int bad = 0x7ffffff;
    timer_t id;
    struct sigevent none = {.sigev_notify = SIGEV_NONE};
    ERR(syscall(SYS_getitimer, 9, &its), EINVAL);
    ERR(syscall(SYS_getitimer, 0, BAD), EFAULT);
    ERR(syscall(SYS_timer_settime, bad, 0, &its, 0L), EINVAL);
    ERR(syscall(SYS_timer_gettime, bad, &its), EINVAL);
    ERR(syscall(SYS_timer_getoverrun, bad), EINVAL);
    ERR(syscall(SYS_timer_delete, bad), EINVAL);
    OK(timer_create(CLOCK_MONOTONIC, &none, &id));
    int n = (int)(long)id;
    its.it_value.tv_nsec = 1000000000;
    ERR(syscall(SYS_timer_settime, n, 0, &its, 0L), EINVAL);
    ERR(syscall(SYS_timer_settime, n, 0, BAD, 0L), EFAULT);
    ERR(syscall(SYS_timer_gettime, n, BAD), EFAULT);
    EQ(syscall(SYS_timer_getoverrun, n), 0);
    OK(syscall(SYS_timer_delete, n));
    ERR(syscall(SYS_timer_delete, n), EINVAL);
}

TEST(messages) {
    struct mq_attr attr = {.mq_flags = 1 << 20};
    ERR(msgget(0x12345678, 0), ENOENT);
    int id = OK(msgget(0x12345678, IPC_CREAT | IPC_EXCL | 0600));
    ERR(msgget(0x12345678, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
    ERR(msgctl(id, 99, 0), EINVAL);
    ERR(msgctl(id, IPC_STAT, BAD), EFAULT);
    OK(msgctl(id, IPC_RMID, 0));
    ERR(msgctl(id, IPC_RMID, 0), EINVAL);
    ERR(syscall(SYS_mq_getsetattr, 99, 0L, &attr), EBADF);
    ERR(syscall(SYS_mq_getsetattr, 0, 0L, &attr), EBADF);
    ERR(syscall(SYS_mq_getsetattr, 0, BAD, &attr), EFAULT);
    mqd_t q = OK(mq_open("/errors_process", O_RDWR | O_CREAT, 0600, 0));
    OK(mq_unlink("/errors_process"));
    ERR(syscall(SYS_mq_getsetattr, q, &attr, 0L), EINVAL);
    ERR(syscall(SYS_mq_getsetattr, q, 0L, BAD), EFAULT);
}

TEST(sockets) {
    char b[8];
    struct iovec v = {b, 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1}, many = {.msg_iov = &v, .msg_iovlen = 2000};
    struct mmsghdr mm = {.msg_hdr = m};
    struct sockaddr_un a;
    socklen_t len = sizeof a;
    int s[2], one = 1, f = OK(open("/dev/null", O_RDWR));
    OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    ERR(sendmsg(99, &m, 0), EBADF);
    ERR(sendmsg(f, &m, 0), ENOTSOCK);
    ERR(sendmsg(s[0], BAD, 0), EFAULT);
    ERR(sendmsg(s[0], &many, 0), EMSGSIZE);
    ERR(recvmsg(99, &m, 0), EBADF);
    ERR(recvmsg(f, &m, 0), ENOTSOCK);
    ERR(recvmsg(s[0], &many, 0), EMSGSIZE);
    ERR(recvmsg(s[0], &m, MSG_DONTWAIT), EAGAIN);
    ERR(recvmmsg(99, &mm, 1, 0, 0), EBADF);
    ERR(recvmmsg(f, &mm, 1, 0, 0), ENOTSOCK);
    ERR(recvmmsg(s[0], &mm, 1, MSG_DONTWAIT, 0), EAGAIN);
    struct timespec bad = {0, -1};
    ERR(recvmmsg(s[0], &mm, 1, MSG_DONTWAIT, &bad), EINVAL);
    ERR(sendmmsg(99, &mm, 1, 0), EBADF);
    ERR(sendmmsg(f, &mm, 1, 0), ENOTSOCK);
    ERR(getsockname(99, (void *)&a, &len), EBADF);
    ERR(getsockname(f, (void *)&a, &len), ENOTSOCK);
    len = -1;
    ERR(getsockname(s[0], (void *)&a, &len), EINVAL);
    ERR(setsockopt(99, SOL_SOCKET, SO_REUSEADDR, &one, 4), EBADF);
    ERR(setsockopt(f, SOL_SOCKET, SO_REUSEADDR, &one, 4), ENOTSOCK);
    ERR(setsockopt(s[0], SOL_SOCKET, SO_REUSEADDR, &one, 1), EINVAL);
    ERR(setsockopt(s[0], SOL_SOCKET, 9999, &one, 4), ENOPROTOOPT);
    ERR(setsockopt(s[0], SOL_SOCKET, SO_REUSEADDR, BAD, 4), EFAULT);
    ERR(syscall(SYS_accept4, 99, 0L, 0L, 0), EBADF);
    ERR(syscall(SYS_accept4, s[0], 0L, 0L, 1), EINVAL);
    ERR(syscall(SYS_accept4, s[0], 0L, 0L, 0), EINVAL);
    ERR(syscall(SYS_accept4, f, 0L, 0L, 0), ENOTSOCK);
}

TEST(processes_at_the_limit) {
    pid_t pid;
    CHILD(pid) {
        if (getuid() == 0) {
            OK(setgid(61234));
            OK(setuid(61234)); // who has no other processes
        }
        struct rlimit none = {1, 1};
        OK(setrlimit(RLIMIT_NPROC, &none));
        ERR(syscall(SYS_fork), EAGAIN);
        ERR(vfork(), EAGAIN);
    }
    WAIT_EXIT(pid, 0);
}

MAIN()
