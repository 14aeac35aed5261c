// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Control groups by those who mean no good: very many, very deep ones, races of their end with forks, limits of others.
#include "cgroup2.h"

#include <sched.h>

#define MANY 2500
#define DEEP 80

TEST(very_many) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    int dir = OK(open(base, O_RDONLY | O_DIRECTORY)), made = 0;
    char name[20];
    for (; made < MANY; made++) {
        snprintf(name, sizeof name, "g%d", made);
        if (mkdirat(dir, name, 0755))
            break;
    }
    if (made < MANY) // there may be a bound, but then it says so, and what is there goes on working
        EQ(errno, EAGAIN);
    CHECK(made > 1000);
    EQ(atoi(line_of(at("cgroup.stat"), "nr_descendants")), made);
    pid_t p = sleeper();
    OK(move(at("g7/cgroup.procs"), p));
    STREQ(line_of(at("cgroup.events"), "populated"), "1");
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
    for (int i = 0; i < made; i++) {
        snprintf(name, sizeof name, "g%d", i);
        OK(unlinkat(dir, name, AT_REMOVEDIR));
    }
    gone();
}

TEST(very_deep) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    int dir[DEEP + 1], n = 0;
    dir[0] = OK(open(base, O_RDONLY | O_DIRECTORY));
    while (n < DEEP && mkdirat(dir[n], "d", 0755) == 0) {
        dir[n + 1] = OK(openat(dir[n], "d", O_RDONLY | O_DIRECTORY));
        n++;
    }
    if (n < DEEP)
        EQ(errno, EAGAIN);
    CHECK(n > 30);
    pid_t p = sleeper();
    int procs = OK(openat(dir[n], "cgroup.procs", O_WRONLY));
    char text[20];
    snprintf(text, sizeof text, "%d", p);
    CHECK(write(procs, text, strlen(text)) > 0);
    close(procs);
    STREQ(line_of(at("cgroup.events"), "populated"), "1");
    const char *path = own_path(p);
    CHECK(strlen(path) > 60);
    OK(writes(at("cgroup.kill"), "1"));
    WAIT_SIG(p, SIGKILL);
    for (; n > 0; n--) {
        close(dir[n]);
        OK(unlinkat(dir[n - 1], "d", AT_REMOVEDIR));
    }
    close(dir[0]);
    gone();
}

TEST(removed_while_its_processes_fork) {
    if (!begin())
        SKIP("no cgroup2 that may be written");
    for (int round = 0; round < 20; round++) {
        OK(mkdir(at("r"), 0755));
        pid_t p = fork();
        if (p == 0) { // a line of processes, each of which makes the next and ends
            if (writes(at("r/cgroup.procs"), "0"))
                _exit(1);
            for (int i = 0; i < 8; i++) {
                pid_t q = fork();
                if (q < 0)
                    _exit(2);
                if (q > 0)
                    _exit(strstr(own_path(getpid()), "/r") ? 0 : 3);
            }
            _exit(0);
        }
        int tries = 0;
        while (rmdir(at("r")) && errno == EBUSY && tries++ < 5000)
            usleep(200);
        ERR(access(at("r"), F_OK), ENOENT);
        int status, mine = waitpid(p, &status, 0) == p;
        CHECK(mine && WIFEXITED(status) && (WEXITSTATUS(status) == 0 || (tries == 0 && WEXITSTATUS(status) == 1)));
    }
    // a group that is gone takes nobody, by whatever descriptor
    OK(mkdir(at("r"), 0755));
    int procs = OK(open(at("r/cgroup.procs"), O_WRONLY));
    OK(rmdir(at("r")));
    ERR(write(procs, "0", 1), ENODEV);
    gone();
}

TEST(limits_of_a_group_that_was_given_away) {
    if (geteuid() != 0 || !begin())
        SKIP("no cgroup2 that root may write");
    if (!controls("memory") || access(at("memory.max"), F_OK)) {
        rmdir(base);
        SKIP("no controller of memory here");
    }
    OK(writes(at("memory.max"), "64M"));
    OK(chown(base, 1234, 1234));
    OK(chown(at("cgroup.procs"), 1234, 1234));
    OK(chown(at("cgroup.subtree_control"), 1234, 1234));
    pid_t p;
    CHILD(p) {
        OK(writes(at("cgroup.procs"), "0"));
        OK(setgid(1234));
        OK(setuid(1234));
        for (int namespaced = 0; namespaced < 2; namespaced++) { // whoever got it may divide it, not enlarge it
            ERR(writes(at("memory.max"), "max"), EACCES);
            ERR(writes(at("memory.oom.group"), "1"), EACCES);
            ERR(chmod(at("memory.max"), 0666), EPERM);
            if (unshare(CLONE_NEWUSER))
                break;
        }
    }
    WAIT_EXIT(p, 0);
    CHILD(p) {
        OK(setgid(1234));
        OK(setuid(1234));
        OK(mkdir(at("own"), 0755));
        OK(writes(at("cgroup.subtree_control"), "+memory"));
        OK(writes(at("own/memory.max"), "max")); // for those below it is the given one that counts
        ERR(writes(at("memory.max"), "max"), EACCES);
    }
    WAIT_EXIT(p, 0);
    STREQ(get(at("memory.max")), "67108864\n");
    OK(writes(at("cgroup.subtree_control"), "-memory"));
    OK(rmdir(at("own")));
    gone();
}
MAIN()
