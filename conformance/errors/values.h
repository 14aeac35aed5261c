// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/*
 * Values of arguments, good and bad ones, by the letters of ../fuzz/table.h. The first of each kind is a good one: an error of a call with
 * otherwise first values is that of the one value.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct value {
    const char *label;
    long value;
};
#define PAGE 4096l
#define WRONG 8l                        /* where nothing is mapped */
#define KERNEL (long)0xffff800000000000ul /* the other half */
#define COUNT(a) (int)(sizeof(a) / sizeof *(a))

/* ---- memory: an area of good pages, one that can only be read, one with nothing behind it ------------------------------------ */

static unsigned char *good, *constant, *edge, *mapped;

/* At fixed places, because some calls take a pointer for a number where their first argument is odd. */
static unsigned char *pages(long where, int count, int protection) {
    return mmap((void *)where, count * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
}
static void make_memory(void) {
    good = pages(0x10000000000, 32, PROT_READ | PROT_WRITE);
    constant = pages(0x10000100000, 2, PROT_READ);
    edge = pages(0x10000200000, 1, PROT_READ | PROT_WRITE) + PAGE - 1;
    mapped = pages(0x10000300000, 4, PROT_READ | PROT_WRITE);
}

/* Each argument has two pages of the good area, so that two pointers of a call do not meet. */
static unsigned char *own(int argument) {
    return good + argument * 2 * PAGE;
}

/* ---- descriptors: one of each kind, at fixed numbers --------------------------------------------------------------------------- */

enum {
    FILE_RW = 100, FILE_R, FILE_W, DIRECTORY, PATH, PATH_DIRECTORY, PIPE_R, PIPE_W, STREAM, STREAM_OTHER, LISTENING, TCP, UDP, NETLINK,
    EVENT, EPOLL, TIMER, SIGNALS, NOTIFY, MEMORY, SEALED, PIDFD, NUL, CLOSED
};
static const struct value descriptors[] = {
        {"file", FILE_RW}, {"read-only file", FILE_R}, {"write-only file", FILE_W}, {"directory", DIRECTORY}, {"O_PATH", PATH},
        {"O_PATH directory", PATH_DIRECTORY}, {"pipe's reader", PIPE_R}, {"pipe's writer", PIPE_W}, {"unix stream", STREAM},
        {"unix listener", LISTENING}, {"tcp", TCP}, {"udp", UDP}, {"netlink", NETLINK}, {"eventfd", EVENT}, {"epoll", EPOLL},
        {"timerfd", TIMER}, {"signalfd", SIGNALS}, {"inotify", NOTIFY}, {"memfd", MEMORY}, {"sealed memfd", SEALED}, {"pidfd", PIDFD},
        {"/dev/null", NUL}, {"closed", CLOSED}, {"-1", -1}, {"AT_FDCWD", AT_FDCWD}, {"INT_MAX", INT_MAX}};
static const struct value bases[] = {{"AT_FDCWD", AT_FDCWD}, {"directory", DIRECTORY}, {"O_PATH directory", PATH_DIRECTORY}, {"file", FILE_RW},
        {"O_PATH", PATH}, {"pipe", PIPE_R}, {"closed", CLOSED}, {"-1", -1}};

static void at(int number, int fd) {
    if (fd == -1)
        return;
    if (fd != number)
        dup2(fd, number), close(fd);
}

static void text(const char *name, const char *bytes, mode_t mode) {
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd == -1 || write(fd, bytes, strlen(bytes)) < 0 || fchmod(fd, mode) != 0)
        perror(name), _exit(99);
    close(fd);
}

static void bind_path(int fd, const char *path) {
    struct sockaddr_un u = {.sun_family = AF_UNIX};
    strcpy(u.sun_path, path);
    bind(fd, (struct sockaddr *)&u, sizeof u);
}

