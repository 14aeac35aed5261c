// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// TIMEOUT: 60
// The line discipline and the ioctls of terminals beyond tty.c: editing, ends of line, VMIN and VTIME, flow, flushing, packet
// mode, exclusive use, peers, refusals.
#include "check.h"
#include "terminal.h"

TEST(editing) {
    pair();
    echo(0);
    KEY("abd\177c\n");
    LINE("abc\n");
    KEY("one two \027three\n"); /* word */
    LINE("one three\n");
    KEY("gone\025kept\n"); /* kill */
    LINE("kept\n");
    KEY("a\026\177b\n"); /* next character as it is */
    LINE("a\177b\n");
    KEY("\177\177x\n"); /* nothing to erase */
    LINE("x\n");
}
TEST(ends) {
    pair();
    echo(0);
    struct termios t = settings();
    t.c_cc[VEOL] = ';';
    apply(t);
    KEY("a;b\r");
    LINE("a;");
    LINE("b\n"); /* ICRNL */
    KEY("part\004");
    LINE("part");
    char b[10];
    KEY("\004");
    EQ(ready(s, 2000), 1);
    EQ(read(s, b, 10), 0); /* end of file, once */
    EQ(ready(s, 20), 0);
    KEY("12345\n");
    EQ(read(s, b, 2), 2);
    LINE("345\n");
    int n = -1;
    KEY("four\nfi");
    EQ(ready(s, 2000), 1);
    EQ(ioctl(s, FIONREAD, &n), 0);
    EQ(n, 5);
    t.c_iflag |= IGNCR;
    t.c_iflag &= ~ICRNL;
    apply(t);
    KEY("ve\r\n");
    LINE("four\n");
    LINE("five\n");
    t.c_iflag &= ~IGNCR;
    t.c_iflag |= INLCR;
    apply(t);
    KEY("cr\n\004");
    LINE("cr\r");
}
TEST(long_line) {
    pair();
    echo(0);
    static char big[5000], b[5000];
    memset(big, 'x', sizeof big);
    EQ(fcntl(m, F_SETFL, O_NONBLOCK), 0);
    for (int i = 0; i < 5; i++)
        if (write(m, big, 1000) < 0)
            break;
    KEY("\n");
    EQ(ready(s, 2000), 1);
    int n = read(s, b, sizeof b);
    EQ(n, 4096); /* the line is cut, its end comes through */
    EQ(b[n - 1], '\n');
}
TEST(echoes) {
    pair();
    char b[100];
    KEY("a\001b\n");
    EQ(seen(b, sizeof b), 6);
    EQ(memcmp(b, "a^Ab\r\n", 6), 0);
    LINE("a\001b\n");
    KEY("ab\177\n"); /* ECHOE */
    EQ(seen(b, sizeof b), 7);
    EQ(memcmp(b, "ab\b \b\r\n", 7), 0);
    LINE("a\n");
    struct termios t = settings();
    t.c_lflag &= ~(ECHO | ECHOE);
    t.c_lflag |= ECHONL;
    apply(t);
    KEY("x\n");
    EQ(seen(b, sizeof b), 2);
    EQ(memcmp(b, "\r\n", 2), 0);
    t.c_lflag &= ~ECHONL;
    t.c_lflag |= ECHO;
    t.c_lflag &= ~ECHOCTL;
    apply(t);
    KEY("\001");
    EQ(seen(b, sizeof b), 1);
    EQ(b[0], 1);
}
TEST(output) {
    pair();
    char b[100];
    EQ(write(s, "a\nb\tc", 5), 5);
    EQ(seen(b, sizeof b), 6);
    EQ(memcmp(b, "a\r\nb\tc", 6), 0);
    struct termios t = settings();
    t.c_oflag |= OLCUC | XTABS;
    apply(t);
    EQ(write(s, "\nb\tc", 4), 4);
    EQ(seen(b, sizeof b), 11);
    EQ(memcmp(b, "\r\nB       C", 11), 0);
    t.c_oflag = 0;
    apply(t);
    EQ(write(s, "x\ny", 3), 3);
    EQ(seen(b, sizeof b), 3);
    EQ(memcmp(b, "x\ny", 3), 0);
}
TEST(raw_minimum_and_time) {
    pair();
    struct termios t = settings();
    cfmakeraw(&t);
    t.c_cc[VMIN] = 3;
    t.c_cc[VTIME] = 0;
    apply(t);
    char b[10];
    KEY("ab");
    EQ(ready(s, 30), 0); /* fewer than VMIN */
    KEY("c");
    EQ(ready(s, 2000), 1);
    EQ(read(s, b, 10), 3);
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 1;
    apply(t);
    EQ(read(s, b, 10), 0); /* after a tenth of a second */
    KEY("z");
    EQ(read(s, b, 10), 1);
    t.c_cc[VTIME] = 0;
    apply(t);
    EQ(read(s, b, 10), 0); /* at once */
    t.c_cc[VMIN] = 5;
    t.c_cc[VTIME] = 1;
    apply(t);
    KEY("pq");
    EQ(read(s, b, 10), 2); /* the pause after the last byte ends it */
    EQ(fcntl(s, F_SETFL, O_NONBLOCK), 0);
    ERR(read(s, b, 10), EAGAIN);
}
TEST(mode_change_keeps_bytes) {
    pair();
    echo(0);
    KEY("typed");
    EQ(ready(s, 20), 0);
    struct termios t = settings();
    t.c_lflag &= ~ICANON;
    t.c_cc[VMIN] = 1;
    apply(t);
    LINE("typed");
    KEY("again");
    EQ(ready(s, 2000), 1);
    EQ(tcsetattr(s, TCSAFLUSH, &t), 0);
    EQ(ready(s, 20), 0);
}
TEST(flow) {
    pair();
    char b[10];
    KEY("\023"); /* stop */
    EQ(fcntl(s, F_SETFL, O_NONBLOCK), 0);
    int r = 0;
    for (int i = 0; i < 200 && (r = write(s, "x", 1)) == 1; i++) { /* Linux takes a moment to hear of it */
        read(m, b, 10);
        usleep(5000);
    }
    EQ(r, -1);
    EQ(ready(m, 30), 0);
    KEY("\021");
    struct pollfd p = {s, POLLOUT, 0};
    EQ(poll(&p, 1, 2000), 1);
    EQ(write(s, "held", 4), 4);
    EQ(ready(m, 2000), 1);
    EQ(read(m, b, 10), 4);
    EQ(tcflow(s, TCOOFF), 0);
    EQ(tcflow(s, TCOON), 0);
    EQ(tcflow(s, TCIOFF), 0);
    EQ(ready(m, 2000), 1);
    EQ(read(m, b, 10), 1);
    EQ(b[0], 023);
    EQ(tcflow(s, TCION), 0);
    EQ(read(m, b, 10), 1);
    EQ(b[0], 021);
    ERR(ioctl(s, TCXONC, 77), EINVAL);
}
TEST(flushing) {
    pair();
    echo(0);
    KEY("lost\n");
    EQ(ready(s, 2000), 1);
    EQ(tcflush(s, TCIFLUSH), 0);
    EQ(ready(s, 20), 0);
    ERR(ioctl(s, TCFLSH, 77), EINVAL);
    EQ(tcdrain(s), 0);
    EQ(tcsendbreak(s, 0), 0);
    int n = -1;
    EQ(ioctl(s, TIOCOUTQ, &n), 0);
    EQ(n, 0);
}
TEST(packet_mode) {
    pair();
    int one = 1, v = 0;
    unsigned char b[20];
    ERR(ioctl(s, TIOCPKT, &one), ENOTTY);
    EQ(ioctl(m, TIOCPKT, &one), 0);
    EQ(ioctl(m, TIOCGPKT, &v), 0);
    EQ(v, 1);
    EQ(write(s, "hi", 2), 2);
    EQ(read(m, b, 20), 3);
    EQ(b[0], TIOCPKT_DATA);
    EQ(tcflush(s, TCIFLUSH), 0);
    EQ(read(m, b, 20), 1);
    CHECK(b[0] & TIOCPKT_FLUSHREAD);
    struct termios t = settings();
    t.c_iflag &= ~IXON;
    apply(t);
    EQ(read(m, b, 20), 1);
    CHECK(b[0] & TIOCPKT_NOSTOP);
    struct pollfd p = {m, POLLIN | POLLPRI, 0};
    EQ(poll(&p, 1, 0), 0);
    t.c_iflag |= IXON;
    apply(t);
    EQ(poll(&p, 1, 2000), 1);
    CHECK(p.revents & POLLPRI);
}
TEST(peers_and_exclusive) {
    m = OK(posix_openpt(O_RDWR | O_NOCTTY));
    ERR(ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY), EIO); /* locked */
    int v = 0;
    EQ(ioctl(m, TIOCGPTLCK, &v), 0);
    EQ(v, 1);
    EQ(unlockpt(m), 0);
    s = OK(ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY));
    EQ(isatty(s), 1);
    unsigned number = -1;
    EQ(ioctl(m, TIOCGPTN, &number), 0);
    char name[40];
    snprintf(name, sizeof name, "/dev/pts/%u", number);
    EQ(strcmp(ttyname(s), name), 0);
    EQ(ioctl(s, TIOCEXCL, 0), 0);
    EQ(ioctl(s, TIOCGEXCL, &v), 0);
    EQ(v, 1);
    if (geteuid() == 0) {
        pid_t pid;
        CHILD(pid) {
            EQ(fchmod(s, 0666), 0);
            EQ(setresuid(1000, 1000, 1000), 0);
            ERR(open(name, O_RDWR | O_NOCTTY), EBUSY);
        }
        WAIT_EXIT(pid, 0);
    }
    EQ(ioctl(s, TIOCNXCL, 0), 0);
    close(OK(open(name, O_RDWR | O_NOCTTY)));
}
TEST(refusals) {
    pair();
    char c = 'x';
    int disc = 0;
    CHECK(ioctl(s, TIOCSTI, &c) < 0 || geteuid() == 0); /* dev.tty.legacy_tiocsti may allow root */
    EQ(ioctl(s, TIOCGETD, &disc), 0);
    EQ(disc, 0);
    disc = 77;
    ERR(ioctl(s, TIOCSETD, &disc), EINVAL);
    ERR(ioctl(s, TIOCGPTN, &disc), ENOTTY);
    ERR(ioctl(s, 0x5499, &disc), ENOTTY);
    ERR(ioctl(s, TCGETS, (void *)8), EFAULT);
    ERR(ioctl(s, TIOCNOTTY, 0), ENOTTY);
    ERR(tcgetpgrp(s), ENOTTY);
    ERR(tcgetsid(s), ENOTTY);
    int p[2];
    EQ(pipe(p), 0);
    ERR(ioctl(p[0], TCGETS, &disc), ENOTTY);
    EQ(isatty(p[0]), 0);
    ERR(lseek(s, 0, SEEK_SET), ESPIPE);
}
TEST(closing) {
    pair();
    char b[10];
    EQ(write(s, "last", 4), 4);
    close(s);
    EQ(read(m, b, 10), 4); /* what was written is still read */
    ERR(read(m, b, 10), EIO);
    struct pollfd p = {m, POLLIN, 0};
    EQ(poll(&p, 1, 0), 1);
    CHECK(p.revents & POLLHUP);
    pair();
    close(m);
    EQ(read(s, b, 10), 0);
    ERR(write(s, "x", 1), EIO);
    struct termios t;
    ERR(tcgetattr(s, &t), EIO);
    p.fd = s;
    EQ(poll(&p, 1, 0), 1);
    CHECK(p.revents & POLLHUP);
}
MAIN()
