// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Control groups that a process makes for itself: who is in them, freezing, killing, limits of processes, namespaces.
#include "cgroup2.h"

#include <linux/bpf.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

TEST(who_is_in_it) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    STREQ(get(at("cgroup.procs")), "");
    STREQ(line_of(at("cgroup.events"), "populated"), "0");
    STREQ(get(at("cgroup.type")), "domain\n");
    pid_t p = sleeper();
    OK(move(at("cgroup.procs"), p));
    char want[32], path[100];
    snprintf(want, sizeof want, "%d\n", p);
    STREQ(get(at("cgroup.procs")), want);
    STREQ(get(at("cgroup.threads")), want);
    STREQ(line_of(at("cgroup.events"), "populated"), "1");
    snprintf(path, sizeof path, "/check-%d", getpid());
    const char *own = own_path(p);
    CHECK(strlen(own) >= strlen(path) && !strcmp(own + strlen(own) - strlen(path), path));
    ERR(rmdir(base), EBUSY);
    ERR(mkdir(base, 0755), EEXIST);
    // children begin where their parent is
    pid_t q;
    CHILD(q) {
        OK(writes(at("cgroup.procs"), "0"));
        pid_t r;
        CHILD(r) { STREQ(own_path(getpid()), own_path(getppid())); }
        WAIT_EXIT(r, 0);
    }
    WAIT_EXIT(q, 0);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
    gone();
    ERR(access(base, F_OK), ENOENT);
}

TEST(errors) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    ERR(move(at("cgroup.procs"), 4194303), ESRCH);
    ERR(writes(at("cgroup.procs"), "x"), EINVAL);
    ERR(writes(at("cgroup.procs"), "-1"), EINVAL);
    ERR(writes(at("cgroup.freeze"), "2"), ERANGE);
    ERR(writes(at("cgroup.freeze"), "x"), EINVAL);
    ERR(writes(at("cgroup.kill"), "0"), ERANGE);
    ERR(writes(at("cgroup.subtree_control"), "+nonsense"), EINVAL);
    ERR(writes(at("cgroup.subtree_control"), "pids"), EINVAL);
    ERR(open(at("cgroup.kill"), O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);
    if (geteuid() == 0)
        CHECK(open(at("file"), O_WRONLY | O_CREAT, 0600) < 0); // no files but its own
    ERR(mkdir(at("a\nb"), 0755), EINVAL);
    ERR(rmdir(at("cgroup.procs")), ENOTDIR);
    ERR(unlink(at("cgroup.procs")), EPERM);
    OK(mkdir(at("child"), 0755));
    ERR(rmdir(base), EBUSY);
    OK(rmdir(at("child")));
    gone();
}

static volatile int *counters;

static void count(int sig) {
    (void)sig;
    ++counters[2];
}

TEST(freeze) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    if (access(at("cgroup.freeze"), F_OK))
        SKIP("older than cgroup.freeze");
    counters = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    volatile int *n = counters;
    signal(SIGUSR2, count);
    pid_t p = fork();
    if (p == 0)
        for (;;) {
            ++*n;
            usleep(1000);
        }
    pid_t q = fork(); // one that makes no calls
    if (q == 0)
        for (;;)
            ++n[1];
    OK(move(at("cgroup.procs"), p));
    OK(move(at("cgroup.procs"), q));
    STREQ(get(at("cgroup.freeze")), "0\n");
    OK(writes(at("cgroup.freeze"), "1"));
    for (int i = 0; i < 500 && strcmp(line_of(at("cgroup.events"), "frozen"), "1"); i++)
        msleep(10);
    STREQ(line_of(at("cgroup.events"), "frozen"), "1");
    STREQ(get(at("cgroup.freeze")), "1\n");
    int was = *n, was2 = n[1];
    msleep(60);
    EQ(*n, was);
    EQ(n[1], was2);
    EQ(waitpid(p, 0, WNOHANG | WUNTRACED), 0); // nobody is told
    kill(p, SIGUSR2); // handlers wait
    msleep(20);
    EQ(n[2], 0);
    kill(q, SIGUSR1); // what ends a process ends a frozen one
    WAIT_SIG(q, SIGUSR1);
    OK(writes(at("cgroup.freeze"), "0"));
    for (int i = 0; i < 200 && !n[2]; i++)
        msleep(10);
    EQ(n[2], 1);
    for (int i = 0; i < 200 && *n == was; i++)
        msleep(10);
    CHECK(*n > was);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
    STREQ(line_of(at("cgroup.events"), "frozen"), "0");
    gone();
}

