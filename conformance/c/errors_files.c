// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// DIRS: /tmp /var/tmp
//
// Errors of the calls about files and descriptors that the other programs use but never provoke: each by its number, so
// that the C library does not choose another one.
#include "check.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/statfs.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/xattr.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#define BAD ((void *)8)

static const char *long_name(void) {
    static char name[300];
    memset(name, 'n', sizeof name - 1);
    return name;
}

TEST(open_and_close_of_old) {
    put("f", "x");
    int fd = OK(syscall(SYS_open, "f", O_RDONLY));
    OK(syscall(SYS_close, fd));
    ERR(syscall(SYS_close, fd), EBADF);
    ERR(syscall(SYS_close, -1), EBADF);
    ERR(syscall(SYS_open, "none", O_RDONLY), ENOENT);
    ERR(syscall(SYS_open, "f/x", O_RDONLY), ENOTDIR);
    ERR(syscall(SYS_open, "f", O_RDONLY | O_DIRECTORY), ENOTDIR);
    ERR(syscall(SYS_open, "f", O_CREAT | O_EXCL | O_WRONLY, 0600), EEXIST);
    ERR(syscall(SYS_open, BAD, O_RDONLY), EFAULT);
    ERR(syscall(SYS_open, long_name(), O_RDONLY), ENAMETOOLONG);
    ERR(syscall(SYS_creat, ".", 0600), EISDIR);
    ERR(syscall(SYS_creat, "none/f", 0600), ENOENT);
    ERR(syscall(SYS_creat, "", 0600), ENOENT);
    fd = OK(syscall(SYS_creat, "f", 0600));
    ERR(read(fd, alloca(8), 8), EBADF);
    struct stat st;
    OK(syscall(SYS_fstat, fd, &st));
    EQ(st.st_size, 0);
}

TEST(status_of_old) {
    struct stat st;
    struct statfs fs;
    ERR(syscall(SYS_stat, "none", &st), ENOENT);
    ERR(syscall(SYS_stat, ".", BAD), EFAULT);
    ERR(syscall(SYS_lstat, "none", &st), ENOENT);
    ERR(syscall(SYS_lstat, BAD, &st), EFAULT);
    OK(symlink("none", "l"));
    OK(syscall(SYS_lstat, "l", &st));
    CHECK(S_ISLNK(st.st_mode));
    ERR(syscall(SYS_stat, "l", &st), ENOENT);
    OK(symlink("loop", "loop"));
    ERR(syscall(SYS_stat, "loop", &st), ELOOP);
    ERR(syscall(SYS_fstat, 99, &st), EBADF);
    ERR(syscall(SYS_fstat, 1, BAD), EFAULT);
    ERR(syscall(SYS_fstatfs, 99, &fs), EBADF);
    int dir = OK(open(".", O_RDONLY));
    ERR(syscall(SYS_fstatfs, dir, BAD), EFAULT);
    ERR(syscall(SYS_getdents, 99, &st, 100), EBADF);
    ERR(syscall(SYS_getdents, dir, long_name(), 3), EINVAL);
    put("f", "");
    ERR(syscall(SYS_getdents, OK(open("f", O_RDONLY)), &st, 100), ENOTDIR);
}

