// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// TIMEOUT: 90
// Flags of struct termios one by one, the four cases of VMIN and VTIME with signals, packet mode, limits, ioctls of both ends.
#include "check.h"

#include "mount.h"
#include "terminal.h"
#include <asm/ioctls.h>
#include <sys/time.h>

#ifndef EXTPROC
#define EXTPROC 0200000
#endif

struct termios2 { /* no header of the C library's has it */
    unsigned c_iflag, c_oflag, c_cflag, c_lflag;
    unsigned char c_line, c_cc[19];
    unsigned c_ispeed, c_ospeed;
};

/* A pair with these flags, raw where they say nothing. */
static void with(tcflag_t in, tcflag_t out, tcflag_t local) {
    pair();
    struct termios t = settings();
    t.c_iflag = in;
    t.c_oflag = out;
    t.c_lflag = local;
    apply(t);
}
static void done(void) {
    close(m);
    close(s);
}
#define TYPES(typed, want_read)                                                          \
    do {                                                                                 \
        KEY(typed);                                                                      \
        LINE(want_read);                                                                 \
    } while (0)
#define SHOWS(want)                                                                      \
    do {                                                                                 \
        char b_[600];                                                                    \
        int n_ = seen(b_, sizeof b_);                                                    \
        if (n_ != sizeof want - 1 || memcmp(b_, want, n_))                               \
            chk_fail(__LINE__, "the master sees %d bytes \"%s\", want \"%s\"", n_, b_, want); \
    } while (0)