TEST(moving_out_of_a_frozen_group_thaws) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    pid_t p = fork();
    if (p == 0) {
        OK(writes(at("cgroup.procs"), "0"));
        usleep(200000);
        _exit(7);
    }
    for (int i = 0; i < 500 && strcmp(line_of(at("cgroup.events"), "populated"), "1"); i++)
        msleep(5);
    OK(writes(at("cgroup.freeze"), "1"));
    msleep(400);
    EQ(waitpid(p, 0, WNOHANG), 0);
    char procs[300];
    snprintf(procs, sizeof procs, "%s/cgroup.procs", top);
    OK(move(procs, p));
    WAIT_EXIT(p, 7);
    OK(writes(at("cgroup.freeze"), "0"));
    gone();
}

TEST(kill_all) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    if (access(at("cgroup.kill"), F_OK))
        SKIP("older than cgroup.kill");
    OK(mkdir(at("below"), 0755));
    pid_t p = sleeper(), q = sleeper();
    OK(move(at("cgroup.procs"), p));
    OK(move(at("below/cgroup.procs"), q));
    OK(writes(at("cgroup.kill"), "1"));
    WAIT_SIG(p, SIGKILL);
    WAIT_SIG(q, SIGKILL);
    for (int i = 0; i < 200 && strcmp(line_of(at("cgroup.events"), "populated"), "0"); i++)
        msleep(10);
    STREQ(line_of(at("cgroup.events"), "populated"), "0");
    STREQ(line_of(at("cgroup.stat"), "nr_descendants"), "1");
    OK(rmdir(at("below")));
    gone();
}

TEST(a_zombie_does_not_hold_it) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    pid_t p = fork();
    if (p == 0) {
        writes(at("cgroup.procs"), "0");
        _exit(0);
    }
    siginfo_t i;
    OK(waitid(P_PID, p, &i, WEXITED | WNOWAIT));
    STREQ(get(at("cgroup.procs")), "");
    OK(rmdir(base));
    WAIT_EXIT(p, 0);
}

TEST(namespace) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    pid_t p;
    CHILD(p) {
        OK(writes(at("cgroup.procs"), "0"));
        if (unshare(CLONE_NEWCGROUP))
            _exit(77);
        STREQ(own_path(getpid()), "/");
        CHECK(!strncmp(own_path(getppid()), "/..", 3));
        OK(mkdir(at("below"), 0755));
        pid_t q = sleeper();
        OK(move(at("below/cgroup.procs"), q));
        STREQ(own_path(q), "/below");
        kill(q, SIGKILL);
        WAIT_SIG(q, SIGKILL);
        OK(rmdir(at("below")));
        // a mount made here shows this group as its root
        OK(unshare(CLONE_NEWNS));
        OK(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0));
        OK(mkdir("m", 0755));
        OK(mount("none", "m", "cgroup2", 0, 0));
        char want[20];
        snprintf(want, sizeof want, "%d\n", getpid());
        STREQ(get("m/cgroup.procs"), want);
        OK(umount("m"));
    }
    int status;
    EQ(waitpid(p, &status, 0), p);
    gone();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        SKIP("may not make a cgroup namespace");
    EQ(status, 0);
}

TEST(clone_into) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    int fd = open(base, O_RDONLY | O_DIRECTORY);
    struct clone_args a = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = fd};
    pid_t p = syscall(SYS_clone3, &a, sizeof a);
    if (p < 0 && errno == ENOSYS) {
        rmdir(base);
        SKIP("clone3 is not offered");
    }
    if (p == 0)
        for (;;)
            pause();
    CHECK(p > 0);
    char want[20];
    snprintf(want, sizeof want, "%d\n", p);
    STREQ(get(at("cgroup.procs")), want);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
    a.cgroup = 99;
    ERR(syscall(SYS_clone3, &a, sizeof a), EBADF);
    a.cgroup = open("/", O_RDONLY);
    ERR(syscall(SYS_clone3, &a, sizeof a), EBADF);
    gone();
}

