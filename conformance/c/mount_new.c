// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// The calls that mount in steps, as root: fsopen, fsconfig, fsmount, fspick, open_tree, move_mount, mount_setattr; statmount,
// listmount.
#include "mount.h"
#include <stdint.h>

#ifndef SYS_statmount
#define SYS_statmount 457
#define SYS_listmount 458
#endif
#define fsopen(name, flags) syscall(SYS_fsopen, name, flags)
#define fsconfig(fd, cmd, key, value, aux) syscall(SYS_fsconfig, fd, cmd, key, value, aux)
#define fsmount(fd, flags, attrs) syscall(SYS_fsmount, fd, flags, attrs)
#define fspick(dir, path, flags) syscall(SYS_fspick, dir, path, flags)
#define open_tree(dir, path, flags) syscall(SYS_open_tree, dir, path, flags)
#define move_mount(fd, from, td, to, flags) syscall(SYS_move_mount, fd, from, td, to, flags)
#define mount_setattr(dir, path, flags, a, size) syscall(SYS_mount_setattr, dir, path, flags, a, size)
enum { FLAG, STRING, BINARY, PATH_, PATH_EMPTY, FD_, CREATE, RECONFIGURE };
struct attr {
    uint64_t set, clear, propagation, userns;
};

static int make_tmpfs(const char *size) {
    int fs = fsopen("tmpfs", 1);
    if (fs < 0 || (size && fsconfig(fs, STRING, "size", size, 0) != 0) || fsconfig(fs, CREATE, 0, 0, 0) != 0)
        return -1;
    int m = fsmount(fs, 1, 0);
    close(fs);
    return m;
}
TEST(from_fsopen_to_the_tree) {
    OWN_MOUNTS();
    dirs("a");
    int fs = OK(fsopen("tmpfs", 1));
    EQ(fcntl(fs, F_GETFD), FD_CLOEXEC);
    EQ(fsconfig(fs, STRING, "source", "mine", 0), 0);
    EQ(fsconfig(fs, STRING, "size", "64k", 0), 0);
    EQ(fsconfig(fs, STRING, "mode", "0711", 0), 0);
    EQ(fsconfig(fs, FLAG, "ro", 0, 0), 0);
    EQ(fsconfig(fs, CREATE, 0, 0, 0), 0);
    int m = OK(fsmount(fs, 0, 2 | 8));
    EQ(fcntl(m, F_GETFD), 0);
    CHECK(fcntl(m, F_GETFL) & O_PATH);
    struct stat st;
    EQ(fstat(m, &st), 0);
    EQ(st.st_mode, S_IFDIR | 0711);
    EQ(move_mount(m, "", AT_FDCWD, "a", 4), 0);
    CHECK(strstr(mountinfo("a"), "rw,nosuid,noexec,relatime - tmpfs mine ro,size=64k,mode=711"));
    ERR(open("a/f", O_CREAT | O_WRONLY, 0644), EROFS);
    close(fs);
    ERR(umount("a"), EBUSY); // the descriptor of the mount
    close(m);
    UMOUNT("a");
}
TEST(used_before_it_is_mounted) {
    OWN_MOUNTS();
    dirs("a");
    int m = OK(make_tmpfs(0));
    int fd = OK(openat(m, "f", O_CREAT | O_RDWR, 0644));
    EQ(mkdirat(m, "d", 0755), 0);
    EQ(write(fd, "hello", 5), 5);
    close(fd);
    CHECK(!exists("a/f"));
    EQ(move_mount(m, "", AT_FDCWD, "a", 4), 0);
    STREQ(get("a/f"), "hello");
    close(m);
    CHECK(exists("a/d"));
    m = OK(make_tmpfs(0));
    fd = OK(openat(m, "f", O_CREAT | O_RDWR, 0644));
    close(m); // nobody mounted it
    EQ(write(fd, "x", 1), 1);
    close(fd);
}
TEST(errors_of_fsopen_and_fsconfig) {
    OWN_MOUNTS();
    ERR(fsopen("nosuchfs", 0), ENODEV);
    ERR(fsopen("tmpfs", 2), EINVAL);
    ERR(fsopen((char *)8, 0), EFAULT);
    int fs = OK(fsopen("tmpfs", 0));
    ERR(fsconfig(fs, FLAG, 0, 0, 0), EINVAL);
    ERR(fsconfig(fs, FLAG, "ro", "x", 0), EINVAL);
    ERR(fsconfig(fs, STRING, "size", 0, 0), EINVAL);
    ERR(fsconfig(fs, STRING, "size", "1k", 1), EINVAL);
    ERR(fsconfig(fs, CREATE, "x", 0, 0), EINVAL);
    ERR(fsconfig(fs, 99, 0, 0, 0), EOPNOTSUPP);
    ERR(fsconfig(-1, CREATE, 0, 0, 0), EINVAL);
    ERR(fsconfig(99, CREATE, 0, 0, 0), EBADF);
    ERR(fsconfig(0, CREATE, 0, 0, 0), EINVAL);
    ERR(fsconfig(fs, STRING, "nosuch", "1", 0), EINVAL);
    char b[200];
    long n = OK(read(fs, b, sizeof b));
    CHECK(n > 2 && b[0] == 'e' && b[1] == ' ' && memmem(b, n, "nosuch", 6));
    ERR(read(fs, b, sizeof b), ENODATA);
    ERR(fsconfig(fs, STRING, "size", "bad!", 0), EINVAL);
    ERR(fsmount(fs, 0, 0), EINVAL);
    EQ(fsconfig(fs, CREATE, 0, 0, 0), 0);
    ERR(fsconfig(fs, CREATE, 0, 0, 0), EBUSY);
    ERR(fsconfig(fs, STRING, "size", "1k", 0), EBUSY);
    ERR(fsmount(fs, 2, 0), EINVAL);
    ERR(fsmount(fs, 0, 0x30), EINVAL);
    ERR(fsmount(fs, 0, 1 << 20), EINVAL);
    ERR(fsmount(99, 0, 0), EBADF);
    ERR(fsmount(0, 0, 0), EINVAL);
    OK(fsmount(fs, 0, 0));
    ERR(fsmount(fs, 0, 0), EBUSY);
    pid_t pid;
    CHILD(pid) {
        OK(setresuid(1000, 1000, 1000));
        ERR(fsopen("tmpfs", 0), EPERM);
        ERR(fspick(AT_FDCWD, ".", 0), EPERM);
        ERR(fsmount(fs, 0, 0), EPERM);
        ERR(open_tree(AT_FDCWD, ".", 1), EPERM);
        OK(open_tree(AT_FDCWD, ".", 0));
        ERR(move_mount(AT_FDCWD, ".", AT_FDCWD, ".", 0), EPERM);
    }
    WAIT_EXIT(pid, 0);
}
TEST(fspick) {
    OWN_MOUNTS();
    dirs("a d");
    TMPFS("a");
    ERR(fspick(AT_FDCWD, "d", 0), EINVAL);
    ERR(fspick(AT_FDCWD, "none", 0), ENOENT);
    ERR(fspick(AT_FDCWD, "a", 0x40), EINVAL);
    int fs = OK(fspick(AT_FDCWD, "a", 1));
    ERR(fsconfig(fs, CREATE, 0, 0, 0), EBUSY);
    EQ(fsconfig(fs, FLAG, "ro", 0, 0), 0);
    EQ(fsconfig(fs, RECONFIGURE, 0, 0, 0), 0);
    ERR(mkdir("a/x", 0755), EROFS);
    CHECK(strstr(mountinfo("a"), " rw,relatime - tmpfs x ro"));
    close(fs);
    fs = OK(fspick(AT_FDCWD, "a", 0));
    EQ(fsconfig(fs, FLAG, "rw", 0, 0), 0);
    EQ(fsconfig(fs, RECONFIGURE, 0, 0, 0), 0);
    EQ(mkdir("a/x", 0755), 0);
}
TEST(open_tree) {
    OWN_MOUNTS();
    dirs("a b c");
    TMPFS("a");
    dirs("a/m a/d");
    put("a/d/f", "");
    EQ(mount("y", "a/m", "tmpfs", 0, 0), 0);
    put("a/m/g", "");
    int plain = OK(open_tree(AT_FDCWD, "a/d", O_CLOEXEC));
    EQ(fcntl(plain, F_GETFD), FD_CLOEXEC);
    EQ(faccessat(plain, "f", F_OK, 0), 0);
    int one = OK(open_tree(AT_FDCWD, "a", 1)), all = OK(open_tree(AT_FDCWD, "a", 1 | AT_RECURSIVE));
    CHECK(faccessat(one, "m/g", F_OK, 0) != 0);
    EQ(faccessat(all, "m/g", F_OK, 0), 0);
    EQ(move_mount(all, "", AT_FDCWD, "b", 4), 0);
    CHECK(exists("b/m/g") && mounted("b/m"));
    close(one);
    close(all);
    close(plain);
    int part = OK(open_tree(AT_FDCWD, "a/d", 1));
    EQ(move_mount(part, "", AT_FDCWD, "c", 4), 0);
    CHECK(exists("c/f"));
    ERR(open_tree(AT_FDCWD, "a", AT_RECURSIVE), EINVAL);
    ERR(open_tree(AT_FDCWD, "a", 4), EINVAL);
    ERR(open_tree(AT_FDCWD, "none", 1), ENOENT);
    SPREAD("a", MS_UNBINDABLE);
    ERR(open_tree(AT_FDCWD, "a", 1), EINVAL);
}
TEST(move_mount) {
    OWN_MOUNTS();
    dirs("a b d");
    put("file", "");
    TMPFS("a");
    put("a/f", "");
    EQ(move_mount(AT_FDCWD, "a", AT_FDCWD, "b", 0), 0);
    CHECK(!exists("a/f") && exists("b/f"));
    ERR(move_mount(AT_FDCWD, "d", AT_FDCWD, "a", 0), EINVAL);
    ERR(move_mount(AT_FDCWD, "b", AT_FDCWD, "file", 0), EINVAL);
    ERR(move_mount(AT_FDCWD, "b", AT_FDCWD, "b", 0), ELOOP);
    ERR(move_mount(AT_FDCWD, "none", AT_FDCWD, "a", 0), ENOENT);
    ERR(move_mount(AT_FDCWD, "b", AT_FDCWD, "a", 0x8000), EINVAL);
    ERR(move_mount(AT_FDCWD, "b", AT_FDCWD, "a", 0x300), EINVAL);
    EQ(symlink("a", "l"), 0);
    ERR(move_mount(AT_FDCWD, "b", AT_FDCWD, "l", 0), EINVAL);
    EQ(move_mount(AT_FDCWD, "b", AT_FDCWD, "l", 0x10), 0);
    CHECK(exists("a/f"));
    UMOUNT("a");
    int m = OK(make_tmpfs(0));
    EQ(move_mount(m, "", AT_FDCWD, "a", 4), 0);
    EQ(move_mount(m, "", AT_FDCWD, "b", 4), 0); // it is an ordinary mount by now
    CHECK(!mounted("a") && mounted("b"));
}
TEST(beneath) {
    OWN_MOUNTS();
    dirs("a");
    TMPFS("a");
    put("a/old", "");
    int m = OK(make_tmpfs(0));
    close(OK(openat(m, "new", O_CREAT | O_WRONLY, 0644)));
    EQ(move_mount(m, "", AT_FDCWD, "a", 4 | 0x200), 0);
    CHECK(exists("a/old"));
    UMOUNT("a");
    CHECK(exists("a/new") && !exists("a/old"));
    close(m);
}
TEST(set_group) {
    OWN_MOUNTS();
    dirs("a b");
    TMPFS("a");
    BIND("a", "b");
    ERR(move_mount(AT_FDCWD, "a", AT_FDCWD, "b", 0x100), EINVAL);
    SPREAD("a", MS_SHARED);
    EQ(move_mount(AT_FDCWD, "a", AT_FDCWD, "b", 0x100), 0);
    EQ(field("a", "shared:"), field("b", "shared:"));
    dirs("a/m");
    EQ(mount("y", "a/m", "tmpfs", 0, 0), 0);
    CHECK(mounted("b/m"));
}
TEST(owners_by_a_namespace_that_will_not_do) {
    OWN_MOUNTS();
    dirs("a");
    EQ(mount("x", "a", "tmpfs", 0, 0), 0);
    int own = OK(open("/proc/self/ns/user", O_RDONLY)), mounts = OK(open("/proc/self/ns/mnt", O_RDONLY));
    struct attr at = {.set = 0x100000, .userns = -1};
    ERR(mount_setattr(AT_FDCWD, "a", 0, &at, sizeof at), EINVAL);
    at.userns = 9999;
    ERR(mount_setattr(AT_FDCWD, "a", 0, &at, sizeof at), EBADF);
    at.userns = OK(open("a/f", O_CREAT | O_RDWR, 0600));
    ERR(mount_setattr(AT_FDCWD, "a", 0, &at, sizeof at), EINVAL);
    at.userns = mounts;
    ERR(mount_setattr(AT_FDCWD, "a", 0, &at, sizeof at), EINVAL);
    at.userns = own; // the first one has nothing to translate; in another one it is the mount that will not do
    CHECK(mount_setattr(AT_FDCWD, "a", 0, &at, sizeof at) == -1 && (errno == EPERM || errno == EINVAL));
    at = (struct attr){.clear = 0x100000};
    ERR(mount_setattr(AT_FDCWD, "a", 0, &at, sizeof at), EINVAL);
}
TEST(mount_setattr) {
    OWN_MOUNTS();
    dirs("a");
    TMPFS("a");
    dirs("a/m");
    EQ(mount("y", "a/m", "tmpfs", 0, 0), 0);
    struct attr at = {.set = 1 | 2 | 0x200000};
    EQ(mount_setattr(AT_FDCWD, "a", 0, &at, sizeof at), 0);
    CHECK(strstr(mountinfo("a"), " ro,nosuid,relatime,nosymfollow - "));
    CHECK(strstr(mountinfo("a/m"), " rw,relatime - "));
    at = (struct attr){.clear = 1 | 0x70 | 0x200000, .set = 4 | 0x10, .propagation = MS_SHARED};
    EQ(mount_setattr(AT_FDCWD, "a", AT_RECURSIVE, &at, sizeof at), 0);
    CHECK(strstr(mountinfo("a"), " rw,nosuid,nodev,noatime shared:"));
    CHECK(strstr(mountinfo("a/m"), " rw,nodev,noatime shared:"));
    at = (struct attr){0};
    EQ(mount_setattr(AT_FDCWD, "none", 0, &at, sizeof at), 0); // nothing to do
    at.set = 1;
    ERR(mount_setattr(AT_FDCWD, "none", 0, &at, sizeof at), ENOENT);
    dirs("d");
    ERR(mount_setattr(AT_FDCWD, "d", 0, &at, sizeof at), EINVAL);
    ERR(mount_setattr(AT_FDCWD, "a", 2, &at, sizeof at), EINVAL);
    ERR(mount_setattr(AT_FDCWD, "a", 0, &at, 8), EINVAL);
    ERR(mount_setattr(AT_FDCWD, "a", 0, &at, 5000), E2BIG);
    ERR(mount_setattr(AT_FDCWD, "a", 0, (void *)8, sizeof at), EFAULT);
    at.set = 0x10;
    ERR(mount_setattr(AT_FDCWD, "a", 0, &at, sizeof at), EINVAL); // without clearing the others
    at = (struct attr){.clear = 0x10};
    ERR(mount_setattr(AT_FDCWD, "a", 0, &at, sizeof at), EINVAL);
    at = (struct attr){.set = 1ULL << 40};
    ERR(mount_setattr(AT_FDCWD, "a", 0, &at, sizeof at), EINVAL);
    at = (struct attr){.propagation = MS_SHARED | MS_SLAVE};
    ERR(mount_setattr(AT_FDCWD, "a", 0, &at, sizeof at), EINVAL);
    int fd = OK(open("a/m/f", O_CREAT | O_WRONLY, 0644));
    at = (struct attr){.set = 1};
    ERR(mount_setattr(AT_FDCWD, "a", AT_RECURSIVE, &at, sizeof at), EBUSY); // all or none
    CHECK(strstr(mountinfo("a"), " rw,"));
    close(fd);
    EQ(mount_setattr(AT_FDCWD, "a", AT_RECURSIVE, &at, sizeof at), 0);
    CHECK(strstr(mountinfo("a"), " ro,") && strstr(mountinfo("a/m"), " ro,"));
}
TEST(mount_setattr_of_a_copy) {
    OWN_MOUNTS();
    dirs("a b");
    put("a/f", "");
    int t = OK(open_tree(AT_FDCWD, "a", 1 | AT_RECURSIVE));
    struct attr at = {.set = 1};
    EQ(mount_setattr(t, "", AT_EMPTY_PATH | AT_RECURSIVE, &at, sizeof at), 0);
    EQ(move_mount(t, "", AT_FDCWD, "b", 4), 0);
    ERR(open("b/f", O_WRONLY), EROFS);
    close(OK(open("a/f", O_WRONLY)));
}