/* What the calls work on, in an empty current directory. */
static void make_files(void) {
    int pair[2];
    sigset_t none;
    text("f", "text of a file\n", 0644);
    text("script", "no program", 0755);
    mkdir("d", 0755);
    text("d/f", "below", 0644);
    mkdir("empty", 0755);
    if (symlink("f", "l") || symlink("nothing", "dangling") || symlink("loop", "loop") || mkfifo("fifo", 0644))
        _exit(98);
    mkdir("closed", 0);
    at(FILE_RW, open("f", O_RDWR));
    at(FILE_R, open("f", O_RDONLY));
    at(FILE_W, open("f", O_WRONLY));
    at(DIRECTORY, open("d", O_RDONLY));
    at(PATH, open("f", O_PATH));
    at(PATH_DIRECTORY, open("d", O_PATH));
    if (pipe2(pair, O_NONBLOCK) == 0)
        at(PIPE_R, pair[0]), at(PIPE_W, pair[1]);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0)
        at(STREAM, pair[0]), at(STREAM_OTHER, pair[1]);
    at(LISTENING, socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    bind_path(LISTENING, "sock");
    listen(LISTENING, 4);
    at(TCP, socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    at(UDP, socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    at(NETLINK, socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 0));
    at(EVENT, eventfd(0, EFD_NONBLOCK));
    at(EPOLL, epoll_create1(0));
    at(TIMER, timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    sigemptyset(&none);
    at(SIGNALS, signalfd(-1, &none, SFD_NONBLOCK));
    at(NOTIFY, inotify_init1(IN_NONBLOCK));
    at(MEMORY, memfd_create("memory", 0));
    at(SEALED, memfd_create("sealed", MFD_ALLOW_SEALING));
    if (ftruncate(MEMORY, 100) || ftruncate(SEALED, 100) || fcntl(SEALED, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK))
        _exit(97);
    at(PIDFD, (int)syscall(SYS_pidfd_open, getpid(), 0));
    int null = open("../null", O_RDWR); // of the test's own, since calls change its mode
    at(NUL, null != -1 ? null : open("/dev/null", O_RDWR));
}

/* ---- the other kinds ------------------------------------------------------------------------------------------------------------- */

static char long_name[300], long_path[PATH_MAX + 10];
static const char *const names[] = {"f", "d", "empty", "new", "", "nothing/f", "f/f", "loop/f", "f/", "d/", "new/", "l", "dangling", "loop", "fifo", "sock",
        "closed/f", ".", "..", "/proc/self/fd/999", "script", "d/f", "/proc/self/stat"};
static const char *const attributes[] = {"user.a", "user.", "trusted.a", "security.a", "system.a", "nothing", "", "system.posix_acl_access"};
static const char *const queues[] = {"a", "", "a/b", ".", "..", "/a"};
static const long bits[] = {0, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000, 0x4000, 0x8000, 0x10000, 0x20000,
        0x40000, 0x80000, 0x100000, 0x200000, 0x400000, 0x800000, 0x1000000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000,
        0x40000000, 0x80000000l, -1};
static const long small[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 64, 65, 1000, -1, INT_MIN, INT_MAX};
static const long numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
        32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 60, 70, 1024, 1025, 1026, 1027, 1028, 1029, 1030, 1031,
        1032, 1033, 1034, 1035, 1036, 1037, 1038, 1039, -1, INT_MAX};
static const long sizes[] = {256, 0, 1, 16, -1, 0x7fffffff, 0x80000000l, LONG_MIN, LONG_MAX};
static const long offsets[] = {0, 100, -1, LONG_MIN, LONG_MAX, 1l << 20};
static const long lengths[] = {PAGE, 0, 1, -1, LONG_MIN, 1l << 47};
static const long any[] = {0, 1, -1, 1l << 40, INT_MIN};
static const long flags_of_open[] = {O_RDONLY, O_WRONLY, O_RDWR, 3, O_RDWR | O_CREAT | O_EXCL, O_CREAT, O_DIRECTORY, O_DIRECTORY | O_CREAT,
        O_TMPFILE | O_RDWR, O_TMPFILE, O_PATH, O_NOFOLLOW, O_NOATIME, O_TRUNC, O_DIRECT, 0x80000000l, O_NONBLOCK | O_WRONLY};
static const long modes[] = {0644, 0, 07777, S_IFREG | 0600, S_IFDIR | 0700, S_IFCHR | 0600, S_IFBLK | 0600, S_IFIFO | 0600, S_IFSOCK | 0600,
        S_IFLNK | 0600, 0170000, -1};
static const long clocks[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 99, -1, -2, -6, INT_MIN};
static const long set_sizes[] = {8, 0, 4, 16, 128, -1};
static const long signals[] = {0, 65, -1, 1000};
static const long users[] = {-1, 0, 1000, 65533};
static const long requests[] = {0x5401, 0x5402, 0x5403, 0x5404, 0x5405, 0x540a, 0x540b, 0x540e, 0x540f, 0x5410, 0x5411, 0x5413, 0x5414, 0x541b,
        0x541d, 0x5420, 0x5421, 0x5422, 0x5423, 0x5424, 0x5429, 0x5450, 0x5451, 0x5452, 0x5460, 0x80045430, 0x40045431, 0x80045438, 0x5441,
        0x8901, 0x8902, 0x8903, 0x8904, 0x8905, 0x8906, 0x890b, 0x8910, 0x8912, 0x8913, 0x8914, 0x8915, 0x8917, 0x891b, 0x8921, 0x8927, 0x8933,
        0x8938, 0x8942, 0x80086601, 0x40086602, 0x801c581f, 0x1260, 0x80081272, 0xb701, 0xb703, 0x40049409, 0xc0189436, 0xc020660b, 0, 1,
        0x7fffffff};

/* Bad pointers in place of good ones, which `make` fills at the argument's own memory. */
static const struct value pointers[] = {{"ok", 0}, {"NULL", 0}, {"unmapped", WRONG}, {"kernel's", KERNEL}, {"read-only", 1}, {"end of memory", 2}};

static int numbered(const long *list, int count, int which, struct value *v) {
    static char label[24];
    if (which >= count)
        return 0;
    snprintf(label, sizeof label, list[which] > 4096 || list[which] < -4096 ? "0x%lx" : "%ld", list[which]);
    *v = (struct value){label, list[which]};
    return 1;
}

static int named(const char *const *list, int count, int which, int argument, struct value *v) {
    static char label[32];
    char *p = (char *)own(argument);
    if (which < count) {
        snprintf(label, sizeof label, "\"%s\"", list[which]);
        *v = (struct value){label, (long)strcpy(p, list[which])};
    } else if (which == count)
        *v = (struct value){"long name", (long)strcpy(p, long_name)};
    else if (which == count + 1)
        *v = (struct value){"long path", (long)strcpy(p, long_path)};
    else if (which < count + 4)
        *v = pointers[which - count - 1];
    else
        return 0;
    return 1;
}

static void fill(char kind, unsigned char *p) {
    memset(p, 0, 2 * PAGE);
    switch (kind) {
    case 'V': ((struct iovec *)p)[0] = (struct iovec){p + PAGE, 16}; break;
    case 'A': {
        struct sockaddr_un *u = (struct sockaddr_un *)p;
        u->sun_family = AF_UNIX;
        strcpy(u->sun_path, "nobody");
        break;
    }
    case 'P': *(int *)p = 16; break;
    case 'M':
    case 'W': {
        struct msghdr *m = (struct msghdr *)p;
        m->msg_iov = (struct iovec *)(p + 1024);
        m->msg_iovlen = 1;
        m->msg_iov[0] = (struct iovec){p + PAGE, 16};
        break;
    }
    }
}

/* The value number `which` of a kind, for an argument; 0 when there are no more. */
static int value(char kind, int which, int argument, struct value *v) {
#define NUMBERED(list) return numbered(list, COUNT(list), which, v)
#define NAMED(list) return named(list, COUNT(list), which, argument, v)
    switch (kind) {
    case 'f':
        *v = descriptors[which < COUNT(descriptors) ? which : 0];
        return which < COUNT(descriptors);
    case 'd':
        *v = bases[which < COUNT(bases) ? which : 0];
        return which < COUNT(bases);
    case 'k': {
        const struct value all[] = {{"self", getpid()}, {"0", 0}, {"nobody", 4000000}, {"-nobody", -4000000}, {"INT_MIN", INT_MIN}};
        *v = all[which < COUNT(all) ? which : 0];
        return which < COUNT(all);
    }
    case 'a': {
        const struct value all[] = {{"mapped", (long)mapped}, {"unaligned", (long)mapped + 1}, {"0", 0}, {"unmapped", (long)good + 32 * PAGE},
                {"kernel's", KERNEL}, {"-1", -1}};
        *v = all[which < COUNT(all) ? which : 0];
        return which < COUNT(all);
    }
    case 'p': NAMED(names);
    case 'x': NAMED(attributes);
    case 'q': NAMED(queues);
    case 'g': NUMBERED(bits);
    case 'n': NUMBERED(small);
    case 'N': NUMBERED(numbers);
    case 'L':
    case 'l': NUMBERED(sizes);
    case 'z': NUMBERED(offsets);
    case 'y': NUMBERED(lengths);
    case 'r': NUMBERED(any);
    case 'o': NUMBERED(flags_of_open);
    case 'm': NUMBERED(modes);
    case 'c': NUMBERED(clocks);
    case '8': NUMBERED(set_sizes);
    case 's': NUMBERED(signals);
    case 'u': NUMBERED(users);
    case 'I': NUMBERED(requests);
    case '1': *v = (struct value){"1", 1}; return which == 0;
    case 't': *v = (struct value){"0", 0}; return which == 0;
    }
    /* a pointer to something */
    unsigned char *p = own(argument);
    if (which == 0)
        fill(kind, p), *v = (struct value){"ok", (long)p};
    else if (which < COUNT(pointers)) {
        *v = pointers[which];
        if (v->value == 1)
            v->value = (long)constant;
        else if (v->value == 2)
            v->value = (long)edge;
    } else if (kind == 'T' && which < COUNT(pointers) + 3) {
        static const struct timespec odd[] = {{0, 1000000000}, {-1, 0}, {0, -1}};
        ((struct timespec *)p)[0] = ((struct timespec *)p)[1] = odd[which - COUNT(pointers)];
        *v = (struct value){which == COUNT(pointers) ? "1000000000 ns" : which == COUNT(pointers) + 1 ? "-1 s" : "-1 ns", (long)p};
    } else
        return 0;
    return 1;
}