TEST(names_at_directories) {
    char b[16];
    put("f", "x");
    int f = OK(open("f", O_RDONLY));
    ERR(syscall(SYS_mkdirat, 99, "d", 0700), EBADF);
    ERR(syscall(SYS_mkdirat, f, "d", 0700), ENOTDIR);
    ERR(syscall(SYS_mkdirat, AT_FDCWD, "f", 0700), EEXIST);
    OK(syscall(SYS_mkdirat, 99, chk_dir[0] ? strcat(strcpy(alloca(600), chk_dir), "/abs") : "/x", 0700));
    ERR(syscall(SYS_renameat, AT_FDCWD, "none", AT_FDCWD, "g"), ENOENT);
    ERR(syscall(SYS_renameat, f, "f", AT_FDCWD, "g"), ENOTDIR);
    ERR(syscall(SYS_renameat, AT_FDCWD, "f", 99, "g"), EBADF);
    ERR(syscall(SYS_symlinkat, "t", 99, "l"), EBADF);
    ERR(syscall(SYS_symlinkat, "t", AT_FDCWD, "f"), EEXIST);
    ERR(syscall(SYS_symlinkat, "", AT_FDCWD, "l"), ENOENT);
    ERR(syscall(SYS_readlinkat, AT_FDCWD, "f", b, sizeof b), EINVAL);
    ERR(syscall(SYS_readlinkat, AT_FDCWD, "none", b, sizeof b), ENOENT);
    ERR(syscall(SYS_readlinkat, f, "x", b, sizeof b), ENOTDIR);
    OK(symlink("target", "l"));
    ERR(syscall(SYS_readlinkat, AT_FDCWD, "l", b, 0), EINVAL);
    EQ(syscall(SYS_readlinkat, AT_FDCWD, "l", b, 3), 3);
    ERR(syscall(SYS_mknod, "f", S_IFIFO | 0600, 0), EEXIST);
    ERR(syscall(SYS_mknod, "n", 0170000 | 0600, 0), EINVAL);
    ERR(syscall(SYS_mknod, "n", S_IFDIR | 0700, 0), EPERM);
    ERR(syscall(SYS_chroot, "none"), ENOENT);
    ERR(syscall(SYS_chroot, "f"), ENOTDIR);
    ERR(syscall(SYS_umount2, "none", 0), ENOENT);
    ERR(syscall(SYS_umount2, "f", 0x100), EINVAL);
    ERR(syscall(SYS_umount2, "f", 0), EINVAL);
}

TEST(modes_and_owners) {
    put("f", "x");
    int path = OK(open("f", O_PATH));
    ERR(syscall(SYS_fchmodat, 99, "f", 0600), EBADF);
    ERR(syscall(SYS_fchmodat, AT_FDCWD, "none", 0600), ENOENT);
    if (syscall(SYS_fchmodat2, AT_FDCWD, "f", 0640, 0) == 0) {
        ERR(syscall(SYS_fchmodat2, AT_FDCWD, "f", 0600, 1), EINVAL);
        ERR(syscall(SYS_fchmodat2, 99, "f", 0600, 0), EBADF);
        OK(syscall(SYS_fchmodat2, path, "", 0604, AT_EMPTY_PATH));
    }
    ERR(syscall(SYS_fchown, path, 0, 0), EBADF);
    ERR(syscall(SYS_fchown, 99, 0, 0), EBADF);
    ERR(syscall(SYS_lchown, "none", 0, 0), ENOENT);
    ERR(syscall(SYS_lchown, BAD, 0, 0), EFAULT);
    ERR(syscall(SYS_fchownat, AT_FDCWD, "f", 0, 0, 1), EINVAL);
    ERR(syscall(SYS_fchownat, 99, "f", 0, 0, 0), EBADF);
    ERR(syscall(SYS_faccessat, 99, "f", R_OK), EBADF);
    ERR(syscall(SYS_faccessat, AT_FDCWD, "none", F_OK), ENOENT);
    ERR(syscall(SYS_faccessat, AT_FDCWD, "f", 8), EINVAL);
    ERR(syscall(SYS_faccessat2, AT_FDCWD, "f", R_OK, 1), EINVAL);
    ERR(syscall(SYS_faccessat2, 99, "f", R_OK, 0), EBADF);
}

TEST(times) {
    struct timeval tv[2] = {{1, 2}, {3, 1000000}};
    struct {
        long a, m;
    } ut = {1, 2};
    put("f", "x");
    ERR(syscall(SYS_utime, "none", &ut), ENOENT);
    ERR(syscall(SYS_utime, "f", BAD), EFAULT);
    OK(syscall(SYS_utime, "f", &ut));
    ERR(syscall(SYS_utimes, "f", tv), EINVAL);
    tv[1].tv_usec = 4;
    ERR(syscall(SYS_utimes, "none", tv), ENOENT);
    OK(syscall(SYS_utimes, "f", tv));
    ERR(syscall(SYS_futimesat, 99, "f", tv), EBADF);
    ERR(syscall(SYS_futimesat, AT_FDCWD, "none", tv), ENOENT);
    struct stat st;
    OK(stat("f", &st));
    EQ(st.st_mtim.tv_sec, 3);
    EQ(st.st_mtim.tv_nsec, 4000);
}

