// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// Trees of mounts as root: propagation between peers, masters and slaves, in one namespace and several; pivot_root, chroot.
#include "mount.h"

static int change(const char *at, unsigned long how) {
    return mount("none", at, 0, how, 0);
}
TEST(types) {
    OWN_MOUNTS();
    dirs("a");
    EQ(mount("x", "a", "tmpfs", 0, 0), 0);
    EQ(field("a", "shared:"), 0);
    EQ(change("a", MS_SHARED), 0);
    CHECK(field("a", "shared:") > 0);
    EQ(change("a", MS_SLAVE), 0); // without peers there is nobody to follow
    EQ(field("a", "shared:"), 0);
    EQ(field("a", "master:"), 0);
    EQ(change("a", MS_UNBINDABLE), 0);
    EQ(field("a", "unbindable"), 1);
    EQ(change("a", MS_SHARED), 0);
    EQ(field("a", "unbindable"), 0);
    EQ(change("a", MS_PRIVATE), 0);
    EQ(field("a", "shared:"), 0);
}
TEST(peers) {
    OWN_MOUNTS();
    dirs("a b");
    EQ(mount("x", "a", "tmpfs", 0, 0), 0);
    EQ(change("a", MS_SHARED), 0);
    EQ(mount("a", "b", 0, MS_BIND, 0), 0);
    EQ(field("a", "shared:"), field("b", "shared:"));
    dirs("a/m b/n");
    EQ(mount("y", "a/m", "tmpfs", 0, 0), 0);
    CHECK(mounted("b/m"));
    CHECK(field("a/m", "shared:") > 0);
    EQ(field("a/m", "shared:"), field("b/m", "shared:"));
    put("b/m/f", "");
    CHECK(exists("a/m/f"));
    EQ(mount("z", "b/n", "tmpfs", 0, 0), 0);
    CHECK(mounted("a/n"));
    EQ(umount("b/m"), 0);
    CHECK(!mounted("a/m"));
    EQ(change("b", MS_PRIVATE), 0);
    EQ(umount("a/n"), 0);
    CHECK(mounted("b/n") && !mounted("a/n"));
    CHECK(field("a", "shared:") > 0);
}
TEST(master_and_slave) {
    OWN_MOUNTS();
    dirs("a b");
    EQ(mount("x", "a", "tmpfs", 0, 0), 0);
    EQ(change("a", MS_SHARED), 0);
    EQ(mount("a", "b", 0, MS_BIND, 0), 0);
    EQ(change("b", MS_SLAVE), 0);
    EQ(field("b", "master:"), field("a", "shared:"));
    EQ(field("b", "shared:"), 0);
    dirs("a/m a/n");
    EQ(mount("y", "a/m", "tmpfs", 0, 0), 0);
    CHECK(mounted("b/m"));
    EQ(field("b/m", "master:"), field("a/m", "shared:"));
    EQ(mount("z", "b/n", "tmpfs", 0, 0), 0);
    CHECK(!mounted("a/n"));
    EQ(umount("a/m"), 0);
    CHECK(!mounted("b/m") && mounted("b/n"));
}
TEST(slave_that_is_shared) {
    OWN_MOUNTS();
    dirs("a b c");
    EQ(mount("x", "a", "tmpfs", 0, 0), 0);
    EQ(change("a", MS_SHARED), 0);
    EQ(mount("a", "b", 0, MS_BIND, 0), 0);
    EQ(change("b", MS_SLAVE), 0);
    EQ(change("b", MS_SHARED), 0);
    EQ(mount("b", "c", 0, MS_BIND, 0), 0);
    EQ(field("b", "master:"), field("a", "shared:"));
    EQ(field("c", "master:"), field("a", "shared:"));
    EQ(field("b", "shared:"), field("c", "shared:"));
    CHECK(field("b", "shared:") != field("a", "shared:"));
    dirs("a/m a/n");
    EQ(mount("y", "a/m", "tmpfs", 0, 0), 0);
    CHECK(mounted("b/m") && mounted("c/m"));
    EQ(field("b/m", "shared:"), field("c/m", "shared:"));
    EQ(field("c/m", "master:"), field("a/m", "shared:"));
    EQ(mount("z", "c/n", "tmpfs", 0, 0), 0);
    CHECK(mounted("b/n") && !mounted("a/n"));
    EQ(change("a", MS_PRIVATE), 0); // the followers have nobody left to follow
    EQ(field("b", "master:"), 0);
    CHECK(field("b", "shared:") > 0);
}
TEST(unbindable) {
    OWN_MOUNTS();
    dirs("a b");
    EQ(mount("x", "a", "tmpfs", 0, 0), 0);
    dirs("a/u a/v");
    EQ(mount("u", "a/u", "tmpfs", 0, 0), 0);
    EQ(mount("v", "a/v", "tmpfs", 0, 0), 0);
    EQ(change("a/u", MS_UNBINDABLE), 0);
    ERR(mount("a/u", "b", 0, MS_BIND, 0), EINVAL);
    EQ(mount("a", "b", 0, MS_BIND | MS_REC, 0), 0);
    CHECK(mounted("b/v") && !mounted("b/u"));
}
TEST(moves_and_sharing) {
    OWN_MOUNTS();
    dirs("a b");
    EQ(mount("x", "a", "tmpfs", 0, 0), 0);
    EQ(change("a", MS_SHARED), 0);
    dirs("a/m");
    EQ(mount("y", "a/m", "tmpfs", 0, 0), 0);
    ERR(mount("a/m", "b", 0, MS_MOVE, 0), EINVAL); // it stands on a shared mount
    EQ(mount("z", "b", "tmpfs", 0, 0), 0);
    EQ(change("b", MS_UNBINDABLE), 0);
    dirs("a/n");
    ERR(mount("b", "a/n", 0, MS_MOVE, 0), EINVAL); // nothing unbindable may come to a shared mount
    EQ(change("b", MS_PRIVATE), 0);
    EQ(mount("b", "a/n", 0, MS_MOVE, 0), 0);
    CHECK(field("a/n", "shared:") > 0);
}
TEST(recursive) {
    OWN_MOUNTS();
    dirs("a");
    EQ(mount("x", "a", "tmpfs", 0, 0), 0);
    dirs("a/m");
    EQ(mount("y", "a/m", "tmpfs", 0, 0), 0);
    EQ(change("a", MS_SHARED | MS_REC), 0);
    CHECK(field("a", "shared:") > 0 && field("a/m", "shared:") > 0);
    CHECK(field("a", "shared:") != field("a/m", "shared:"));
    EQ(change("a", MS_PRIVATE), 0);
    CHECK(field("a", "shared:") == 0 && field("a/m", "shared:") > 0);
}
TEST(of_a_part) {
    OWN_MOUNTS();
    dirs("a b");
    EQ(mount("x", "a", "tmpfs", 0, 0), 0);
    EQ(change("a", MS_SHARED), 0);
    dirs("a/in a/in/m a/out");
    EQ(mount("a/in", "b", 0, MS_BIND, 0), 0);
    EQ(mount("y", "a/in/m", "tmpfs", 0, 0), 0);
    CHECK(mounted("b/m"));
    EQ(mount("z", "a/out", "tmpfs", 0, 0), 0); // b does not show it
    EQ(umount("b/m"), 0);
    CHECK(!mounted("a/in/m"));
}
TEST(between_namespaces) {
    OWN_MOUNTS();
    dirs("s p l");
    EQ(mount("s", "s", "tmpfs", 0, 0), 0);
    EQ(mount("p", "p", "tmpfs", 0, 0), 0);
    EQ(mount("l", "l", "tmpfs", 0, 0), 0);
    dirs("s/m s/n p/m p/n l/m l/n");
    EQ(change("s", MS_SHARED), 0);
    EQ(change("l", MS_SHARED), 0);
    pid_t pid;
    int p[2], q[2];
    char b;
    EQ(pipe(p), 0);
    EQ(pipe(q), 0);
    CHILD(pid) {
        EQ(unshare(CLONE_NEWNS), 0);
        EQ(change("l", MS_SLAVE), 0);
        EQ(write(p[1], "x", 1), 1);
        EQ(read(q[0], &b, 1), 1);
        CHECK(mounted("s/m") && mounted("l/m") && !mounted("p/m"));
        EQ(mount("x", "s/n", "tmpfs", 0, 0), 0);
        EQ(mount("x", "l/n", "tmpfs", 0, 0), 0);
        EQ(mount("x", "p/n", "tmpfs", 0, 0), 0);
        EQ(write(p[1], "x", 1), 1);
        EQ(read(q[0], &b, 1), 1);
        CHECK(!mounted("s/n") && mounted("l/n"));
    }
    EQ(read(p[0], &b, 1), 1);
    EQ(mount("x", "s/m", "tmpfs", 0, 0), 0);
    EQ(mount("x", "l/m", "tmpfs", 0, 0), 0);
    EQ(mount("x", "p/m", "tmpfs", 0, 0), 0);
    EQ(write(q[1], "x", 1), 1);
    EQ(read(p[0], &b, 1), 1);
    CHECK(mounted("s/n") && !mounted("l/n") && !mounted("p/n"));
    EQ(umount("s/n"), 0);
    EQ(write(q[1], "x", 1), 1);
    WAIT_EXIT(pid, 0);
}
TEST(mount_point_of_another_namespace) {
    OWN_MOUNTS();
    dirs("a");
    pid_t pid;
    int p[2], q[2];
    char b;
    EQ(pipe(p), 0);
    EQ(pipe(q), 0);
    CHILD(pid) {
        EQ(unshare(CLONE_NEWNS), 0);
        EQ(mount("x", "a", "tmpfs", 0, 0), 0);
        EQ(write(p[1], "x", 1), 1);
        EQ(read(q[0], &b, 1), 1);
        CHECK(!mounted("a")); // it went with the directory
    }
    EQ(read(p[0], &b, 1), 1);
    EQ(rmdir("a"), 0);
    EQ(write(q[1], "x", 1), 1);
    WAIT_EXIT(pid, 0);
}

