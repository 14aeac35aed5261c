// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// DIRS: /tmp /var/tmp host
// open(2) and its flags, O_PATH, O_TMPFILE, openat, /proc/self/fd magic links.
#include "check.h"

TEST(creat_excl) {
    int fd = OK(open("a", O_CREAT | O_EXCL | O_WRONLY, 0600));
    close(fd);
    ERR(open("a", O_CREAT | O_EXCL | O_WRONLY, 0600), EEXIST);
    OK(symlink("nowhere", "dangling"));
    ERR(open("dangling", O_CREAT | O_EXCL | O_WRONLY, 0600), EEXIST);
    fd = OK(open("dangling", O_CREAT | O_WRONLY, 0600));
    close(fd);
    EQ(access("nowhere", F_OK), 0);
}
TEST(creat_mode_umask) {
    struct stat st;
    umask(027);
    close(OK(open("a", O_CREAT | O_WRONLY, 0666)));
    EQ(stat("a", &st), 0);
    EQ(st.st_mode & 07777, 0640);
    EQ(umask(0), 027);
    close(OK(open("b", O_CREAT | O_WRONLY, 04751)));
    EQ(stat("b", &st), 0);
    EQ(st.st_mode & 07777, 04751);
    umask(077);
    EQ(mkdir("d", 0777), 0);
    EQ(stat("d", &st), 0);
    EQ(st.st_mode & 07777, 0700);
}
TEST(trunc) {
    struct stat st;
    put("a", "0123456789");
    int fd = OK(open("a", O_WRONLY | O_TRUNC));
    EQ(fstat(fd, &st), 0);
    EQ(st.st_size, 0);
    close(fd);
}
TEST(append) {
    char b[20] = "";
    put("a", "0123");
    int fd = OK(open("a", O_RDWR | O_APPEND));
    EQ(write(fd, "45", 2), 2);
    EQ(lseek(fd, 0, SEEK_CUR), 6);
    EQ(lseek(fd, 0, SEEK_SET), 0);
    EQ(write(fd, "6", 1), 1);
    EQ(pread(fd, b, 20, 0), 7);
    STREQ(b, "0123456");
    /* Linux: pwrite on an O_APPEND descriptor appends too. */
    EQ(pwrite(fd, "X", 1, 0), 1);
    EQ(pread(fd, b, 20, 0), 8);
    STREQ(b, "0123456X");
    EQ(fcntl(fd, F_SETFL, 0), 0);
    EQ(pwrite(fd, "Y", 1, 0), 1);
    EQ(pread(fd, b, 20, 0), 8);
    STREQ(b, "Y123456X");
    close(fd);
}
TEST(access_mode) {
    char b[2];
    put("a", "x");
    int fd = OK(open("a", O_RDONLY));
    ERR(write(fd, "x", 1), EBADF);
    ERR(ftruncate(fd, 0), EINVAL);
    close(fd);
    fd = OK(open("a", O_WRONLY));
    ERR(read(fd, b, 1), EBADF);
    EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_WRONLY);
    close(fd);
}
TEST(directory) {
    char b[2];
    put("f", "");
    EQ(mkdir("d", 0755), 0);
    ERR(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
    ERR(open("d", O_WRONLY), EISDIR);
    ERR(open("d", O_RDWR), EISDIR);
    ERR(open("d", O_RDONLY | O_CREAT, 0600), EISDIR);
    int fd = OK(open("d", O_RDONLY | O_DIRECTORY));
    ERR(read(fd, b, 1), EISDIR);
    ERR(pread(fd, b, 1, 0), EISDIR);
    close(fd);
}
TEST(nofollow) {
    put("f", "x");
    EQ(symlink("f", "l"), 0);
    ERR(open("l", O_RDONLY | O_NOFOLLOW), ELOOP);
    int fd = OK(open("l", O_PATH | O_NOFOLLOW));
    struct stat st;
    EQ(fstat(fd, &st), 0);
    CHECK(S_ISLNK(st.st_mode));
    char b[10] = "";
    EQ(readlinkat(fd, "", b, 10), 1);
    STREQ(b, "f");
    close(fd);
    EQ(mkdir("d", 0755), 0);
    EQ(symlink("d", "ld"), 0);
    ERR(open("ld", O_RDONLY | O_NOFOLLOW | O_DIRECTORY), ENOTDIR);
    close(OK(open("f", O_RDONLY | O_NOFOLLOW)));
}
TEST(path_fd) {
    char b[10];
    struct stat st;
    put("f", "hello");
    int fd = OK(open("f", O_PATH));
    ERR(read(fd, b, 1), EBADF);
    ERR(write(fd, b, 1), EBADF);
    ERR(ftruncate(fd, 0), EBADF);
    ERR(fchmod(fd, 0600), EBADF);
    ERR(lseek(fd, 0, SEEK_SET), EBADF);
    EQ(fstat(fd, &st), 0);
    EQ(st.st_size, 5);
    EQ(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
    int d = OK(dup(fd));
    close(d);
    EQ(fstatat(fd, "", &st, AT_EMPTY_PATH), 0);
    snprintf(b, sizeof b, "%d", fd);
    char p[40];
    snprintf(p, sizeof p, "/proc/self/fd/%d", fd);
    int g = OK(open(p, O_RDONLY));
    EQ(read(g, b, 5), 5);
    close(g);
    close(fd);
    EQ(mkdir("d", 0755), 0);
    put("d/x", "y");
    fd = OK(open("d", O_PATH | O_DIRECTORY));
    g = OK(openat(fd, "x", O_RDONLY));
    EQ(read(g, b, 5), 1);
    EQ(fchdir(fd), 0);
    EQ(access("x", F_OK), 0);
}
TEST(tmpfile) {
    struct stat st;
    int fd = OK(open(".", O_TMPFILE | O_RDWR, 0640));
    NEED(fd >= 0);
    EQ(write(fd, "tmp", 3), 3);
    EQ(fstat(fd, &st), 0);
    EQ(st.st_nlink, 0);
    EQ(st.st_mode & 0777, 0640);
    char p[40];
    snprintf(p, sizeof p, "/proc/self/fd/%d", fd);
    EQ(linkat(AT_FDCWD, p, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), 0);
    STREQ(get("named"), "tmp");
    EQ(fstat(fd, &st), 0);
    EQ(st.st_nlink, 1);
    close(fd);
    ERR(open(".", O_TMPFILE | O_RDONLY, 0600), EINVAL);
    fd = OK(open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600));
    snprintf(p, sizeof p, "/proc/self/fd/%d", fd);
    ERR(linkat(AT_FDCWD, p, AT_FDCWD, "named2", AT_SYMLINK_FOLLOW), ENOENT);
}
TEST(openat_dirfd) {
    EQ(mkdir("d", 0755), 0);
    int d = OK(open("d", O_RDONLY));
    int fd = OK(openat(d, "x", O_CREAT | O_WRONLY, 0600));
    close(fd);
    EQ(access("d/x", F_OK), 0);
    ERR(openat(1000, "x", O_RDONLY), EBADF);
    put("f", "");
    int f = OK(open("f", O_RDONLY));
    ERR(openat(f, "x", O_RDONLY), ENOTDIR);
    CHECK((fd = openat(1000, "/etc/passwd", O_RDONLY)) >= 0);
    close(fd);
    ERR(openat(d, "", O_RDONLY), ENOENT);
    EQ(faccessat(d, "x", R_OK, 0), 0);
    EQ(unlinkat(d, "x", 0), 0);
}
TEST(lowest_descriptor) {
    int a = OK(open("/dev/null", O_RDONLY)), b = OK(open("/dev/null", O_RDONLY));
    close(a);
    EQ(open("/dev/null", O_RDONLY), a);
    EQ(fcntl(b, F_DUPFD, a), b + 1);
    EQ(fcntl(b, F_DUPFD_CLOEXEC, 100), 100);
    EQ(fcntl(100, F_GETFD), FD_CLOEXEC);
    EQ(fcntl(b, F_GETFD), 0);
}
TEST(cloexec_flag) {
    int a = OK(open("/dev/null", O_RDONLY | O_CLOEXEC));
    EQ(fcntl(a, F_GETFD), FD_CLOEXEC);
    EQ(fcntl(a, F_SETFD, 0), 0);
    EQ(fcntl(a, F_GETFD), 0);
    EQ(fcntl(a, F_GETFL) & O_CLOEXEC, 0);
}
TEST(dup3_close_range) {
    int a = OK(open("/dev/null", O_RDONLY));
    EQ(dup3(a, 200, O_CLOEXEC), 200);
    EQ(fcntl(200, F_GETFD), FD_CLOEXEC);
    ERR(dup3(a, a, 0), EINVAL);
    ERR(dup3(a, 201, 12345), EINVAL);
    EQ(dup2(a, a), a);
    ERR(dup2(999, 999), EBADF);
    ERR(dup2(a, -1), EBADF);
    EQ(dup2(a, 202), 202);
    EQ(dup2(a, 204), 204);
    EQ(syscall(SYS_close_range, 201, 203, 0), 0);
    ERR(fcntl(202, F_GETFD), EBADF);
    EQ(fcntl(204, F_GETFD), 0);
    EQ(syscall(SYS_close_range, 200, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */), 0);
    EQ(fcntl(204, F_GETFD), FD_CLOEXEC);
    ERR(syscall(SYS_close_range, 5, 4, 0), EINVAL);
}
TEST(emfile) {
    struct rlimit_ {
        unsigned long cur, max;
    } r = {20, 20};
    EQ(syscall(SYS_setrlimit, 7 /* RLIMIT_NOFILE */, &r), 0);
    int n = 0;
    while (open("/dev/null", O_RDONLY) >= 0 && n < 100)
        n++;
    EQ(errno, EMFILE);
    CHECK(n <= 17 && n > 5);
    ERR(fcntl(0, F_DUPFD, 20), EINVAL);
    ERR(dup2(0, 20), EBADF);
}
TEST(errors) {
    char longname[300], longpath[5000];
    memset(longname, 'n', 299);
    longname[299] = 0;
    memset(longpath, '/', 4999);
    longpath[4999] = 0;
    ERR(open(longname, O_RDONLY), ENAMETOOLONG);
    ERR(open(longpath, O_RDONLY), ENAMETOOLONG);
    ERR(open("", O_RDONLY), ENOENT);
    ERR(open((char *)8, O_RDONLY), EFAULT);
    put("f", "");
    ERR(open("f/x", O_RDONLY), ENOTDIR);
    ERR(open("f/", O_RDONLY), ENOTDIR);
    ERR(open("new/", O_CREAT | O_WRONLY, 0600), EISDIR);
    ERR(open("no/x", O_CREAT | O_WRONLY, 0600), ENOENT);
    ERR(open("f", O_RDONLY | O_TMPFILE), EINVAL);
}
TEST(proc_self_fd) {
    char p[60], b[300] = "", cwd[200];
    put("f", "abc");
    int fd = OK(open("f", O_RDONLY));
    snprintf(p, sizeof p, "/proc/self/fd/%d", fd);
    ssize_t n = OK(readlink(p, b, sizeof b - 1));
    CHECK(getcwd(cwd, sizeof cwd));
    strcat(cwd, "/f");
    STREQ(b, cwd);
    EQ(read(fd, b, 1), 1);
    int g = OK(open(p, O_RDONLY)); /* a new description: its own offset */
    EQ(read(g, b, 3), 3);
    EQ(unlink("f"), 0);
    memset(b, 0, sizeof b);
    n = OK(readlink(p, b, sizeof b - 1));
    strcat(cwd, " (deleted)");
    CHECK(n > 0);
    STREQ(b, cwd);
    g = OK(open(p, O_RDONLY)); /* still reachable */
    EQ(read(g, b, 3), 3);
    struct stat st, st2;
    EQ(stat(p, &st), 0);
    EQ(fstat(fd, &st2), 0);
    EQ(st.st_ino, st2.st_ino);
    EQ(lstat(p, &st), 0);
    CHECK(S_ISLNK(st.st_mode));
    int pp[2];
    EQ(pipe(pp), 0);
    snprintf(p, sizeof p, "/proc/self/fd/%d", pp[0]);
    memset(b, 0, sizeof b);
    OK(readlink(p, b, sizeof b - 1));
    CHECK(!strncmp(b, "pipe:[", 6));
    snprintf(p, sizeof p, "/dev/fd/%d", pp[1]);
    g = OK(open(p, O_WRONLY));
    EQ(write(g, "q", 1), 1);
    EQ(read(pp[0], b, 1), 1);
    ERR(open("/proc/self/fd/999", O_RDONLY), ENOENT);
}
TEST(openat2) {
    struct {
        unsigned long long flags, mode, resolve;
    } how = {O_RDONLY, 0, 0x08 /* RESOLVE_BENEATH */};
    EQ(mkdir("d", 0755), 0);
    put("d/f", "x");
    EQ(symlink("../d/f", "d/up"), 0);
    int d = OK(open("d", O_RDONLY));
    int fd = syscall(SYS_openat2, d, "f", &how, sizeof how);
    if (fd == -1 && errno == ENOSYS)
        SKIP("openat2 is not offered");
    CHECK(fd >= 0);
    ERR(syscall(SYS_openat2, d, "../d/f", &how, sizeof how), EXDEV);
    ERR(syscall(SYS_openat2, d, "/etc/passwd", &how, sizeof how), EXDEV);
    ERR(syscall(SYS_openat2, d, "up", &how, sizeof how), EXDEV);
    how.resolve = 0x04; /* RESOLVE_NO_SYMLINKS */
    ERR(syscall(SYS_openat2, d, "up", &how, sizeof how), ELOOP);
    how.resolve = 0x10; /* RESOLVE_IN_ROOT */
    CHECK((fd = syscall(SYS_openat2, d, "/f", &how, sizeof how)) >= 0);
    how.flags = 1ULL << 40;
    ERR(syscall(SYS_openat2, d, "f", &how, sizeof how), EINVAL);
    ERR(syscall(SYS_openat2, d, "f", &how, 8L), EINVAL);
}
MAIN()