TEST(vectors) {
    char b[8];
    struct iovec v[2] = {{b, 4}, {b + 4, 4}}, bad = {BAD, 4}, negative = {b, -1};
    put("f", "12345678");
    int r = OK(open("f", O_RDONLY)), w = OK(open("f", O_WRONLY)), p[2];
    OK(pipe(p));
    ERR(readv(w, v, 2), EBADF);
    ERR(readv(r, v, 1025), EINVAL);
    ERR(readv(r, BAD, 2), EFAULT);
    ERR(readv(r, &bad, 1), EFAULT);
    ERR(readv(r, &negative, 1), EINVAL);
    ERR(preadv(r, v, 2, -1), EINVAL);
    ERR(preadv(w, v, 2, 0), EBADF);
    ERR(preadv(p[0], v, 2, 0), ESPIPE);
    ERR(pwritev(r, v, 2, 0), EBADF);
    ERR(pwritev(w, v, 2, -1), EINVAL);
    ERR(pwritev(p[1], v, 2, 0), ESPIPE);
    ERR(syscall(SYS_preadv2, r, v, 2, 0L, 0L, 0x40000000), EOPNOTSUPP);
    ERR(syscall(SYS_preadv2, w, v, 2, 0L, 0L, 0), EBADF);
    ERR(syscall(SYS_pwritev2, w, v, 2, 0L, 0L, 0x40000000), EOPNOTSUPP);
    ERR(syscall(SYS_pwritev2, r, v, 2, 0L, 0L, 0), EBADF);
    EQ(syscall(SYS_preadv2, r, v, 2, -1L, 0L, 0), 8);
    EQ(syscall(SYS_preadv2, r, v, 2, -1L, 0L, 0), 0);
}

TEST(advice_and_writing_back) {
    put("f", "x");
    int f = OK(open("f", O_RDWR)), path = OK(open("f", O_PATH)), p[2];
    OK(pipe(p));
    ERR(fdatasync(99), EBADF);
    ERR(fdatasync(path), EBADF);
    ERR(fdatasync(p[0]), EINVAL);
    ERR(syncfs(99), EBADF);
    ERR(syncfs(path), EBADF);
    OK(syncfs(f));
    ERR(syscall(SYS_readahead, 99, 0L, 10L), EBADF);
    ERR(syscall(SYS_readahead, p[0], 0L, 10L), EINVAL);
    ERR(syscall(SYS_fadvise64, 99, 0L, 0L, 0), EBADF);
    ERR(syscall(SYS_fadvise64, f, 0L, 0L, 77), EINVAL);
    ERR(syscall(SYS_fadvise64, f, 0L, -1L, 0), EINVAL);
    ERR(syscall(SYS_fadvise64, p[0], 0L, 0L, 0), ESPIPE);
    ERR(syscall(SYS_sync_file_range, 99, 0L, 0L, 1), EBADF);
    ERR(syscall(SYS_sync_file_range, f, 0L, 0L, 64), EINVAL);
    ERR(syscall(SYS_sync_file_range, f, -1L, 0L, 1), EINVAL);
    ERR(syscall(SYS_sync_file_range, p[0], 0L, 0L, 1), ESPIPE);
}

TEST(pipes) {
    char b[8] = "x";
    struct iovec v = {b, 1};
    int p[2], q[2];
    OK(pipe(p));
    OK(pipe(q));
    put("f", "x");
    int f = OK(open("f", O_RDWR));
    ERR(syscall(SYS_tee, p[0], p[1], 1L, 0), EINVAL);
    ERR(syscall(SYS_tee, p[0], 99, 1L, 0), EBADF);
    ERR(syscall(SYS_tee, f, q[1], 1L, 0), EINVAL);
    ERR(syscall(SYS_tee, p[0], q[1], 1L, 0x100), EINVAL);
    ERR(syscall(SYS_tee, p[0], q[1], 1L, 2), EAGAIN);
    ERR(syscall(SYS_vmsplice, 99, &v, 1L, 0), EBADF);
    ERR(syscall(SYS_vmsplice, f, &v, 1L, 0), EBADF);
    ERR(syscall(SYS_vmsplice, p[1], &v, 1L, 0x100), EINVAL);
    ERR(syscall(SYS_vmsplice, p[1], BAD, 1L, 0), EFAULT);
    EQ(syscall(SYS_vmsplice, p[1], &v, 1L, 0), 1);
    EQ(syscall(SYS_tee, p[0], q[1], 1L, 0), 1);
    ERR(syscall(SYS_dup, 99), EBADF);
    ERR(syscall(SYS_dup, -1), EBADF);
}

