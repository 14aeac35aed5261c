// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// DIRS: /tmp /var/tmp host
// copy_file_range, sendfile, splice and tee between all kinds of descriptors, by tables of what Linux answers; clones of blocks.
#include "check.h"
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/vfs.h>

enum kind { FILE_, READ_ONLY, DIRECTORY, PIPE_R, PIPE_W, SOCKET, DEV_NULL, EVENT, EPOLL, MEMORY, PATH, APPEND, KINDS };
static const char *const names[] = {"file", "file for reading", "directory", "pipe's end", "pipe's start", "socket",
                                    "/dev/null", "eventfd", "epoll", "memory file", "O_PATH", "O_APPEND"};

/* A descriptor of a kind; what belongs to it goes to rest[]. */
static int make(enum kind k, const char *name, int rest[3]) {
    int p[2], fd;
    switch (k) {
    case FILE_:
        return open(name, O_RDWR);
    case READ_ONLY:
        return open(name, O_RDONLY);
    case DIRECTORY:
        return open(".", O_RDONLY);
    case PIPE_R:
    case PIPE_W:
        if (pipe2(p, O_NONBLOCK) != 0 || write(p[1], "pipe data", 9) != 9)
            return -1;
        rest[0] = p[k == PIPE_R];
        return p[k == PIPE_W];
    case SOCKET:
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p) != 0 || write(p[1], "sock", 4) != 4)
            return -1;
        rest[0] = p[1];
        return p[0];
    case DEV_NULL:
        return open("/dev/null", O_RDWR);
    case EVENT:
        return eventfd(3, EFD_NONBLOCK);
    case EPOLL:
        return epoll_create1(0);
    case MEMORY:
        fd = memfd_create("m", 0);
        return write(fd, "mem", 3) == 3 && lseek(fd, 0, SEEK_SET) == 0 ? fd : -1;
    case PATH:
        return open(name, O_PATH);
    case APPEND:
        return open(name, O_RDWR | O_APPEND);
    default:
        return -1;
    }
}

enum call { COPY, SEND, SPLICE, TEE, SPLICE_AT };
static long do_call(enum call c, int from, int to) {
    loff_t a = 0, b = 0;
    switch (c) {
    case COPY:
        return copy_file_range(from, 0, to, 0, 5, 0);
    case SEND:
        return sendfile(to, from, 0, 5);
    case SPLICE:
        return splice(from, 0, to, 0, 5, SPLICE_F_NONBLOCK);
    case TEE:
        return tee(from, to, 5, SPLICE_F_NONBLOCK);
    default:
        return splice(from, &a, to, &b, 5, SPLICE_F_NONBLOCK);
    }
}

/* A letter for each errno; digits are bytes. */
static char letter(long r) {
    if (r >= 0)
        return '0' + r;
    switch (errno) {
    case EBADF: return 'b';
    case EINVAL: return 'i';
    case EISDIR: return 'd';
    case EXDEV: return 'x';
    case ESPIPE: return 's';
    default: return '?';
    }
}
/* Row by row from where, column by column to where, in the order of `kind`. */
static void compare(enum call c, const char *const want[KINDS]) {
    put("f", "file data!");
    for (int from = 0; from < KINDS; from++)
        for (int to = 0; to < KINDS; to++) {
            put("g", "");
            int rest[2][3] = {{-1, -1, -1}, {-1, -1, -1}};
            int a = make(from, "f", rest[0]), b = make(to, "g", rest[1]);
            NEED(a >= 0 && b >= 0);
            if (to == PIPE_W) { /* room in it */
                char old[16];
                NEED(read(rest[1][0], old, sizeof old) == 9);
            }
            long r = do_call(c, a, b);
            char got = letter(r);
            if (got != want[from][to])
                chk_fail(__LINE__, "from %s to %s: %ld (%s), want '%c'", names[from], names[to], r, r < 0 ? chk_errno(errno) : "", want[from][to]);
            close(a);
            close(b);
            close(rest[0][0]);
            close(rest[1][0]);
        }
}

