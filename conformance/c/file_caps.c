// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// DIRS: /var/tmp host
// Capabilities of files (capabilities(7)): the attribute and who may set it, forms in user namespaces, execve, what clears it.
#include "check.h"
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#define NAME "security.capability"
#define NET_RAW (1u << CAP_NET_RAW)
#define CHOWN (1u << CAP_CHOWN)

struct file_cap {
    unsigned magic, permitted, inheritable, permitted_high, inheritable_high, root;
};
static int give_to(const char *path, unsigned permitted, unsigned inheritable, int effective) {
    struct file_cap c = {0x02000000 | effective, permitted, inheritable, 0, 0, 0};
    return setxattr(path, NAME, &c, 20, 0);
}
static int caps_of(struct __user_cap_data_struct *d) {
    struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
    return syscall(SYS_capget, &h, d);
}
static int set_caps(unsigned permitted, unsigned effective, unsigned inheritable) {
    struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct d[2] = {{effective, permitted, inheritable}};
    return syscall(SYS_capset, &h, d);
}
/* A program of the test's own: this one, which prints its capabilities when it is called "caps". */
static int program(void) {
    char buf[65536];
    ssize_t n;
    int in = open("/proc/self/exe", O_RDONLY), out = open("caps", O_CREAT | O_TRUNC | O_WRONLY, 0755);
    while ((n = read(in, buf, sizeof buf)) > 0)
        if (write(out, buf, n) != n)
            return -1;
    close(in);
    return n == 0 && fchmod(out, 0755) == 0 ? close(out) : -1;
}
__attribute__((constructor)) static void show(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "-caps")) {
        struct __user_cap_data_struct d[2];
        caps_of(d);
        printf("%x %x %x %lu %d\n", d[0].permitted, d[0].effective, d[0].inheritable, getauxval(AT_SECURE),
                prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_RAW, 0, 0));
        exit(0);
    }
}
/* What ./caps says when `uid` runs it after `before`; "errno NAME" when it cannot be run. */
static char *run(int uid, int (*before)(void)) {
    static char out[128];
    int p[2];
    *out = 0;
    if (pipe(p) != 0)
        return out;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(p[1], 1);
        if (uid && (setgroups(0, 0) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid)))
            _exit(98);
        if (before && before() != 0)
            _exit(97);
        execl("./caps", "caps", "-caps", NULL);
        dprintf(1, "%s\n", chk_errno(errno));
        _exit(1);
    }
    close(p[1]);
    ssize_t n = read(p[0], out, sizeof out - 1);
    close(p[0]);
    waitpid(pid, 0, 0);
    out[n > 0 ? n - 1 : 0] = 0;
    return out;
}
static int no_new_privs(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
#define ROOT()                                                                           \
    do {                                                                                 \
        if (geteuid() != 0)                                                              \
            SKIP("for root only");                                                       \
        chmod(".", 0755);                                                                \
        NEED(program() == 0);                                                            \
    } while (0)

/* Where programs may get capabilities. */
#define SUID_MOUNT()                                                                     \
    do {                                                                                 \
        struct statvfs v;                                                                \
        if (statvfs(".", &v) == 0 && v.f_flag & ST_NOSUID)                               \
            SKIP("a mount with nosuid");                                                 \
    } while (0)

TEST(attribute) {
    ROOT();
    struct file_cap c = {0x02000001, NET_RAW, 0, 0, 0, 0}, got = {0};
    ERR(getxattr("caps", NAME, &got, sizeof got), ENODATA);
    ERR(removexattr("caps", NAME), ENODATA);
    ERR(setxattr("caps", NAME, &c, 12, 0), EINVAL);
    ERR(setxattr("caps", NAME, &c, 24, 0), EINVAL); // the length belongs to the version
    c.magic = 0x01000000;
    ERR(setxattr("caps", NAME, &c, 12, 0), EINVAL);
    c.magic = 0x02000001;
    EQ(setxattr("caps", NAME, &c, 20, 0), 0);
    ERR(setxattr("caps", NAME, &c, 20, XATTR_CREATE), EEXIST);
    EQ(getxattr("caps", NAME, 0, 0), 20);
    ERR(getxattr("caps", NAME, &got, 8), ERANGE);
    EQ(getxattr("caps", NAME, &got, sizeof got), 20);
    EQ(got.magic, 0x02000001);
    EQ(got.permitted, NET_RAW);
    char list[64];
    EQ(listxattr("caps", list, 64), sizeof NAME);
    pid_t pid;
    CHILD(pid) {
        OK(setresuid(10, 10, 10));
        ERR(setxattr("caps", NAME, &c, 20, 0), EPERM);
        ERR(removexattr("caps", NAME), EPERM);
        EQ(getxattr("caps", NAME, &got, sizeof got), 20);
    }
    WAIT_EXIT(pid, 0);
    EQ(removexattr("caps", NAME), 0);
}
TEST(other_attributes) {
    ROOT();
    char v[4];
    if (setxattr("caps", "security.other", "x", 1, 0) == -1 && errno == EOPNOTSUPP)
        SKIP("attributes of users and capabilities only");
    EQ(getxattr("caps", "security.other", v, 4), 1);
    pid_t pid;
    CHILD(pid) {
        OK(setresuid(10, 10, 10));
        ERR(setxattr("caps", "security.other", "x", 1, 0), EPERM);
        ERR(setxattr("caps", "trusted.x", "x", 1, 0), EPERM);
        ERR(getxattr("caps", "trusted.x", 0, 0), ENODATA);
    }
    WAIT_EXIT(pid, 0);
}
TEST(execve) {
    ROOT();
    SUID_MOUNT();
    STREQ(run(10, 0), "0 0 0 0 0");
    EQ(give_to("caps", NET_RAW | CHOWN, 0, 1), 0);
    STREQ(run(10, 0), "2001 2001 0 1 0");
    STREQ(run(10, no_new_privs), "0 0 0 1 0");
    EQ(give_to("caps", NET_RAW, 0, 0), 0);
    STREQ(run(10, 0), "2000 0 0 1 0");
    EQ(give_to("caps", 0, NET_RAW, 1), 0);
    STREQ(run(10, 0), "0 0 0 1 0");
    EQ(removexattr("caps", NAME), 0);
    STREQ(run(10, 0), "0 0 0 0 0");
}
static int keep_inheritable(void) {
    return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
}
static int as_user(unsigned permitted, unsigned inheritable) {
    if (keep_inheritable() || setresgid(10, 10, 10) || setresuid(10, 10, 10))
        return -1;
    return set_caps(permitted, permitted, inheritable);
}
static int inheritable(void) {
    return as_user(NET_RAW, NET_RAW);
}
static int ambient(void) {
    if (as_user(NET_RAW | CHOWN, NET_RAW | CHOWN))
        return -1;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0);
}
static int unbounded(void) {
    return prctl(PR_CAPBSET_DROP, CAP_NET_RAW, 0, 0, 0) || as_user(0, 0);
}
TEST(execve_and_other_sets) {
    ROOT();
    SUID_MOUNT();
    STREQ(run(0, ambient), "2000 2000 2001 0 1");
    EQ(give_to("caps", 0, NET_RAW, 1), 0);
    STREQ(run(0, inheritable), "2000 2000 2000 1 0");
    EQ(give_to("caps", CHOWN, 0, 1), 0);
    STREQ(run(0, ambient), "1 1 2001 1 0"); // a file with capabilities ends the ambient ones
    EQ(give_to("caps", NET_RAW, 0, 1), 0);
    STREQ(run(0, unbounded), "EPERM");
    EQ(give_to("caps", NET_RAW, 0, 0), 0);
    STREQ(run(0, unbounded), "0 0 0 0 0");
    EQ(give_to("caps", NET_RAW, 0, 1) + chmod("caps", 04755), 0);
    STREQ(run(10, 0), "2000 2000 0 1 0"); // root by the set-id bit, but with the file's capabilities only
}
TEST(nosuid_mount) {
    ROOT();
    SUID_MOUNT();
    NEED(unshare(CLONE_NEWNS) == 0 && mount(0, "/", 0, MS_REC | MS_PRIVATE, 0) == 0);
    char cwd[500];
    NEED(getcwd(cwd, sizeof cwd) != 0);
    EQ(give_to("caps", NET_RAW, 0, 1), 0);
    EQ(mount(cwd, cwd, 0, MS_BIND, 0), 0);
    struct statvfs v;
    EQ(statvfs(cwd, &v), 0);
    EQ(mount(0, cwd, 0, MS_REMOUNT | MS_BIND | MS_NOSUID | (v.f_flag & (ST_NODEV | ST_NOATIME)), 0), 0);
    EQ(chdir(cwd), 0);
    STREQ(run(10, 0), "0 0 0 0 0");
}
TEST(cleared) {
    ROOT();
    EQ(give_to("caps", NET_RAW, 0, 1), 0);
    EQ(chmod("caps", 0700), 0);
    EQ(getxattr("caps", NAME, 0, 0), 20);
    EQ(chown("caps", 0, 0), 0);
    ERR(getxattr("caps", NAME, 0, 0), ENODATA);
    EQ(give_to("caps", NET_RAW, 0, 1), 0);
    EQ(truncate("caps", 5), 0);
    ERR(getxattr("caps", NAME, 0, 0), ENODATA);
    EQ(give_to("caps", NET_RAW, 0, 1), 0);
    int fd = OK(open("caps", O_WRONLY));
    EQ(getxattr("caps", NAME, 0, 0), 20);
    EQ(write(fd, "x", 1), 1);
    ERR(getxattr("caps", NAME, 0, 0), ENODATA);
    EQ(rename("caps", "other"), 0);
    EQ(give_to("other", NET_RAW, 0, 1), 0);
    EQ(link("other", "third"), 0);
    EQ(getxattr("third", NAME, 0, 0), 20);
}
TEST(user_namespaces) {
    ROOT();
    SUID_MOUNT();
    put("first", "");
    EQ(give_to("first", CHOWN, 0, 1), 0);
    EQ(chown("caps", 1000, 1000), 0);
    int p[2], q[2];
    NEED(pipe(p) == 0 && pipe(q) == 0);
    char c;
    pid_t pid, pid2;
    CHILD(pid) {
        OK(setgroups(0, 0));
        OK(setresgid(1000, 1000, 1000));
        OK(setresuid(1000, 1000, 1000));
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        NEED(unshare(CLONE_NEWUSER) == 0);
        put("/proc/self/setgroups", "deny");
        put("/proc/self/uid_map", "0 1000 1");
        put("/proc/self/gid_map", "0 1000 1");
        struct file_cap got = {0};
        EQ(give_to("caps", NET_RAW, 0, 1), 0);
        EQ(getxattr("caps", NAME, &got, sizeof got), 20); // as the namespace's root set it
        EQ(got.magic, 0x02000001);
        EQ(getxattr("first", NAME, &got, sizeof got), 20);
        ERR(setxattr("first", NAME, &got, 20, 0), EPERM);
        EQ(write(p[1], "x", 1), 1);
        EQ(read(q[0], &c, 1), 1);
    }
    close(p[1]);
    EQ(read(p[0], &c, 1), 1);
    struct file_cap got = {0};
    EQ(getxattr("caps", NAME, &got, sizeof got), 24);
    EQ(got.magic, 0x03000001);
    EQ(got.root, 1000);
    EQ(got.permitted, NET_RAW);
    STREQ(run(10, 0), "0 0 0 0 0"); // they count in that namespace only
    EQ(write(q[1], "x", 1), 1);
    WAIT_EXIT(pid, 0);
    CHILD(pid2) {
        NEED(unshare(CLONE_NEWUSER) == 0);
        ERR(getxattr("caps", NAME, &got, sizeof got), EOVERFLOW);
    }
    WAIT_EXIT(pid2, 0);
    got.root = 0;
    EQ(setxattr("caps", NAME, &got, 24, 0), 0);
    EQ(getxattr("caps", NAME, &got, sizeof got), 20); // root of all: shown in the old form
    STREQ(run(10, 0), "2000 2000 0 1 0");
}
MAIN()
