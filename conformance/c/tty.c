// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// TIMEOUT: 60
// Terminals: pty pair, line discipline, window size, sessions and the controlling terminal, job control.
#include "check.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int m, s;
static char name[60];
static int open_pty(void) {
    m = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    if (m == -1 && (errno == ENOENT || errno == ENODEV))
        return 0;
    CHECK(m >= 0);
    EQ(grantpt(m), 0);
    EQ(unlockpt(m), 0);
    EQ(ptsname_r(m, name, sizeof name), 0);
    s = OK(open(name, O_RDWR | O_NOCTTY));
    return s >= 0;
}
static int ready(int fd) {
    struct pollfd p = {fd, POLLIN, 0};
    return poll(&p, 1, 300) == 1;
}
static const char *rd(int fd) {
    static char b[500];
    ssize_t n = ready(fd) ? read(fd, b, sizeof b - 1) : -2;
    b[n < 0 ? 0 : n] = 0;
    return n == -2 ? "(nothing)" : b;
}
#define PTY()                                                                            \
    if (!open_pty())                                                                     \
    SKIP("no pty here")
TEST(pair) {
    struct stat st;
    PTY();
    CHECK(!strncmp(name, "/dev/pts/", 9));
    EQ(isatty(m) && isatty(s), 1);
    EQ(fstat(s, &st), 0);
    CHECK(S_ISCHR(st.st_mode));
    EQ(st.st_rdev >> 8, 136);
    EQ(write(s, "out\n", 4), 4);
    STREQ(rd(m), "out\r\n"); /* ONLCR */
    EQ(write(m, "in\n", 3), 3);
    STREQ(rd(s), "in\n");
    STREQ(rd(m), "in\r\n"); /* ECHO */
    EQ(isatty(OK(open("/dev/null", O_RDWR))), 0);
    EQ(errno, ENOTTY);
}
TEST(canonical) {
    char b[20];
    PTY();
    EQ(write(m, "ab", 2), 2);
    EQ(poll(&(struct pollfd){s, POLLIN, 0}, 1, 50), 0); /* no line yet */
    EQ(write(m, "c\x7f" "d\r", 4), 4); /* DEL erases, CR becomes NL */
    STREQ(rd(s), "abd\n");
    EQ(write(m, "junk\x15ok\n", 8), 8); /* ^U kills the line */
    STREQ(rd(s), "ok\n");
    EQ(write(m, "one two\x17three\n", 14), 14); /* ^W erases a word */
    STREQ(rd(s), "one three\n");
    EQ(write(m, "l1\nl2\n", 6), 6);
    EQ(read(s, b, 20), 3); /* one line at a time */
    EQ(read(s, b, 20), 3);
    EQ(write(m, "x\x04", 2), 2); /* ^D: gives what there is */
    EQ(ready(s), 1);
    EQ(read(s, b, 20), 1);
    EQ(write(m, "\x04", 1), 1);
    EQ(ready(s), 1);
    EQ(read(s, b, 20), 0); /* at the start of a line: end of file */
    EQ(write(m, "a\x16\x15" "b\n", 5), 5); /* ^V quotes */
    STREQ(rd(s), "a\x15" "b\n");
}
TEST(raw) {
    struct termios t, u;
    PTY();
    EQ(tcgetattr(s, &t), 0);
    CHECK(t.c_lflag & ICANON && t.c_lflag & ECHO && t.c_lflag & ISIG && t.c_oflag & OPOST && t.c_iflag & ICRNL);
    EQ(t.c_cc[VINTR], 3);
    EQ(t.c_cc[VEOF], 4);
    u = t;
    cfmakeraw(&t);
    EQ(tcsetattr(s, TCSANOW, &t), 0);
    EQ(tcgetattr(m, &u), 0);
    EQ(u.c_lflag, t.c_lflag);
    EQ(write(m, "a\r\x03", 3), 3);
    STREQ(rd(s), "a\r\x03");
    EQ(poll(&(struct pollfd){m, POLLIN, 0}, 1, 30), 0); /* no echo */
    EQ(write(s, "x\n", 2), 2);
    STREQ(rd(m), "x\n");
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 1;
    EQ(tcsetattr(s, TCSADRAIN, &t), 0);
    char c;
    long long a = now_ms();
    EQ(read(s, &c, 1), 0);
    CHECK(now_ms() - a >= 90);
    EQ(write(m, "pending", 7), 7);
    EQ(ready(s), 1);
    int n;
    EQ(ioctl(s, FIONREAD, &n), 0);
    EQ(n, 7);
    EQ(tcflush(s, TCIFLUSH), 0);
    EQ(ioctl(s, FIONREAD, &n), 0);
    EQ(n, 0);
}
static volatile int got;
static void note(int sig) {
    got = sig;
}
TEST(window_size) {
    struct winsize w = {24, 80, 0, 0}, v;
    PTY();
    EQ(ioctl(m, TIOCSWINSZ, &w), 0);
    EQ(ioctl(s, TIOCGWINSZ, &v), 0);
    EQ(v.ws_row, 24);
    EQ(v.ws_col, 80);
    int p[2];
    char c;
    EQ(pipe(p), 0);
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        ioctl(s, TIOCSCTTY, 0);
        signal(SIGWINCH, note);
        if (write(p[1], "r", 1) < 0)
            _exit(1);
        for (int i = 0; i < 200 && !got; i++)
            msleep(10);
        _exit(ioctl(s, TIOCGWINSZ, &v) == 0 && v.ws_col == 100 && got == SIGWINCH ? 0 : 1);
    }
    EQ(read(p[0], &c, 1), 1);
    w.ws_col = 100;
    EQ(ioctl(m, TIOCSWINSZ, &w), 0);
    WAIT_EXIT(pid, 0);
}
TEST(controlling_terminal) {
    PTY();
    pid_t pid;
    CHILD(pid) {
        pid_t sid;
        ERR(ioctl(s, TIOCSCTTY, 0), EPERM); /* not a session leader */
        EQ(setsid(), getpid());
        ERR(open("/dev/tty", O_RDWR), ENXIO);
        EQ(ioctl(s, TIOCSCTTY, 0), 0);
        EQ(tcgetsid(s), getpid());
        EQ(tcgetpgrp(s), getpid());
        EQ(ioctl(s, TIOCGSID, &sid), 0);
        int t = OK(open("/dev/tty", O_RDWR));
        EQ(write(t, "tty\n", 4), 4);
        STREQ(rd(m), "tty\r\n");
        EQ(isatty(t), 1);
        signal(SIGHUP, SIG_IGN); /* the leader that lets go gets it */
        EQ(ioctl(t, TIOCNOTTY), 0);
        ERR(open("/dev/tty", O_RDWR), ENXIO);
    }
    WAIT_EXIT(pid, 0);
    CHILD(pid) { /* a leader without one gets it by opening */
        EQ(setsid(), getpid());
        int t = OK(open(name, O_RDWR));
        EQ(tcgetpgrp(t), getpid());
    }
    WAIT_EXIT(pid, 0);
}
TEST(interrupt_character) {
    PTY();
    int p[2];
    char c;
    static const struct {
        char c;
        int sig;
    } k[] = {{3, SIGINT}, {28, SIGQUIT}};
    EQ(pipe(p), 0);
    for (int i = 0; i < 2; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            setsid();
            ioctl(s, TIOCSCTTY, 0);
            if (write(p[1], "r", 1) < 0)
                _exit(1);
            for (;;)
                pause();
        }
        EQ(read(p[0], &c, 1), 1);
        EQ(write(m, &k[i].c, 1), 1);
        WAIT_SIG(pid, k[i].sig);
        close(m);
        close(s);
        open_pty();
    }
}
TEST(background_read_and_write) {
    PTY();
    int st;
    pid_t pid;
    CHILD(pid) {
        setsid();
        EQ(ioctl(s, TIOCSCTTY, 0), 0);
        pid_t g = fork();
        if (g == 0) {
            char c;
            setpgid(0, 0);
            if (read(s, &c, 1) < 0)
                _exit(1);
            _exit(c == 'g' ? 0 : 2);
        }
        setpgid(g, g);
        EQ(waitpid(g, &st, WUNTRACED), g);
        CHECK(WIFSTOPPED(st));
        EQ(WSTOPSIG(st), SIGTTIN);
        EQ(tcsetpgrp(s, g), 0);
        EQ(tcgetpgrp(s), g);
        EQ(kill(-g, SIGCONT), 0);
        EQ(write(m, "g\n", 2), 2);
        EQ(waitpid(g, &st, WUNTRACED), g);
        EQ(st, 0);
        signal(SIGTTOU, SIG_IGN);
        EQ(tcsetpgrp(s, getpgrp()), 0);
        g = fork();
        if (g == 0) { /* changing modes in the background: SIGTTOU */
            struct termios t;
            signal(SIGTTOU, SIG_DFL);
            setpgid(0, 0);
            tcgetattr(s, &t);
            t.c_lflag |= TOSTOP;
            tcsetattr(s, TCSANOW, &t);
            _exit(0);
        }
        setpgid(g, g);
        EQ(waitpid(g, &st, WUNTRACED), g);
        CHECK(WIFSTOPPED(st));
        EQ(WSTOPSIG(st), SIGTTOU);
        kill(g, SIGKILL);
        kill(g, SIGCONT);
        waitpid(g, &st, 0);
    }
    WAIT_EXIT(pid, 0);
}
TEST(suspend_character) {
    PTY();
    int st;
    pid_t pid;
    CHILD(pid) {
        setsid();
        EQ(ioctl(s, TIOCSCTTY, 0), 0);
        signal(SIGTTOU, SIG_IGN);
        pid_t g = fork();
        if (g == 0) {
            setpgid(0, 0);
            for (;;)
                pause();
        }
        setpgid(g, g);
        EQ(tcsetpgrp(s, g), 0);
        EQ(write(m, "\x1a", 1), 1);
        EQ(waitpid(g, &st, WUNTRACED), g);
        CHECK(WIFSTOPPED(st));
        EQ(WSTOPSIG(st), SIGTSTP);
        kill(g, SIGCONT);
        EQ(waitpid(g, &st, WCONTINUED), g);
        CHECK(WIFCONTINUED(st));
        EQ(write(m, "\x03", 1), 1);
        EQ(waitpid(g, &st, 0), g);
        EQ(WTERMSIG(st), SIGINT);
    }
    WAIT_EXIT(pid, 0);
}
TEST(hangup) {
    PTY();
    int p[2];
    char c;
    EQ(pipe(p), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(m);
        setsid();
        ioctl(s, TIOCSCTTY, 0);
        if (write(p[1], "r", 1) < 0)
            _exit(1);
        for (;;)
            pause();
    }
    EQ(read(p[0], &c, 1), 1);
    close(m);
    WAIT_SIG(pid, SIGHUP);
    ERR(write(s, "x", 1), EIO);
    EQ(read(s, &c, 1), 0);
    PTY();
    EQ(write(s, "last", 4), 4);
    close(s);
    STREQ(rd(m), "last");
    ERR(read(m, &c, 1), EIO);
    EQ(poll(&(struct pollfd){m, POLLIN, 0}, 1, 0), 1);
}
TEST(session_leader_exit) {
    PTY();
    pid_t pid = fork();
    int p[2];
    char c;
    EQ(pipe(p), 0);
    if (pid == 0) {
        setsid();
        ioctl(s, TIOCSCTTY, 0);
        pid_t g = fork();
        if (g == 0) {
            signal(SIGHUP, SIG_DFL);
            for (;;)
                pause();
        }
        msleep(20);
        _exit(0); /* the foreground group gets SIGHUP */
    }
    close(p[1]);
    WAIT_EXIT(pid, 0);
    (void)c;
}
MAIN()