TEST(copy_file_range_between_all) {
    static const char *const want[KINDS] = {
        [FILE_] = "5bdiiiiiixbb",     [READ_ONLY] = "5bdiiiiiixbb", [DIRECTORY] = "ddddddddddbd",
        [PIPE_R] = "iidiiiiiiibi",    [PIPE_W] = "iidiiiiiiibi",    [SOCKET] = "iidiiiiiiibi",
        [DEV_NULL] = "iidiiiiiiibi",  [EVENT] = "iidiiiiiiibi",     [EPOLL] = "iidiiiiiiibi",
        [MEMORY] = "xbdiiiiii3bb",    [PATH] = "bbbbbbbbbbbb",      [APPEND] = "5bdiiiiiixbb",
    };
    compare(COPY, want);
}
TEST(sendfile_between_all) {
    static const char *const want[KINDS] = {
        [FILE_] = "5bbb555ii5bi",    [READ_ONLY] = "5bbb555ii5bi", [DIRECTORY] = "ibbbiiiiiibi",
        [PIPE_R] = "ibbbiiiiiibi",   [PIPE_W] = "bbbbbbbbbbbb",    [SOCKET] = "ibbb4iiiiibi",
        [DEV_NULL] = "ibbbiiiiiibi", [EVENT] = "ibbbiiiiiibi",     [EPOLL] = "ibbbiiiiiibi",
        [MEMORY] = "3bbb333ii3bi",   [PATH] = "bbbbbbbbbbbb",      [APPEND] = "5bbb555ii5bi",
    };
    compare(SEND, want);
}
TEST(splice_between_all) {
    static const char *const want[KINDS] = {
        [FILE_] = "ibbb5iiiiibi",    [READ_ONLY] = "ibbb5iiiiibi", [DIRECTORY] = "ibbbiiiiiibi",
        [PIPE_R] = "5bbb555ii5bi",   [PIPE_W] = "bbbbbbbbbbbb",    [SOCKET] = "ibbb4iiiiibi",
        [DEV_NULL] = "ibbbiiiiiibi", [EVENT] = "ibbbiiiiiibi",     [EPOLL] = "ibbbiiiiiibi",
        [MEMORY] = "ibbb3iiiiibi",   [PATH] = "bbbbbbbbbbbb",      [APPEND] = "ibbb5iiiiibi",
    };
    compare(SPLICE, want);
}
TEST(splice_at_places_between_all) {
    static const char *const want[KINDS] = {
        [FILE_] = "ibbssiiiiibi",    [READ_ONLY] = "ibbssiiiiibi", [DIRECTORY] = "ibbssiiiiibi",
        [PIPE_R] = "ssssssssssbs",   [PIPE_W] = "ssssssssssbs",    [SOCKET] = "ibbssiiiiibi",
        [DEV_NULL] = "ibbssiiiiibi", [EVENT] = "ibbssiiiiibi",     [EPOLL] = "ibbssiiiiibi",
        [MEMORY] = "ibbssiiiiibi",   [PATH] = "bbbbbbbbbbbb",      [APPEND] = "ibbssiiiiibi",
    };
    compare(SPLICE_AT, want);
}
TEST(tee_between_all) {
    static const char *const want[KINDS] = {
        [FILE_] = "ibbbiiiiiibi",    [READ_ONLY] = "ibbbiiiiiibi", [DIRECTORY] = "ibbbiiiiiibi",
        [PIPE_R] = "ibbb5iiiiibi",   [PIPE_W] = "bbbbbbbbbbbb",    [SOCKET] = "ibbbiiiiiibi",
        [DEV_NULL] = "ibbbiiiiiibi", [EVENT] = "ibbbiiiiiibi",     [EPOLL] = "ibbbiiiiiibi",
        [MEMORY] = "ibbbiiiiiibi",   [PATH] = "bbbbbbbbbbbb",      [APPEND] = "ibbbiiiiiibi",
    };
    compare(TEE, want);
}
TEST(sendfile_from_devices) {
    int zero = OK(open("/dev/zero", O_RDONLY)), f = OK(open("f", O_RDWR | O_CREAT, 0600)), p[2];
    char b[8] = "xxxxxxx";
    long r = sendfile(f, zero, 0, 5);
    if (r == -1 && errno == EINVAL)
        SKIP("devices are not spliced from (before Linux 6.5)");
    EQ(r, 5);
    EQ(pread(f, b, 8, 0), 5);
    CHECK(memcmp(b, "\0\0\0\0\0xx", 8) == 0);
    EQ(pipe(p), 0);
    EQ(splice(zero, 0, p[1], 0, 6, 0), 6);
    EQ(read(p[0], b, 8), 6);
}
TEST(clones) {
    put("f", "file data!");
    put("g", "");
    int f = OK(open("f", O_RDWR)), g = OK(open("g", O_RDWR)), ro = OK(open("g", O_RDONLY)), dir = OK(open(".", O_RDONLY)), p[2];
    EQ(pipe(p), 0);
    ERR(ioctl(ro, FICLONE, f), EBADF);
    ERR(ioctl(g, FICLONE, 99), EBADF);
    ERR(ioctl(g, FICLONE, p[0]), EXDEV);
    ERR(ioctl(p[0], FICLONE, f), EXDEV);
    ERR(ioctl(g, FICLONE, dir), EISDIR);
    ERR(ioctl(dir, FICLONE, f), EISDIR);
    struct file_clone_range range = {.src_fd = f};
    int r = ioctl(g, FICLONE, f);
    if (r == 0) { /* where blocks are shared the copy is one */
        STREQ(get("g"), "file data!");
        EQ(ioctl(g, FICLONERANGE, &range), 0);
    } else {
        EQ(errno, EOPNOTSUPP);
        ERR(ioctl(g, FICLONERANGE, &range), EOPNOTSUPP);
    }
    ERR(ioctl(g, FICLONERANGE, (void *)8), EFAULT);
}
TEST(questions_about_blocks) {
    put("f", "file data!");
    int f = OK(open("f", O_RDWR)), dir = OK(open(".", O_RDONLY)), n = 0;
    struct stat st;
    EQ(ioctl(f, FIGETBSZ, &n), 0);
    CHECK(n >= 512 && (n & (n - 1)) == 0);
    n = 0;
    EQ(ioctl(dir, FIGETBSZ, &n), 0);
    CHECK(n >= 512);
    ERR(ioctl(f, FIGETBSZ, (void *)8), EFAULT);
    EQ(fsync(f), 0);
    EQ(fstat(f, &st), 0);
    long long bytes = -1;
    EQ(ioctl(f, FIOQSIZE, &bytes), 0);
    struct statfs fs;
    EQ(statfs(".", &fs), 0);
    if (fs.f_type != OVERLAYFS_SUPER_MAGIC) /* whose own inodes have no blocks */
        EQ(bytes, st.st_blocks * 512LL);
    struct fiemap map = {.fm_length = ~0ULL};
    if (ioctl(f, FS_IOC_FIEMAP, &map) == -1)
        EQ(errno, EOPNOTSUPP);
}
MAIN()
