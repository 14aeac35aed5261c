// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// DIRS: /tmp /var/tmp host
// Names: directories, links, rename and its flags, path walk, `..`, trailing slashes, ELOOP, unlinked cwd, getdents64.
#include "check.h"
#include <grp.h>
#include <limits.h>
#include <sys/prctl.h>
#include <sys/xattr.h>

TEST(mkdir_rmdir) {
    EQ(mkdir("d", 0755), 0);
    ERR(mkdir("d", 0755), EEXIST);
    ERR(mkdir("d/", 0755), EEXIST);
    ERR(mkdir("no/d", 0755), ENOENT);
    ERR(mkdir("", 0755), ENOENT);
    EQ(mkdir("e/", 0755), 0);
    put("f", "");
    ERR(mkdir("f/d", 0755), ENOTDIR);
    ERR(mkdir("f", 0755), EEXIST);
    ERR(rmdir("f"), ENOTDIR);
    ERR(rmdir("none"), ENOENT);
    EQ(mkdir("d/sub", 0755), 0);
    ERR(rmdir("d"), ENOTEMPTY);
    ERR(rmdir("d/."), EINVAL);
    ERR(rmdir("d/sub/.."), ENOTEMPTY);
    EQ(rmdir("d/sub/"), 0);
    EQ(rmdir("d"), 0);
    ERR(rmdir("/"), EBUSY);
    ERR(mkdir("/", 0755), EEXIST);
    ERR(mkdir(".", 0755), EEXIST);
    EQ(symlink("nowhere", "l"), 0);
    ERR(mkdir("l", 0755), EEXIST);
}
TEST(nlink_of_directories) {
    struct stat st;
    EQ(mkdir("d", 0755), 0);
    EQ(stat("d", &st), 0);
    EQ(st.st_nlink, 2);
    EQ(mkdir("d/e", 0755), 0);
    EQ(stat("d", &st), 0);
    EQ(st.st_nlink, 3);
    EQ(rmdir("d/e"), 0);
    EQ(stat("d", &st), 0);
    EQ(st.st_nlink, 2);
}
TEST(unlink) {
    EQ(mkdir("d", 0755), 0);
    ERR(unlink("d"), EISDIR);
    ERR(unlink("none"), ENOENT);
    ERR(unlink(""), ENOENT);
    put("f", "");
    ERR(unlink("f/"), ENOTDIR);
    ERR(unlinkat(AT_FDCWD, "f", AT_REMOVEDIR), ENOTDIR);
    ERR(unlinkat(AT_FDCWD, "f", 12345), EINVAL);
    EQ(symlink("d", "l"), 0);
    ERR(unlink("l/"), ENOTDIR);
    EQ(unlink("l"), 0);
    EQ(unlink("f"), 0);
    EQ(unlinkat(AT_FDCWD, "d", AT_REMOVEDIR), 0);
}
TEST(link) {
    struct stat a, b;
    put("f", "x");
    EQ(link("f", "g"), 0);
    EQ(stat("f", &a), 0);
    EQ(stat("g", &b), 0);
    EQ(a.st_ino, b.st_ino);
    EQ(a.st_nlink, 2);
    ERR(link("f", "g"), EEXIST);
    ERR(link("none", "h"), ENOENT);
    EQ(mkdir("d", 0755), 0);
    ERR(link("d", "e"), EPERM);
    put("g", "yy");
    STREQ(get("f"), "yy");
    EQ(unlink("f"), 0);
    EQ(stat("g", &b), 0);
    EQ(b.st_nlink, 1);
    EQ(symlink("g", "s"), 0);
    EQ(link("s", "hard"), 0); /* link() does not follow */
    EQ(lstat("hard", &b), 0);
    CHECK(S_ISLNK(b.st_mode));
    EQ(linkat(AT_FDCWD, "s", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW), 0);
    EQ(lstat("followed", &b), 0);
    CHECK(S_ISREG(b.st_mode));
    ERR(link("g", "g/x"), ENOTDIR);
}
TEST(symlink_readlink) {
    char b[20];
    struct stat st;
    EQ(symlink("target/of it", "l"), 0);
    ERR(symlink("x", "l"), EEXIST);
    ERR(symlink("", "m"), ENOENT);
    memset(b, '!', sizeof b);
    EQ(readlink("l", b, 20), 12);
    CHECK(!memcmp(b, "target/of it!", 13)); /* no NUL is written */
    EQ(readlink("l", b, 3), 3);
    ERR(readlink("l", b, 0), EINVAL);
    put("f", "");
    ERR(readlink("f", b, 5), EINVAL);
    ERR(readlink("none", b, 5), ENOENT);
    EQ(lstat("l", &st), 0);
    EQ(st.st_size, 12);
    EQ(st.st_mode, S_IFLNK | 0777);
    ERR(stat("l", &st), ENOENT);
}
TEST(symlink_loops) {
    struct stat st;
    char a[20], b[20];
    EQ(symlink("y", "x"), 0);
    EQ(symlink("x", "y"), 0);
    ERR(stat("x", &st), ELOOP);
    ERR(open("x", O_RDONLY), ELOOP);
    ERR(open("x/z", O_RDONLY), ELOOP);
    EQ(symlink("me", "me"), 0);
    ERR(chdir("me"), ELOOP);
    put("s0", "end");
    for (int i = 1; i <= 41; i++) {
        snprintf(a, sizeof a, "s%d", i - 1);
        snprintf(b, sizeof b, "s%d", i);
        EQ(symlink(a, b), 0);
    }
    EQ(stat("s40", &st), 0);
    ERR(stat("s41", &st), ELOOP);
}
TEST(path_walk) {
    struct stat a, b;
    EQ(mkdir("d", 0755), 0);
    EQ(mkdir("d/e", 0755), 0);
    put("d/f", "f");
    EQ(symlink("e", "d/l"), 0);
    EQ(stat("d/l/..", &a), 0); /* the link's target's parent */
    EQ(stat("d", &b), 0);
    EQ(a.st_ino, b.st_ino);
    EQ(stat(".//d///./e/../f", &a), 0);
    ERR(stat("d/f/..", &a), ENOTDIR);
    ERR(stat("d/f/.", &a), ENOTDIR);
    ERR(stat("d/none/..", &a), ENOENT);
    EQ(stat("d/l/", &a), 0);
    EQ(stat("d/e", &b), 0);
    EQ(a.st_ino, b.st_ino);
    EQ(lstat("d/l/", &a), 0); /* a trailing slash follows */
    CHECK(S_ISDIR(a.st_mode));
    EQ(stat("/..", &a), 0);
    EQ(stat("/", &b), 0);
    EQ(a.st_ino, b.st_ino);
    EQ(symlink("/etc/passwd", "abs"), 0);
    EQ(stat("abs", &a), 0);
    EQ(symlink("d/f", "tof"), 0);
    ERR(stat("tof/", &a), ENOTDIR);
    char deep[PATH_MAX + 10] = "";
    for (int i = 0; i < 1000; i++)
        strcat(deep, "./");
    strcat(deep, "d/f");
    EQ(stat(deep, &a), 0);
}
TEST(rename) {
    put("a", "A");
    put("b", "B");
    EQ(rename("a", "b"), 0);
    STREQ(get("b"), "A");
    ERR(open("a", O_RDONLY), ENOENT);
    ERR(rename("a", "c"), ENOENT);
    EQ(mkdir("d", 0755), 0);
    ERR(rename("b", "d"), EISDIR);
    ERR(rename("d", "b"), ENOTDIR);
    EQ(mkdir("d/sub", 0755), 0);
    ERR(rename("d", "d/sub/x"), EINVAL);
    ERR(rename("d/sub/x", "d"), ENOENT);
    EQ(mkdir("e", 0755), 0);
    ERR(rename("e", "d"), ENOTEMPTY);
    ERR(rename("d/sub", "d"), ENOTEMPTY);
    EQ(rename("d", "e"), 0); /* onto an empty directory */
    EQ(access("e/sub", F_OK), 0);
    EQ(rename("b", "b"), 0);
    EQ(link("b", "b2"), 0);
    EQ(rename("b", "b2"), 0); /* two names of one file: nothing happens */
    EQ(access("b", F_OK), 0);
    ERR(rename(".", "x"), EBUSY);
    ERR(rename("e/..", "x"), EBUSY);
    EQ(symlink("b", "l"), 0);
    EQ(rename("l", "m"), 0);
    struct stat st;
    EQ(lstat("m", &st), 0);
    CHECK(S_ISLNK(st.st_mode));
    EQ(rename("e/", "g/"), 0);
    ERR(rename("b", "new/"), ENOTDIR);
    ERR(rename("b", "/proc/x"), EXDEV);
}
TEST(rename_keeps_open_files) {
    put("a", "A");
    put("b", "B");
    int fd = OK(open("b", O_RDONLY));
    EQ(rename("a", "b"), 0);
    char c;
    EQ(read(fd, &c, 1), 1);
    EQ(c, 'B');
    struct stat st;
    EQ(fstat(fd, &st), 0);
    EQ(st.st_nlink, 0);
}
TEST(renameat2_flags) {
    put("a", "A");
    put("b", "B");
    int r = renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE);
    if (r == -1 && (errno == ENOSYS))
        SKIP("renameat2 is not offered");
    EQ(r, -1);
    EQ(errno, EEXIST);
    EQ(renameat2(AT_FDCWD, "a", AT_FDCWD, "c", RENAME_NOREPLACE), 0);
    EQ(renameat2(AT_FDCWD, "b", AT_FDCWD, "c", RENAME_EXCHANGE), 0);
    STREQ(get("b"), "A");
    STREQ(get("c"), "B");
    ERR(renameat2(AT_FDCWD, "b", AT_FDCWD, "none", RENAME_EXCHANGE), ENOENT);
    EQ(mkdir("d", 0755), 0);
    put("d/in", "x");
    EQ(renameat2(AT_FDCWD, "b", AT_FDCWD, "d", RENAME_EXCHANGE), 0);
    EQ(access("b/in", F_OK), 0);
    ERR(renameat2(AT_FDCWD, "b", AT_FDCWD, "c", RENAME_EXCHANGE | RENAME_NOREPLACE), EINVAL);
    ERR(renameat2(AT_FDCWD, "b", AT_FDCWD, "c", 1 << 10), EINVAL);
}
TEST(rename_whiteout) {
    struct stat st;
    put("a", "A");
    ERR(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_WHITEOUT | RENAME_EXCHANGE), EINVAL);
    int r = renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_WHITEOUT);
    if (r == -1 && errno == EINVAL)
        SKIP("a file system without RENAME_WHITEOUT");
    EQ(r, 0);
    STREQ(get("b"), "A");
    EQ(lstat("a", &st), 0); /* a device 0:0 stays behind */
    EQ(st.st_mode & S_IFMT, S_IFCHR);
    EQ(st.st_rdev, 0);
    CHECK(open("a", O_RDONLY) == -1);
    ERR(renameat2(AT_FDCWD, "b", AT_FDCWD, "a", RENAME_WHITEOUT | RENAME_NOREPLACE), EEXIST);
    EQ(renameat2(AT_FDCWD, "b", AT_FDCWD, "a", RENAME_WHITEOUT), 0);
    STREQ(get("a"), "A");
    EQ(unlink("b"), 0);
    EQ(mkdir("d", 0700), 0);
    EQ(renameat2(AT_FDCWD, "d", AT_FDCWD, "e", RENAME_WHITEOUT), 0);
    EQ(lstat("d", &st), 0);
    EQ(st.st_mode & S_IFMT, S_IFCHR);
}
TEST(chdir_getcwd) {
    char a[PATH_MAX], b[PATH_MAX], c[5];
    CHECK(getcwd(a, sizeof a));
    EQ(mkdir("d", 0755), 0);
    EQ(symlink("d", "l"), 0);
    EQ(chdir("l"), 0);
    CHECK(getcwd(b, sizeof b));
    strcat(a, "/d");
    STREQ(b, a);
    EQ(syscall(SYS_getcwd, b, sizeof b), (long)strlen(a) + 1);
    ERR(syscall(SYS_getcwd, c, 5L), ERANGE);
    put("f", "");
    ERR(chdir("f"), ENOTDIR);
    ERR(chdir("none"), ENOENT);
    int fd = OK(open("f", O_RDONLY));
    ERR(fchdir(fd), ENOTDIR);
    fd = OK(open("..", O_RDONLY));
    EQ(fchdir(fd), 0);
    EQ(access("d/f", F_OK), 0);
    ssize_t n = readlink("/proc/self/cwd", b, sizeof b);
    EQ(n, (long)strlen(a) - 2);
    EQ(rename("d", "moved"), 0);
    EQ(chdir("moved"), 0);
    EQ(rename("../moved", "../again"), 0);
    CHECK(getcwd(b, sizeof b));
    CHECK(strstr(b, "/again"));
}
TEST(unlinked_cwd) {
    char b[PATH_MAX];
    struct stat st;
    EQ(mkdir("d", 0755), 0);
    EQ(chdir("d"), 0);
    EQ(rmdir("../d"), 0);
    ERR(syscall(SYS_getcwd, b, sizeof b), ENOENT);
    EQ(stat(".", &st), 0);
    EQ(st.st_nlink, 0);
    ERR(open("x", O_CREAT | O_WRONLY, 0600), ENOENT);
    ERR(mkdir("x", 0755), ENOENT);
    EQ(stat("..", &st), 0);
    DIR *d = opendir(".");
    CHECK(d && !readdir(d));
    EQ(chdir(".."), 0);
    CHECK(getcwd(b, sizeof b));
}
TEST(getdents) {
    char n[20], b[1024];
    for (int i = 0; i < 300; i++) {
        snprintf(n, sizeof n, "file%d", i);
        close(OK(open(n, O_CREAT | O_WRONLY, 0600)));
    }
    EQ(mkdir("dir", 0755), 0);
    EQ(symlink("x", "sym"), 0);
    EQ(mknod("fifo", S_IFIFO | 0600, 0), 0);
    int fd = OK(open(".", O_RDONLY | O_DIRECTORY)), seen[300] = {0}, other = 0;
    ERR(syscall(SYS_getdents64, fd, b, 10), EINVAL);
    long got, calls = 0;
    while ((got = syscall(SYS_getdents64, fd, b, sizeof b)) > 0) {
        calls++;
        for (long o = 0; o < got;) {
            struct dirent64 *e = (void *)(b + o);
            int i;
            if (sscanf(e->d_name, "file%d", &i) == 1) {
                seen[i]++;
                if (e->d_type != DT_REG)
                    other += 1000;
            } else if (!strcmp(e->d_name, "dir") || !strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
                other += e->d_type == DT_DIR;
            else if (!strcmp(e->d_name, "sym"))
                other += e->d_type == DT_LNK;
            else if (!strcmp(e->d_name, "fifo"))
                other += e->d_type == DT_FIFO;
            if (e->d_reclen % 8 || !e->d_ino)
                other += 100000;
            o += e->d_reclen;
        }
    }
    EQ(got, 0);
    CHECK(calls > 5);
    EQ(other, 5);
    int once = 1;
    for (int i = 0; i < 300; i++)
        once &= seen[i] == 1;
    CHECK(once);
    EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK(syscall(SYS_getdents64, fd, b, sizeof b) > 0);
    fd = OK(open("file1", O_RDONLY));
    ERR(syscall(SYS_getdents64, fd, b, sizeof b), ENOTDIR);
}
TEST(seekdir_and_changes) {
    char n[20];
    for (int i = 0; i < 50; i++) {
        snprintf(n, sizeof n, "f%d", i);
        put(n, "");
    }
    DIR *d = opendir(".");
    NEED(d);
    for (int i = 0; i < 10; i++)
        CHECK(readdir(d));
    long pos = telldir(d);
    struct dirent *e = readdir(d);
    NEED(e);
    char name[256];
    strcpy(name, e->d_name);
    seekdir(d, pos);
    e = readdir(d);
    NEED(e);
    STREQ(e->d_name, name);
    rewinddir(d);
    /* Remove while reading, as rm -r does: every name is still met. */
    int removed = 0;
    while ((e = readdir(d)))
        if (e->d_name[0] == 'f')
            removed += unlink(e->d_name) == 0;
    EQ(removed, 50);
    closedir(d);
}
TEST(mknod_fifo) {
    struct stat st;
    EQ(mkfifo("p", 0644), 0);
    ERR(mkfifo("p", 0644), EEXIST);
    EQ(stat("p", &st), 0);
    CHECK(S_ISFIFO(st.st_mode));
    EQ(mknod("r", S_IFREG | 0600, 0), 0);
    EQ(stat("r", &st), 0);
    CHECK(S_ISREG(st.st_mode));
    EQ(mknod("s", S_IFSOCK | 0600, 0), 0);
    ERR(mknod("d", S_IFDIR | 0755, 0), EPERM);
}
TEST(names_are_bytes) {
    EQ(mkdir("\xff\xfe", 0755), 0);
    put("\xff\xfe/\x80 name\n", "x");
    STREQ(get("\xff\xfe/\x80 name\n"), "x");
    DIR *d = opendir("\xff\xfe");
    NEED(d);
    int hit = 0;
    for (struct dirent *e; (e = readdir(d));)
        hit |= !strcmp(e->d_name, "\x80 name\n");
    CHECK(hit);
    char name[256];
    memset(name, 'n', 255);
    name[255] = 0;
    put(name, "");
    EQ(access(name, F_OK), 0);
}
TEST(flock_and_leases) {
    put("f", "0123456789");
    pid_t pid;
    int fd = OK(open("f", O_RDWR)), p[2];
    EQ(pipe(p), 0);
    EQ(syscall(SYS_flock, fd, 2 /* LOCK_EX */), 0);
    CHILD(pid) {
        int g = OK(open("f", O_RDWR));
        ERR(syscall(SYS_flock, g, 2 | 4), EWOULDBLOCK);
        ERR(syscall(SYS_flock, g, 1 | 4), EWOULDBLOCK);
        EQ(write(p[1], "w", 1), 1);
        EQ(syscall(SYS_flock, g, 2), 0); /* waits */
    }
    char c;
    EQ(read(p[0], &c, 1), 1);
    msleep(30);
    EQ(syscall(SYS_flock, fd, 8), 0);
    WAIT_EXIT(pid, 0);
}
TEST(posix_locks) {
    put("f", "0123456789");
    pid_t pid;
    int fd = OK(open("f", O_RDWR)), p[2];
    EQ(pipe(p), 0);
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2, .l_len = 4};
    EQ(fcntl(fd, F_SETLK, &l), 0);
    EQ(fcntl(fd, F_SETLK, &l), 0); /* ours already */
    CHILD(pid) {
        struct flock k = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
        CHECK(fcntl(fd, F_SETLK, &k) == -1 && (errno == EAGAIN || errno == EACCES));
        EQ(fcntl(fd, F_GETLK, &k), 0);
        EQ(k.l_type, F_WRLCK);
        EQ(k.l_start, 2);
        EQ(k.l_len, 4);
        EQ(k.l_pid, getppid());
        k = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 6, .l_len = 2};
        EQ(fcntl(fd, F_SETLK, &k), 0); /* another part */
        k.l_start = 3;
        EQ(write(p[1], "w", 1), 1);
        EQ(fcntl(fd, F_SETLKW, &k), 0);
    }
    char c;
    EQ(read(p[0], &c, 1), 1);
    msleep(30);
    int other = OK(open("f", O_RDONLY));
    close(other); /* closing any descriptor of the file drops the locks */
    WAIT_EXIT(pid, 0);
    l.l_type = F_UNLCK;
    EQ(fcntl(fd, F_SETLK, &l), 0);
    l.l_type = 77;
    ERR(fcntl(fd, F_SETLK, &l), EINVAL);
}
TEST(ofd_locks) {
    put("f", "0123456789");
    int a = OK(open("f", O_RDWR)), b = OK(open("f", O_RDWR));
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 4};
    EQ(fcntl(a, F_OFD_SETLK, &l), 0);
    l.l_pid = 0;
    CHECK(fcntl(b, F_OFD_SETLK, &l) == -1 && errno == EAGAIN);
    close(a);
    l.l_pid = 0;
    EQ(fcntl(b, F_OFD_SETLK, &l), 0);
}
/* What is done through a descriptor of a file whose name is another's by now does not reach that other one. */
TEST(name_of_another) {
    put("a", "a");
    put("b", "bb");
    NEED(chmod("a", 0644) == 0 && chmod("b", 0600) == 0 && chmod(".", 0755) == 0);
    struct stat b, now;
    EQ(stat("b", &b), 0);
    int fd = OK(open("a", O_PATH));
    char p[40];
    sprintf(p, "/proc/self/fd/%d", fd);
    EQ(rename("b", "a"), 0);
    struct timespec t[2] = {{1, 0}, {2, 0}};
    if (chmod(p, 0666) != 0 || truncate(p, 0) != 0 || utimensat(AT_FDCWD, p, t, 0) != 0)
        EQ(errno, ESTALE); /* where only names are known */
    if (geteuid() == 0 && chown(p, 77, 78) != 0)
        EQ(errno, ESTALE);
    setxattr(p, "user.x", "1", 1, 0);
    EQ(linkat(AT_FDCWD, p, AT_FDCWD, "c", AT_SYMLINK_FOLLOW), -1);
    EQ(access("c", F_OK), -1);
    EQ(stat("a", &now), 0);
    EQ(now.st_mode & 07777, 0600);
    EQ(now.st_size, 2);
    EQ(now.st_uid, b.st_uid);
    EQ(now.st_mtime, b.st_mtime);
    EQ(getxattr("a", "user.x", 0, 0), -1);
    if (geteuid() != 0)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        char c = '?';
        if (setgroups(0, 0) != 0 || setresgid(99, 99, 99) != 0 || setresuid(99, 99, 99) != 0 || prctl(PR_SET_DUMPABLE, 1) != 0)
            _exit(9);
        if (open("a", O_RDONLY) != -1)
            _exit(8);
        int f = open(p, O_RDONLY);
        _exit(f >= 0 && read(f, &c, 1) == 1 && c != 'a' ? 7 : 0); /* the mode of one says nothing of the other */
    }
    int st;
    EQ(waitpid(pid, &st, 0), pid);
    EQ(st, 0);
}
MAIN()
