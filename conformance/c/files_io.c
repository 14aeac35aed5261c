// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// DIRS: /tmp /var/tmp
// Reading and writing: lseek, pread/pwrite, readv/writev, truncate, fallocate, copy_file_range, sendfile, splice.
#include "check.h"
#include <sys/sendfile.h>
#include <sys/uio.h>

static int file(void) {
    return OK(open("f", O_RDWR | O_CREAT | O_TRUNC, 0600));
}
TEST(lseek) {
    int fd = file();
    EQ(write(fd, "0123456789", 10), 10);
    EQ(lseek(fd, -3, SEEK_END), 7);
    EQ(lseek(fd, -2, SEEK_CUR), 5);
    EQ(lseek(fd, 100, SEEK_SET), 100);
    ERR(lseek(fd, -1, SEEK_SET), EINVAL);
    ERR(lseek(fd, -101, SEEK_CUR), EINVAL);
    ERR(lseek(fd, 0, 99), EINVAL);
    EQ(write(fd, "x", 1), 1);
    struct stat st;
    EQ(fstat(fd, &st), 0);
    EQ(st.st_size, 101);
    char b[200];
    EQ(pread(fd, b, 200, 0), 101);
    EQ(b[50], 0);
    EQ(b[100], 'x');
    int p[2];
    EQ(pipe(p), 0);
    ERR(lseek(p[0], 0, SEEK_SET), ESPIPE);
    ERR(lseek(999, 0, SEEK_SET), EBADF);
}
TEST(seek_data_hole) {
    int fd = file();
    EQ(write(fd, "x", 1), 1);
    EQ(lseek(fd, 0, SEEK_DATA), 0);
    CHECK(lseek(fd, 0, SEEK_HOLE) >= 1);
    ERR(lseek(fd, 1, SEEK_DATA), ENXIO);
    ERR(lseek(fd, 1, SEEK_HOLE), ENXIO);
}
TEST(shared_offset) {
    int fd = file(), d = dup(fd);
    EQ(write(fd, "abcd", 4), 4);
    EQ(lseek(d, 0, SEEK_CUR), 4);
    EQ(lseek(d, 1, SEEK_SET), 1);
    pid_t pid;
    CHILD(pid) {
        char c;
        EQ(read(fd, &c, 1), 1);
        EQ(c, 'b');
    }
    WAIT_EXIT(pid, 0);
    EQ(lseek(fd, 0, SEEK_CUR), 2);
}
TEST(pread_pwrite) {
    int fd = file(), p[2];
    char b[10] = "";
    EQ(pwrite(fd, "hello", 5, 3), 5);
    EQ(lseek(fd, 0, SEEK_CUR), 0);
    EQ(pread(fd, b, 10, 3), 5);
    STREQ(b, "hello");
    EQ(pread(fd, b, 10, 100), 0);
    ERR(pread(fd, b, 10, -1), EINVAL);
    ERR(pwrite(fd, b, 10, -1), EINVAL);
    EQ(pipe(p), 0);
    ERR(pread(p[0], b, 1, 0), ESPIPE);
    ERR(pwrite(p[1], b, 1, 0), ESPIPE);
}
TEST(readv_writev) {
    int fd = file();
    char a[4] = "", b[4] = "", c[10] = "";
    struct iovec v[3] = {{"one", 3}, {"", 0}, {"two!", 4}};
    EQ(writev(fd, v, 3), 7);
    EQ(lseek(fd, 0, SEEK_SET), 0);
    struct iovec r[3] = {{a, 2}, {b, 3}, {c, 10}};
    EQ(readv(fd, r, 3), 7);
    STREQ(a, "on");
    STREQ(b, "etw");
    STREQ(c, "o!");
    EQ(preadv(fd, r, 1, 5), 2);
    STREQ(a, "o!");
    EQ(pwritev(fd, v, 3, 1), 7);
    EQ(writev(fd, v, 0), 0);
    ERR(writev(fd, v, -1), EINVAL);
    ERR(writev(fd, v, 1025), EINVAL);
    v[0].iov_len = -1L;
    ERR(writev(fd, v, 1), EINVAL);
    v[0].iov_base = (void *)8;
    v[0].iov_len = 4;
    ERR(writev(fd, v, 1), EFAULT);
}
TEST(faults) {
    int fd = file();
    char *p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EQ(munmap(p + 4096, 4096), 0);
    memset(p, 'p', 4096);
    ERR(write(fd, (void *)8, 5), EFAULT);
    EQ(write(fd, p, 4096), 4096);
    EQ(lseek(fd, 0, SEEK_SET), 0);
    ERR(read(fd, (void *)8, 5), EFAULT);
    EQ(read(fd, p, 0), 0);
    int q[2];
    EQ(pipe(q), 0);
    EQ(write(q[1], "abc", 3), 3);
    ERR(read(q[0], p + 4096, 3), EFAULT);
}
TEST(truncate) {
    struct stat st;
    char b[10];
    int fd = file();
    EQ(write(fd, "0123456789", 10), 10);
    EQ(ftruncate(fd, 4), 0);
    EQ(ftruncate(fd, 8), 0);
    EQ(pread(fd, b, 10, 0), 8);
    EQ(b[3], '3');
    EQ(b[4], 0);
    EQ(lseek(fd, 0, SEEK_CUR), 10);
    EQ(truncate("f", 2), 0);
    EQ(fstat(fd, &st), 0);
    EQ(st.st_size, 2);
    ERR(truncate("f", -1), EINVAL);
    ERR(ftruncate(fd, -1), EINVAL);
    ERR(truncate("none", 0), ENOENT);
    ERR(truncate(".", 0), EISDIR);
    int p[2];
    EQ(pipe(p), 0);
    ERR(ftruncate(p[1], 0), EINVAL);
}
TEST(fallocate) {
    struct stat st;
    int fd = file();
    EQ(fallocate(fd, 0, 0, 5000), 0);
    EQ(fstat(fd, &st), 0);
    EQ(st.st_size, 5000);
    EQ(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 20000), 0);
    EQ(fstat(fd, &st), 0);
    EQ(st.st_size, 5000);
    EQ(pwrite(fd, "zzzz", 4, 4096), 4);
    EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096), 0);
    char b[4];
    EQ(pread(fd, b, 4, 4096), 4);
    EQ(b[0], 0);
    ERR(fallocate(fd, 0, 0, 0), EINVAL);
    ERR(fallocate(fd, 0, -1, 10), EINVAL);
    EQ(posix_fallocate(fd, 0, 9000), 0);
}
TEST(copy_file_range) {
    int a = file(), b = OK(open("g", O_RDWR | O_CREAT, 0600));
    char t[20] = "";
    EQ(write(a, "0123456789", 10), 10);
    off_t in = 2, o = 0;
    ssize_t n = copy_file_range(a, &in, b, &o, 5, 0);
    if (n == -1 && errno == ENOSYS)
        SKIP("copy_file_range is not offered");
    EQ(n, 5);
    EQ(in, 7);
    EQ(o, 5);
    EQ(lseek(a, 0, SEEK_CUR), 10);
    EQ(pread(b, t, 20, 0), 5);
    STREQ(t, "23456");
    EQ(lseek(a, 0, SEEK_SET), 0);
    EQ(copy_file_range(a, 0, b, 0, 100, 0), 10);
    EQ(copy_file_range(a, 0, b, 0, 100, 0), 0);
    EQ(lseek(a, 0, SEEK_CUR), 10);
    int p[2];
    EQ(pipe(p), 0);
    ERR(copy_file_range(p[0], 0, b, 0, 5, 0), EINVAL);
    ERR(copy_file_range(a, 0, b, 0, 5, 7), EINVAL);
}
TEST(sendfile) {
    int a = file(), p[2];
    char t[20] = "";
    EQ(write(a, "0123456789", 10), 10);
    EQ(pipe(p), 0);
    off_t o = 3;
    EQ(sendfile(p[1], a, &o, 4), 4);
    EQ(o, 7);
    EQ(read(p[0], t, 20), 4);
    STREQ(t, "3456");
    EQ(lseek(a, 8, SEEK_SET), 8);
    EQ(sendfile(p[1], a, 0, 100), 2);
    EQ(lseek(a, 0, SEEK_CUR), 10);
    int g = OK(open("g", O_RDWR | O_CREAT, 0600));
    o = 0;
    EQ(sendfile(g, a, &o, 100), 10);
    ERR(sendfile(999, a, 0, 1), EBADF);
    /* A pipe as the source: Linux says EINVAL. */
    ERR(sendfile(g, p[0], 0, 1), EINVAL);
}
TEST(splice_to_null_takes) {
    int p[2], n = open("/dev/null", O_WRONLY);
    char b[8];
    OK(pipe(p));
    EQ(write(p[1], "abcdef", 6), 6);
    EQ(splice(p[0], NULL, n, NULL, 4, 0), 4);
    EQ(read(p[0], b, 8), 2);
    CHECK(memcmp(b, "ef", 2) == 0);
    int f = open("sf", O_RDWR | O_CREAT | O_TRUNC, 0600);
    EQ(write(f, "0123456789", 10), 10);
    EQ(lseek(f, 2, SEEK_SET), 2);
    EQ(sendfile(n, f, NULL, 5), 5);
    EQ(lseek(f, 0, SEEK_CUR), 7);
    off_t at = 1;
    EQ(copy_file_range(f, &at, f, &(off_t){100}, 4, 0), 4);
    EQ(at, 5);
    close(p[0]), close(p[1]), close(n), close(f);
    unlink("sf");
}
TEST(splice_tee) {
    int a = file(), p[2], q[2];
    char t[20] = "";
    EQ(write(a, "0123456789", 10), 10);
    EQ(lseek(a, 0, SEEK_SET), 0);
    EQ(pipe(p), 0);
    EQ(pipe(q), 0);
    ssize_t n = splice(a, 0, p[1], 0, 6, 0);
    if (n == -1 && errno == ENOSYS)
        SKIP("splice is not offered");
    EQ(n, 6);
    EQ(tee(p[0], q[1], 4, 0), 4);
    EQ(read(q[0], t, 20), 4);
    EQ(splice(p[0], 0, q[1], 0, 100, 0), 6);
    EQ(read(q[0], t, 20), 6);
    STREQ(t, "012345");
    ERR(splice(a, 0, a, 0, 1, 0), EINVAL);
    ERR(splice(p[0], 0, q[1], 0, 1, SPLICE_F_NONBLOCK), EAGAIN);
}
TEST(big_offsets) {
    int fd = file();
    char c = 'e';
    EQ(pwrite(fd, &c, 1, 5L << 30), 1);
    struct stat st;
    EQ(fstat(fd, &st), 0);
    EQ(st.st_size, (5L << 30) + 1);
    CHECK(st.st_blocks < 100000);
    c = 0;
    EQ(pread(fd, &c, 1, 5L << 30), 1);
    EQ(c, 'e');
    EQ(pread(fd, &c, 1, 1L << 30), 1);
    EQ(c, 0);
}
TEST(file_size_limit) {
    struct {
        unsigned long cur, max;
    } r = {1000, 1000};
    int fd = file();
    char b[2000] = {0};
    pid_t pid;
    CHILD(pid) {
        signal(SIGXFSZ, SIG_IGN);
        EQ(syscall(SYS_setrlimit, 1 /* RLIMIT_FSIZE */, &r), 0);
        EQ(write(fd, b, 2000), 1000);
        ERR(write(fd, b, 1), EFBIG);
    }
    WAIT_EXIT(pid, 0);
}
TEST(sync_calls) {
    int fd = file(), p[2];
    EQ(fsync(fd), 0);
    EQ(fdatasync(fd), 0);
    EQ(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE), 0);
    EQ(syncfs(fd), 0);
    EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED), 0);
    EQ(readahead(fd, 0, 4096), 0);
    EQ(pipe(p), 0);
    ERR(fsync(p[0]), EINVAL);
    ERR(fsync(999), EBADF);
    EQ(posix_fadvise(p[0], 0, 0, POSIX_FADV_NORMAL), ESPIPE);
    sync();
}
TEST(large_io) {
    size_t n = 3 << 20;
    char *a = malloc(n), *b = malloc(n);
    int fd = file();
    for (size_t i = 0; i < n; i++)
        a[i] = i * 7 + (i >> 12);
    size_t done = 0;
    while (done < n) {
        ssize_t r = OK(write(fd, a + done, n - done));
        if (r <= 0)
            return;
        done += r;
    }
    EQ(lseek(fd, 0, SEEK_SET), 0);
    for (done = 0; done < n;) {
        ssize_t r = OK(read(fd, b + done, n - done));
        if (r <= 0)
            return;
        done += r;
    }
    CHECK(!memcmp(a, b, n));
}
TEST(unlinked_file_lives) {
    int fd = file();
    struct stat st;
    EQ(write(fd, "abc", 3), 3);
    EQ(unlink("f"), 0);
    EQ(fstat(fd, &st), 0);
    EQ(st.st_nlink, 0);
    EQ(write(fd, "def", 3), 3);
    char b[10] = "";
    EQ(pread(fd, b, 10, 0), 6);
    STREQ(b, "abcdef");
    ERR(open("f", O_RDONLY), ENOENT);
    put("f", "new");
    EQ(pread(fd, b, 10, 0), 6);
}
MAIN()
