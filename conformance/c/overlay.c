// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// Overlay mounts by root: merging, copies, whiteouts, opaque directories, renames, numbers, options, errors.
#include "mount.h"
#include <dirent.h>
#include <sys/inotify.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#define BOTH "lowerdir=l2:l1,upperdir=u,workdir=w"

/* l1 below l2 below u, each with files of its own, seen as m. */
static int over(void) {
    dirs("l1 l2 u w m l1/d l2/d l1/only l1/only/deep");
    put("l1/a", "a of 1");
    put("l2/a", "a of 2");
    put("l1/b", "b of 1");
    put("l1/d/x", "x");
    put("l2/d/y", "y");
    put("l1/only/deep/f", "deep");
    return mount("over", "m", "overlay", 0, BOTH);
}
/* Nothing is left in the work directory but the whiteout that others are links to. */
static int tidy(void) {
    struct dirent **e;
    int n = scandir("w/work", &e, 0, alphasort), others = 0;
    for (int i = 0; i < n; i++) {
        struct stat st;
        char path[300];
        snprintf(path, sizeof path, "w/work/%s", e[i]->d_name);
        others += lstat(path, &st) == 0 && !S_ISDIR(st.st_mode) && !(S_ISCHR(st.st_mode) && st.st_rdev == 0);
    }
    return others == 0 && n <= 3;
}
static char *names(const char *dir) {
    static char all[2048];
    struct dirent **e;
    *all = 0;
    int n = scandir(dir, &e, 0, alphasort);
    for (int i = 0; i < n; i++)
        if (e[i]->d_name[0] != '.')
            strcat(strcat(all, *all ? " " : ""), e[i]->d_name);
    return all;
}
static int whiteout(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == 0;
}
static char *attr(const char *path, const char *name) {
    static char v[256];
    ssize_t n = lgetxattr(path, name, v, sizeof v - 1);
    if (n < 0)
        return "";
    v[n] = 0;
    return v;
}

