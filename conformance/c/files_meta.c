// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// DIRS: /tmp /var/tmp
// Metadata and permissions: stat, statx, chmod, chown, utimens, xattr errors, access by uid, sticky directories, setgid.
#include "check.h"
#include <grp.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#define AS(uid_, gid_, pid)                                                              \
    CHILD(pid) if (setgroups(0, 0) == 0 && setresgid(gid_, gid_, gid_) == 0 && setresuid(uid_, uid_, uid_) == 0)

TEST(stat_fields) {
    struct stat st, d;
    put("f", "hello");
    EQ(stat("f", &st), 0);
    EQ(st.st_mode, S_IFREG | 0644);
    EQ(st.st_size, 5);
    EQ(st.st_nlink, 1);
    EQ(st.st_uid, geteuid());
    CHECK(st.st_ino != 0 && st.st_blksize > 0);
    EQ(stat(".", &d), 0);
    EQ(st.st_dev, d.st_dev);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    CHECK(labs(now.tv_sec - st.st_mtime) < 5 && labs(now.tv_sec - st.st_ctime) < 5);
    ERR(stat("f", (struct stat *)8), EFAULT);
    ERR(fstat(999, &st), EBADF);
    EQ(stat("/dev/null", &st), 0);
    CHECK(S_ISCHR(st.st_mode));
    EQ(st.st_rdev, 0x103);
    EQ(fstatat(AT_FDCWD, "", &st, AT_EMPTY_PATH), 0);
    CHECK(S_ISDIR(st.st_mode));
    ERR(fstatat(AT_FDCWD, "", &st, 0), ENOENT);
    ERR(fstatat(AT_FDCWD, "f", &st, 0x80000000), EINVAL);
    EQ(fstatat(99, "/etc/passwd", &st, 0), 0);
}
TEST(statx) {
    struct statx x;
    put("f", "hello");
    EQ(statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &x), 0);
    EQ(x.stx_size, 5);
    EQ(x.stx_mode, S_IFREG | 0644);
    EQ(x.stx_mask & STATX_BASIC_STATS, STATX_BASIC_STATS);
    EQ(symlink("f", "l"), 0);
    EQ(statx(AT_FDCWD, "l", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &x), 0);
    CHECK(S_ISLNK(x.stx_mode));
    int fd = OK(open("f", O_RDONLY));
    EQ(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &x), 0);
    EQ(x.stx_size, 5);
    ERR(statx(fd, "", 0, STATX_SIZE, &x), ENOENT);
    ERR(statx(AT_FDCWD, "f", 0, 0x80000000, &x), EINVAL);
    ERR(statx(AT_FDCWD, "none", 0, STATX_SIZE, &x), ENOENT);
}
TEST(times_change) {
    struct stat a, b;
    put("f", "x");
    EQ(stat("f", &a), 0);
    msleep(30);
    int fd = OK(open("f", O_WRONLY));
    EQ(write(fd, "y", 1), 1);
    EQ(stat("f", &b), 0);
    CHECK(b.st_mtim.tv_sec > a.st_mtim.tv_sec || b.st_mtim.tv_nsec > a.st_mtim.tv_nsec);
    msleep(30);
    EQ(chmod("f", 0600), 0);
    EQ(stat("f", &a), 0);
    EQ(a.st_mtim.tv_nsec, b.st_mtim.tv_nsec);
    CHECK(a.st_ctim.tv_sec > b.st_ctim.tv_sec || a.st_ctim.tv_nsec > b.st_ctim.tv_nsec);
    EQ(mkdir("d", 0755), 0);
    EQ(stat("d", &a), 0);
    msleep(30);
    put("d/x", "");
    EQ(stat("d", &b), 0);
    CHECK(b.st_mtim.tv_sec > a.st_mtim.tv_sec || b.st_mtim.tv_nsec > a.st_mtim.tv_nsec);
}
TEST(utimensat) {
    struct stat st;
    struct timespec t[2] = {{1000, 123456789}, {2000, 987654321}};
    put("f", "");
    EQ(utimensat(AT_FDCWD, "f", t, 0), 0);
    EQ(stat("f", &st), 0);
    EQ(st.st_atim.tv_sec, 1000);
    EQ(st.st_mtim.tv_sec, 2000);
    EQ(st.st_mtim.tv_nsec, 987654321);
    t[0].tv_nsec = UTIME_OMIT;
    t[1].tv_nsec = UTIME_NOW;
    EQ(utimensat(AT_FDCWD, "f", t, 0), 0);
    EQ(stat("f", &st), 0);
    EQ(st.st_atim.tv_sec, 1000);
    CHECK(labs(st.st_mtim.tv_sec - time(0)) < 5);
    t[0].tv_nsec = 1000000000;
    ERR(utimensat(AT_FDCWD, "f", t, 0), EINVAL);
    EQ(symlink("none", "l"), 0);
    t[0] = t[1] = (struct timespec){5, 0};
    ERR(utimensat(AT_FDCWD, "l", t, 0), ENOENT);
    EQ(utimensat(AT_FDCWD, "l", t, AT_SYMLINK_NOFOLLOW), 0);
    EQ(lstat("l", &st), 0);
    EQ(st.st_mtim.tv_sec, 5);
    int fd = OK(open("f", O_RDONLY));
    EQ(futimens(fd, t), 0);
    EQ(utimensat(AT_FDCWD, "f", 0, 0), 0);
}
TEST(chmod_bits) {
    struct stat st;
    put("f", "");
    EQ(chmod("f", 06755), 0);
    EQ(stat("f", &st), 0);
    EQ(st.st_mode & 07777, 06755);
    int fd = OK(open("f", O_RDWR));
    EQ(fchmod(fd, 0400), 0);
    EQ(fstat(fd, &st), 0);
    EQ(st.st_mode & 07777, 0400);
    EQ(mkdir("d", 0755), 0);
    EQ(chmod("d", 01777), 0);
    EQ(stat("d", &st), 0);
    EQ(st.st_mode & 07777, 01777);
    ERR(chmod("none", 0600), ENOENT);
    EQ(symlink("f", "l"), 0);
    EQ(chmod("l", 0640), 0);
    EQ(stat("f", &st), 0);
    EQ(st.st_mode & 07777, 0640);
}
TEST(chown) {
    struct stat st;
    if (geteuid() != 0)
        SKIP("needs root");
    put("f", "");
    EQ(chown("f", 1000, 1001), 0);
    EQ(stat("f", &st), 0);
    EQ(st.st_uid, 1000);
    EQ(st.st_gid, 1001);
    EQ(chown("f", -1, 7), 0);
    EQ(stat("f", &st), 0);
    EQ(st.st_uid, 1000);
    EQ(st.st_gid, 7);
    EQ(chmod("f", 06755), 0);
    pid_t pid;
    AS(1000, 7, pid) {
        ERR(chown("f", 1002, -1), EPERM);
        ERR(chown("f", -1, 55), EPERM);
        EQ(chown("f", -1, 7), 0);
    }
    WAIT_EXIT(pid, 0);
    EQ(stat("f", &st), 0);
    EQ(st.st_mode & 07777, 0755); /* set-id bits fall */
    EQ(symlink("f", "l"), 0);
    EQ(lchown("l", 3, 4), 0);
    EQ(lstat("l", &st), 0);
    EQ(st.st_uid, 3);
    EQ(fchownat(AT_FDCWD, "l", 8, 9, 0), 0);
    EQ(stat("f", &st), 0);
    EQ(st.st_uid, 8);
}
TEST(permission_by_uid) {
    if (geteuid() != 0)
        SKIP("needs root");
    put("owner", "x");
    EQ(chown("owner", 1000, 1000), 0);
    EQ(chmod("owner", 0640), 0);
    put("group", "x");
    EQ(chown("group", 1, 1000), 0);
    EQ(chmod("group", 0060), 0);
    put("noowner", "x");
    EQ(chown("noowner", 1000, 1000), 0);
    EQ(chmod("noowner", 0077), 0); /* the owner's bits decide, not the others' */
    EQ(mkdir("closed", 0700), 0);
    put("closed/f", "x");
    EQ(mkdir("nosearch", 0744), 0);
    put("nosearch/f", "x");
    EQ(mkdir("noread", 0711), 0);
    put("noread/f", "x");
    EQ(chmod("noread/f", 0644), 0);
    EQ(chmod(".", 0755), 0);
    pid_t pid;
    AS(1000, 1000, pid) {
        close(OK(open("owner", O_RDWR)));
        close(OK(open("group", O_RDWR)));
        ERR(open("noowner", O_RDONLY), EACCES);
        ERR(open("closed/f", O_RDONLY), EACCES);
        ERR(open("closed/none", O_RDONLY), EACCES);
        ERR(chdir("closed"), EACCES);
        close(OK(open("nosearch", O_RDONLY)));
        ERR(open("nosearch/f", O_RDONLY), EACCES);
        ERR(open("noread", O_RDONLY), EACCES);
        close(OK(open("noread/f", O_RDONLY)));
        ERR(open("noread/f", O_WRONLY), EACCES);
        ERR(open("new", O_CREAT | O_WRONLY, 0600), EACCES);
        ERR(unlink("owner"), EACCES);
        ERR(mkdir("new", 0755), EACCES);
        ERR(rename("owner", "x"), EACCES);
        ERR(chmod("group", 0777), EPERM);
        EQ(chmod("owner", 0600), 0);
        ERR(access("noread/f", W_OK), EACCES);
        EQ(access("noread/f", R_OK), 0);
        ERR(access("noread/f", X_OK), EACCES);
        ERR(truncate("noread/f", 0), EACCES);
        ERR(utimensat(AT_FDCWD, "noread/f", 0, 0), EACCES);
        struct timespec t[2] = {{1, 0}, {1, 0}};
        ERR(utimensat(AT_FDCWD, "noread/f", t, 0), EPERM);
    }
    WAIT_EXIT(pid, 0);
    /* root passes, except execution of what nobody may execute */
    close(OK(open("noowner", O_RDWR)));
    ERR(access("owner", X_OK), EACCES);
}
TEST(supplementary_groups) {
    if (geteuid() != 0)
        SKIP("needs root");
    put("f", "x");
    EQ(chown("f", 1, 77), 0);
    EQ(chmod("f", 0040), 0);
    EQ(chmod(".", 0755), 0);
    pid_t pid;
    CHILD(pid) {
        gid_t g = 77;
        EQ(setgroups(1, &g), 0);
        EQ(setresgid(5, 5, 5), 0);
        EQ(setresuid(5, 5, 5), 0);
        close(OK(open("f", O_RDONLY)));
    }
    WAIT_EXIT(pid, 0);
}
TEST(sticky_directory) {
    if (geteuid() != 0)
        SKIP("needs root");
    EQ(mkdir("t", 0777), 0);
    EQ(chmod("t", 01777), 0);
    put("t/root", "x");
    put("t/mine", "x");
    EQ(chown("t/mine", 1000, 1000), 0);
    EQ(chmod(".", 0755), 0);
    pid_t pid;
    AS(1000, 1000, pid) {
        ERR(unlink("t/root"), EPERM);
        ERR(rename("t/root", "t/x"), EPERM);
        ERR(rename("t/mine", "t/root"), EPERM);
        EQ(rename("t/mine", "t/mine2"), 0);
        EQ(unlink("t/mine2"), 0);
    }
    WAIT_EXIT(pid, 0);
}
TEST(setgid_directory) {
    struct stat st;
    if (geteuid() != 0)
        SKIP("needs root");
    EQ(mkdir("d", 0755), 0);
    EQ(chown("d", 0, 55), 0);
    EQ(chmod("d", 02777), 0);
    put("d/f", "");
    EQ(stat("d/f", &st), 0);
    EQ(st.st_gid, 55);
    EQ(mkdir("d/e", 0755), 0);
    EQ(stat("d/e", &st), 0);
    EQ(st.st_gid, 55);
    EQ(st.st_mode & 07777, 02755);
}
TEST(write_drops_setuid) {
    struct stat st;
    if (geteuid() != 0)
        SKIP("needs root");
    put("f", "x");
    EQ(chown("f", 1000, 1000), 0);
    EQ(chmod("f", 06777), 0);
    EQ(chmod(".", 0755), 0);
    pid_t pid;
    AS(1000, 1000, pid) {
        int fd = OK(open("f", O_WRONLY));
        EQ(write(fd, "y", 1), 1);
    }
    WAIT_EXIT(pid, 0);
    EQ(stat("f", &st), 0);
    EQ(st.st_mode & 07777, 0777);
}
TEST(access_uses_real_ids) {
    if (geteuid() != 0)
        SKIP("needs root");
    put("f", "x");
    EQ(chmod("f", 0600), 0);
    EQ(chmod(".", 0755), 0);
    pid_t pid;
    CHILD(pid) {
        EQ(setresuid(1000, 0, 0), 0);
        ERR(access("f", R_OK), EACCES);
        EQ(faccessat(AT_FDCWD, "f", R_OK, AT_EACCESS), 0);
        close(OK(open("f", O_RDONLY)));
    }
    WAIT_EXIT(pid, 0);
    ERR(access("f", 77), EINVAL);
    EQ(access("f", F_OK), 0);
}
TEST(xattr) {
    char b[100];
    put("f", "");
    CHECK(getxattr("f", "user.none", b, 100) == -1 && (errno == ENODATA || errno == EOPNOTSUPP));
    CHECK(listxattr("f", b, 100) >= 0 || errno == EOPNOTSUPP);
    ERR(getxattr("none", "user.x", b, 100), ENOENT);
    if (setxattr("f", "user.x", "val", 3, 0) == 0) {
        EQ(getxattr("f", "user.x", b, 100), 3);
        ERR(getxattr("f", "user.x", b, 1), ERANGE);
        EQ(removexattr("f", "user.x"), 0);
    }
}
TEST(statfs) {
    struct statfs s;
    EQ(statfs(".", &s), 0);
    CHECK(s.f_type != 0 && s.f_bsize > 0 && s.f_namelen == 255);
    CHECK(s.f_blocks > 0 && s.f_bfree <= s.f_blocks);
    EQ(statfs("/proc", &s), 0);
    EQ(s.f_type, 0x9fa0);
    ERR(statfs("none", &s), ENOENT);
    int fd = OK(open(".", O_RDONLY));
    EQ(fstatfs(fd, &s), 0);
    struct statvfs v;
    EQ(statvfs("/", &v), 0);
}
MAIN()
