// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// DIRS: /tmp /var/tmp host
// fallocate: what each mode does to size, blocks and bytes, its errors in their order, and which modes a file system has.
#include "check.h"
#include <linux/falloc.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/vfs.h>

enum {
    KEEP = FALLOC_FL_KEEP_SIZE,
    PUNCH = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
    COLLAPSE = FALLOC_FL_COLLAPSE_RANGE,
    ZERO = FALLOC_FL_ZERO_RANGE,
    INSERT = FALLOC_FL_INSERT_RANGE,
    UNSHARE = FALLOC_FL_UNSHARE_RANGE,
    PAGE = 4096
};

/* A file of `pages` pages: 'a', 'b', ... */
static int file(int pages) {
    int fd = OK(open("f", O_RDWR | O_CREAT | O_TRUNC, 0600));
    char b[PAGE];
    for (int i = 0; i < pages; i++) {
        memset(b, 'a' + i, PAGE);
        EQ(write(fd, b, PAGE), PAGE);
    }
    return fd;
}
static long size_of(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 ? st.st_size : -1;
}
static long blocks(int fd) {
    struct stat st;
    fsync(fd); /* a disk may give blocks out late */
    return fstat(fd, &st) == 0 ? st.st_blocks : -1;
}
/* The first byte of each page; '.' for zero. */
static const char *pages(int fd) {
    static char s[40];
    int n = (size_of(fd) + PAGE - 1) / PAGE;
    for (int i = 0; i < n && i < 39; i++) {
        char c = '?';
        if (pread(fd, &c, 1, (off_t)i * PAGE) != 1)
            c = '!';
        s[i] = c ? c : '.';
    }
    s[n < 39 ? n : 39] = 0;
    return s;
}
static int has(int mode) {
    int fd = file(4), r = fallocate(fd, mode, PAGE, PAGE);
    close(fd);
    return r == 0;
}
static long type(void) {
    struct statfs s;
    return statfs(".", &s) == 0 ? s.f_type : 0;
}