TEST(limit_of_processes) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    if (!controls("pids")) {
        rmdir(base);
        SKIP("no controller of processes here");
    }
    STREQ(get(at("pids.max")), "max\n");
    ERR(writes(at("pids.max"), "-1"), EINVAL);
    ERR(writes(at("pids.max"), "x"), EINVAL);
    OK(writes(at("pids.max"), "3"));
    STREQ(get(at("pids.max")), "3\n");
    pid_t p;
    CHILD(p) {
        OK(writes(at("cgroup.procs"), "0"));
        STREQ(get(at("pids.current")), "1\n");
        pid_t a = sleeper(), b = sleeper();
        CHECK(a > 0 && b > 0);
        STREQ(get(at("pids.current")), "3\n");
        ERR(fork(), EAGAIN);
        STREQ(line_of(at("pids.events"), "max"), "1");
        kill(a, SIGKILL);
        WAIT_SIG(a, SIGKILL);
        pid_t c = sleeper();
        CHECK(c > 0);
        kill(b, SIGKILL);
        kill(c, SIGKILL);
    }
    WAIT_EXIT(p, 0);
    // no processes and controllers for groups below at a time
    pid_t q = sleeper();
    OK(move(at("cgroup.procs"), q));
    ERR(writes(at("cgroup.subtree_control"), "+pids"), EBUSY);
    kill(q, SIGKILL);
    WAIT_SIG(q, SIGKILL);
    for (int i = 0; i < 200 && strcmp(line_of(at("cgroup.events"), "populated"), "0"); i++)
        msleep(10);
    OK(writes(at("cgroup.subtree_control"), "+pids"));
    STREQ(get(at("cgroup.subtree_control")), "pids\n");
    OK(mkdir(at("below"), 0755));
    OK(access(at("below/pids.max"), F_OK));
    ERR(writes(at("cgroup.procs"), "0"), EBUSY);
    OK(writes(at("cgroup.subtree_control"), "-pids"));
    ERR(access(at("below/pids.max"), F_OK), ENOENT);
    OK(rmdir(at("below")));
    gone();
}

TEST(what_it_used) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    pid_t p;
    CHILD(p) {
        OK(writes(at("cgroup.procs"), "0"));
        struct timespec t;
        do
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        while (t.tv_nsec < 50000000);
    }
    WAIT_EXIT(p, 0);
    CHECK(atoll(line_of(at("cpu.stat"), "usage_usec")) >= 30000);
    gone();
}

static long bpf(int cmd, union bpf_attr *a) {
    return syscall(SYS_bpf, cmd, a, sizeof *a);
}

static int load(struct bpf_insn *insns, int n) {
    union bpf_attr a = {0};
    a.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    a.insn_cnt = n;
    a.insns = (long)insns;
    a.license = (long)"Apache-2.0";
    return bpf(BPF_PROG_LOAD, &a);
}

static int attach(int cmd, int group, int program, int flags) {
    union bpf_attr a = {0};
    a.target_fd = group;
    a.attach_bpf_fd = program;
    a.attach_type = BPF_CGROUP_DEVICE;
    a.attach_flags = flags;
    return bpf(cmd, &a);
}

