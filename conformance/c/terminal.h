// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/* A pair of terminals, m and s, for the tests of terminals: keys, lines, what the master sees. */
#ifndef TERMINAL_H
#define TERMINAL_H
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

static int m, s;

static void pair(void) {
    EQ(openpty(&m, &s, 0, 0, 0), 0);
}
CHK_UNUSED static struct termios settings(void) {
    struct termios t;
    EQ(tcgetattr(s, &t), 0);
    return t;
}
CHK_UNUSED static void apply(struct termios t) {
    EQ(tcsetattr(s, TCSANOW, &t), 0);
}
CHK_UNUSED static void echo(int on) {
    struct termios t = settings();
    t.c_lflag = on ? t.c_lflag | ECHO : t.c_lflag & ~ECHO;
    apply(t);
}
CHK_UNUSED static int ready(int fd, int ms) {
    struct pollfd p = {fd, POLLIN, 0};
    return poll(&p, 1, ms) == 1;
}
CHK_UNUSED static void key(const char *text, int n) {
    EQ(write(m, text, n), n);
}
#define KEY(text) key(text, sizeof text - 1)
#define LINE(text)                                                       \
    do {                                                                 \
        char b_[600];                                                    \
        EQ(ready(s, 2000), 1);                                           \
        EQ(read(s, b_, sizeof b_), (long)sizeof text - 1);               \
        EQ(memcmp(b_, text, sizeof text - 1), 0);                        \
    } while (0)
/* What the master sees, with a moment for the echo. */
CHK_UNUSED static int seen(char *b, int room) {
    int n = 0;
    while (n < room && ready(m, 100)) {
        int r = read(m, b + n, room - n);
        if (r <= 0)
            break;
        n += r;
    }
    b[n < room ? n : room - 1] = 0;
    return n;
}
#endif
