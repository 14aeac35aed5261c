// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// DIRS: /tmp host
// POSIX ACLs as attributes: form and errors, who may do what, inheritance, chmod and umask. Run by root.
#include "check.h"
#include <grp.h>
#include <sys/xattr.h>

enum { UO = 1, U = 2, GO = 4, G = 8, M = 16, O = 32 };
#define ACC "system.posix_acl_access"
#define DEF "system.posix_acl_default"
struct acl {
    unsigned version;
    struct {
        unsigned short tag, perm;
        unsigned id;
    } e[8];
};
static size_t fill(struct acl *a, int n, const int *v) {
    a->version = 2;
    for (int i = 0; i < n; i++) {
        a->e[i].tag = v[3 * i];
        a->e[i].perm = v[3 * i + 1];
        a->e[i].id = v[3 * i + 2];
    }
    return 4 + 8 * n;
}
#define SET(path, name, ...)                                                             \
    ({                                                                                   \
        struct acl a_;                                                                   \
        int v_[] = {__VA_ARGS__};                                                        \
        setxattr(path, name, &a_, fill(&a_, sizeof v_ / 12, v_), 0);                     \
    })
static char *text(const char *path, const char *name) {
    static char s[200];
    struct acl a;
    ssize_t n = getxattr(path, name, &a, sizeof a);
    if (n < 4)
        return "";
    *s = 0;
    for (int i = 0; i < (n - 4) / 8; i++)
        sprintf(s + strlen(s), "%s%d:%d:%o", i ? " " : "", a.e[i].tag, (int)a.e[i].id, a.e[i].perm);
    return s;
}
static int mode(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 ? st.st_mode & 07777 : -1;
}
/* What user `uid` of group `gid` may do with the file: rwx as a digit. */
static int may(const char *path, int uid, int gid) {
    pid_t pid = fork();
    if (pid == 0) {
        if (setgroups(0, 0) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
            _exit(99);
        _exit((access(path, 4) == 0) * 4 + (access(path, 2) == 0) * 2 + (access(path, 1) == 0));
    }
    int st;
    waitpid(pid, &st, 0);
    return WEXITSTATUS(st);
}
#define ROOT()                                                                           \
    do {                                                                                 \
        if (geteuid() != 0)                                                              \
            SKIP("for root only");                                                       \
        chmod(".", 0755);                                                                \
        umask(022);                                                                      \
        put("f", "x");                                                                   \
        NEED(chmod("f", 0640) == 0 && chown("f", 10, 20) == 0);                          \
        if (getxattr("f", ACC, 0, 0) == -1 && errno == EOPNOTSUPP)                       \
            SKIP("no ACLs on this file system");                                         \
    } while (0)

TEST(who_may) {
    ROOT();
    ERR(getxattr("f", ACC, 0, 0), ENODATA);
    EQ(SET("f", ACC, UO, 6, -1, U, 7, 11, GO, 4, -1, G, 2, 21, M, 6, -1, O, 0, -1), 0);
    EQ(mode("f"), 0660);
    STREQ(text("f", ACC), "1:-1:6 2:11:7 4:-1:4 8:21:2 16:-1:6 32:-1:0");
    EQ(may("f", 10, 5), 6);
    EQ(may("f", 11, 5), 6); // 7, masked
    EQ(may("f", 12, 20), 4);
    EQ(may("f", 12, 21), 2);
    EQ(may("f", 12, 22), 0);
    EQ(may("f", 11, 21), 6); // the user's entry is the first
    EQ(may("f", 0, 0), 6);
    EQ(chmod("f", 0604), 0); // the mask goes to nothing
    STREQ(text("f", ACC), "1:-1:6 2:11:7 4:-1:4 8:21:2 16:-1:0 32:-1:4");
    EQ(may("f", 11, 5), 4); // as others: such a list is not asked
    EQ(may("f", 12, 20), 0);
    EQ(chmod("f", 0670), 0);
    EQ(may("f", 11, 5), 7);
    EQ(removexattr("f", ACC), 0);
    EQ(removexattr("f", ACC), 0); // none is there: nothing to do
    EQ(mode("f"), 0670);
    EQ(may("f", 12, 20), 7);
}
TEST(same_as_a_mode) {
    ROOT();
    EQ(SET("f", ACC, UO, 7, -1, GO, 5, -1, O, 1, -1), 0);
    EQ(mode("f"), 0751);
    ERR(getxattr("f", ACC, 0, 0), ENODATA);
    EQ(listxattr("f", 0, 0), 0);
}
TEST(errors) {
    ROOT();
    struct acl a = {2, {{0}}};
    ERR(SET("f", ACC, UO, 7, -1, GO, 5, -1), EINVAL);
    ERR(SET("f", ACC, UO, 7, -1, O, 5, -1), EINVAL);
    ERR(SET("f", ACC, GO, 5, -1, UO, 7, -1, O, 5, -1), EINVAL);
    ERR(SET("f", ACC, UO, 7, -1, U, 7, 1, GO, 5, -1, O, 5, -1), EINVAL); // no mask
    ERR(SET("f", ACC, UO, 7, -1, U, 7, -1, GO, 5, -1, M, 5, -1, O, 5, -1), EINVAL);
    ERR(SET("f", ACC, UO, 8, -1, GO, 5, -1, O, 5, -1), EINVAL);
    ERR(SET("f", ACC, UO, 7, -1, GO, 5, -1, 64, 5, -1, O, 5, -1), EINVAL);
    ERR(SET("f", DEF, UO, 7, -1, GO, 5, -1, O, 5, -1), EACCES);
    ERR(setxattr("f", ACC, "x", 1, 0), EINVAL);
    ERR(setxattr("f", ACC, &a, 6, 0), EINVAL);
    a.version = 3;
    ERR(setxattr("f", ACC, &a, 12, 0), EOPNOTSUPP);
    EQ(symlink("f", "l"), 0);
    ERR(lsetxattr("l", ACC, "\2\0\0", 4, 0), EOPNOTSUPP);
    ERR(lgetxattr("l", ACC, 0, 0), EOPNOTSUPP);
    EQ(SET("f", ACC, UO, 6, -1, U, 7, 11, GO, 4, -1, M, 7, -1, O, 0, -1), 0);
    char b[64];
    ERR(getxattr("f", ACC, b, 8), ERANGE);
    EQ(getxattr("f", ACC, 0, 0), 44);
    EQ(listxattr("f", b, 64), sizeof ACC);
    STREQ(b, ACC);
    EQ(setxattr("f", ACC, 0, 0, 0), 0); // as removing it
    ERR(getxattr("f", ACC, 0, 0), ENODATA);
    pid_t pid;
    CHILD(pid) {
        OK(setresuid(11, 11, 11));
        ERR(SET("f", ACC, UO, 6, -1, GO, 4, -1, O, 0, -1), EPERM);
        ERR(removexattr("f", ACC), EPERM);
        ERR(getxattr("f", ACC, 0, 0), ENODATA);
    }
    WAIT_EXIT(pid, 0);
    CHILD(pid) {
        OK(setresuid(10, 10, 10));
        EQ(SET("f", ACC, UO, 6, -1, GO, 4, -1, O, 1, -1), 0);
    }
    WAIT_EXIT(pid, 0);
}
TEST(inheritance) {
    ROOT();
    EQ(mkdir("d", 0755), 0);
    EQ(SET("d", DEF, UO, 7, -1, U, 7, 11, GO, 5, -1, M, 7, -1, O, 0, -1), 0);
    EQ(mode("d"), 0755);
    ERR(getxattr("d", ACC, 0, 0), ENODATA);
    umask(077); // does not count here
    int fd = OK(open("d/f", O_CREAT | O_RDWR, 0666));
    close(fd);
    EQ(mode("d/f"), 0660);
    STREQ(text("d/f", ACC), "1:-1:6 2:11:7 4:-1:5 16:-1:6 32:-1:0");
    ERR(getxattr("d/f", DEF, 0, 0), ENODATA);
    EQ(may("d/f", 11, 5), 6);
    EQ(mkdir("d/s", 0700), 0);
    EQ(mode("d/s"), 0700);
    STREQ(text("d/s", DEF), "1:-1:7 2:11:7 4:-1:5 16:-1:7 32:-1:0");
    STREQ(text("d/s", ACC), "1:-1:7 2:11:7 4:-1:5 16:-1:0 32:-1:0");
    EQ(mkdir("d/t", 0777), 0);
    EQ(mode("d/t"), 0770);
    EQ(mkfifo("d/p", 0666), 0);
    EQ(mode("d/p"), 0660);
    EQ(symlink("x", "d/l"), 0);
    EQ(removexattr("d", DEF), 0);
    EQ(mkdir("d/u", 0777), 0);
    EQ(mode("d/u"), 0700);
    EQ(SET("d", DEF, UO, 7, -1, GO, 5, -1, O, 1, -1), 0); // without names: nothing but modes
    EQ(mkdir("d/v", 0777), 0);
    EQ(mode("d/v"), 0751);
    ERR(getxattr("d/v", ACC, 0, 0), ENODATA);
    STREQ(text("d/v", DEF), "1:-1:7 4:-1:5 32:-1:1");
    fd = open("d", O_TMPFILE | O_RDWR, 0666);
    struct stat st;
    if (fd >= 0) {
        EQ(fstat(fd, &st), 0);
        EQ(st.st_mode & 0777, 0640);
    }
}
TEST(directories_and_names) {
    ROOT();
    EQ(mkdir("d", 0700), 0);
    put("d/f", "x");
    EQ(chmod("d/f", 0644), 0);
    EQ(may("d/f", 11, 5), 0);
    EQ(SET("d", ACC, UO, 7, -1, U, 1, 11, GO, 0, -1, M, 1, -1, O, 0, -1), 0);
    EQ(may("d/f", 11, 5), 4);
    EQ(may("d/f", 12, 5), 0);
    pid_t pid;
    CHILD(pid) {
        OK(setresuid(11, 11, 11));
        ERR(open("d/n", O_CREAT | O_WRONLY, 0644), EACCES);
        ERR(open("d", O_RDONLY), EACCES);
    }
    WAIT_EXIT(pid, 0);
    EQ(rename("d", "e"), 0);
    EQ(may("e/f", 11, 5), 4);
    EQ(link("f", "g"), 0);
    EQ(SET("g", ACC, UO, 6, -1, U, 4, 11, GO, 0, -1, M, 4, -1, O, 0, -1), 0);
    EQ(may("f", 11, 5), 4);
}
MAIN()
