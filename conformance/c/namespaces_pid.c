// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// PID namespaces: numbers inside and outside, init and its end, orphans, signals, /proc, credentials of sockets, locks.
#include "namespaces.h"
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* A child that is the init of a new namespace of pids. */
#define INIT(pid)                                                             \
    if (((pid) = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0)) == 0) \
        for (;; _exit(chk->test_failed != 0))

TEST(numbers) {
    pid_t me = getpid(), pid;
    INIT(pid) {
        EQ(getpid(), 1);
        EQ(syscall(SYS_gettid), 1);
        EQ(getppid(), 0);
        EQ(getpgrp(), 0); // of outside
        EQ(getsid(0), 0);
        pid_t c;
        CHILD(c) {
            EQ(getpid(), 2);
            EQ(getppid(), 1);
            OK(setsid());
            EQ(getsid(0), 2);
            EQ(getpgid(0), 2);
        }
        EQ(c, 2);
        ERR(kill(me + 100000, 0), ESRCH);
        WAIT_EXIT(c, 0);
        CHILD(c) _exit(3);
        EQ(c, 3);
        siginfo_t i;
        OK(waitid(P_PID, 3, &i, WEXITED));
        EQ(i.si_pid, 3);
        EQ(i.si_status, 3);
        ERR(waitpid(3, 0, 0), ECHILD);
    }
    CHECK(pid > 1);
    WAIT_EXIT(pid, 0);
}
TEST(unshare_is_for_children) {
    pid_t pid, me = getpid();
    CHILD(pid) {
        pid_t own = getpid(), c;
        OK(unshare(CLONE_NEWPID));
        EQ(getpid(), own);
        EQ(ns_ino(own, "pid"), ns_ino(me, "pid"));
        ERR(unshare(CLONE_NEWPID), EINVAL); // one step at a time
        pthread_t t;
        EQ(pthread_create(&t, 0, 0, 0), EINVAL); // a thread of another namespace cannot be
        ERR(open("/proc/self/ns/pid_for_children", O_RDONLY), ENOENT); // nobody is in it yet
        CHILD(c) {
            EQ(getpid(), 1);
            EQ(getppid(), 0);
        }
        CHECK(c > own || c > 1);
        WAIT_EXIT(c, 0);
        ERR(fork(), ENOMEM); // its init is gone
        ERR(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), ENOMEM);
    }
    WAIT_EXIT(pid, 0);
}
TEST(end_of_init) {
    int p[2];
    OK(pipe(p));
    pid_t pid;
    INIT(pid) {
        for (int i = 0; i < 5; i++)
            if (fork() == 0) {
                setsid();
                if (fork() >= 0)
                    for (;;)
                        pause();
            }
    }
    close(p[1]);
    WAIT_EXIT(pid, 0);
    char c;
    EQ(read(p[0], &c, 1), 0); // nobody has the other end any more
}
TEST(orphans_go_to_init) {
    pid_t pid;
    INIT(pid) {
        int p[2];
        char c;
        OK(pipe(p));
        pid_t a = fork();
        if (a == 0) {
            if (fork() == 0) {
                while (getppid() != 1)
                    usleep(1000);
                _exit(5);
            }
            _exit(0);
        }
        EQ(waitpid(a, 0, 0), a);
        int st;
        close(p[1]);
        EQ(read(p[0], &c, 1), 0);
        EQ(wait(&st), 3);
        EQ(WEXITSTATUS(st), 5);
    }
    WAIT_EXIT(pid, 0);
}
static void on_term(int s) {
    (void)s;
    _exit(42);
}
TEST(signals_to_init) {
    int p[2];
    char c;
    OK(pipe(p));
    pid_t pid;
    int st;
    INIT(pid) {
        OK(kill(1, SIGTERM)); // no handler: no effect
        OK(kill(1, SIGKILL));
        OK(raise(SIGKILL));
        pid_t k;
        CHILD(k) {
            OK(kill(1, SIGKILL));
            OK(kill(1, SIGSTOP));
            OK(kill(1, SIGUSR1));
        }
        WAIT_EXIT(k, 0);
        signal(SIGTERM, on_term);
        EQ(write(p[1], "x", 1), 1);
        for (;;)
            pause();
    }
    EQ(read(p[0], &c, 1), 1);
    OK(kill(pid, SIGUSR1)); // from outside neither
    OK(kill(pid, SIGTERM));
    WAIT_EXIT(pid, 42);
    INIT(pid) {
        EQ(write(p[1], "x", 1), 1);
        for (;;)
            pause();
    }
    EQ(read(p[0], &c, 1), 1);
    OK(kill(pid, SIGSTOP)); // but these
    EQ(waitpid(pid, &st, WUNTRACED), pid);
    CHECK(WIFSTOPPED(st) && WSTOPSIG(st) == SIGSTOP);
    OK(kill(pid, SIGCONT));
    EQ(waitpid(pid, &st, WCONTINUED), pid);
    OK(kill(pid, SIGKILL));
    EQ(waitpid(pid, &st, 0), pid);
    CHECK(WIFSIGNALED(st) && WTERMSIG(st) == SIGKILL);
}
static volatile int sender = -1;
static void on_usr1(int s, siginfo_t *i, void *u) {
    (void)s;
    (void)u;
    sender = i->si_pid;
}
TEST(sender_of_signals) {
    int p[2], q[2];
    char c;
    OK(pipe(p));
    OK(pipe(q));
    pid_t pid;
    INIT(pid) {
        struct sigaction a = {.sa_sigaction = on_usr1, .sa_flags = SA_SIGINFO};
        sigaction(SIGUSR1, &a, 0);
        pid_t k;
        CHILD(k) {
            OK(kill(1, SIGUSR1));
        }
        WAIT_EXIT(k, 0);
        EQ(sender, 2);
        sender = -1;
        EQ(write(p[1], "x", 1), 1);
        while (sender == -1)
            if (read(q[0], &c, 1) > 0)
                break;
        EQ(sender, 0); // from where it sees nobody
    }
    EQ(read(p[0], &c, 1), 1);
    OK(kill(pid, SIGUSR1));
    EQ(write(q[1], "x", 1), 1);
    WAIT_EXIT(pid, 0);
    signal(SIGCHLD, SIG_DFL);
}
TEST(everybody_inside) {
    pid_t pid;
    INIT(pid) {
        ERR(kill(-1, SIGKILL), ESRCH); // neither itself
        pid_t c = fork();
        if (c == 0)
            for (;;)
                pause();
        OK(kill(-1, SIGKILL));
        int st;
        EQ(waitpid(c, &st, 0), c);
        EQ(WTERMSIG(st), SIGKILL);
    }
    WAIT_EXIT(pid, 0);
    CHECK(kill(getppid(), 0) == 0);
}
TEST(proc_of_the_namespace) {
    pid_t pid;
    pid = syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        // the old /proc shows the numbers of outside
        char link[64] = "";
        CHECK(readlink("/proc/self", link, sizeof link) > 0);
        CHECK(atoi(link) > 1);
        OK(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0));
        OK(mkdir("p", 0755));
        OK(mount("proc", "p", "proc", 0, 0));
        memset(link, 0, sizeof link);
        CHECK(readlink("p/self", link, sizeof link) > 0);
        STREQ(link, "1");
        EQ(access("p/2", F_OK), -1);
        pid_t c = fork();
        if (c == 0)
            for (;;)
                pause();
        EQ(access("p/2", F_OK), 0);
        CHECK(strstr(text_of("p/2/status"), "\nPPid:\t1\n") != 0);
        CHECK(strstr(text_of("p/2/status"), "\nNSpid:\t2\n") != 0);
        int a, b;
        CHECK(sscanf(status("NSpid"), "%d %d", &a, &b) == 2 && a > 1 && b == 1); // by the old one
        kill(c, SIGKILL);
        EQ(waitpid(c, 0, 0), 2);
        OK(umount("p"));
        _exit(chk->test_failed != 0);
    }
    WAIT_EXIT(pid, 0);
}
TEST(levels) {
    pid_t pid;
    INIT(pid) {
        pid_t c;
        INIT(c) {
            EQ(getpid(), 1);
            int x, y, z;
            EQ(sscanf(status("NSpid"), "%d %d %d", &x, &y, &z), 3);
            EQ(z, 1);
            EQ(y, 2);
        }
        EQ(c, 2);
        WAIT_EXIT(c, 0);
    }
    WAIT_EXIT(pid, 0);
}
static void deeper(int n, int fd) {
    pid_t c = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
    if (c < 0) {
        int r[2] = {n, errno};
        if (write(fd, r, sizeof r) < 0)
            _exit(1);
        return;
    }
    if (c == 0) {
        deeper(n + 1, fd);
        _exit(0);
    }
    waitpid(c, 0, 0);
}
TEST(depth) {
    int p[2], r[2] = {0, 0};
    OK(pipe(p));
    pid_t pid = fork();
    if (pid == 0) {
        deeper(0, p[1]);
        _exit(0);
    }
    WAIT_EXIT(pid, 0);
    EQ(read(p[0], r, sizeof r), sizeof r);
    EQ(r[1], ENOSPC);
    CHECK(r[0] >= 28 && r[0] <= 32);
}
TEST(pidfds) {
    int p[2];
    char c;
    OK(pipe(p));
    pid_t pid;
    INIT(pid) {
        EQ(read(p[0], &c, 1), 1);
    }
    int fd = OK(syscall(SYS_pidfd_open, pid, 0));
    OK(syscall(SYS_pidfd_send_signal, fd, 0, 0, 0));
    int outside = OK(syscall(SYS_pidfd_open, getpid(), 0));
    pid_t k;
    k = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
    if (k == 0) {
        ERR(syscall(SYS_pidfd_send_signal, outside, 0, 0, 0), EINVAL); // of nobody that it sees
        ERR(syscall(SYS_pidfd_open, 2, 0), ESRCH);
        _exit(chk->test_failed != 0);
    }
    WAIT_EXIT(k, 0);
    EQ(write(p[1], "x", 1), 1);
    siginfo_t i;
    memset(&i, 0, sizeof i);
    OK(waitid(P_PIDFD, fd, &i, WEXITED));
    EQ(i.si_pid, pid);
}
TEST(socket_credentials) {
    int s[2];
    OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    pid_t me = getpid(), pid;
    INIT(pid) {
        struct ucred u;
        socklen_t n = sizeof u;
        OK(getsockopt(s[0], SOL_SOCKET, SO_PEERCRED, &u, &n));
        EQ(u.pid, 0); // made by somebody that it does not see
        int t[2];
        OK(socketpair(AF_UNIX, SOCK_STREAM, 0, t));
        OK(getsockopt(t[0], SOL_SOCKET, SO_PEERCRED, &u, &n));
        EQ(u.pid, 1);
    }
    WAIT_EXIT(pid, 0);
    struct ucred u;
    socklen_t n = sizeof u;
    OK(getsockopt(s[0], SOL_SOCKET, SO_PEERCRED, &u, &n));
    EQ(u.pid, me);
}
TEST(locks_and_owners) {
    int fd = OK(open("f", O_CREAT | O_RDWR, 0600));
    struct flock l = {.l_type = F_WRLCK};
    OK(fcntl(fd, F_SETLK, &l));
    pid_t me = getpid(), pid;
    OK(fcntl(fd, F_SETOWN, me));
    INIT(pid) {
        struct flock q = {.l_type = F_WRLCK};
        OK(fcntl(fd, F_GETLK, &q));
        EQ(q.l_pid, 0);
        EQ(fcntl(fd, F_GETOWN), 0);
        ERR(fcntl(fd, F_SETOWN, me + 5000), ESRCH);
        OK(fcntl(fd, F_SETOWN, 1));
        EQ(fcntl(fd, F_GETOWN), 1);
    }
    WAIT_EXIT(pid, 0);
}
TEST(setns) {
    int p[2], q[2];
    char c;
    OK(pipe(p));
    OK(pipe(q));
    pid_t pid, k;
    INIT(pid) {
        EQ(write(q[1], "x", 1), 1);
        EQ(read(p[0], &c, 1), 1);
    }
    EQ(read(q[0], &c, 1), 1);
    CHILD(k) {
        int fd = OK(ns_open(pid, "pid")), own = OK(ns_open(getpid(), "pid"));
        OK(setns(fd, CLONE_NEWPID));
        pid_t d;
        CHILD(d) {
            EQ(getpid(), 2);
            EQ(getppid(), 0);
            ERR(setns(own, CLONE_NEWPID), EINVAL); // never back up
            OK(kill(1, 0));
        }
        CHECK(d > 2);
        WAIT_EXIT(d, 0);
        OK(setns(own, CLONE_NEWPID));
        CHILD(d) CHECK(getppid() != 0);
        WAIT_EXIT(d, 0);
    }
    WAIT_EXIT(k, 0);
    EQ(write(p[1], "x", 1), 1);
    WAIT_EXIT(pid, 0);
}
static void *thread(void *x) {
    *(int *)x = syscall(SYS_gettid);
    return 0;
}
TEST(threads_exec_vfork) {
    pid_t pid;
    INIT(pid) {
        pthread_t t;
        int tid = 0;
        EQ(pthread_create(&t, 0, thread, &tid), 0);
        EQ(pthread_join(t, 0), 0);
        EQ(tid, 2);
        ERR(syscall(SYS_tgkill, 1, 2, 0), ESRCH);
        OK(syscall(SYS_tgkill, 1, 1, 0));
        pid_t v = vfork();
        if (v == 0) {
            execl("/bin/sh", "sh", "-c", "test $$ = 3", (char *)0);
            _exit(9);
        }
        EQ(v, 3);
        WAIT_EXIT(v, 0);
        EQ(system("exit 4"), 4 << 8);
    }
    WAIT_EXIT(pid, 0);
    ERR(syscall(SYS_clone, CLONE_NEWPID | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, 0, 0, 0), EINVAL);
}
MAIN()
