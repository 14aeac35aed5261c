// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// TIMEOUT: 90
// Terminals and sessions: who has a controlling terminal, who loses it, who is told, orphaned groups, vhangup, /dev/tty.
#include "check.h"
#include "terminal.h"
#include <pthread.h>

static int told[65];
static void note(int sig) {
    told[sig]++;
}
static void await_signal(int sig) {
    for (int i = 0; i < 300 && !told[sig]; i++)
        msleep(10);
}
/* The caller leads a session of its own with `s` as terminal. */
static void lead(void) {
    OK(setsid());
    signal(SIGTTOU, SIG_IGN);
    EQ(ioctl(s, TIOCSCTTY, 0), 0);
}
TEST(each_process_has_its_own) {
    pair();
    pid_t pid;
    CHILD(pid) {
        OK(setsid());
        int p[2], q[2];
        char c;
        EQ(pipe(p), 0);
        EQ(pipe(q), 0);
        pid_t before;
        CHILD(before) { /* is there before the terminal is */
            EQ(write(q[1], "r", 1), 1);
            EQ(read(p[0], &c, 1), 1);
            ERR(open("/dev/tty", O_RDWR), ENXIO);
            ERR(tcgetpgrp(s), ENOTTY);
        }
        EQ(read(q[0], &c, 1), 1);
        EQ(ioctl(s, TIOCSCTTY, 0), 0);
        EQ(write(p[1], "g", 1), 1);
        WAIT_EXIT(before, 0);
        pid_t after;
        CHILD(after) {
            int t = OK(open("/dev/tty", O_RDWR));
            EQ(ioctl(t, TIOCNOTTY, 0), 0); /* only for itself */
            ERR(ioctl(t, TIOCNOTTY, 0), ENOTTY);
            ERR(open("/dev/tty", O_RDWR), ENXIO);
            pid_t deeper;
            CHILD(deeper) {
                ERR(open("/dev/tty", O_RDWR), ENXIO);
            }
            WAIT_EXIT(deeper, 0);
        }
        WAIT_EXIT(after, 0);
        close(OK(open("/dev/tty", O_RDWR)));
    }
    WAIT_EXIT(pid, 0);
}
TEST(stays_without_open_slaves) {
    pair();
    pid_t pid;
    CHILD(pid) {
        lead();
        close(s);
        s = OK(open("/dev/tty", O_RDWR));
        EQ(tcgetsid(s), getpid());
        EQ(tcgetpgrp(m), getpid()); /* the master asks for its slave */
        EQ(tcgetsid(m), getpid());
    }
    WAIT_EXIT(pid, 0);
}
TEST(by_the_master) {
    pair();
    pid_t pid;
    CHILD(pid) {
        OK(setsid());
        EQ(ioctl(m, TIOCSCTTY, 0), 0);
        EQ(tcgetsid(s), getpid());
        EQ(ioctl(s, TIOCSCTTY, 0), 0); /* again */
        ERR(ioctl(m, TIOCNOTTY, 0), ENOTTY);
    }
    WAIT_EXIT(pid, 0);
}
TEST(taken_once) {
    pair();
    pid_t pid;
    int p[2];
    char c;
    EQ(pipe(p), 0);
    CHILD(pid) {
        lead();
        pid_t other;
        CHILD(other) {
            OK(setsid());
            ERR(ioctl(s, TIOCSCTTY, 0), EPERM); /* it is another session's */
            if (geteuid() == 0) {
                EQ(ioctl(s, TIOCSCTTY, 1), 0); /* stolen */
                EQ(tcgetsid(s), getpid());
            }
            m = s = -1;
            pair();
            if (geteuid() == 0)
                ERR(ioctl(s, TIOCSCTTY, 0), EPERM); /* has one */
        }
        WAIT_EXIT(other, 0);
        if (geteuid() == 0)
            ERR(open("/dev/tty", O_RDWR), ENXIO);
    }
    WAIT_EXIT(pid, 0);
    close(p[1]);
    (void)!read(p[0], &c, 1);
}
TEST(write_only_is_not_enough) {
    pair();
    pid_t pid;
    CHILD(pid) {
        OK(setsid());
        int t = OK(open(ttyname(s), O_WRONLY));
        ERR(open("/dev/tty", O_RDWR), ENXIO);
        if (geteuid() == 0) {
            EQ(seteuid(1000), 0);
            ERR(ioctl(t, TIOCSCTTY, 0), EPERM);
        }
    }
    WAIT_EXIT(pid, 0);
}
TEST(leader_gives_up) {
    pair();
    pid_t pid;
    CHILD(pid) {
        lead();
        signal(SIGHUP, note);
        signal(SIGCONT, note);
        EQ(ioctl(s, TIOCNOTTY, 0), 0);
        await_signal(SIGHUP);
        EQ(told[SIGHUP], 1);
        EQ(told[SIGCONT], 1);
        ERR(tcgetpgrp(s), ENOTTY);
        int session = 0;
        ERR(ioctl(m, TIOCGSID, &session), ENOTTY);
        EQ(ioctl(s, TIOCSCTTY, 0), 0); /* and takes it again */
    }
    WAIT_EXIT(pid, 0);
}
TEST(leader_ends) {
    pair();
    int p[2];
    char c;
    EQ(pipe(p), 0);
    pid_t pid, g = 0;
    CHILD(pid) {
        lead();
        g = fork();
        if (g == 0) { /* the foreground group: SIGHUP, and no SIGCONT of the terminal's */
            setpgid(0, 0);
            signal(SIGHUP, note);
            EQ(tcsetpgrp(s, getpid()), 0);
            EQ(write(p[1], "r", 1), 1);
            await_signal(SIGHUP);
            EQ(told[SIGHUP], 1);
            ERR(open("/dev/tty", O_RDWR), ENXIO);
            EQ(write(s, "x", 1), 1); /* the terminal works on */
            EQ(write(p[1], "e", 1), 1);
            _exit(0);
        }
        EQ(read(p[0], &c, 1), 1);
    }
    WAIT_EXIT(pid, 0);
    close(p[1]);
    EQ(read(p[0], &c, 1), 1);
    EQ(c, 'e');
}
TEST(master_ends) {
    pair();
    int p[2], q[2];
    char c;
    EQ(pipe(p), 0);
    EQ(pipe(q), 0);
    pid_t pid;
    CHILD(pid) {
        close(m);
        lead();
        signal(SIGHUP, note);
        signal(SIGCONT, note);
        pid_t reader;
        CHILD(reader) { /* who waits in read: an error, or end of file if it came a moment later; see below */
            signal(SIGHUP, SIG_DFL);
            EQ(write(p[1], "w", 1), 1);
            CHECK(read(s, &c, 1) <= 0);
        }
        EQ(write(p[1], "r", 1), 1);
        await_signal(SIGCONT);
        EQ(told[SIGHUP], 1);
        EQ(told[SIGCONT], 1);
        WAIT_EXIT(reader, 0);
        struct pollfd f = {s, POLLIN | POLLOUT, 0};
        EQ(poll(&f, 1, 0), 1);
        EQ(f.revents, POLLIN | POLLOUT | POLLERR | POLLHUP);
        EQ(read(s, &c, 1), 0);
        ERR(write(s, "x", 1), EIO);
        int n;
        ERR(ioctl(s, FIONREAD, &n), EIO);
        ERR(ioctl(s, TIOCSCTTY, 0), EIO);
        ERR(tcsetpgrp(s, getpid()), ENOTTY);
        ERR(open("/dev/tty", O_RDWR), ENXIO);
        EQ(setpgid(0, 0), -1);
    }
    EQ(read(p[0], &c, 1), 1);
    EQ(read(p[0], &c, 1), 1);
    msleep(50);
    close(s);
    close(m);
    WAIT_EXIT(pid, 0);
}
/* What a call of another thread's on the slave gave that was under way when the line was cut. */
static long given;
static int why;
static void *reads(void *x) {
    char c;
    given = read(s, &c, 1);
    why = errno;
    return x;
}
static void *writes(void *x) {
    static char much[200000];
    given = write(s, much, sizeof much);
    why = errno;
    return x;
}
static void *polls(void *x) {
    struct pollfd f = {s, POLLIN, 0};
    given = poll(&f, 1, -1) == 1 ? f.revents : -1;
    return x;
}
static void cut_under(void *(*call)(void *), int vhang) {
    pthread_t t;
    pair();
    given = -2;
    EQ(pthread_create(&t, 0, call, 0), 0);
    msleep(5);
    if (vhang)
        EQ(ioctl(s, TIOCVHANGUP, 0), 0);
    else
        close(m);
    EQ(pthread_join(t, 0), 0);
    close(s);
    if (vhang)
        close(m);
}
TEST(waiting_when_the_master_closes) {
    int tries = 0;
    do /* who has not begun to wait yet gets end of file */
        cut_under(reads, 0);
    while (given == 0 && ++tries < 100);
    EQ(given, -1);
    EQ(why, EIO);
    tries = 0;
    do /* who has not begun to write yet gets an error */
        cut_under(writes, 0);
    while (given == -1 && ++tries < 100);
    CHECK(given > 0 && given < 200000);
    tries = 0;
    do /* the hang-up alone for a moment */
        cut_under(polls, 0);
    while (given == POLLHUP && ++tries < 100);
    EQ(given, POLLIN | POLLERR | POLLHUP);
}
TEST(waiting_at_a_vhangup) {
    if (geteuid() != 0)
        SKIP("needs root");
    cut_under(reads, 1);
    EQ(given, 0);
}
TEST(background_rules) {
    pair();
    pid_t pid;
    CHILD(pid) {
        lead();
        pid_t g;
        int p[2], st;
        char c;
        EQ(pipe(p), 0);
        CHILD(g) {
            EQ(read(p[0], &c, 1), 1);
            struct termios t;
            EQ(tcgetattr(s, &t), 0); /* looking is free */
            EQ(write(s, "w", 1), 1); /* and so is writing without TOSTOP */
            signal(SIGTTIN, SIG_IGN);
            ERR(read(s, &c, 1), EIO);
            signal(SIGTTIN, SIG_DFL);
            sigset_t all;
            sigfillset(&all);
            sigprocmask(SIG_BLOCK, &all, 0);
            ERR(read(s, &c, 1), EIO);
            EQ(tcsetattr(s, TCSANOW, &t), 0); /* blocked: allowed */
            EQ(tcflush(s, TCIFLUSH), 0);
            EQ(tcsendbreak(s, 0), 0);
            EQ(tcsetpgrp(s, getpgrp()), 0);
            sigprocmask(SIG_UNBLOCK, &all, 0);
        }
        setpgid(g, g);
        EQ(write(p[1], "g", 1), 1);
        WAIT_EXIT(g, 0);
        EQ(tcsetpgrp(s, getpgrp()), 0);
        struct termios t = settings();
        t.c_lflag |= TOSTOP;
        apply(t);
        for (int kind = 0; kind < 6; kind++) {
            CHILD(g) {
                signal(SIGTTOU, SIG_DFL);
                EQ(read(p[0], &c, 1), 1);
                long r = kind == 0   ? write(s, "x", 1)
                         : kind == 1 ? tcflush(s, TCIFLUSH)
                         : kind == 2 ? tcflow(s, TCOON)
                         : kind == 3 ? tcsendbreak(s, 0)
                         : kind == 4 ? tcsetpgrp(s, getpgrp())
                                     : tcsetattr(m, TCSANOW, &t); /* by the master too */
                EQ(r, kind == 0);
            }
            setpgid(g, g);
            EQ(write(p[1], "g", 1), 1);
            EQ(waitpid(g, &st, WUNTRACED), g);
            EQ(WIFSTOPPED(st) && WSTOPSIG(st) == SIGTTOU, 1);
            EQ(tcsetpgrp(s, g), 0);
            EQ(kill(g, SIGCONT), 0);
            WAIT_EXIT(g, 0);
            EQ(tcsetpgrp(s, getpgrp()), 0);
        }
    }
    WAIT_EXIT(pid, 0);
}
TEST(orphaned_group_gets_errors) {
    pair();
    int p[2];
    char c;
    EQ(pipe(p), 0);
    pid_t pid;
    CHILD(pid) {
        lead();
        pid_t g;
        CHILD(g) {
            pid_t o = fork();
            if (o == 0) {
                EQ(setpgid(0, 0), 0);
                for (int i = 0; i < 300 && getppid() == g; i++)
                    msleep(10);
                msleep(50);
                signal(SIGTTOU, SIG_DFL);
                ERR(read(s, &c, 1), EIO);
                struct termios t = settings();
                ERR(tcsetattr(s, TCSANOW, &t), EIO);
                ERR(tcsetpgrp(s, getpgrp()), ENOTTY);
                EQ(write(p[1], chk->test_failed ? "n" : "y", 1), 1);
                _exit(0);
            }
            setpgid(o, o);
        }
        WAIT_EXIT(g, 0);
        EQ(read(p[0], &c, 1), 1);
        EQ(c, 'y');
    }
    WAIT_EXIT(pid, 0);
}
TEST(orphaned_and_stopped_is_hung_up) {
    int p[2];
    char c;
    EQ(pipe(p), 0);
    pid_t pid;
    CHILD(pid) {
        OK(setsid()); /* so that who inherits them is of another session */
        pid_t o = fork();
        if (o == 0) {
            setpgid(0, 0);
            signal(SIGHUP, note);
            signal(SIGCONT, note);
            EQ(write(p[1], "r", 1), 1);
            raise(SIGSTOP);
            await_signal(SIGHUP);
            EQ(write(p[1], told[SIGHUP] == 1 && told[SIGCONT] == 1 ? "y" : "n", 1), 1);
            _exit(0);
        }
        setpgid(o, o);
        EQ(read(p[0], &c, 1), 1);
        int st;
        EQ(waitpid(o, &st, WUNTRACED), o);
    }
    WAIT_EXIT(pid, 0);
    EQ(read(p[0], &c, 1), 1);
    EQ(c, 'y');
}
TEST(foreground_errors) {
    pair();
    pid_t pid;
    CHILD(pid) {
        lead();
        ERR(tcsetpgrp(s, -5), EINVAL);
        ERR(tcsetpgrp(s, 0x3ffffff), ESRCH);
        ERR(ioctl(s, TIOCSPGRP, (void *)8), EFAULT);
        ERR(tcsetpgrp(s, getppid()), getpgid(getppid()) == getppid() ? EPERM : ESRCH);
        int v = -1;
        EQ(ioctl(m, TIOCGPGRP, &v), 0);
        EQ(v, getpid());
    }
    WAIT_EXIT(pid, 0);
    int v = -1;
    EQ(ioctl(m, TIOCGPGRP, &v), 0);
    EQ(v, 0);
    ERR(ioctl(m, TIOCSPGRP, &v), ENOTTY);
}
TEST(vhangup_by_ioctl) {
    pair();
    if (geteuid() != 0) {
        ERR(ioctl(s, TIOCVHANGUP, 0), EPERM);
        return;
    }
    char name[60];
    NEED(ttyname_r(s, name, sizeof name) == 0);
    struct termios t = settings();
    t.c_lflag &= ~ECHO;
    apply(t);
    EQ(ioctl(s, TIOCVHANGUP, 0), 0);
    char c;
    EQ(read(s, &c, 1), 0);
    ERR(write(s, "x", 1), EIO);
    int again = OK(open(name, O_RDWR | O_NOCTTY)); /* a getty goes on with this */
    EQ(write(again, "new", 3), 3);
    EQ(tcgetattr(again, &t), 0);
    CHECK(t.c_lflag & ECHO); /* settings are those of the beginning */
    char b[10];
    EQ(seen(b, sizeof b), 3);
}
TEST(vhangup_of_the_own_terminal) {
    pair();
    pid_t pid;
    CHILD(pid) {
        lead();
        signal(SIGHUP, note);
        if (geteuid() == 0) {
            EQ(syscall(SYS_vhangup), 0);
            await_signal(SIGHUP);
            EQ(told[SIGHUP], 1);
            ERR(open("/dev/tty", O_RDWR), ENXIO);
            char c;
            EQ(read(s, &c, 1), 0);
            EQ(syscall(SYS_vhangup), 0); /* no terminal: nothing to do */
            EQ(setuid(1000), 0);
        }
        ERR(syscall(SYS_vhangup), EPERM);
    }
    WAIT_EXIT(pid, 0);
}
MAIN()
