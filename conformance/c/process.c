// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// TIMEOUT: 90
// Processes: fork, vfork, posix_spawn, clone, wait variants, orphans, groups and sessions, limits, credentials, accounting.
#include "check.h"
#include <grp.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/times.h>

extern char **environ;

TEST(fork_ids) {
    pid_t me = getpid(), pid;
    CHILD(pid) {
        EQ(getppid(), me);
        CHECK(getpid() != me);
        EQ(syscall(SYS_gettid), getpid());
    }
    CHECK(pid > 0);
    WAIT_EXIT(pid, 0);
}
TEST(fork_shares_offsets_not_memory) {
    static int x = 1;
    int fd = OK(open("f", O_RDWR | O_CREAT, 0600));
    pid_t pid;
    CHILD(pid) {
        x = 2;
        EQ(write(fd, "abc", 3), 3);
        EQ(chdir("/"), 0);
        umask(0);
        close(fd);
    }
    WAIT_EXIT(pid, 0);
    EQ(x, 1);
    EQ(lseek(fd, 0, SEEK_CUR), 3);
    EQ(access("f", F_OK), 0);
    EQ(umask(022), 022);
}
TEST(wait_status) {
    int st;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0x1ff);
    EQ(wait4(pid, &st, 0, 0), pid);
    EQ(st, 0xff00);
    pid = fork();
    if (pid == 0)
        raise(SIGKILL);
    EQ(waitpid(pid, &st, 0), pid);
    EQ(WTERMSIG(st), SIGKILL);
    pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    EQ(waitpid(pid, &st, WNOHANG), 0);
    EQ(kill(pid, SIGSTOP), 0);
    EQ(waitpid(pid, &st, WUNTRACED), pid);
    CHECK(WIFSTOPPED(st));
    EQ(WSTOPSIG(st), SIGSTOP);
    EQ(waitpid(pid, &st, WNOHANG | WUNTRACED), 0);
    EQ(kill(pid, SIGCONT), 0);
    EQ(waitpid(pid, &st, WCONTINUED), pid);
    CHECK(WIFCONTINUED(st));
    EQ(kill(pid, SIGTERM), 0);
    EQ(waitpid(pid, &st, 0), pid);
    EQ(WTERMSIG(st), SIGTERM);
    ERR(waitpid(pid, &st, 0), ECHILD);
    ERR(waitpid(-1, &st, WNOHANG), ECHILD);
    ERR(waitpid(-1, &st, 0x4000), EINVAL);
}
TEST(waitid) {
    siginfo_t i;
    pid_t pid = fork();
    if (pid == 0)
        _exit(9);
    memset(&i, 0, sizeof i);
    EQ(waitid(P_PID, pid, &i, WEXITED | WNOWAIT), 0);
    EQ(i.si_pid, pid);
    EQ(i.si_signo, SIGCHLD);
    EQ(i.si_code, CLD_EXITED);
    EQ(i.si_status, 9);
    EQ(i.si_uid, getuid());
    EQ(waitid(P_ALL, 0, &i, WEXITED), 0);
    EQ(i.si_pid, pid);
    ERR(waitid(P_ALL, 0, &i, WEXITED), ECHILD);
    ERR(waitid(P_ALL, 0, &i, 0), EINVAL);
    pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    i.si_pid = 5;
    EQ(waitid(P_PID, pid, &i, WEXITED | WNOHANG), 0);
    EQ(i.si_pid, 0);
    kill(pid, SIGKILL);
    EQ(waitid(P_PGID, getpgrp(), &i, WEXITED), 0);
    EQ(i.si_code, CLD_KILLED);
    EQ(i.si_status, SIGKILL);
}
TEST(wait_by_group) {
    int st;
    pid_t a = fork();
    if (a == 0) {
        setpgid(0, 0);
        msleep(20);
        _exit(1);
    }
    setpgid(a, a);
    pid_t b = fork();
    if (b == 0)
        _exit(2);
    EQ(waitpid(-a, &st, 0), a);
    EQ(waitpid(0, &st, 0), b);
    ERR(waitpid(-a, &st, 0), ECHILD);
}
TEST(zombie_until_waited) {
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    siginfo_t i;
    EQ(waitid(P_PID, pid, &i, WEXITED | WNOWAIT), 0);
    EQ(kill(pid, 0), 0);
    char p[50];
    snprintf(p, sizeof p, "/proc/%d/stat", pid);
    CHECK(strstr(get(p), ") Z "));
    WAIT_EXIT(pid, 0);
    ERR(kill(pid, 0), ESRCH);
}
TEST(autoreap) {
    int st;
    signal(SIGCHLD, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    ERR(waitpid(pid, &st, 0), ECHILD); /* waits, then there is none */
    ERR(kill(pid, 0), ESRCH);
    struct sigaction sa = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
    sigaction(SIGCHLD, &sa, 0);
    pid = fork();
    if (pid == 0)
        _exit(0);
    ERR(waitpid(-1, &st, 0), ECHILD);
}
TEST(orphan_goes_to_subreaper) {
    int p[2], st;
    EQ(pipe(p), 0);
    EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    int v = 0;
    EQ(prctl(PR_GET_CHILD_SUBREAPER, &v), 0);
    EQ(v, 1);
    pid_t me = getpid(), pid = fork();
    if (pid == 0) {
        if (fork() == 0) {
            pid_t old = getppid();
            while (getppid() == old)
                msleep(5);
            pid_t new = getppid();
            if (write(p[1], &new, sizeof new) < 0)
                _exit(1);
            _exit(17);
        }
        msleep(10);
        _exit(0);
    }
    WAIT_EXIT(pid, 0);
    pid_t got;
    EQ(read(p[0], &got, sizeof got), (long)sizeof got);
    EQ(got, me);
    pid = wait(&st);
    CHECK(pid > 0);
    EQ(st, 17 << 8);
}
TEST(pdeathsig) {
    int p[2];
    EQ(pipe(p), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;)
                pause();
        }
        msleep(50);
        _exit(0);
    }
    close(p[1]);
    WAIT_EXIT(pid, 0);
    char c;
    struct pollfd f = {p[0], POLLIN, 0};
    EQ(poll(&f, 1, 3000), 1); /* the grandchild is gone, its end is closed */
    EQ(read(p[0], &c, 1), 0);
}
TEST(vfork) {
    volatile int x = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        x = 1;
        usleep(50000);
        x = 2;
        _exit(3);
    }
    EQ(x, 2); /* the parent slept, and memory is shared */
    WAIT_EXIT(pid, 3);
}
TEST(posix_spawn) {
    pid_t pid;
    int p[2];
    char b[20] = "";
    char *argv[] = {"sh", "-c", "echo spawned; exit 5", 0};
    EQ(pipe(p), 0);
    posix_spawn_file_actions_t fa;
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_adddup2(&fa, p[1], 1);
    posix_spawn_file_actions_addclose(&fa, p[0]);
    EQ(posix_spawn(&pid, "/bin/sh", &fa, 0, argv, environ), 0);
    close(p[1]);
    EQ(read(p[0], b, 20), 8);
    STREQ(b, "spawned\n");
    WAIT_EXIT(pid, 5);
    EQ(posix_spawn(&pid, "/no/such", 0, 0, argv, environ), ENOENT);
    EQ(posix_spawnp(&pid, "true", 0, 0, argv, environ), 0);
    WAIT_EXIT(pid, 0);
}
static char stack[65536];
static int clone_fn(void *arg) {
    *(int *)arg += 1;
    return 6;
}
TEST(clone_vm) {
    int x = 1;
    pid_t pid = OK(clone(clone_fn, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &x));
    WAIT_EXIT(pid, 6);
    EQ(x, 2);
}
TEST(clone_without_exit_signal) {
    int st;
    pid_t pid = OK(syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L));
    if (pid == 0)
        _exit(3);
    ERR(waitpid(pid, &st, 0), ECHILD);
    EQ(waitpid(pid, &st, __WCLONE), pid);
    EQ(st, 3 << 8);
}
TEST(clone3) {
    struct clone_args a = {.exit_signal = SIGCHLD};
    int pidfd = -1, tid = 0;
    a.flags = CLONE_PIDFD | CLONE_PARENT_SETTID;
    a.pidfd = (unsigned long)&pidfd;
    a.parent_tid = (unsigned long)&tid;
    pid_t pid = syscall(SYS_clone3, &a, sizeof a);
    if (pid == -1 && errno == ENOSYS)
        SKIP("clone3 is not offered");
    if (pid == 0)
        _exit(4);
    CHECK(pid > 0);
    EQ(tid, pid);
    CHECK(pidfd > 2);
    struct pollfd f = {pidfd, POLLIN, 0};
    EQ(poll(&f, 1, 5000), 1);
    siginfo_t i;
    EQ(waitid(P_PIDFD, pidfd, &i, WEXITED), 0);
    EQ(i.si_status, 4);
    ERR(syscall(SYS_clone3, &a, 8L), EINVAL);
    a.flags = CLONE_SIGHAND;
    ERR(syscall(SYS_clone3, &a, sizeof a), EINVAL);
}
TEST(pidfd) {
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    int fd = syscall(SYS_pidfd_open, pid, 0);
    if (fd == -1 && errno == ENOSYS)
        SKIP("pidfd_open is not offered");
    struct pollfd f = {fd, POLLIN, 0};
    EQ(poll(&f, 1, 0), 0);
    EQ(syscall(SYS_pidfd_send_signal, fd, SIGTERM, 0, 0), 0);
    EQ(poll(&f, 1, 5000), 1);
    WAIT_SIG(pid, SIGTERM);
    ERR(syscall(SYS_pidfd_send_signal, fd, 0, 0, 0), ESRCH);
    ERR(syscall(SYS_pidfd_open, 0x3fffffff, 0), ESRCH);
}
TEST(groups_and_sessions) {
    pid_t pid;
    CHILD(pid) {
        EQ(getpgrp(), getppid()); /* the test's own group */
        EQ(setpgid(0, 0), 0);
        EQ(getpgrp(), getpid());
        ERR(setsid(), EPERM); /* a group leader cannot */
        pid_t g;
        CHILD(g) {
            EQ(setsid(), getpid());
            EQ(getsid(0), getpid());
            EQ(getpgid(0), getpid());
            ERR(setpgid(0, getppid()), EPERM);
        }
        WAIT_EXIT(g, 0);
        ERR(setpgid(0, 99999999), EPERM);
        ERR(setpgid(99999999, 0), ESRCH);
        ERR(getpgid(99999999), ESRCH);
        ERR(getsid(99999999), ESRCH);
        ERR(setpgid(0, -1), EINVAL);
    }
    WAIT_EXIT(pid, 0);
}
TEST(kill_group) {
    pid_t a = fork();
    if (a == 0) {
        setpgid(0, 0);
        for (;;)
            pause();
    }
    setpgid(a, a);
    pid_t b = fork();
    if (b == 0) {
        setpgid(0, a);
        for (;;)
            pause();
    }
    setpgid(b, a);
    EQ(getpgid(b), a);
    EQ(kill(-a, SIGTERM), 0);
    WAIT_SIG(a, SIGTERM);
    WAIT_SIG(b, SIGTERM);
    ERR(kill(-a, SIGTERM), ESRCH);
}
TEST(prctl) {
    char name[20] = "";
    EQ(prctl(PR_SET_NAME, "a-very-long-name-indeed"), 0);
    EQ(prctl(PR_GET_NAME, name), 0);
    STREQ(name, "a-very-long-nam");
    CHECK(!strncmp(get("/proc/self/comm"), "a-very-long-nam\n", 16));
    CHECK(strstr(get("/proc/self/stat"), "(a-very-long-nam)"));
    EQ(prctl(PR_GET_DUMPABLE), 1);
    EQ(prctl(PR_SET_DUMPABLE, 0), 0);
    EQ(prctl(PR_GET_DUMPABLE), 0);
    EQ(prctl(PR_SET_DUMPABLE, 1), 0);
    EQ(prctl(PR_GET_KEEPCAPS), 0);
    EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    int s = 0;
    EQ(prctl(PR_SET_PDEATHSIG, SIGUSR1), 0);
    EQ(prctl(PR_GET_PDEATHSIG, &s), 0);
    EQ(s, SIGUSR1);
    ERR(prctl(99999), EINVAL);
    CHECK(prctl(PR_CAPBSET_READ, 0) >= 0);
}
TEST(rlimit) {
    struct rlimit r, o;
    EQ(getrlimit(RLIMIT_NOFILE, &r), 0);
    CHECK(r.rlim_cur > 10 && r.rlim_cur <= r.rlim_max);
    o = r;
    r.rlim_cur = 100;
    EQ(prlimit(0, RLIMIT_NOFILE, &r, &o), 0);
    EQ(getrlimit(RLIMIT_NOFILE, &o), 0);
    EQ(o.rlim_cur, 100);
    r.rlim_cur = r.rlim_max + 1;
    if (r.rlim_cur)
        ERR(setrlimit(RLIMIT_NOFILE, &r), EINVAL);
    ERR(getrlimit(99, &r), EINVAL);
    pid_t pid;
    CHILD(pid) {
        EQ(getrlimit(RLIMIT_NOFILE, &o), 0);
        EQ(o.rlim_cur, 100);
    }
    WAIT_EXIT(pid, 0);
    EQ(getrlimit(RLIMIT_STACK, &r), 0);
    CHECK(r.rlim_cur >= 1 << 20);
    CHILD(pid) {
        struct rlimit c = {1, 2};
        signal(SIGXCPU, SIG_DFL);
        EQ(setrlimit(RLIMIT_CPU, &c), 0);
        for (;;)
            ;
    }
    WAIT_SIG(pid, SIGXCPU);
}
TEST(credentials) {
    uid_t r, e, s;
    EQ(getresuid(&r, &e, &s), 0);
    EQ(r, getuid());
    EQ(e, geteuid());
    if (geteuid() != 0)
        SKIP("needs root");
    pid_t pid;
    CHILD(pid) {
        gid_t g[2] = {10, 20};
        EQ(setgroups(2, g), 0);
        EQ(getgroups(0, 0), 2);
        g[0] = g[1] = 0;
        EQ(getgroups(2, g), 2);
        EQ(g[0] + g[1], 30);
        ERR(getgroups(1, g), EINVAL);
        EQ(setresgid(5, 6, 7), 0);
        EQ(getegid(), 6);
        EQ(seteuid(1000), 0);
        EQ(geteuid(), 1000);
        EQ(getuid(), 0);
        ERR(setuid(1001), EPERM);
        EQ(seteuid(0), 0); /* saved id is 0 still */
        EQ(setuid(1000), 0);
        EQ(getresuid(&r, &e, &s), 0);
        EQ(r, 1000);
        EQ(s, 1000);
        ERR(setuid(0), EPERM);
        ERR(seteuid(0), EPERM);
        ERR(setgroups(1, g), EPERM);
        ERR(setgid(0), EPERM);
        EQ(setreuid(-1, 1000), 0);
        EQ(setregid(5, 7), 0);
        EQ(setfsuid(-1), 1000);
        CHECK(strstr(get("/proc/self/status"), "Uid:\t1000\t1000\t1000\t1000"));
    }
    WAIT_EXIT(pid, 0);
    CHILD(pid) {
        EQ(setresuid(1000, 1000, 1000), 0);
        ERR(kill(getppid(), SIGTERM), EPERM);
        ERR(kill(1, 0), EPERM);
        ERR(setpriority(PRIO_PROCESS, 0, -5), EACCES);
    }
    WAIT_EXIT(pid, 0);
}
static void *set_uid(void *arg) {
    (void)arg;
    return (void *)(long)setuid(1000);
}
static void *get_uid(void *arg) {
    pthread_barrier_wait(arg);
    pthread_barrier_wait(arg);
    return (void *)(long)syscall(SYS_getuid);
}
TEST(setuid_of_all_threads) {
    if (geteuid() != 0)
        SKIP("needs root");
    /* glibc broadcasts it by a signal (SIGSETXID) to every thread */
    pthread_t a, b;
    void *r;
    pthread_barrier_t bar;
    pthread_barrier_init(&bar, 0, 2);
    pthread_create(&a, 0, get_uid, &bar);
    pthread_barrier_wait(&bar);
    pthread_create(&b, 0, set_uid, 0);
    pthread_join(b, &r);
    EQ((long)r, 0);
    pthread_barrier_wait(&bar);
    pthread_join(a, &r);
    EQ((long)r, 1000);
    EQ(syscall(SYS_getuid), 1000);
}
TEST(capabilities) {
    struct {
        unsigned version;
        int pid;
    } h = {0x20080522, 0};
    struct {
        unsigned e, p, i;
    } d[2];
    EQ(syscall(SYS_capget, &h, d), 0);
    if (geteuid() == 0)
        CHECK(d[0].e != 0);
    else
        EQ(d[0].e, 0);
    h.version = 1;
    ERR(syscall(SYS_capget, &h, d), EINVAL);
    EQ(h.version, 0x20080522);
}
static void touch_pages(int n) {
    char *p = mmap(0, n * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(p, n * 4096, MADV_NOHUGEPAGE);
    for (int i = 0; i < n; i++)
        p[i * 4096] = 1;
}
TEST(times_and_rusage) {
    struct rusage u, c;
    struct tms t;
    volatile long x = 0;
    long long end = now_ms() + 120;
    while (now_ms() < end)
        x++;
    EQ(getrusage(RUSAGE_SELF, &u), 0);
    long self = u.ru_utime.tv_sec * 1000 + u.ru_utime.tv_usec / 1000;
    CHECK(self >= 5 && self < 2000); /* a busy machine gives less than it took */
    CHECK(u.ru_maxrss > 100);
    pid_t pid = fork();
    if (pid == 0) {
        end = now_ms() + 150;
        while (now_ms() < end)
            x++;
        touch_pages(300);
        usleep(1000);
        _exit(0);
    }
    EQ(wait4(pid, 0, 0, &c), pid);
    CHECK(c.ru_minflt >= 300 && c.ru_maxrss > 1200 && c.ru_nvcsw >= 1);
    CHECK(c.ru_utime.tv_sec * 1000 + c.ru_utime.tv_usec / 1000 >= 5);
    EQ(getrusage(RUSAGE_CHILDREN, &u), 0);
    CHECK(u.ru_utime.tv_usec >= c.ru_utime.tv_usec);
    CHECK(u.ru_minflt >= c.ru_minflt && u.ru_nvcsw >= c.ru_nvcsw && u.ru_maxrss >= c.ru_maxrss);
    CHECK(times(&t) > 0);
    CHECK(t.tms_utime >= self / 10 && t.tms_cutime >= c.ru_utime.tv_usec / 10000); /* in whole ticks */
    ERR(getrusage(55, &u), EINVAL);
    EQ(getrusage(RUSAGE_THREAD, &u), 0);
    struct timespec ts;
    EQ(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts), 0);
    CHECK(ts.tv_sec > 0 || ts.tv_nsec > 5000000);
    EQ(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts), 0);
    CHECK(ts.tv_sec > 0 || ts.tv_nsec > 5000000);
}
TEST(scheduling) {
    cpu_set_t s;
    CPU_ZERO(&s);
    EQ(sched_getaffinity(0, sizeof s, &s), 0);
    int n = CPU_COUNT(&s);
    CHECK(n >= 1);
    EQ(sysconf(_SC_NPROCESSORS_ONLN) >= 1, 1);
    ERR(syscall(SYS_sched_getaffinity, 0, 1L, &s), EINVAL);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &s)) {
            CPU_SET(i, &one);
            break;
        }
    EQ(sched_setaffinity(0, sizeof one, &one), 0);
    EQ(sched_getaffinity(0, sizeof s, &s), 0);
    EQ(CPU_COUNT(&s), 1);
    EQ(sched_getscheduler(0), SCHED_OTHER);
    struct sched_param p = {5};
    EQ(sched_getparam(0, &p), 0);
    EQ(p.sched_priority, 0);
    EQ(sched_get_priority_max(SCHED_FIFO), 99);
    EQ(sched_get_priority_min(SCHED_OTHER), 0);
    int nice = getpriority(PRIO_PROCESS, 0), more = nice + 5 < 19 ? nice + 5 : 19;
    EQ(setpriority(PRIO_PROCESS, 0, more), 0);
    EQ(getpriority(PRIO_PROCESS, 0), more);
    EQ(sched_yield(), 0);
    unsigned cpu = 9999, node = 9999;
    EQ(syscall(SYS_getcpu, &cpu, &node, 0), 0);
    CHECK(cpu < 4096);
}
TEST(five_hundred_forks) {
    for (int i = 0; i < 500; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(i & 0x7f);
        if (pid < 0 || !WAIT_EXIT(pid, i & 0x7f))
            break;
    }
}
TEST(fifty_children_at_once) {
    int n = 0, st;
    for (int i = 0; i < 50; i++)
        if (fork() == 0) {
            msleep(20);
            _exit(0);
        }
    while (wait(&st) > 0)
        n += st == 0;
    EQ(n, 50);
    EQ(errno, ECHILD);
}
TEST(two_forks_in_flight) {
    /* the second child may end before the first has made its first step */
    for (int i = 0; i < 60; i++) {
        pid_t a = fork();
        if (a == 0) {
            msleep(2);
            _exit(3);
        }
        pid_t b = fork();
        if (b == 0)
            _exit(4);
        if (!WAIT_EXIT(b, 4) || !WAIT_EXIT(a, 3))
            break;
    }
}
TEST(errors) {
    ERR(kill(getpid(), 65), EINVAL);
    ERR(kill(getpid(), -1), EINVAL);
    ERR(kill(99999999, SIGTERM), ESRCH);
    ERR(syscall(SYS_tgkill, getpid(), 99999999, SIGTERM), ESRCH);
    ERR(syscall(SYS_tgkill, -1, 1, SIGTERM), EINVAL);
    EQ(syscall(SYS_tgkill, getpid(), getpid(), 0), 0);
    ERR(syscall(SYS_clone, (long)CLONE_THREAD, 0L, 0L, 0L, 0L), EINVAL);
    ERR(syscall(SYS_clone, (long)CLONE_SIGHAND, 0L, 0L, 0L, 0L), EINVAL);
    ERR(unshare(0x1), EINVAL);
}
MAIN()
