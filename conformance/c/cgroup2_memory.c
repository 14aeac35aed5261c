// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Control groups that a process makes for itself: how much memory they have and may have.
#include "cgroup2.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/wait.h>

#define MIB (1L << 20)

static int counted(void) { // makes `base` with the controller
    if (!begin())
        return 0;
    if (controls("memory") && access(at("memory.max"), F_OK) == 0)
        return 1;
    rmdir(base);
    return 0;
}

static long long number(const char *file) {
    return atoll(get(at(file)));
}

static long long event(const char *key) {
    return atoll(line_of(at("memory.events"), key));
}

static void limit(long bytes) {
    char text[30];
    snprintf(text, sizeof text, "%ld", bytes);
    OK(writes(at("memory.max"), text));
}

static void fill(long bytes, int flags) { // as memory that nobody can take away again
    char *p = mmap(0, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    for (long i = 0; p != MAP_FAILED && i < bytes; i += 4096)
        p[i] = 1;
}

// A member that fills `bytes` and waits.
static pid_t holder(long bytes) {
    int ready[2];
    OK(pipe(ready));
    pid_t p = fork();
    if (p == 0) {
        OK(writes(at("cgroup.procs"), "0"));
        fill(bytes, MAP_PRIVATE);
        if (write(ready[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    char c;
    EQ(read(ready[0], &c, 1), 1);
    close(ready[0]);
    return p;
}

// A member that goes on filling memory, 8 MiB at a time, until it is ended.
static pid_t hog(int flags) {
    pid_t p = fork();
    if (p == 0) {
        if (writes(at("cgroup.procs"), "0"))
            _exit(1);
        for (long all = 0; all < 1024 * MIB; all += 8 * MIB) {
            fill(8 * MIB, flags);
            usleep(2000);
        }
        _exit(2);
    }
    return p;
}

static void gone_below(const char *name) {
    for (int i = 0; i < 500 && rmdir(at(name)) && errno == EBUSY; i++)
        msleep(20);
}

static void end(pid_t p) {
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
}

TEST(limits) {
    if (!counted())
        SKIP("no controller of memory here");
    CHECK(strstr(get(at("cgroup.controllers")), "memory"));
    STREQ(get(at("memory.max")), "max\n");
    STREQ(get(at("memory.high")), "max\n");
    STREQ(get(at("memory.low")), "0\n");
    STREQ(get(at("memory.min")), "0\n");
    STREQ(get(at("memory.oom.group")), "0\n");
    OK(writes(at("memory.max"), "64M\n"));
    STREQ(get(at("memory.max")), "67108864\n");
    OK(writes(at("memory.max"), "10000000"));
    STREQ(get(at("memory.max")), "9998336\n"); // whole pages
    OK(writes(at("memory.high"), "1g"));
    STREQ(get(at("memory.high")), "1073741824\n");
    OK(writes(at("memory.max"), "9223372036854771712"));
    STREQ(get(at("memory.max")), "max\n");
    OK(writes(at("memory.low"), "8k"));
    STREQ(get(at("memory.low")), "8192\n");
    OK(writes(at("memory.min"), "max"));
    STREQ(get(at("memory.min")), "max\n");
    const char *bad[] = {"x", "-1", "1x", "1 2", "M5"};
    for (int i = 0; i < 5; i++)
        ERR(writes(at("memory.max"), bad[i]), EINVAL);
    OK(writes(at("memory.oom.group"), "1"));
    STREQ(get(at("memory.oom.group")), "1\n");
    ERR(writes(at("memory.oom.group"), "2"), EINVAL);
    ERR(writes(at("memory.oom.group"), "x"), EINVAL);
    ERR(writes(at("memory.current"), "0"), geteuid() ? EACCES : EINVAL);
    CHECK(strstr(get(at("memory.events")), "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n"));
    if (access(at("memory.swap.max"), F_OK) == 0) {
        OK(writes(at("memory.swap.max"), "0"));
        STREQ(get(at("memory.swap.max")), "0\n");
        STREQ(get(at("memory.swap.current")), "0\n");
    }
    gone();
}

TEST(what_is_used) {
    if (!counted())
        SKIP("no controller of memory here");
    pid_t p = holder(32 * MIB);
    CHECK(number("memory.current") >= 32 * MIB);
    CHECK(number("memory.current") < 96 * MIB);
    CHECK(atoll(line_of(at("memory.stat"), "anon")) >= 32 * MIB);
    pid_t q = fork();
    if (q == 0) { // memory that is shared counts once
        writes(at("cgroup.procs"), "0");
        fill(16 * MIB, MAP_SHARED);
        if (fork() == 0)
            for (;;)
                pause();
        for (;;)
            pause();
    }
    for (int i = 0; i < 1000 && number("memory.current") < 48 * MIB; i++)
        msleep(10);
    CHECK(number("memory.current") >= 48 * MIB);
    CHECK(number("memory.current") < 64 * MIB);
    OK(writes(at("cgroup.kill"), "1"));
    WAIT_SIG(p, SIGKILL);
    WAIT_SIG(q, SIGKILL);
    for (int i = 0; i < 1000 && number("memory.current") >= 32 * MIB; i++)
        msleep(10);
    CHECK(number("memory.current") < 32 * MIB);
    if (access(at("memory.peak"), F_OK) == 0)
        CHECK(number("memory.peak") >= 0);
    gone();
}

TEST(who_has_too_much_is_ended) {
    if (!counted())
        SKIP("no controller of memory here");
    if (access(at("memory.swap.max"), F_OK) == 0)
        OK(writes(at("memory.swap.max"), "0"));
    limit(64 * MIB);
    pid_t small = holder(4 * MIB), p = hog(MAP_PRIVATE);
    WAIT_SIG(p, SIGKILL);
    CHECK(event("max") >= 1);
    CHECK(event("oom") >= 1);
    EQ(event("oom_kill"), 1);
    EQ(event("oom_group_kill"), 0);
    EQ(waitpid(small, 0, WNOHANG), 0); // nobody else
    p = hog(MAP_SHARED);
    WAIT_SIG(p, SIGKILL);
    EQ(event("oom_kill"), 2);
    EQ(waitpid(small, 0, WNOHANG), 0);
    end(small);
    gone();
}

TEST(a_limit_holds_for_those_below) {
    if (!counted())
        SKIP("no controller of memory here");
    if (access(at("memory.swap.max"), F_OK) == 0)
        OK(writes(at("memory.swap.max"), "0"));
    OK(writes(at("cgroup.subtree_control"), "+memory"));
    char outer[400];
    strcpy(outer, base);
    OK(mkdir(at("a"), 0755));
    OK(mkdir(at("b"), 0755));
    ERR(writes(at("cgroup.procs"), "0"), EBUSY); // no processes in a group that divides its memory
    limit(64 * MIB);
    snprintf(base, sizeof base, "%.380s/a", outer);
    pid_t small = holder(4 * MIB);
    EQ(event("oom_kill"), 0);
    snprintf(base, sizeof base, "%.380s/b", outer);
    STREQ(get(at("memory.max")), "max\n");
    pid_t p = hog(MAP_PRIVATE);
    WAIT_SIG(p, SIGKILL);
    EQ(event("oom_kill"), 1);
    EQ(event("oom"), 0); // it was not this group that had too much
    if (access(at("memory.events.local"), F_OK) == 0)
        EQ(atoll(line_of(at("memory.events.local"), "oom_kill")), 1);
    snprintf(base, sizeof base, "%.380s/a", outer);
    EQ(event("oom_kill"), 0);
    end(small);
    strcpy(base, outer);
    CHECK(event("oom") >= 1);
    EQ(event("oom_kill"), 1);
    gone_below("a");
    gone_below("b");
    OK(writes(at("cgroup.subtree_control"), "-memory"));
    gone();
}

TEST(moved_memory_counts_for_the_group_around) {
    if (!counted())
        SKIP("no controller of memory here");
    if (access(at("memory.swap.max"), F_OK) == 0)
        OK(writes(at("memory.swap.max"), "0"));
    OK(writes(at("cgroup.subtree_control"), "+memory"));
    OK(mkdir(at("a"), 0755));
    OK(mkdir(at("b"), 0755));
    limit(96 * MIB);
    int moved[2], go[2];
    OK(pipe(moved));
    OK(pipe(go));
    char c = 0;
    pid_t p = fork();
    if (p == 0) {
        if (writes(at("a/cgroup.procs"), "0"))
            _exit(1);
        fill(64 * MIB, MAP_PRIVATE);
        if (writes(at("b/cgroup.procs"), "0") || write(moved[1], &c, 1) != 1 || read(go[0], &c, 1) != 1)
            _exit(2);
        for (;;) {
            fill(4 * MIB, MAP_PRIVATE);
            usleep(2000);
        }
    }
    EQ(read(moved[0], &c, 1), 1);
    CHECK(number("memory.current") >= 64 * MIB);
    CHECK(number("b/memory.current") < 32 * MIB); // those are still the other group's
    EQ(event("oom_kill"), 0);
    EQ(write(go[1], &c, 1), 1);
    WAIT_SIG(p, SIGKILL);
    EQ(event("oom_kill"), 1);
    gone_below("a");
    gone_below("b");
    OK(writes(at("cgroup.subtree_control"), "-memory"));
    gone();
}

TEST(a_whole_group_goes) {
    if (!counted())
        SKIP("no controller of memory here");
    if (access(at("memory.swap.max"), F_OK) == 0)
        OK(writes(at("memory.swap.max"), "0"));
    OK(writes(at("memory.oom.group"), "1"));
    limit(64 * MIB);
    pid_t small = holder(2 * MIB), p = hog(MAP_PRIVATE);
    WAIT_SIG(p, SIGKILL);
    WAIT_SIG(small, SIGKILL);
    EQ(event("oom_group_kill"), 1);
    EQ(event("oom_kill"), 2);
    gone();
}

TEST(a_limit_that_is_lowered) {
    if (!counted())
        SKIP("no controller of memory here");
    if (access(at("memory.swap.max"), F_OK) == 0)
        OK(writes(at("memory.swap.max"), "0"));
    limit(512 * MIB);
    pid_t large = holder(48 * MIB), small = holder(4 * MIB);
    limit(24 * MIB);
    WAIT_SIG(large, SIGKILL);
    EQ(event("oom_kill"), 1);
    EQ(waitpid(small, 0, WNOHANG), 0);
    // who may never be chosen is not
    char adj[40];
    snprintf(adj, sizeof adj, "/proc/%d/oom_score_adj", small);
    if (writes(adj, "-1000") == 0) {
        limit(1 * MIB);
        msleep(100);
        EQ(waitpid(small, 0, WNOHANG), 0);
    }
    end(small);
    gone();
}

TEST(files_in_memory) {
    if (!counted())
        SKIP("no controller of memory here");
    int fd = -1, done[2];
    OK(pipe(done));
    pid_t p = fork();
    if (p == 0) {
        writes(at("cgroup.procs"), "0");
        fd = memfd_create("counted", 0);
        char block[65536];
        memset(block, 1, sizeof block);
        for (int i = 0; fd >= 0 && i < 24 * MIB / (long)sizeof block; i++)
            if (write(fd, block, sizeof block) != sizeof block)
                _exit(1);
        if (write(done[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(done[1]);
    char c;
    EQ(read(done[0], &c, 1), 1);
    CHECK(number("memory.current") >= 24 * MIB);
    CHECK(atoll(line_of(at("memory.stat"), "shmem")) >= 24 * MIB);
    end(p);
    for (int i = 0; i < 1000 && number("memory.current") >= 24 * MIB; i++)
        msleep(10);
    CHECK(number("memory.current") < 24 * MIB);
    gone();
}

TEST(events_of_memory_are_told) {
    if (!counted())
        SKIP("no controller of memory here");
    if (access(at("memory.swap.max"), F_OK) == 0)
        OK(writes(at("memory.swap.max"), "0"));
    int n = OK(inotify_init1(0));
    OK(inotify_add_watch(n, at("memory.events"), IN_MODIFY));
    limit(32 * MIB);
    pid_t p = hog(MAP_PRIVATE);
    struct pollfd f = {.fd = n, .events = POLLIN};
    EQ(poll(&f, 1, 20000), 1);
    struct inotify_event i[16];
    CHECK(read(n, i, sizeof i) >= (ssize_t)sizeof *i);
    EQ(i[0].mask, IN_MODIFY);
    WAIT_SIG(p, SIGKILL);
    gone();
}

TEST(a_large_parent_that_starts_programs) {
    if (!counted())
        SKIP("no controller of memory here");
    limit(80 * MIB);
    pid_t p;
    CHILD(p) { // its copies have the same pages, and none of them is a hog
        OK(writes(at("cgroup.procs"), "0"));
        fill(48 * MIB, MAP_PRIVATE);
        for (int i = 0; i < 5; i++) {
            pid_t q = vfork();
            if (q == 0)
                execl("/bin/sh", "sh", "-c", ":", NULL);
            WAIT_EXIT(q, 0);
            CHILD(q) { msleep(30); }
            WAIT_EXIT(q, 0);
        }
    }
    WAIT_EXIT(p, 0);
    EQ(event("oom_kill"), 0);
    gone();
}
MAIN()
