// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// mount(2) and umount2(2) as root: file systems and their options, binds, remounts, flags and what they forbid, errors.
#include "mount.h"
#include <dirent.h>
#include <grp.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

TEST(tmpfs_options) {
    OWN_MOUNTS();
    struct stat st;
    struct statfs s;
    dirs("a");
    EQ(mount("name", "a", "tmpfs", MS_NOSUID | MS_NOEXEC, "size=64k,mode=710,uid=12,gid=34,nr_inodes=5"), 0);
    EQ(stat("a", &st), 0);
    EQ(st.st_mode, S_IFDIR | 0710);
    EQ(st.st_uid, 12);
    EQ(st.st_gid, 34);
    EQ(statfs("a", &s), 0);
    EQ(s.f_type, 0x01021994);
    EQ(s.f_blocks * s.f_bsize, 65536);
    EQ(s.f_files, 5);
    EQ(s.f_ffree, 4);
    CHECK(s.f_flags & ST_NOSUID && s.f_flags & ST_NOEXEC);
    CHECK(strstr(mountinfo("a"), "rw,nosuid,noexec,relatime - tmpfs name rw,size=64k,nr_inodes=5,mode=710,uid=12,gid=34"));
    for (int i = 0; i < 4; i++) {
        char n[8];
        snprintf(n, sizeof n, "a/%d", i);
        put(n, "");
    }
    ERR(open("a/more", O_CREAT | O_WRONLY, 0644), ENOSPC);
    int fd = OK(open("a/0", O_WRONLY));
    static char big[70000];
    EQ(write(fd, big, sizeof big), 65536);
    ERR(write(fd, big, 1), ENOSPC);
    EQ(ftruncate(fd, 0), 0);
    EQ(write(fd, big, 4096), 4096);
    close(fd);
    UMOUNT("a");
    ERR(mount("x", "a", "tmpfs", 0, "size=oops"), EINVAL);
    ERR(mount("x", "a", "tmpfs", 0, "nosuch=1"), EINVAL);
    ERR(mount("x", "a", "tmpfs", 0, "uid=x"), EINVAL);
    CHECK(!mounted("a"));
}
TEST(errors) {
    OWN_MOUNTS();
    dirs("a");
    put("f", "x");
    ERR(mount("x", "a", "nosuchfs", 0, 0), ENODEV);
    ERR(mount("x", "a", 0, 0, 0), EINVAL);
    ERR(mount("x", "none", "tmpfs", 0, 0), ENOENT);
    ERR(mount("x", "f", "tmpfs", 0, 0), ENOTDIR);
    ERR(mount("x", (char *)8, "tmpfs", 0, 0), EFAULT);
    ERR(mount("x", "a", (char *)8, 0, 0), EFAULT);
    ERR(mount((char *)8, "a", "tmpfs", 0, 0), EFAULT);
    ERR(mount("x", "a", "tmpfs", 0, (char *)8), EFAULT);
    ERR(mount(0, "a", 0, MS_BIND, 0), EINVAL);
    ERR(mount("", "a", 0, MS_BIND, 0), EINVAL);
    ERR(mount("none", "a", 0, MS_BIND, 0), ENOENT);
    ERR(mount("f", "a", 0, MS_BIND, 0), ENOTDIR);
    ERR(mount("a", "f", 0, MS_BIND, 0), ENOTDIR);
    ERR(mount("x", "a", 0, MS_REMOUNT, 0), EINVAL);
    ERR(mount("x", "a", 0, MS_REMOUNT | MS_BIND, 0), EINVAL);
    ERR(mount("x", "a", 0, MS_PRIVATE, 0), EINVAL);
    ERR(mount("x", ".", 0, MS_PRIVATE | MS_SHARED, 0), EINVAL);
    ERR(mount("x", ".", 0, MS_PRIVATE | MS_NOSUID, 0), EINVAL);
    ERR(mount("a", "f", 0, MS_MOVE, 0), EINVAL);
    ERR(umount2("a", 0), EINVAL);
    ERR(umount2("none", 0), ENOENT);
    ERR(umount2("a", 0x40), EINVAL);
    ERR(umount2((char *)8, 0), EFAULT);
    ERR(umount2("f/x", 0), ENOTDIR);
}
TEST(without_rights) {
    OWN_MOUNTS();
    dirs("a");
    TMPFS("a");
    pid_t pid;
    CHILD(pid) {
        OK(setresuid(1000, 1000, 1000));
        ERR(mount("x", "a", "tmpfs", 0, 0), EPERM);
        ERR(mount("x", "a", 0, MS_REMOUNT, 0), EPERM);
        ERR(mount("x", "none", "tmpfs", 0, 0), ENOENT);
        ERR(umount2("a", MNT_DETACH), EPERM);
        ERR(umount2("none", 0), ENOENT);
        ERR(syscall(SYS_pivot_root, "a", "a"), EPERM);
        ERR(chroot("a"), EPERM);
    }
    WAIT_EXIT(pid, 0);
}
TEST(bind) {
    OWN_MOUNTS();
    dirs("a b c a/in");
    put("a/f", "text");
    EQ(mount("in", "a/in", "tmpfs", 0, 0), 0);
    put("a/in/deep", "x");
    BIND("a", "b");
    STREQ(get("b/f"), "text");
    CHECK(!exists("b/in/deep"));
    EQ(mount("a", "c", "ignored", MS_BIND | MS_REC, "ignored"), 0);
    CHECK(exists("c/in/deep"));
    struct stat x, y;
    EQ(stat("a/f", &x), 0);
    EQ(stat("b/f", &y), 0);
    CHECK(x.st_dev == y.st_dev && x.st_ino == y.st_ino);
    ERR(rename("a/f", "b/g"), EXDEV);
    ERR(link("a/f", "b/g"), EXDEV);
    ERR(rmdir("b"), EBUSY);
    ERR(rename("b", "bb"), EBUSY);
    ERR(umount("c"), EBUSY);
    UMOUNT("c/in");
    UMOUNT("c");
    CHECK(!exists("c/f") && exists("a/in/deep"));
    put("t", "");
    BIND("a/f", "t");
    STREQ(get("t"), "text");
    CHECK(strstr(mountinfo("t"), "/a/f "));
    ERR(unlink("t"), EBUSY);
    UMOUNT("t");
    STREQ(get("t"), "");
    EQ(unlink("t"), 0);
}
TEST(a_part_of_a_file_system) {
    OWN_MOUNTS();
    dirs("a a/b a/b/c m");
    put("a/b/c/f", "x");
    BIND("a/b", "m");
    CHECK(exists("m/c/f"));
    EQ(chdir("m/c"), 0);
    EQ(chdir(".."), 0);
    EQ(chdir(".."), 0);
    CHECK(exists("m")); // from the root of the mount one comes to where it is mounted
    CHECK(strstr(mountinfo("m"), "/a/b "));
}
TEST(read_only) {
    OWN_MOUNTS();
    dirs("a b");
    TMPFS("a");
    put("a/f", "x");
    EQ(mount("a", "b", 0, MS_BIND | MS_RDONLY, 0), 0); // a bind keeps the source's flags
    put("b/f", "y");
    REMOUNT("b", MS_BIND | MS_RDONLY);
    ERR(open("b/f", O_WRONLY), EROFS);
    ERR(open("b/g", O_CREAT | O_WRONLY, 0644), EROFS);
    ERR(mkdir("b/d", 0755), EROFS);
    ERR(unlink("b/f"), EROFS);
    ERR(chmod("b/f", 0600), EROFS);
    ERR(truncate("b/f", 0), EROFS);
    ERR(symlink("x", "b/l"), EROFS);
    ERR(access("b/f", W_OK), EROFS);
    EQ(access("b/f", R_OK), 0);
    put("a/f", "z");
    STREQ(get("b/f"), "z");
    struct statvfs v;
    EQ(statvfs("b", &v), 0);
    CHECK(v.f_flag & ST_RDONLY);
    EQ(statvfs("a", &v), 0);
    CHECK(!(v.f_flag & ST_RDONLY));
    CHECK(strstr(mountinfo("b"), " ro,relatime - tmpfs x rw"));
    REMOUNT("a", MS_RDONLY); // the file system as such
    ERR(open("a/f", O_WRONLY), EROFS);
    CHECK(strstr(mountinfo("a"), " ro,relatime - tmpfs x ro"));
    REMOUNT("b", MS_BIND);
    ERR(open("b/f", O_WRONLY), EROFS);
    EQ(mount(0, "a", 0, MS_REMOUNT, 0), 0);
    OK(open("b/f", O_WRONLY));
}
TEST(busy_while_written) {
    OWN_MOUNTS();
    dirs("a");
    TMPFS("a");
    int fd = OK(open("a/f", O_CREAT | O_RDWR, 0644));
    ERR(mount(0, "a", 0, MS_REMOUNT | MS_RDONLY, 0), EBUSY);
    ERR(mount(0, "a", 0, MS_REMOUNT | MS_BIND | MS_RDONLY, 0), EBUSY);
    close(fd);
    fd = OK(open("a/f", O_RDONLY));
    REMOUNT("a", MS_BIND | MS_RDONLY);
}
TEST(noexec_nosuid_nodev) {
    OWN_MOUNTS();
    dirs("a");
    EQ(mount("x", "a", "tmpfs", MS_NOEXEC | MS_NODEV | MS_NOSUID, 0), 0);
    put("a/sh", "#!/bin/sh\nexit 0\n");
    EQ(chmod("a/sh", 0755), 0);
    ERR(execl("a/sh", "sh", (char *)0), EACCES);
    ERR(access("a/sh", X_OK), EACCES);
    int fd = OK(open("a/sh", O_RDONLY));
    CHECK(mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == EPERM);
    EQ(mknod("a/null", S_IFCHR | 0666, makedev(1, 3)), 0);
    ERR(open("a/null", O_RDONLY), EACCES);
    REMOUNT("a", MS_BIND);
    OK(open("a/null", O_RDONLY));
    EQ(access("a/sh", X_OK), 0);
    pid_t pid;
    CHILD(pid) execl("a/sh", "sh", (char *)0);
    WAIT_EXIT(pid, 0);
}
TEST(nosymfollow) {
    OWN_MOUNTS();
    dirs("a");
    EQ(mount("x", "a", "tmpfs", MS_NOSYMFOLLOW, 0), 0);
    put("a/f", "x");
    EQ(symlink("f", "a/l"), 0);
    ERR(open("a/l", O_RDONLY), ELOOP);
    char b[8];
    EQ(readlink("a/l", b, sizeof b), 1);
    CHECK(strstr(mountinfo("a"), "nosymfollow"));
}
TEST(times_of_access) {
    OWN_MOUNTS();
    dirs("a");
    EQ(mount("x", "a", "tmpfs", MS_NOATIME | MS_NODIRATIME, 0), 0);
    CHECK(strstr(mountinfo("a"), "rw,noatime,nodiratime - "));
    REMOUNT("a", MS_BIND | MS_NODEV); // stay as they are
    CHECK(strstr(mountinfo("a"), "rw,nodev,noatime,nodiratime - "));
    REMOUNT("a", MS_BIND | MS_STRICTATIME);
    CHECK(strstr(mountinfo("a"), " rw - "));
    REMOUNT("a", MS_BIND | MS_RELATIME);
    CHECK(strstr(mountinfo("a"), " rw,relatime - "));
}
TEST(one_on_another) {
    OWN_MOUNTS();
    dirs("a");
    EQ(mount("one", "a", "tmpfs", 0, 0), 0);
    put("a/1", "");
    EQ(mount("two", "a", "tmpfs", 0, 0), 0);
    CHECK(!exists("a/1"));
    put("a/2", "");
    UMOUNT("a");
    CHECK(exists("a/1") && !exists("a/2"));
    UMOUNT("a");
    ERR(umount("a"), EINVAL);
}
TEST(busy) {
    OWN_MOUNTS();
    dirs("a");
    TMPFS("a");
    int fd = OK(open("a/f", O_CREAT | O_RDWR, 0644));
    ERR(umount("a"), EBUSY);
    close(fd);
    fd = OK(open("a", O_PATH));
    ERR(umount("a"), EBUSY);
    close(fd);
    pid_t pid;
    TURNS();
    CHILD(pid) {
        EQ(chdir("a"), 0);
        GIVE(to_parent);
        TAKE(to_child);
    }
    TAKE(to_parent);
    ERR(umount("a"), EBUSY);
    ERR(umount2("a", MNT_EXPIRE), EBUSY);
    GIVE(to_child);
    WAIT_EXIT(pid, 0);
    UMOUNT("a");
}
TEST(detached) {
    OWN_MOUNTS();
    dirs("a");
    TMPFS("a");
    dirs("a/d a/sub");
    EQ(mount("y", "a/sub", "tmpfs", 0, 0), 0);
    put("a/sub/f", "");
    int fd = OK(open("a/f", O_CREAT | O_RDWR, 0644)), dir = OK(open("a", O_RDONLY));
    EQ(write(fd, "still", 5), 5);
    EQ(umount2("a", MNT_DETACH), 0);
    CHECK(!exists("a/d") && !mounted("a") && !mounted("a/sub"));
    char b[8] = "";
    EQ(pread(fd, b, 5, 0), 5);
    STREQ(b, "still");
    EQ(faccessat(dir, "d", F_OK, 0), 0);
    CHECK(faccessat(dir, "sub/f", F_OK, 0) != 0); // what stood on it was taken off
    EQ(mkdirat(dir, "e", 0755), 0);
    close(fd);
    close(dir);
    EQ(rmdir("a"), 0);
}
TEST(expire) {
    OWN_MOUNTS();
    dirs("a");
    TMPFS("a");
    ERR(umount2("a", MNT_EXPIRE | MNT_DETACH), EINVAL);
    ERR(umount2("a", MNT_EXPIRE | MNT_FORCE), EINVAL);
    ERR(umount2("a", MNT_EXPIRE), EAGAIN);
    put("a/f", "somebody was here");
    ERR(umount2("a", MNT_EXPIRE), EAGAIN);
    EQ(umount2("a", MNT_EXPIRE), 0);
    CHECK(!mounted("a"));
}
TEST(nofollow) {
    OWN_MOUNTS();
    dirs("a");
    EQ(symlink("a", "l"), 0);
    TMPFS("l");
    CHECK(mounted("a"));
    ERR(umount2("l", UMOUNT_NOFOLLOW), EINVAL);
    EQ(umount2("l", 0), 0);
}
TEST(file_that_was_a_mount_point) {
    OWN_MOUNTS();
    put("f", "old");
    put("g", "over it");
    OK(mount("g", "f", 0, MS_BIND, 0));
    STREQ(get("f"), "over it");
    ERR(unlink("f"), EBUSY);
    OK(umount2("f", 0));
    STREQ(get("f"), "old");
    OK(unlink("f"));
    put("f", "new");
    STREQ(get("f"), "new");
}
TEST(moving) {
    OWN_MOUNTS();
    dirs("a b");
    TMPFS("a");
    dirs("a/in a/d");
    EQ(mount("y", "a/in", "tmpfs", 0, 0), 0);
    put("a/in/f", "");
    EQ(mount("a", "b", 0, MS_MOVE, 0), 0);
    CHECK(!exists("a/in") && exists("b/in/f") && mounted("b/in"));
    ERR(mount("b/d", "a", 0, MS_MOVE, 0), EINVAL); // no mount
    ERR(mount("b", "b/d", 0, MS_MOVE, 0), ELOOP);
    put("f", "");
    ERR(mount("b", "f", 0, MS_MOVE, 0), EINVAL);
    EQ(umount2("b", MNT_DETACH), 0);
}
TEST(proc_of_ones_own) {
    OWN_MOUNTS();
    dirs("p");
    EQ(mount("proc", "p", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0), 0);
    struct statfs s;
    EQ(statfs("p", &s), 0);
    EQ(s.f_type, 0x9fa0);
    char b[32] = "", self[32];
    CHECK(readlink("p/self", b, sizeof b) > 0);
    snprintf(self, sizeof self, "%d", getpid());
    STREQ(b, self);
    CHECK(strstr(get("p/self/status"), "Pid:"));
    struct stat x, y;
    EQ(stat("p", &x), 0);
    EQ(stat("/proc", &y), 0);
    CHECK(x.st_dev != y.st_dev);
    ERR(mount("proc", "p", "proc", 0, "nosuch"), EINVAL);
    UMOUNT("p");
}
TEST(kernels_file_systems) {
    OWN_MOUNTS();
    dirs("s d m");
    struct stat st;
    EQ(mount("sysfs", "s", "sysfs", MS_RDONLY, 0), 0);
    CHECK(exists("s/devices/system/cpu"));
    EQ(mount("devpts", "d", "devpts", 0, "newinstance,ptmxmode=0620,mode=0600,gid=5"), 0);
    EQ(stat("d/ptmx", &st), 0);
    EQ(st.st_mode, S_IFCHR | 0620);
    CHECK(strstr(mountinfo("d"), "gid=5,mode=600,ptmxmode=620"));
    int fd = OK(open("d/ptmx", O_RDWR | O_NOCTTY));
    EQ(stat("d/0", &st), 0);
    EQ(st.st_mode, S_IFCHR | 0600);
    EQ(st.st_gid, 5);
    EQ(st.st_rdev, makedev(136, 0));
    int zero = 0;
    EQ(syscall(SYS_ioctl, fd, 0x40045431, &zero), 0); // TIOCSPTLCK
    int slave = OK(open("d/0", O_RDWR | O_NOCTTY));
    EQ(write(fd, "hi\n", 3), 3);
    char b[8];
    EQ(read(slave, b, sizeof b), 3);
    close(slave);
    ERR(umount("d"), EBUSY);
    close(fd);
    UMOUNT("d");
    ERR(mount("devpts", "d", "devpts", 0, "nosuch=1"), EINVAL);
    EQ(mount("mqueue", "m", "mqueue", 0, 0), 0);
    UMOUNT("m");
}
TEST(contents_go) {
    OWN_MOUNTS();
    dirs("a");
    for (int i = 0; i < 30; i++) { // 30 times 64 MiB: more than there would be if they stayed
        EQ(mount("x", "a", "tmpfs", 0, "size=64m"), 0);
        int fd = OK(open("a/f", O_CREAT | O_RDWR, 0644));
        static char block[1 << 20];
        memset(block, 1, sizeof block);
        for (int k = 0; k < 2; k++)
            EQ(write(fd, block, sizeof block), sizeof block);
        close(fd);
        if (!EQ(umount("a"), 0))
            break;
    }
}
TEST(mounts_text) {
    OWN_MOUNTS();
    dirs("a\\tb");
    EQ(mkdir("with space", 0755), 0);
    EQ(mount("my source", "with space", "tmpfs", MS_RDONLY, 0), 0);
    CHECK(strstr(get("/proc/self/mounts"), "my\\040source "));
    CHECK(strstr(get("/proc/self/mounts"), "with\\040space tmpfs ro,relatime"));
    CHECK(strstr(get("/proc/self/mountstats"), " mounted on "));
    CHECK(strstr(get("/proc/mounts"), "with\\040space"));
    EQ(mount(0, "a\\tb", "tmpfs", 0, 0), 0);
    CHECK(strstr(get("/proc/self/mounts"), "none "));
}
TEST(statx_of_mounts) {
    OWN_MOUNTS();
    dirs("a a/d");
    TMPFS("a");
    dirs("a/d");
    struct statx x;
    EQ(statx(AT_FDCWD, "a", 0, STATX_BASIC_STATS | STATX_MNT_ID, &x), 0);
    CHECK(x.stx_attributes & STATX_ATTR_MOUNT_ROOT);
    EQ(x.stx_mnt_id, atoi(mountinfo("a")));
    EQ(statx(AT_FDCWD, "a/d", 0, STATX_BASIC_STATS | 0x4000, &x), 0); // STATX_MNT_ID_UNIQUE
    CHECK(x.stx_mask & 0x4000);
    CHECK(!(x.stx_attributes & STATX_ATTR_MOUNT_ROOT));
    CHECK(x.stx_mnt_id > 1LL << 31);
}
TEST(proc_hides_processes) {
    OWN_MOUNTS();
    dirs("p1 p2 p4 s");
    EQ(mount("p", "p1", "proc", 0, "hidepid=1"), 0);
    EQ(mount("p", "p2", "proc", 0, "hidepid=invisible,gid=77"), 0);
    EQ(mount("p", "p4", "proc", 0, "hidepid=4"), 0);
    EQ(mount("p", "s", "proc", 0, "subset=pid"), 0);
    ERR(mount("p", "s", "proc", 0, "hidepid=3"), EINVAL);
    ERR(mount("p", "s", "proc", 0, "subset=all"), EINVAL);
    CHECK(strstr(mountinfo("p1"), "hidepid=noaccess"));
    CHECK(strstr(mountinfo("p2"), "gid=77,hidepid=invisible"));
    CHECK(strstr(mountinfo("s"), "subset=pid"));
    CHECK(exists("s/self/status") && !exists("s/meminfo") && exists("p1/meminfo"));
    char of[4][40];
    int pid = getpid();
    for (int i = 0; i < 3; i++)
        snprintf(of[i], 40, "p%d/%d", 1 << i, pid);
    EQ(chmod(".", 0755), 0);
    pid_t child;
    CHILD(child) {
        OK(setgroups(0, 0));
        OK(setresgid(10, 10, 10));
        OK(setresuid(10, 10, 10));
        struct stat st;
        EQ(stat(of[0], &st), 0);
        ERR(open(of[0], O_RDONLY), EPERM);
        strcat(of[0], "/status");
        ERR(open(of[0], O_RDONLY), EPERM);
        ERR(stat(of[1], &st), ENOENT);
        ERR(open(of[2], O_RDONLY), ENOENT);
        CHECK(exists("p1/self/status") && exists("p2/self/status") && exists("p4/self/status"));
        int listed = 0;
        DIR *d = opendir("p2");
        for (struct dirent *e; d && (e = readdir(d));)
            listed += atoi(e->d_name) == pid;
        EQ(listed, 0);
    }
    WAIT_EXIT(child, 0);
    CHILD(child) {
        gid_t g = 77;
        OK(setgroups(1, &g));
        OK(setresgid(10, 10, 10));
        OK(setresuid(10, 10, 10));
        struct stat st;
        EQ(stat(of[1], &st), 0);
        ERR(stat(of[2], &st), ENOENT);
    }
    WAIT_EXIT(child, 0);
}
MAIN()