TEST(what_there_is) {
    CHECK(has(0));
    CHECK(has(KEEP));
    CHECK(has(PUNCH));
    if (type() == TMPFS_MAGIC) {
        int fd = file(4);
        ERR(fallocate(fd, ZERO, 0, PAGE), EOPNOTSUPP);
        ERR(fallocate(fd, ZERO | KEEP, 0, PAGE), EOPNOTSUPP);
        ERR(fallocate(fd, COLLAPSE, 0, PAGE), EOPNOTSUPP);
        ERR(fallocate(fd, INSERT, 0, PAGE), EOPNOTSUPP);
        ERR(fallocate(fd, UNSHARE, 0, PAGE), EOPNOTSUPP);
        ERR(fallocate(fd, UNSHARE | KEEP, 0, PAGE), EOPNOTSUPP);
        STREQ(pages(fd), "abcd");
    }
    if (type() == EXT4_SUPER_MAGIC) {
        CHECK(has(COLLAPSE));
        CHECK(has(INSERT));
        CHECK(has(ZERO));
        CHECK(has(ZERO | KEEP));
        CHECK(!has(UNSHARE));
    }
}
TEST(allocate) {
    int fd = file(1);
    EQ(fallocate(fd, 0, 2 * PAGE, PAGE + 5), 0);
    EQ(size_of(fd), 3 * PAGE + 5);
    STREQ(pages(fd), "a...");
    CHECK(blocks(fd) >= 24);
    EQ(fallocate(fd, 0, 0, PAGE), 0); /* inside: nothing changes */
    STREQ(pages(fd), "a...");
    EQ(size_of(fd), 3 * PAGE + 5);
}
TEST(keep_size) {
    int fd = file(1);
    EQ(fallocate(fd, KEEP, PAGE, 20 * PAGE), 0);
    EQ(size_of(fd), PAGE);
    CHECK(blocks(fd) >= 21 * 8); /* what is beyond the end is taken all the same */
    EQ(pwrite(fd, "x", 1, 5 * PAGE), 1);
    STREQ(pages(fd), "a....x");
    EQ(ftruncate(fd, 5 * PAGE), 0); /* and is given back with a change of size */
    CHECK(blocks(fd) < 10 * 8);
    STREQ(pages(fd), "a....");
    EQ(fallocate(fd, KEEP, 300 * PAGE, 100 * PAGE), 0); /* a large one */
    EQ(size_of(fd), 5 * PAGE);
    CHECK(blocks(fd) >= 100 * 8);
    EQ(ftruncate(fd, 5 * PAGE), 0);
    CHECK(blocks(fd) < 10 * 8);
}
TEST(punch_hole) {
    int fd = file(4);
    long before = blocks(fd);
    EQ(fallocate(fd, PUNCH, PAGE, 2 * PAGE), 0);
    STREQ(pages(fd), "a..d");
    EQ(size_of(fd), 4 * PAGE);
    CHECK(blocks(fd) <= before - 16);
    EQ(lseek(fd, 0, SEEK_HOLE), PAGE);
    EQ(lseek(fd, PAGE, SEEK_DATA), 3 * PAGE);
    fd = file(2);
    EQ(fallocate(fd, PUNCH, 10, PAGE), 0); /* parts of pages become zeros */
    char b[2 * PAGE];
    EQ(pread(fd, b, sizeof b, 0), (long)sizeof b);
    CHECK(b[9] == 'a' && b[10] == 0 && b[PAGE + 9] == 0 && b[PAGE + 10] == 'b');
    EQ(fallocate(fd, PUNCH, 100 * PAGE, PAGE), 0); /* beyond the end: nothing */
    EQ(size_of(fd), 2 * PAGE);
}
TEST(zero_range) {
    if (!has(ZERO))
        SKIP("no FALLOC_FL_ZERO_RANGE here");
    int fd = file(4);
    EQ(fallocate(fd, ZERO, PAGE, PAGE), 0);
    STREQ(pages(fd), "a.cd");
    EQ(fallocate(fd, ZERO | KEEP, 3 * PAGE, 2 * PAGE), 0);
    STREQ(pages(fd), "a.c.");
    EQ(fallocate(fd, ZERO, 3 * PAGE, 2 * PAGE), 0);
    STREQ(pages(fd), "a.c..");
}
TEST(collapse_and_insert) {
    if (!has(COLLAPSE) || !has(INSERT))
        SKIP("no FALLOC_FL_COLLAPSE_RANGE here");
    int fd = file(5);
    EQ(lseek(fd, 7, SEEK_SET), 7);
    EQ(fallocate(fd, COLLAPSE, PAGE, 2 * PAGE), 0);
    STREQ(pages(fd), "ade");
    EQ(size_of(fd), 3 * PAGE);
    EQ(fallocate(fd, INSERT, 2 * PAGE, PAGE), 0);
    STREQ(pages(fd), "ad.e");
    EQ(size_of(fd), 4 * PAGE);
    EQ(lseek(fd, 0, SEEK_CUR), 7);
    char *m = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    NEED(m != MAP_FAILED);
    EQ(m[PAGE], 'd');
    EQ(fallocate(fd, COLLAPSE, 0, PAGE), 0);
    CHECK(m[0] == 'd' && m[PAGE] == 0 && m[2 * PAGE] == 'e'); /* seen by who has it mapped */
    ERR(fallocate(fd, COLLAPSE, 1, PAGE), EINVAL); /* blocks only */
    ERR(fallocate(fd, COLLAPSE, 0, 100), EINVAL);
    ERR(fallocate(fd, COLLAPSE, 2 * PAGE, PAGE), EINVAL); /* not up to the end */
    ERR(fallocate(fd, COLLAPSE, 10 * PAGE, PAGE), EINVAL);
    ERR(fallocate(fd, INSERT, 3 * PAGE, PAGE), EINVAL); /* nor at it */
    ERR(fallocate(fd, INSERT, 5, PAGE), EINVAL);
    STREQ(pages(fd), "d.e");
}
TEST(errors) {
    int fd = file(1), ro = OK(open("f", O_RDONLY)), path = OK(open("f", O_PATH)), p[2];
    ERR(fallocate(fd, 0, 0, 0), EINVAL);
    ERR(fallocate(fd, 0, -1, 5), EINVAL);
    ERR(fallocate(fd, 0, 5, -1), EINVAL);
    ERR(fallocate(ro, ~0, 0, 0), EINVAL);
    /* one thing at a time, and KEEP_SIZE where it belongs */
    int bad[] = {0x2, 0x4, 0x5, ZERO | PUNCH, 0x100, 0x1000, ~0};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        ERR(fallocate(ro, bad[i], 0, PAGE), EOPNOTSUPP);
    int mixed[] = {COLLAPSE | KEEP, INSERT | KEEP, COLLAPSE | INSERT, COLLAPSE | PUNCH, UNSHARE | ZERO};
    for (unsigned i = 0; i < sizeof mixed / sizeof *mixed; i++) { /* EINVAL before Linux 6.12 */
        EQ(fallocate(ro, mixed[i], 0, PAGE), -1);
        CHECK(errno == EOPNOTSUPP || errno == EINVAL);
    }
    ERR(fallocate(ro, 0, 0, PAGE), EBADF);
    ERR(fallocate(ro, COLLAPSE, 0, PAGE), EBADF);
    ERR(fallocate(path, 0, 0, PAGE), EBADF);
    ERR(fallocate(99, 0, 0, PAGE), EBADF);
    ERR(fallocate(fd, 0, 0x7fffffffffffffff, 1), EFBIG);
    ERR(fallocate(fd, PUNCH, 1L << 62, 1L << 62), EFBIG);
    ERR(fallocate(fd, COLLAPSE, 1L << 62, 1L << 62), EFBIG);
    EQ(pipe(p), 0);
    ERR(fallocate(p[1], 0, 0, PAGE), ESPIPE);
    ERR(fallocate(p[1], INSERT, 0, PAGE), ESPIPE);
    ERR(fallocate(OK(open("/dev/null", O_WRONLY)), 0, 0, PAGE), ENODEV);
    ERR(fallocate(OK(open(".", O_RDONLY | O_DIRECTORY)), 0, 0, PAGE), EBADF);
    EQ(size_of(fd), PAGE);
}
TEST(size_limit) {
    int fd = file(4);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit l = {2 * PAGE, 2 * PAGE};
    EQ(setrlimit(RLIMIT_FSIZE, &l), 0);
    ERR(fallocate(fd, 0, 4 * PAGE, PAGE), EFBIG);
    EQ(fallocate(fd, 0, 0, 4 * PAGE), 0); /* the file is larger already */
    EQ(fallocate(fd, PUNCH, 3 * PAGE, PAGE), 0);
    EQ(size_of(fd), 4 * PAGE);
}
TEST(set_id_goes) {
    if (geteuid() != 0)
        SKIP("for root only");
    int fd = file(1);
    EQ(fchmod(fd, 06777), 0);
    EQ(chown("f", 1234, 1234), 0);
    EQ(fchmod(fd, 06777), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (setresgid(1234, 1234, 1234) != 0 || setresuid(1234, 1234, 1234) != 0)
            _exit(1);
        _exit(fallocate(fd, 0, 0, 2 * PAGE) != 0 ? 2 : 0);
    }
    int st;
    EQ(waitpid(pid, &st, 0), pid);
    EQ(st, 0);
    struct stat now;
    EQ(fstat(fd, &now), 0);
    EQ(now.st_mode & 07777, 0777);
}
MAIN()