TEST(attributes) {
    char b[8];
    OK(symlink("f", "l"));
    ERR(getxattr("none", "user.a", b, 8), ENOENT);
    ERR(setxattr("none", "user.a", "x", 1, 0), ENOENT);
    ERR(lsetxattr("none", "user.a", "x", 1, 0), ENOENT);
    ERR(lgetxattr("none", "user.a", b, 8), ENOENT);
    ERR(listxattr("l", b, 8), ENOENT);
    ERR(llistxattr("none", b, 8), ENOENT);
    ERR(removexattr("l", "user.a"), ENOENT);
    ERR(lremovexattr("none", "user.a"), ENOENT);
    put("f", "");
    int f = OK(open("f", O_RDWR)), path = OK(open("f", O_PATH));
    ERR(fsetxattr(99, "user.a", "x", 1, 0), EBADF);
    ERR(fsetxattr(path, "user.a", "x", 1, 0), EBADF);
    ERR(fsetxattr(f, "user.a", "x", 1, 8), EINVAL);
    ERR(fgetxattr(99, "user.a", b, 8), EBADF);
    ERR(fgetxattr(f, "user.a", b, 8), ENODATA);
    ERR(fgetxattr(f, "", b, 8), ERANGE);
    ERR(flistxattr(99, b, 8), EBADF);
    ERR(fremovexattr(99, "user.a"), EBADF);
    ERR(fremovexattr(f, "user.a"), ENODATA);
    ERR(lsetxattr("l", "user.a", "x", 1, 0), EPERM);
    ERR(lremovexattr("l", "user.a"), EPERM);
    OK(setxattr("l", "user.a", "12", 2, 0));
    ERR(getxattr("f", "user.a", b, 1), ERANGE);
    ERR(listxattr("f", b, 1), ERANGE);
    ERR(setxattr("f", "user.a", "x", 1, XATTR_CREATE), EEXIST);
    ERR(setxattr("f", "user.b", "x", 1, XATTR_REPLACE), ENODATA);
    ERR(setxattr("f", "user.c", b, 65537, 0), E2BIG);
    OK(removexattr("f", "user.a"));
    ERR(removexattr("f", "user.a"), ENODATA);
}

TEST(events_of_old) {
    struct epoll_event e;
    struct itimerspec its;
    sigset_t set;
    sigemptyset(&set);
    struct timespec bad = {0, 1000000000};
    struct timeval badv = {-1, 0};
    fd_set fds;
    ERR(syscall(SYS_inotify_init1, 1), EINVAL);
    int i = OK(syscall(SYS_inotify_init)), ep = OK(epoll_create1(0));
    ERR(syscall(SYS_inotify_rm_watch, i, 1), EINVAL);
    ERR(syscall(SYS_eventfd2, 0, 4), EINVAL);
    int ev = OK(syscall(SYS_eventfd, 1));
    ERR(read(ev, &e, 4), EINVAL);
    ERR(syscall(SYS_signalfd, 99, &set, 8L), EBADF);
    ERR(syscall(SYS_signalfd, ev, &set, 8L), EINVAL);
    ERR(syscall(SYS_signalfd, -1, &set, 4L), EINVAL);
    ERR(timerfd_gettime(99, &its), EBADF);
    ERR(timerfd_gettime(ev, &its), EINVAL);
    ERR(syscall(SYS_epoll_pwait2, ep, &e, 0, 0L, 0L, 8L), EINVAL);
    ERR(syscall(SYS_epoll_pwait2, ep, &e, 1, &bad, 0L, 8L), EINVAL);
    ERR(syscall(SYS_epoll_pwait2, ev, &e, 1, 0L, 0L, 8L), EINVAL);
    ERR(syscall(SYS_epoll_pwait2, 99, &e, 1, 0L, 0L, 8L), EBADF);
    FD_ZERO(&fds);
    FD_SET(60, &fds);
    ERR(syscall(SYS_select, 61, &fds, 0L, 0L, 0L), EBADF);
    ERR(syscall(SYS_select, -1, 0L, 0L, 0L, 0L), EINVAL);
    ERR(syscall(SYS_select, 0, 0L, 0L, 0L, &badv), EINVAL);
    ERR(syscall(SYS_select, 4, BAD, 0L, 0L, 0L), EFAULT);
    struct rlimit few = {3, 3};
    OK(setrlimit(RLIMIT_NOFILE, &few));
    ERR(syscall(SYS_inotify_init), EMFILE);
    ERR(syscall(SYS_eventfd, 1), EMFILE);
}

MAIN()