TEST(open_tree_attr) {
    OWN_MOUNTS();
    dirs("a b");
    struct attr at = {.set = 1 | 2};
    long t = syscall(467, AT_FDCWD, "a", 1 | AT_RECURSIVE, &at, sizeof at);
    if (t == -1 && errno == ENOSYS)
        SKIP("not before Linux 6.15");
    CHECK(t >= 0);
    EQ(move_mount(t, "", AT_FDCWD, "b", 4), 0);
    CHECK(strstr(mountinfo("b"), " ro,nosuid,relatime"));
    ERR(syscall(467, AT_FDCWD, "a", 1, 0, sizeof at), EINVAL);
    ERR(syscall(467, AT_FDCWD, "a", 1, &at, 8), EINVAL);
    at.set = 1ULL << 40;
    ERR(syscall(467, AT_FDCWD, "a", 1, &at, sizeof at), EINVAL);
}

// ---- statmount, listmount ----

struct request {
    uint32_t size, spare;
    uint64_t id, param;
};
static uint64_t unique(const char *path) {
    struct statx x;
    if (statx(AT_FDCWD, path, 0, 0x4000, &x) != 0)
        return 0;
    return x.stx_mnt_id;
}
#define U32(b, at) (*(uint32_t *)((b) + (at)))
#define U64(b, at) (*(uint64_t *)((b) + (at)))
TEST(statmount) {
    OWN_MOUNTS();
    dirs("a");
    EQ(mount("my source", "a", "tmpfs", MS_NOSUID | MS_RDONLY, "size=64k"), 0);
    SPREAD("a", MS_SHARED);
    char b[2048] __attribute__((aligned(8))), cwd[512], want[600];
    struct request q = {24, 0, unique("a"), 0x23b};
    EQ(syscall(SYS_statmount, &q, b, sizeof b, 0), 0);
    CHECK((U64(b, 8) & 0x3b) == 0x3b);
    EQ(U64(b, 24), 0x01021994);
    EQ(U32(b, 32), 1);
    EQ(U64(b, 40), q.id);
    EQ(U64(b, 48), unique("."));
    EQ(U32(b, 56), atoi(mountinfo("a")));
    EQ(U64(b, 64), 3);
    EQ(U64(b, 72), MS_SHARED);
    EQ(U64(b, 80), field("a", "shared:"));
    STREQ(b + 512 + U32(b, 36), "tmpfs");
    STREQ(b + 512 + U32(b, 104), "/");
    NEED(getcwd(cwd, sizeof cwd));
    snprintf(want, sizeof want, "%s/a", cwd);
    STREQ(b + 512 + U32(b, 108), want);
    if (U64(b, 8) & 0x200)
        STREQ(b + 512 + U32(b, 124), "my source");
    EQ(syscall(SYS_statmount, &(struct request){24, 0, q.id, 2}, b, 64, 0), 0); // a part of it
    ERR(syscall(SYS_statmount, &q, b, 512, 0), EOVERFLOW);
    ERR(syscall(SYS_statmount, &q, b, sizeof b, 0x100), EINVAL);
    ERR(syscall(SYS_statmount, (void *)8, b, sizeof b, 0), EFAULT);
    ERR(syscall(SYS_statmount, &q, 8, sizeof b, 0), EFAULT);
    ERR(syscall(SYS_statmount, &(struct request){8, 0, q.id, 2}, b, sizeof b, 0), EINVAL);
    ERR(syscall(SYS_statmount, &(struct request){24, 0, 20, 2}, b, sizeof b, 0), EINVAL);
    ERR(syscall(SYS_statmount, &(struct request){24, 0, 1ULL << 60, 2}, b, sizeof b, 0), ENOENT);
}
TEST(listmount) {
    OWN_MOUNTS();
    dirs("a");
    TMPFS("a");
    dirs("a/m a/n");
    EQ(mount("y", "a/m", "tmpfs", 0, 0), 0);
    EQ(mount("z", "a/n", "tmpfs", 0, 0), 0);
    uint64_t ids[512];
    struct request q = {24, 0, unique("a"), 0};
    EQ(syscall(SYS_listmount, &q, ids, 512, 0), 2);
    EQ(ids[0], unique("a/m"));
    EQ(ids[1], unique("a/n"));
    EQ(syscall(SYS_listmount, &q, ids, 1, 0), 1);
    EQ(ids[0], unique("a/m"));
    q.param = ids[0];
    EQ(syscall(SYS_listmount, &q, ids, 512, 0), 1);
    EQ(ids[0], unique("a/n"));
    q.param = 0;
    EQ(syscall(SYS_listmount, &q, ids, 512, 1), 2);
    EQ(ids[0], unique("a/n"));
    q.id = ~0ULL;
    long n = OK(syscall(SYS_listmount, &q, ids, 512, 0));
    CHECK(n >= 4);
    int seen = 0;
    for (int i = 0; i < n; i++)
        seen += ids[i] == unique("a/m") || ids[i] == unique("a") || ids[i] == unique("/");
    EQ(seen, 3);
    ERR(syscall(SYS_listmount, &q, ids, 512, 2), EINVAL);
    ERR(syscall(SYS_listmount, &q, ids, 2000000, 0), EOVERFLOW);
    ERR(syscall(SYS_listmount, &q, 8, 512, 0), EFAULT);
    q.id = 1ULL << 60;
    ERR(syscall(SYS_listmount, &q, ids, 512, 0), ENOENT);
}
MAIN()