// ---- pivot_root, chroot ----

static int pivot_root(const char *new_root, const char *put_old) {
    return syscall(SYS_pivot_root, new_root, put_old);
}
static int new_root(void) {
    dirs("r");
    if (mount("root", "r", "tmpfs", 0, 0) != 0)
        return -1;
    dirs("r/old r/proc");
    put("r/here", "");
    return 0;
}
TEST(pivot_root) {
    OWN_MOUNTS();
    NEED(new_root() == 0);
    struct stat before, old;
    EQ(stat("/", &before), 0);
    EQ(pivot_root("r", "r/old"), 0);
    CHECK(exists("/here"));
    EQ(stat("/old", &old), 0);
    CHECK(before.st_ino == old.st_ino && before.st_dev == old.st_dev);
    EQ(chdir("/"), 0);
    EQ(mount("proc", "proc", "proc", 0, 0), 0);
    EQ(umount2("/old", MNT_DETACH), 0);
    CHECK(!exists("/old/proc"));
    CHECK(mounted("/") && mounted("/proc"));
    ERR(umount2("/", MNT_EXPIRE), EINVAL);
}
TEST(pivot_root_onto_itself) {
    OWN_MOUNTS();
    NEED(new_root() == 0);
    EQ(chdir("r"), 0);
    EQ(pivot_root(".", "."), 0);
    EQ(umount2(".", MNT_DETACH), 0);
    CHECK(exists("/here") && exists("here"));
    EQ(chdir("/"), 0);
    CHECK(exists("here"));
    ERR(open("/proc/self/status", O_RDONLY), ENOENT);
}
TEST(pivot_root_moves_others) {
    OWN_MOUNTS();
    NEED(new_root() == 0);
    pid_t pid;
    int p[2], q[2];
    char b;
    EQ(pipe(p), 0);
    EQ(pipe(q), 0);
    CHILD(pid) {
        EQ(chdir("/"), 0);
        EQ(write(p[1], "x", 1), 1);
        EQ(read(q[0], &b, 1), 1);
        CHECK(exists("/here") && exists("here"));
    }
    EQ(read(p[0], &b, 1), 1);
    EQ(pivot_root("r", "r/old"), 0);
    EQ(write(q[1], "x", 1), 1);
    WAIT_EXIT(pid, 0);
}
TEST(pivot_root_errors) {
    OWN_MOUNTS();
    NEED(new_root() == 0);
    dirs("plain plain/old");
    ERR(pivot_root("plain", "plain/old"), EINVAL);
    ERR(pivot_root("r", "plain"), EINVAL);
    ERR(pivot_root("none", "r/old"), ENOENT);
    ERR(pivot_root("r", "none"), ENOENT);
    ERR(pivot_root("r/here", "r/old"), ENOTDIR);
    ERR(pivot_root("r", "r/here"), ENOTDIR);
    ERR(pivot_root((char *)8, "r"), EFAULT);
    ERR(pivot_root("/", "/"), EBUSY);
    EQ(change("r", MS_SHARED), 0);
    ERR(pivot_root("r", "r/old"), EINVAL); // the old root would come to a shared mount
    EQ(change("r", MS_PRIVATE), 0);
    EQ(change(".", MS_SHARED), 0);
    ERR(pivot_root("r", "r/old"), EINVAL); // the new root stands on a shared mount
    EQ(change(".", MS_PRIVATE), 0);
    pid_t pid;
    CHILD(pid) {
        dirs("c c/r");
        EQ(mount("r", "c/r", 0, MS_BIND, 0), 0);
        EQ(chroot("c"), 0);
        ERR(pivot_root("/r", "/r/old"), EINVAL); // the root is no mount
    }
    WAIT_EXIT(pid, 0);
}
TEST(chroot) {
    OWN_MOUNTS();
    NEED(new_root() == 0);
    put("f", "");
    ERR(chroot("none"), ENOENT);
    ERR(chroot("f"), ENOTDIR);
    int out = OK(open(".", O_RDONLY | O_DIRECTORY));
    EQ(chroot("r"), 0);
    CHECK(exists("/here"));
    CHECK(exists("r/here")); // the working directory is still outside
    char b[512];
    long n = syscall(SYS_getcwd, b, sizeof b);
    CHECK(n > 0 && !strncmp(b, "(unreachable)", 13));
    EQ(chdir("/.."), 0);
    CHECK(exists("here"));
    EQ(chdir("../../.."), 0);
    CHECK(exists("here"));
    EQ(mount("proc", "/proc", "proc", 0, 0), 0);
    CHECK(mounted("/") && mounted("/proc") && !mounted("/r"));
    EQ(fchdir(out), 0);
    EQ(chroot("."), 0);
    CHECK(exists("/r/here"));
}
MAIN()