TEST(devices) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    struct bpf_insn no_zero[] = {
        {BPF_LDX | BPF_W | BPF_MEM, 2, 1, 4, 0},  // r2 = major
        {BPF_LDX | BPF_W | BPF_MEM, 3, 1, 8, 0},  // r3 = minor
        {BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1}, // r0 = 1
        {BPF_JMP | BPF_JNE | BPF_K, 2, 0, 2, 1},
        {BPF_JMP | BPF_JNE | BPF_K, 3, 0, 1, 5},
        {BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, // 1:5 is /dev/zero
        {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
    };
    int p = load(no_zero, 7), group = open(base, O_RDONLY | O_DIRECTORY);
    if (p < 0 && (errno == EPERM || errno == ENOSYS)) {
        rmdir(base);
        SKIP("may not load programs");
    }
    CHECK(p >= 0 && group >= 0);
    ERR(attach(BPF_PROG_ATTACH, open("/", O_RDONLY), p, 0), EBADF);
    ERR(attach(BPF_PROG_ATTACH, group, 99, 0), EBADF);
    ERR(attach(BPF_PROG_ATTACH, group, p, BPF_F_ALLOW_MULTI | BPF_F_ALLOW_OVERRIDE), EINVAL);
    OK(attach(BPF_PROG_ATTACH, group, p, BPF_F_ALLOW_MULTI));
    ERR(attach(BPF_PROG_ATTACH, group, p, BPF_F_ALLOW_MULTI), EINVAL); // it is there
    ERR(attach(BPF_PROG_ATTACH, group, p, 0), EPERM);                  // of another kind
    unsigned ids[4] = {0};
    union bpf_attr a = {0};
    a.query.target_fd = group;
    a.query.attach_type = BPF_CGROUP_DEVICE;
    a.query.prog_ids = (long)ids;
    a.query.prog_cnt = 4;
    OK(bpf(BPF_PROG_QUERY, &a));
    EQ(a.query.prog_cnt, 1);
    EQ(a.query.attach_flags, BPF_F_ALLOW_MULTI);
    union bpf_attr b = {0};
    b.prog_id = ids[0];
    int again = bpf(BPF_PROG_GET_FD_BY_ID, &b);
    CHECK(again >= 0);
    pid_t child;
    CHILD(child) {
        OK(writes(at("cgroup.procs"), "0"));
        ERR(open("/dev/zero", O_RDONLY), EPERM);
        OK(open("/dev/null", O_RDWR));
        ERR(mknod("zero", S_IFCHR | 0600, 1 << 8 | 5), EPERM);
        OK(attach(BPF_PROG_DETACH, group, again, 0));
        OK(open("/dev/zero", O_RDONLY));
    }
    WAIT_EXIT(child, 0);
    gone();
}

TEST(programs_that_are_refused) {
    struct bpf_insn exit0[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
    struct bpf_insn falls[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}};
    struct bpf_insn out[] = {{BPF_JMP | BPF_JA, 0, 0, 5, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
    struct bpf_insn beyond[] = {{BPF_LDX | BPF_W | BPF_MEM, 0, 1, 12, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
    struct bpf_insn lost[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 1, 0, 0, 0},
                              {BPF_LDX | BPF_W | BPF_MEM, 0, 1, 0, 0},
                              {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
    int fd = load(exit0, 2);
    if (fd < 0 && (errno == EPERM || errno == ENOSYS))
        SKIP("may not load programs");
    CHECK(fd >= 0);
    ERR(load(falls, 1), EINVAL);
    ERR(load(out, 2), EINVAL);
    ERR(load(beyond, 2), EACCES);
    ERR(load(lost, 3), EACCES);
    ERR(load(exit0, 0), E2BIG);
    union bpf_attr a = {0};
    ERR(bpf(9999, &a), EINVAL);
}

// Waits until the file says so by POLLPRI: whether it did.
static int told(int fd) {
    struct pollfd p = {.fd = fd, .events = POLLPRI};
    return poll(&p, 1, 10000) == 1 && (p.revents & POLLPRI) && (p.revents & POLLERR);
}
static const char *again(int fd) {
    static char b[200];
    ssize_t n = pread(fd, b, sizeof b - 1, 0);
    b[n < 0 ? 0 : n] = 0;
    return b;
}
TEST(events_are_told) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    char below[512];
    snprintf(below, sizeof below, "%s/below", base);
    OK(mkdir(below, 0755));
    int fd = OK(open(at("cgroup.events"), O_RDONLY)), n = OK(inotify_init1(IN_NONBLOCK));
    OK(inotify_add_watch(n, at("cgroup.events"), IN_MODIFY));
    CHECK(told(fd)); // it was never read
    STREQ(again(fd), "populated 0\nfrozen 0\n");
    struct pollfd quiet = {.fd = fd, .events = POLLPRI};
    EQ(poll(&quiet, 1, 0) == 0 || !(quiet.revents & POLLPRI), 1);
    struct epoll_event e = {.events = EPOLLPRI};
    int ep = OK(epoll_create1(0));
    OK(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e));
    pid_t p = sleeper();
    OK(move(at("below/cgroup.procs"), p)); // a member of a group below is one
    EQ(epoll_wait(ep, &e, 1, 10000), 1);
    STREQ(again(fd), "populated 1\nfrozen 0\n");
    OK(writes(at("cgroup.freeze"), "1"));
    CHECK(told(fd));
    STREQ(again(fd), "populated 1\nfrozen 1\n");
    OK(writes(at("cgroup.freeze"), "0"));
    CHECK(told(fd));
    STREQ(again(fd), "populated 1\nfrozen 0\n");
    OK(kill(p, SIGKILL));
    CHECK(told(fd)); // though nobody has waited for it
    STREQ(again(fd), "populated 0\nfrozen 0\n");
    WAIT_SIG(p, SIGKILL);
    struct inotify_event i[16];
    CHECK(read(n, i, sizeof i) >= (ssize_t)sizeof *i);
    EQ(i[0].mask, IN_MODIFY);
    OK(rmdir(below));
    gone();
}
MAIN()