TEST(input_flags) {
    static const struct {
        tcflag_t in, local;
        const char *typed, *read;
    } k[] = {
            {0, 0, "a\r\nB\xc1", "a\r\nB\xc1"},
            {ICRNL, 0, "a\rb\n", "a\nb\n"},
            {INLCR, 0, "a\rb\n", "a\rb\r"},
            {INLCR | ICRNL, 0, "a\rb\n", "a\nb\r"},
            {IGNCR, 0, "a\rb\n", "ab\n"},
            {IGNCR | ICRNL, 0, "a\rb\n", "ab\n"},
            {ISTRIP, 0, "a\xe1\x8d", "aa\r"},
            {ISTRIP | ICRNL, 0, "a\x8d", "a\n"},
            {IUCLC, 0, "aB", "aB"},
            {IUCLC, IEXTEN, "aB\xc1\xd7", "ab\xe1\xd7"},
            {PARMRK, 0, "a\xff" "b", "a\xff\xff" "b"},
            {PARMRK | ISTRIP, 0, "a\xff" "b", "a\x7f" "b"},
            {IMAXBEL | IXOFF | BRKINT | IGNBRK | IGNPAR | INPCK | IUTF8, 0, "a\x80\n", "a\x80\n"},
            {IXON, 0, "a\021b", "ab"},
            {0, 0, "\003\034\032\023", "\003\034\032\023"},
    };
    for (unsigned i = 0; i < sizeof k / sizeof *k; i++) {
        char b[40] = "";
        with(k[i].in, 0, k[i].local);
        key(k[i].typed, strlen(k[i].typed));
        EQ(ready(s, 2000), 1);
        usleep(20000);
        int n = read(s, b, sizeof b - 1);
        if (n != (int)strlen(k[i].read) || memcmp(b, k[i].read, n))
            chk_fail(__LINE__, "case %u reads %d bytes \"%s\", want \"%s\"", i, n, b, k[i].read);
        done();
    }
}
TEST(output_flags) {
    static const struct {
        tcflag_t out;
        const char *written, *shown;
    } k[] = {
            {0, "a\nb\rc\td\x80", "a\nb\rc\td\x80"},
            {OPOST, "a\nb\tc", "a\nb\tc"},
            {OPOST | ONLCR, "a\nb", "a\r\nb"},
            {OPOST | OCRNL, "a\rb", "a\nb"},
            {OPOST | OCRNL | ONLCR, "a\rb\n", "a\nb\r\n"},
            {OPOST | ONOCR, "\ra\r\rb", "a\rb"},
            {OPOST | ONLRET | ONOCR, "a\n\rb", "a\nb"},
            {OPOST | ONOCR, "a\n\rb", "a\n\rb"},
            {OPOST | OLCUC, "aB\xe1\xf7", "AB\xc1\xf7"},
            {OPOST | XTABS, "a\tb\b\bc\td", "a       b\b\bc        d"},
            {OPOST | XTABS | ONLRET, "abc\n\tx", "abc\n        x"},
            {OPOST | XTABS, "abc\n\tx", "abc\n     x"},
            {OPOST | OFILL | OFDEL | NL1 | CR2 | FF1 | BS1 | VT1, "a\n\r\f\b\v", "a\n\r\f\b\v"},
    };
    for (unsigned i = 0; i < sizeof k / sizeof *k; i++) {
        char b[60] = "";
        with(0, k[i].out, 0);
        EQ(write(s, k[i].written, strlen(k[i].written)), (long)strlen(k[i].written));
        int n = seen(b, sizeof b);
        if (n != (int)strlen(k[i].shown) || memcmp(b, k[i].shown, n))
            chk_fail(__LINE__, "case %u shows %d bytes \"%s\", want \"%s\"", i, n, b, k[i].shown);
        done();
    }
}
TEST(echo_flags) {
    static const struct {
        tcflag_t local;
        const char *typed, *shown;
    } k[] = {
            {ICANON | ECHO, "ab\001\n", "ab\001\n"},
            {ICANON | ECHO | ECHOCTL, "ab\001\t\177\n", "ab^A\t^?\n"},
            {ICANON | ECHO | ECHOE, "ab\177\n", "ab\b \b\n"},
            {ICANON | ECHO | ECHOE | ECHOCTL, "a\001\177\177\n", "a^A\b \b\b \b\b \b\n"},
            {ICANON | ECHO | ECHOE, "a\001\177\n", "a\001\n"},
            {ICANON | ECHO | ECHOE, "ab\tc\177\177d\n", "ab\tc\b \b\b\b\b\b\b\bd\n"},
            {ICANON | ECHO, "ab\025c\n", "ab\025c\n"},
            {ICANON | ECHO | ECHOK, "ab\025c\n", "ab\025\nc\n"},
            {ICANON | ECHO | ECHOE | ECHOK | ECHOKE, "ab\025c\n", "ab\b \b\b \bc\n"},
            {ICANON | ECHO | ECHOE | IEXTEN, "one two\027x\n", "one two\b \b\b \b\b \bx\n"},
            {ICANON | ECHO | ECHOPRT, "abc\177\177d\n", "abc\\cb/d\n"},
            {ICANON | ECHO | ECHOPRT, "a\177b\n", "a\\a/b\n"},
            {ICANON | ECHONL, "ab\n", "\n"},
            {ICANON | ECHO | ECHOCTL | IEXTEN, "a\026\003\n", "a^\b^C\n"},
            {ICANON | ECHO | ECHOCTL | IEXTEN, "ab\022c\n", "ab^R\nabc\n"},
            {ICANON | ECHO | IEXTEN | FLUSHO | PENDIN, "a\017b\n", "a\017b\n"},
            {ECHO | ECHOCTL, "a\n\r\001", "a^J^M^A"},
            {ICANON | ECHO, "\377\n", "\377\n"},
            {ICANON | ECHO | EXTPROC, "a\177\n", ""},
    };
    for (unsigned i = 0; i < sizeof k / sizeof *k; i++) {
        char b[80] = "";
        with(0, OPOST, k[i].local);
        key(k[i].typed, strlen(k[i].typed));
        int n = seen(b, sizeof b);
        if (n != (int)strlen(k[i].shown) || memcmp(b, k[i].shown, n))
            chk_fail(__LINE__, "case %u shows %d bytes \"%s\", want \"%s\"", i, n, b, k[i].shown);
        done();
    }
}
TEST(utf8) {
    with(IUTF8, OPOST, ICANON | ECHO | ECHOE | IEXTEN);
    TYPES("a\xc3\xa4\xe2\x82\xac\177\177b\n", "ab\n");
    SHOWS("a\xc3\xa4\xe2\x82\xac\b \b\b \bb\n");
    TYPES("\xa4\177x\n", "\xa4x\n"); /* no start of a character: it stays */
}
TEST(characters_that_end_lines) {
    with(0, 0, ICANON | IEXTEN);
    struct termios t = settings();
    t.c_cc[VEOL] = ';';
    t.c_cc[VEOL2] = ':';
    apply(t);
    KEY("a;b:c\n\004d\004\004");
    LINE("a;");
    LINE("b:");
    LINE("c\n");
    LINE("");
    LINE("d");
    LINE("");
    t.c_lflag &= ~IEXTEN; /* no VEOL2, VLNEXT, VWERASE */
    apply(t);
    TYPES("a:\026\027b\n", "a:\026\027b\n");
    t.c_cc[VEOF] = t.c_cc[VERASE] = 0; /* no such character */
    apply(t);
    KEY("a\004\177\0b\n");
    LINE("a\004\177\0b\n");
    char b[10];
    t.c_cc[VEOF] = 4;
    apply(t);
    KEY("abcd\004");
    EQ(ready(s, 2000), 1);
    EQ(read(s, b, 4), 4); /* takes the end of file along */
    EQ(ready(s, 30), 0);
}
static volatile int alarms;
static void on_alarm(int sig) {
    (void)sig;
    alarms++;
}
static void alarm_in(int ms) {
    struct sigaction a = {.sa_handler = on_alarm}; /* without SA_RESTART */
    sigaction(SIGALRM, &a, 0);
    struct itimerval v = {{0, 0}, {ms / 1000, ms % 1000 * 1000}};
    setitimer(ITIMER_REAL, &v, 0);
}
static void minimum(int min, int tenths) {
    struct termios t = settings();
    t.c_cc[VMIN] = min;
    t.c_cc[VTIME] = tenths;
    apply(t);
}
TEST(minimum_and_time) {
    char b[20];
    with(0, 0, 0);
    minimum(0, 0);
    EQ(read(s, b, 20), 0);
    EQ(fcntl(s, F_SETFL, O_NONBLOCK), 0);
    EQ(read(s, b, 20), 0); /* even so: not EAGAIN */
    minimum(0, 5);
    ERR(read(s, b, 20), EAGAIN);
    minimum(3, 0);
    ERR(read(s, b, 20), EAGAIN);
    KEY("ab");
    EQ(ready(s, 100), 0);
    EQ(read(s, b, 20), 2); /* what there is */
    minimum(3, 5);
    KEY("ab");
    EQ(ready(s, 2000), 1); /* with a time, one is enough for poll */
    EQ(fcntl(s, F_SETFL, 0), 0);
    minimum(10, 0);
    KEY("cdefg");
    EQ(read(s, b, 4), 4); /* fewer wanted than VMIN */
    EQ(read(s, b, 3), 3);
    KEY("hi");
    alarm_in(500);
    EQ(read(s, b, 20), 2); /* a signal: what has come so far */
    alarm_in(100);
    ERR(read(s, b, 20), EINTR);
    minimum(0, 50);
    alarm_in(100);
    ERR(read(s, b, 20), EINTR);
    minimum(10, 2);
    alarm_in(300);
    ERR(read(s, b, 20), EINTR); /* the time begins with the first byte */
    KEY("jk");
    EQ(read(s, b, 20), 2);
    EQ(read(s, b, 0), 0);
}
TEST(signals_flush) {
    with(IXON, 0, ISIG | ICANON);
    KEY("lost\nalso");
    EQ(ready(s, 2000), 1);
    KEY("\003kept\n");
    msleep(200);
    LINE("kept\n");
    EQ(ready(s, 30), 0);
    struct termios t = settings();
    t.c_lflag |= NOFLSH;
    apply(t);
    KEY("one\ntw\003o\n");
    LINE("one\n");
    LINE("two\n");
    KEY("\023"); /* stopped: a signal starts it */
    KEY("\034");
    EQ(write(s, "out", 3), 3);
    SHOWS("out");
}
/* Linux takes a moment to look at a key. */
static void until_stopped(void) {
    struct pollfd p = {s, POLLOUT, 0};
    for (int i = 0; i < 500 && poll(&p, 1, 0) == 1; i++)
        msleep(10);
}
TEST(flow_control) {
    with(IXON | IXANY, 0, ICANON | ECHO);
    char b[10];
    KEY("a\023");
    until_stopped();
    EQ(fcntl(s, F_SETFL, O_NONBLOCK), 0);
    ERR(write(s, "x", 1), EAGAIN);
    struct pollfd p = {s, POLLOUT, 0};
    EQ(poll(&p, 1, 0), 0);
    KEY("b"); /* any character starts it */
    SHOWS("ab");
    EQ(poll(&p, 1, 2000), 1);
    EQ(tcflow(s, TCOOFF), 0);
    KEY("\021c"); /* what a program has stopped no key starts */
    EQ(seen(b, 10), 0);
    ERR(write(s, "x", 1), EAGAIN);
    EQ(tcflow(s, TCION), 0); /* nor is anything sent */
    EQ(seen(b, 10), 0);
    EQ(tcflow(s, TCOON), 0);
    EQ(write(s, "x", 1), 1);
    SHOWS("cx");
    struct termios t = settings();
    KEY("\023");
    until_stopped();
    ERR(write(s, "y", 1), EAGAIN);
    t.c_iflag &= ~IXON;
    apply(t); /* nothing could start it any more: it is started */
    EQ(write(s, "y", 1), 1);
    SHOWS("y");
    EQ(fcntl(m, F_SETFL, O_NONBLOCK), 0);
    EQ(tcflow(m, TCOOFF), 0); /* the master's own side */
    ERR(write(m, "z", 1), EAGAIN);
    EQ(tcflow(m, TCOON), 0);
    ERR(ioctl(m, TCXONC, 9), EINVAL);
}
static int packet(void) {
    unsigned char b[20];
    EQ(ready(m, 2000), 1);
    int n = read(m, b, sizeof b);
    return n == 1 ? b[0] : -n;
}
TEST(packet_mode) {
    with(IXON, 0, ICANON | ISIG);
    int one = 1, zero = 0;
    char b[20];
    ERR(ioctl(m, TIOCPKT, (void *)8), EFAULT);
    EQ(ioctl(m, TIOCPKT, &one), 0);
    EQ(tcflush(s, TCIOFLUSH), 0);
    EQ(packet(), TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE);
    EQ(tcflush(m, TCIOFLUSH), 0); /* its own queues: nothing to tell */
    EQ(ready(m, 30), 0);
    KEY("\023");
    EQ(packet(), TIOCPKT_STOP);
    KEY("\021");
    EQ(packet(), TIOCPKT_START);
    EQ(tcflow(s, TCOOFF), 0);
    EQ(tcflow(s, TCOON), 0);
    EQ(packet(), TIOCPKT_START); /* the last of both */
    struct termios t = settings();
    t.c_iflag &= ~IXON;
    apply(t);
    EQ(packet(), TIOCPKT_NOSTOP);
    t.c_iflag |= IXON;
    apply(t);
    EQ(packet(), TIOCPKT_DOSTOP);
    t.c_cc[VSTOP] = 1;
    apply(t);
    t.c_cc[VSTOP] = 19;
    apply(t);
    EQ(packet(), TIOCPKT_DOSTOP);
    KEY("\003");
    EQ(packet(), TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE);
    t.c_lflag |= EXTPROC;
    apply(t);
    EQ(packet(), TIOCPKT_IOCTL);
    EQ(tcsetattr(s, TCSAFLUSH, &t), 0);
    EQ(packet(), TIOCPKT_IOCTL | TIOCPKT_FLUSHREAD);
    EQ(write(s, "abc", 3), 3);
    EQ(read(m, b, 1), 1); /* the header alone */
    EQ(b[0], 0);
    EQ(read(m, b, 3), 3);
    EQ(memcmp(b, "\0ab", 3), 0);
    tcflush(s, TCIFLUSH);
    struct pollfd p = {m, POLLIN | POLLPRI, 0};
    EQ(poll(&p, 1, 2000), 1);
    EQ(p.revents, POLLIN | POLLPRI);
    EQ(packet(), TIOCPKT_FLUSHREAD); /* before the data */
    EQ(ioctl(m, TIOCPKT, &zero), 0);
    EQ(read(m, b, 20), 1);
    EQ(b[0], 'c');
}
TEST(external_processing) { /* EXTPROC: the other end edits */
    with(ICRNL, OPOST, ICANON | ECHO | ISIG | EXTPROC);
    KEY("a\003\r");
    LINE("a\003\r");
    KEY("\004"); /* alone: end of file */
    LINE("");
    KEY("x\004");
    LINE("x\004");
    int n = -1;
    KEY("no line");
    EQ(ready(s, 2000), 1);
    usleep(20000);
    EQ(ioctl(s, FIONREAD, &n), 0);
    EQ(n, 7);
    ERR(ioctl(m, TIOCSIG, (void *)9L), EINVAL);
    EQ(ioctl(m, TIOCSIG, (void *)(long)SIGINT), 0);
    ERR(ioctl(s, TIOCSIG, (void *)(long)SIGINT), ENOTTY);
}
TEST(limits) {
    static char big[70000], b[70000];
    memset(big, 'x', sizeof big);
    with(0, 0, ICANON);
    EQ(fcntl(m, F_SETFL, O_NONBLOCK), 0);
    EQ(fcntl(s, F_SETFL, O_NONBLOCK), 0);
    for (int i = 0; i < 20; i++) { /* a line that is too long takes all and keeps 4095 */
        EQ(write(m, big, 1000), 1000);
        usleep(3000);
    }
    KEY("e\n");
    EQ(ready(s, 2000), 1);
    EQ(read(s, b, sizeof b), 4096);
    EQ(b[4094], 'x');
    EQ(b[4095], '\n');
    done();
    with(0, 0, 0); /* nobody reads: bytes wait at both ends, some kilobytes */
    EQ(fcntl(m, F_SETFL, O_NONBLOCK), 0);
    EQ(fcntl(s, F_SETFL, O_NONBLOCK), 0);
    for (int side = 0; side < 2; side++) {
        long n = 0, r;
        for (int tries = 0; tries < 3; tries++, usleep(20000))
            while ((r = write(side ? s : m, big, 1000)) > 0)
                n += r;
        ERR(write(side ? s : m, big, 1), EAGAIN);
        CHECK(n >= 8192 && n < 65536);
        struct pollfd p = {side ? s : m, POLLOUT, 0};
        EQ(poll(&p, 1, 0), 0);
        long got = 0;
        while (ready(side ? m : s, 100) && (r = read(side ? m : s, b, sizeof b)) > 0)
            got += r;
        EQ(got, n);
        EQ(poll(&p, 1, 2000), 1);
    }
}
TEST(typing_for_others) {
    with(0, OPOST | ONLCR, ICANON | ECHO);
    char c = 'q';
    int legacy = atoi(get("/proc/sys/dev/tty/legacy_tiocsti"));
    if (geteuid() == 0) {
        EQ(ioctl(s, TIOCSTI, &c), 0);
        EQ(ioctl(s, TIOCSTI, "\n"), 0);
        LINE("q\n");
        SHOWS("q\r\n");
        ERR(ioctl(s, TIOCSTI, (void *)8), EFAULT);
        EQ(ioctl(m, TIOCSTI, &c), 0); /* the master reads it */
        SHOWS("q");
        EQ(seteuid(1000), 0);
    }
    ERR(ioctl(s, TIOCSTI, &c), legacy ? EPERM : EIO); /* not the own terminal */
    pid_t pid;
    CHILD(pid) {
        OK(setsid());
        EQ(ioctl(s, TIOCSCTTY, 0), 0);
        EQ(ioctl(s, TIOCSTI, &c), legacy ? 0 : -1);
    }
    WAIT_EXIT(pid, 0);
}
TEST(speeds_and_locks) {
    pair();
    struct termios t = settings();
    EQ(cfgetospeed(&t), B38400);
    cfsetspeed(&t, B9600);
    t.c_cflag |= PARENB | CSTOPB;
    t.c_cflag &= ~(CSIZE | CREAD);
    apply(t);
    t = settings();
    EQ(t.c_cflag & (CSIZE | PARENB | CREAD | CSTOPB), CS8 | CREAD | CSTOPB);
    struct termios2 w = {0};
    EQ(ioctl(s, TCGETS2, &w), 0);
    EQ(w.c_ispeed, 9600);
    EQ(w.c_ospeed, 9600);
    w.c_cflag = (w.c_cflag & ~CBAUD) | 010000; /* BOTHER */
    w.c_ospeed = 12345;
    EQ(ioctl(s, TCSETS2, &w), 0);
    EQ(ioctl(m, TCGETS2, &w), 0);
    EQ(w.c_ospeed, 12345);
    cfsetspeed(&t, B4000000);
    apply(t);
    EQ(ioctl(s, TCGETS2, &w), 0);
    EQ(w.c_ospeed, 4000000);
    unsigned char lock[60] = {0};
    EQ(ioctl(s, TIOCGLCKTRMIOS, lock), 0);
    EQ(lock[0], 0);
    if (geteuid() == 0) {
        lock[12] = ECHO; /* c_lflag */
        lock[17 + VINTR] = 1;
        EQ(ioctl(s, TIOCSLCKTRMIOS, lock), 0);
        t.c_lflag &= ~(ECHO | ECHOE);
        t.c_cc[VINTR] = t.c_cc[VQUIT] = 9;
        apply(t);
        t = settings();
        EQ(t.c_lflag & (ECHO | ECHOE), ECHO);
        EQ(t.c_cc[VINTR], 3);
        EQ(t.c_cc[VQUIT], 9);
        EQ(seteuid(1000), 0);
    }
    ERR(ioctl(s, TIOCSLCKTRMIOS, lock), EPERM);
    int v = 1;
    EQ(ioctl(s, TIOCSSOFTCAR, &v), 0);
    v = 0;
    EQ(ioctl(s, TIOCGSOFTCAR, &v), 0);
    EQ(v, 1);
    CHECK(settings().c_cflag & CLOCAL);
}
TEST(ioctls_of_both_ends) {
    pair();
    int v = 7;
    static const unsigned long nobody[] = {TIOCMGET, TIOCMSET, TIOCGSERIAL, TIOCGICOUNT, TCGETX, 0x5499, TIOCNOTTY};
    for (unsigned i = 0; i < sizeof nobody / sizeof *nobody; i++)
        for (int side = 0; side < 2; side++)
            if (ioctl(side ? s : m, nobody[i], &v) != -1 || (errno != ENOTTY && errno != EINVAL))
                chk_fail(__LINE__, "ioctl %lx at side %d: %s", nobody[i], side, chk_errno(errno));
    static const unsigned long master[] = {TIOCGPTN, TIOCSPTLCK, TIOCGPTLCK, TIOCPKT, TIOCGPKT};
    for (unsigned i = 0; i < sizeof master / sizeof *master; i++) {
        v = 0;
        ERR(ioctl(s, master[i], &v), ENOTTY);
        EQ(ioctl(m, master[i], &v), 0);
        ERR(ioctl(m, master[i], (void *)8), EFAULT);
    }
    static const unsigned long each[] = {TCGETS, TCGETS2, TCGETA, TCSETS, TCSETSW2, TCSETAF, TIOCGWINSZ, TIOCSWINSZ, TIOCOUTQ,
            TIOCINQ, TIOCGETD, TIOCSETD, TIOCGEXCL, TIOCGDEV, TIOCGSOFTCAR};
    for (unsigned i = 0; i < sizeof each / sizeof *each; i++)
        for (int side = 0; side < 2; side++)
            if (ioctl(side ? s : m, each[i], (void *)8) != -1 || errno != EFAULT)
                chk_fail(__LINE__, "ioctl %lx at side %d: %s", each[i], side, chk_errno(errno));
    struct stat st;
    EQ(fstat(s, &st), 0);
    EQ(ioctl(m, TIOCGDEV, &v), 0);
    EQ((unsigned)v, st.st_rdev);
    EQ(ioctl(m, TIOCEXCL, 0), 0); /* of the master only */
    EQ(ioctl(s, TIOCGEXCL, &v), 0);
    EQ(v, 0);
    EQ(ioctl(m, TIOCGEXCL, &v), 0);
    EQ(v, 1);
    EQ(tcsendbreak(m, 0), 0);
    EQ(tcdrain(m), 0);
    EQ(tcflush(m, TCIOFLUSH), 0);
    struct winsize w = {1, 2, 3, 4}, g;
    EQ(ioctl(s, TIOCSWINSZ, &w), 0);
    EQ(ioctl(m, TIOCGWINSZ, &g), 0);
    EQ(memcmp(&w, &g, sizeof g), 0);
}
TEST(own_instances) {
    OWN_MOUNTS();
    EQ(mkdir("pts", 0755), 0);
    EQ(mount("none", "pts", "devpts", 0, "newinstance,ptmxmode=0666,mode=600,gid=5"), 0);
    m = OK(open("pts/ptmx", O_RDWR | O_NOCTTY));
    int n = -1, zero = 0;
    EQ(ioctl(m, TIOCGPTN, &n), 0);
    EQ(n, 0); /* numbers of its own */
    ERR(open("pts/0", O_RDWR | O_NOCTTY), EIO);
    EQ(ioctl(m, TIOCSPTLCK, &zero), 0);
    s = OK(open("pts/0", O_RDWR | O_NOCTTY));
    struct stat st;
    EQ(fstat(s, &st), 0);
    EQ(st.st_mode, S_IFCHR | 0600);
    EQ(st.st_gid, 5);
    int peer = OK(ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY));
    EQ(write(peer, "hi", 2), 2);
    SHOWS("hi");
    char name[60];
    CHECK(ptsname_r(m, name, sizeof name) == 0);
    EQ(access("pts/1", F_OK), -1);
    close(m);
    EQ(access("pts/0", F_OK), -1);
    EQ(errno, ENOENT);
    close(s);
    close(peer);
    EQ(umount("pts"), 0);
}
MAIN()