TEST(merges) {
    OWN_MOUNTS();
    EQ(over(), 0);
    STREQ(names("m"), "a b d only");
    STREQ(get("m/a"), "a of 2");
    STREQ(get("m/b"), "b of 1");
    STREQ(names("m/d"), "x y");
    STREQ(get("m/d/x"), "x");
    STREQ(get("m/only/deep/f"), "deep");
    STREQ(names("u"), "");
    ERR(open("m/none", O_RDONLY), ENOENT);
    struct stat m, f;
    EQ(stat("m", &m), 0);
    EQ(stat("m/a", &f), 0);
    EQ(m.st_dev, f.st_dev); // all layers lie on one file system
    EQ(stat("m/d", &f), 0);
    EQ(f.st_nlink, 1);
    struct statfs s;
    EQ(statfs("m", &s), 0);
    EQ(s.f_type, 0x794c7630);
    CHECK(strstr(mountinfo("m"), " - overlay over rw,lowerdir=l2:l1,upperdir=u,workdir=w"));
    EQ(stat("w/work", &f), 0);
    EQ(f.st_mode, S_IFDIR);
    EQ(umount("m"), 0);
}
TEST(copies_up) {
    OWN_MOUNTS();
    EQ(over(), 0);
    struct stat a, b;
    struct timespec old[2] = {{1000, 5}, {2000, 6}};
    EQ(utimensat(AT_FDCWD, "l1/only/deep/f", old, 0), 0);
    EQ(chmod("l1/only/deep/f", 0640), 0);
    EQ(chown("l1/only/deep/f", 12, 34), 0);
    EQ(chmod("l1/only", 0711), 0);
    EQ(setxattr("l1/only/deep/f", "user.k", "v", 1, 0), 0);
    EQ(stat("m/only/deep/f", &a), 0);
    int r = OK(open("m/only/deep/f", O_RDONLY));
    CHECK(!exists("u/only"));
    EQ(chmod("m/only/deep/f", 0600), 0);
    EQ(stat("m/only/deep/f", &b), 0);
    EQ(a.st_ino, b.st_ino);
    EQ(a.st_dev, b.st_dev);
    EQ(b.st_mtim.tv_sec, 2000);
    EQ(b.st_mtim.tv_nsec, 6);
    EQ(b.st_uid, 12);
    EQ(b.st_gid, 34);
    EQ(b.st_mode, S_IFREG | 0600);
    STREQ(attr("m/only/deep/f", "user.k"), "v");
    EQ(stat("u/only", &b), 0);
    EQ(b.st_mode, S_IFDIR | 0711);
    STREQ(get("u/only/deep/f"), "deep");
    int w = OK(open("m/only/deep/f", O_WRONLY | O_APPEND));
    EQ(write(w, "er", 2), 2);
    char buf[16] = "";
    EQ(read(r, buf, 16), 6); // who had it open before sees what was written since
    STREQ(buf, "deeper");
    STREQ(get("l1/only/deep/f"), "deep");
    put("m/b", "new");
    STREQ(get("l1/b"), "b of 1");
    STREQ(get("u/b"), "new");
    EQ(truncate("m/a", 1), 0);
    STREQ(get("u/a"), "a");
    STREQ(get("l2/a"), "a of 2");
    CHECK(tidy());
    EQ(close(r) + close(w), 0);
    EQ(umount("m"), 0);
    EQ(mount("over", "m", "overlay", 0, BOTH), 0);
    STREQ(get("m/only/deep/f"), "deeper");
}
TEST(opened_but_not_written) {
    OWN_MOUNTS();
    EQ(over(), 0);
    int fd = OK(open("m/b", O_RDWR)); // opening is enough
    CHECK(exists("u/b"));
    close(fd);
    fd = OK(open("m/a", O_RDONLY));
    CHECK(!exists("u/a"));
    EQ(fchmod(fd, 0600), 0);
    CHECK(exists("u/a"));
    close(fd);
    void *p = MAP_FAILED;
    fd = OK(open("m/d/x", O_RDWR));
    p = mmap(0, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    NEED(p != MAP_FAILED);
    *(char *)p = 'X';
    STREQ(get("m/d/x"), "X");
    STREQ(get("u/d/x"), "X");
    STREQ(get("l1/d/x"), "x");
    close(fd);
}
TEST(whiteouts) {
    OWN_MOUNTS();
    EQ(over(), 0);
    EQ(unlink("m/b"), 0);
    CHECK(whiteout("u/b"));
    CHECK(!exists("m/b"));
    ERR(unlink("m/b"), ENOENT);
    STREQ(names("m"), "a d only");
    put("m/new", "x");
    EQ(unlink("m/new"), 0);
    CHECK(!exists("u/new"));
    EQ(unlink("m/a"), 0);
    CHECK(!exists("m/a"));
    put("m/a", "again"); // in its place
    STREQ(get("u/a"), "again");
    EQ(unlink("m/a"), 0);
    EQ(symlink("to", "m/a"), 0);
    EQ(unlink("m/a"), 0);
    EQ(mknod("m/a", S_IFIFO | 0600, 0), 0);
    EQ(unlink("m/a"), 0);
    put("m/t", "t");
    EQ(link("m/t", "m/a"), 0);
    STREQ(get("m/a"), "t");
    CHECK(tidy());
    EQ(umount("m"), 0);
    EQ(mount("over", "m", "overlay", 0, BOTH), 0);
    STREQ(names("m"), "a d only t");
}
TEST(directories) {
    OWN_MOUNTS();
    EQ(over(), 0);
    ERR(rmdir("m/d"), ENOTEMPTY);
    EQ(unlink("m/d/x") + unlink("m/d/y"), 0);
    STREQ(names("m/d"), "");
    int fd = OK(open("m/d", O_RDONLY | O_DIRECTORY));
    EQ(rmdir("m/d"), 0);
    ERR(openat(fd, "n", O_CREAT | O_WRONLY, 0644), ENOENT);
    close(fd);
    CHECK(whiteout("u/d"));
    EQ(mkdir("m/d", 0750), 0);
    STREQ(names("m/d"), "");
    STREQ(attr("u/d", "trusted.overlay.opaque"), "y");
    ERR(getxattr("m/d", "trusted.overlay.opaque", 0, 0), ENODATA);
    char list[64];
    EQ(listxattr("m/d", list, sizeof list), 0);
    EQ(setxattr("m/d", "trusted.overlay.x", "1", 1, 0), 0); // may be an attribute of files seen through it
    STREQ(attr("m/d", "trusted.overlay.x"), "1");
    STREQ(attr("u/d", "trusted.overlay.overlay.x"), "1");
    EQ(listxattr("m/d", list, sizeof list), sizeof "trusted.overlay.x");
    put("m/d/z", "z");
    struct stat st;
    EQ(stat("m/d", &st), 0);
    EQ(st.st_mode, S_IFDIR | 0750);
    EQ(mkdir("m/only/more", 0755), 0);
    EQ(rmdir("m/only/more"), 0);
    CHECK(!exists("u/only/more"));
    EQ(unlink("m/only/deep/f"), 0);
    EQ(rmdir("m/only/deep") + rmdir("m/only"), 0);
    CHECK(whiteout("u/only"));
    CHECK(tidy());
    EQ(umount("m"), 0);
    EQ(mount("over", "m", "overlay", 0, BOTH), 0);
    STREQ(names("m"), "a b d");
    STREQ(names("m/d"), "z");
}
TEST(renames) {
    OWN_MOUNTS();
    EQ(over(), 0);
    ERR(rename("m/d", "m/e"), EXDEV); // merged
    ERR(rename("m/only", "m/e"), EXDEV);
    EQ(mkdir("m/p", 0755), 0);
    put("m/p/q", "q");
    EQ(rename("m/p", "m/r"), 0);
    CHECK(!exists("u/p") && exists("u/r/q"));
    EQ(rename("m/b", "m/c"), 0);
    STREQ(get("m/c"), "b of 1");
    CHECK(whiteout("u/b") && exists("u/c") && !exists("m/b"));
    EQ(rename("m/c", "m/a"), 0);
    STREQ(get("m/a"), "b of 1");
    CHECK(!exists("u/c"));
    EQ(rename("m/a", "m/b"), 0);
    CHECK(whiteout("u/a") && !exists("m/a"));
    STREQ(get("m/b"), "b of 1");
    ERR(rename("m/r", "m/d"), ENOTEMPTY);
    ERR(rename("m/b", "m/d"), EISDIR);
    ERR(rename("m/r", "m/b"), ENOTDIR);
    EQ(unlink("m/only/deep/f"), 0);
    EQ(rename("m/r", "m/only/deep"), 0); // onto an empty one of below
    STREQ(names("m/only/deep"), "q");
    STREQ(attr("u/only/deep", "trusted.overlay.opaque"), "y");
    put("m/n", "n");
    EQ(renameat2(AT_FDCWD, "m/n", AT_FDCWD, "m/b", RENAME_NOREPLACE) , -1);
    EQ(renameat2(AT_FDCWD, "m/n", AT_FDCWD, "m/b", RENAME_EXCHANGE), 0);
    STREQ(get("m/b"), "n");
    STREQ(get("m/n"), "b of 1");
    ERR(renameat2(AT_FDCWD, "m/n", AT_FDCWD, "m/k", RENAME_WHITEOUT), EINVAL);
    ERR(rename("m/n", "n"), EXDEV);
    ERR(rename("u/n", "m/k"), EXDEV);
    EQ(umount("m"), 0);
    EQ(mount("over", "m", "overlay", 0, BOTH), 0);
    STREQ(names("m"), "b d n only");
    STREQ(names("m/only/deep"), "q");
}
TEST(links) {
    OWN_MOUNTS();
    EQ(over(), 0);
    struct stat a, b;
    EQ(link("m/b", "m/b2"), 0);
    EQ(stat("m/b", &a), 0);
    EQ(stat("m/b2", &b), 0);
    EQ(a.st_ino, b.st_ino);
    EQ(a.st_nlink, 2);
    put("m/b2", "both");
    STREQ(get("m/b"), "both");
    EQ(symlink("b", "l1/s"), 0);
    char t[8] = "";
    EQ(readlink("m/s", t, 8), 1);
    EQ(lchown("m/s", 5, 6), 0);
    EQ(lstat("u/s", &b), 0);
    EQ(b.st_uid, 5);
    EQ(readlink("u/s", t, 8), 1);
    ERR(link("m/b", "u/k"), EXDEV);
}
TEST(nothing_may_be_written) {
    OWN_MOUNTS();
    dirs("l1 l2 m");
    put("l1/a", "1");
    put("l2/a", "2");
    put("l2/b", "b");
    EQ(mknod("l1/b", S_IFCHR, 0), 0);
    EQ(mount("over", "m", "overlay", 0, "lowerdir=l1:l2"), 0);
    STREQ(get("m/a"), "1");
    STREQ(names("m"), "a");
    ERR(open("m/a", O_WRONLY), EROFS);
    ERR(open("m/n", O_CREAT | O_WRONLY, 0644), EROFS);
    ERR(unlink("m/a"), EROFS);
    ERR(mkdir("m/d", 0755), EROFS);
    ERR(chmod("m/a", 0600), EROFS);
    ERR(rename("m/a", "m/c"), EROFS);
    CHECK(strstr(mountinfo("m"), " - overlay over ro,lowerdir=l1:l2"));
    ERR(mount(0, "m", 0, MS_REMOUNT, 0), EROFS);
}
TEST(errors) {
    OWN_MOUNTS();
    dirs("l u w m l/in u/w l2");
    put("f", "");
    ERR(mount("o", "m", "overlay", 0, 0), EINVAL);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=l"), EINVAL);
    ERR(mount("o", "m", "overlay", 0, "upperdir=u,workdir=w"), EINVAL);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=l,upperdir=u"), EINVAL);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=none,upperdir=u,workdir=w"), ENOENT);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=l,upperdir=none,workdir=w"), ENOENT);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=l,upperdir=u,workdir=none"), ENOENT);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=f,upperdir=u,workdir=w"), EINVAL);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=l,upperdir=f,workdir=w"), EINVAL);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=l,upperdir=u,workdir=u/w"), EINVAL);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=l,upperdir=u,workdir=u"), EINVAL);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=l,upperdir=u,workdir=w,nosuch=1"), EINVAL);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=:l,upperdir=u,workdir=w"), EINVAL);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=l:l/in"), ELOOP);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=l:l2:l"), ELOOP);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=u/w,upperdir=u,workdir=w"), ELOOP);
    EQ(mkdir("other", 0755), 0);
    EQ(mount("o", "other", "tmpfs", 0, 0), 0);
    EQ(mkdir("other/w", 0755), 0);
    ERR(mount("o", "m", "overlay", 0, "lowerdir=l,upperdir=u,workdir=other/w"), EINVAL);
    EQ(mount("o", "m", "overlay", 0, "lowerdir=l,workdir=w,lowerdir=l:l2"), 0); // the last counts, workdir does not
    EQ(umount("m"), 0);
    EQ(mount(0, "other", 0, MS_REMOUNT | MS_RDONLY, 0), 0);
    EQ(mount("o", "m", "overlay", 0, "lowerdir=l:other"), 0);
    EQ(umount("m"), 0);
    EQ(mount("o", "m", "overlay", 0, "lowerdir=l,upperdir=u,workdir=w"), 0);
    EQ(umount("other"), 0);
    dirs("m2 w2");
    ERR(mount("o", "m2", "overlay", 0, "lowerdir=l,upperdir=m/in,workdir=m/in"), EINVAL);
}
TEST(names_with_colons) {
    OWN_MOUNTS();
    dirs("l:1 l2 m");
    put("l:1/a", "1");
    EQ(mount("o", "m", "overlay", 0, "lowerdir=l\\:1:l2"), 0);
    STREQ(get("m/a"), "1");
}
TEST(over_an_overlay) {
    OWN_MOUNTS();
    EQ(over(), 0);
    put("m/up", "up");
    dirs("u2 w2 m2 m3");
    EQ(mount("o", "m2", "overlay", 0, "lowerdir=m,upperdir=u2,workdir=w2"), 0);
    STREQ(names("m2"), "a b d only up");
    put("m2/up", "more");
    STREQ(get("m/up"), "up");
    EQ(unlink("m2/b"), 0);
    CHECK(exists("m/b") && !exists("m2/b"));
    ERR(mount("o", "m3", "overlay", 0, "lowerdir=m2:l1"), EINVAL); // too deep
    EQ(umount("m"), 0); // the layers stay
    STREQ(get("m2/a"), "a of 2");
}
TEST(is_watched_and_locked) {
    OWN_MOUNTS();
    EQ(over(), 0);
    int n = OK(inotify_init1(IN_NONBLOCK));
    OK(inotify_add_watch(n, "m", IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MODIFY));
    put("m/new", "");
    EQ(unlink("m/a"), 0);
    EQ(truncate("m/b", 0), 0);
    char buf[512];
    int seen = 0;
    for (ssize_t k = read(n, buf, sizeof buf), at = 0; at < k;) {
        struct inotify_event *e = (void *)(buf + at);
        seen |= e->mask & IN_CREATE && !strcmp(e->name, "new") ? 1 : 0;
        seen |= e->mask & IN_DELETE && !strcmp(e->name, "a") ? 2 : 0;
        seen |= e->mask & IN_MODIFY && !strcmp(e->name, "b") ? 4 : 0;
        at += sizeof *e + e->len;
    }
    EQ(seen, 7);
    int fd = OK(open("m/d/x", O_RDONLY));
    EQ(chmod("m/d/x", 0600), 0); // copied up
    int other = OK(open("m/d/x", O_RDONLY));
    struct flock l = {.l_type = F_RDLCK};
    EQ(fcntl(fd, F_OFD_SETLK, &l), 0);
    l.l_type = F_WRLCK;
    l.l_pid = 0;
    close(other);
    other = OK(open("m/d/x", O_RDWR));
    ERR(fcntl(other, F_OFD_SETLK, &l), EAGAIN);
}
TEST(programs_sockets_fifos) {
    OWN_MOUNTS();
    EQ(over(), 0);
    pid_t pid;
    put("m/run", "#!/bin/sh\nexit 7\n");
    EQ(chmod("m/run", 0755), 0);
    CHILD(pid) {
        execl("m/run", "run", NULL);
        _exit(1);
    }
    WAIT_EXIT(pid, 7);
    EQ(mkfifo("l1/p", 0600), 0);
    CHILD(pid) {
        int w = OK(open("m/p", O_WRONLY));
        EQ(write(w, "x", 1), 1);
    }
    int r = OK(open("m/p", O_RDONLY));
    char c = 0;
    EQ(read(r, &c, 1), 1);
    EQ(c, 'x');
    WAIT_EXIT(pid, 0);
    EQ(mknod("m/null", S_IFCHR | 0666, makedev(1, 3)), 0);
    int d = OK(open("m/null", O_WRONLY));
    EQ(write(d, "x", 1), 1);
}
TEST(in_a_user_namespace) {
    OWN_MOUNTS();
    dirs("l u w m l/d");
    put("l/f", "f");
    put("l/d/g", "g");
    pid_t pid;
    CHILD(pid) {
        NEED(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0);
        put("/proc/self/setgroups", "deny");
        put("/proc/self/uid_map", "0 0 1");
        put("/proc/self/gid_map", "0 0 1");
        EQ(mount("o", "m", "overlay", 0, "lowerdir=l,upperdir=u,workdir=w,userxattr"), 0);
        put("m/f", "new");
        EQ(unlink("m/d/g") + rmdir("m/d"), 0);
        EQ(mkdir("m/d", 0755), 0);
        STREQ(names("m/d"), "");
        STREQ(attr("u/d", "user.overlay.opaque"), "y");
        ERR(getxattr("m/d", "user.overlay.opaque", 0, 0), ENODATA);
        CHECK(strstr(mountinfo("m"), ",userxattr"));
    }
    WAIT_EXIT(pid, 0);
    STREQ(get("u/f"), "new");
}
TEST(new_calls) {
    OWN_MOUNTS();
    dirs("l1 l:2 u w m");
    put("l1/a", "1");
    put("l:2/b", "2");
    int fs = OK(syscall(SYS_fsopen, "overlay", 0));
    EQ(syscall(SYS_fsconfig, fs, 1, "source", "name", 0), 0);
    EQ(syscall(SYS_fsconfig, fs, 1, "lowerdir+", "l1", 0), 0);
    EQ(syscall(SYS_fsconfig, fs, 1, "lowerdir+", "l:2", 0), 0);
    EQ(syscall(SYS_fsconfig, fs, 1, "upperdir", "u", 0), 0);
    EQ(syscall(SYS_fsconfig, fs, 1, "workdir", "w", 0), 0);
    ERR(syscall(SYS_fsconfig, fs, 1, "nosuch", "w", 0), EINVAL);
    ERR(syscall(SYS_fsconfig, fs, 1, "lowerdir+", "none", 0), ENOENT);
    EQ(syscall(SYS_fsconfig, fs, 6, 0, 0, 0), 0);
    int m = OK(syscall(SYS_fsmount, fs, 0, 0));
    EQ(syscall(SYS_move_mount, m, "", AT_FDCWD, "m", 4), 0);
    STREQ(names("m"), "a b");
    put("m/a", "x");
    STREQ(get("u/a"), "x");
    fs = OK(syscall(SYS_fsopen, "overlay", 0));
    ERR(syscall(SYS_fsconfig, fs, 6, 0, 0, 0), EINVAL);
}
MAIN()
