// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// Trees of mounts as root: propagation between peers, masters and slaves, in one namespace and several; pivot_root, chroot.
#include "mount.h"

TEST(types) {
    OWN_MOUNTS();
    dirs("a");
    TMPFS("a");
    EQ(field("a", "shared:"), 0);
    SPREAD("a", MS_SHARED);
    CHECK(field("a", "shared:") > 0);
    SPREAD("a", MS_SLAVE); // without peers there is nobody to follow
    EQ(field("a", "shared:"), 0);
    EQ(field("a", "master:"), 0);
    SPREAD("a", MS_UNBINDABLE);
    EQ(field("a", "unbindable"), 1);
    SPREAD("a", MS_SHARED);
    EQ(field("a", "unbindable"), 0);
    SPREAD("a", MS_PRIVATE);
    EQ(field("a", "shared:"), 0);
}
TEST(peers) {
    OWN_MOUNTS();
    dirs("a b");
    TMPFS("a");
    SPREAD("a", MS_SHARED);
    BIND("a", "b");
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
    UMOUNT("b/m");
    CHECK(!mounted("a/m"));
    SPREAD("b", MS_PRIVATE);
    UMOUNT("a/n");
    CHECK(mounted("b/n") && !mounted("a/n"));
    CHECK(field("a", "shared:") > 0);
}
TEST(master_and_slave) {
    OWN_MOUNTS();
    dirs("a b");
    TMPFS("a");
    SPREAD("a", MS_SHARED);
    BIND("a", "b");
    SPREAD("b", MS_SLAVE);
    EQ(field("b", "master:"), field("a", "shared:"));
    EQ(field("b", "shared:"), 0);
    dirs("a/m a/n");
    EQ(mount("y", "a/m", "tmpfs", 0, 0), 0);
    CHECK(mounted("b/m"));
    EQ(field("b/m", "master:"), field("a/m", "shared:"));
    EQ(mount("z", "b/n", "tmpfs", 0, 0), 0);
    CHECK(!mounted("a/n"));
    UMOUNT("a/m");
    CHECK(!mounted("b/m") && mounted("b/n"));
}
TEST(slave_that_is_shared) {
    OWN_MOUNTS();
    dirs("a b c");
    TMPFS("a");
    SPREAD("a", MS_SHARED);
    BIND("a", "b");
    SPREAD("b", MS_SLAVE);
    SPREAD("b", MS_SHARED);
    BIND("b", "c");
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
    SPREAD("a", MS_PRIVATE); // the followers have nobody left to follow
    EQ(field("b", "master:"), 0);
    CHECK(field("b", "shared:") > 0);
}
TEST(unbindable) {
    OWN_MOUNTS();
    dirs("a b");
    TMPFS("a");
    dirs("a/u a/v");
    EQ(mount("u", "a/u", "tmpfs", 0, 0), 0);
    EQ(mount("v", "a/v", "tmpfs", 0, 0), 0);
    SPREAD("a/u", MS_UNBINDABLE);
    ERR(mount("a/u", "b", 0, MS_BIND, 0), EINVAL);
    EQ(mount("a", "b", 0, MS_BIND | MS_REC, 0), 0);
    CHECK(mounted("b/v") && !mounted("b/u"));
}
TEST(moves_and_sharing) {
    OWN_MOUNTS();
    dirs("a b");
    TMPFS("a");
    SPREAD("a", MS_SHARED);
    dirs("a/m");
    EQ(mount("y", "a/m", "tmpfs", 0, 0), 0);
    ERR(mount("a/m", "b", 0, MS_MOVE, 0), EINVAL); // it stands on a shared mount
    EQ(mount("z", "b", "tmpfs", 0, 0), 0);
    SPREAD("b", MS_UNBINDABLE);
    dirs("a/n");
    ERR(mount("b", "a/n", 0, MS_MOVE, 0), EINVAL); // nothing unbindable may come to a shared mount
    SPREAD("b", MS_PRIVATE);
    EQ(mount("b", "a/n", 0, MS_MOVE, 0), 0);
    CHECK(field("a/n", "shared:") > 0);
}
TEST(recursive) {
    OWN_MOUNTS();
    dirs("a");
    TMPFS("a");
    dirs("a/m");
    EQ(mount("y", "a/m", "tmpfs", 0, 0), 0);
    SPREAD("a", MS_SHARED | MS_REC);
    CHECK(field("a", "shared:") > 0 && field("a/m", "shared:") > 0);
    CHECK(field("a", "shared:") != field("a/m", "shared:"));
    SPREAD("a", MS_PRIVATE);
    CHECK(field("a", "shared:") == 0 && field("a/m", "shared:") > 0);
}
TEST(of_a_part) {
    OWN_MOUNTS();
    dirs("a b");
    TMPFS("a");
    SPREAD("a", MS_SHARED);
    dirs("a/in a/in/m a/out");
    BIND("a/in", "b");
    EQ(mount("y", "a/in/m", "tmpfs", 0, 0), 0);
    CHECK(mounted("b/m"));
    EQ(mount("z", "a/out", "tmpfs", 0, 0), 0); // b does not show it
    UMOUNT("b/m");
    CHECK(!mounted("a/in/m"));
}
TEST(between_namespaces) {
    OWN_MOUNTS();
    dirs("s p l");
    EQ(mount("s", "s", "tmpfs", 0, 0), 0);
    EQ(mount("p", "p", "tmpfs", 0, 0), 0);
    EQ(mount("l", "l", "tmpfs", 0, 0), 0);
    dirs("s/m s/n p/m p/n l/m l/n");
    SPREAD("s", MS_SHARED);
    SPREAD("l", MS_SHARED);
    pid_t pid;
    TURNS();
    CHILD(pid) {
        EQ(unshare(CLONE_NEWNS), 0);
        SPREAD("l", MS_SLAVE);
        GIVE(to_parent);
        TAKE(to_child);
        CHECK(mounted("s/m") && mounted("l/m") && !mounted("p/m"));
        TMPFS("s/n");
        TMPFS("l/n");
        TMPFS("p/n");
        GIVE(to_parent);
        TAKE(to_child);
        CHECK(!mounted("s/n") && mounted("l/n"));
    }
    TAKE(to_parent);
    TMPFS("s/m");
    TMPFS("l/m");
    TMPFS("p/m");
    GIVE(to_child);
    TAKE(to_parent);
    CHECK(mounted("s/n") && !mounted("l/n") && !mounted("p/n"));
    UMOUNT("s/n");
    GIVE(to_child);
    WAIT_EXIT(pid, 0);
}
TEST(mount_point_of_another_namespace) {
    OWN_MOUNTS();
    dirs("a");
    pid_t pid;
    TURNS();
    CHILD(pid) {
        EQ(unshare(CLONE_NEWNS), 0);
        TMPFS("a");
        GIVE(to_parent);
        TAKE(to_child);
        CHECK(!mounted("a")); // it went with the directory
    }
    TAKE(to_parent);
    EQ(rmdir("a"), 0);
    GIVE(to_child);
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
    TURNS();
    CHILD(pid) {
        EQ(chdir("/"), 0);
        GIVE(to_parent);
        TAKE(to_child);
        CHECK(exists("/here") && exists("here"));
    }
    TAKE(to_parent);
    EQ(pivot_root("r", "r/old"), 0);
    GIVE(to_child);
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
    SPREAD("r", MS_SHARED);
    ERR(pivot_root("r", "r/old"), EINVAL); // the old root would come to a shared mount
    SPREAD("r", MS_PRIVATE);
    SPREAD(".", MS_SHARED);
    ERR(pivot_root("r", "r/old"), EINVAL); // the new root stands on a shared mount
    SPREAD(".", MS_PRIVATE);
    pid_t pid;
    CHILD(pid) {
        dirs("c c/r");
        BIND("r", "c/r");
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
