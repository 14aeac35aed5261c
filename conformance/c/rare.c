// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// DIRS: /tmp
//
// Calls that few programs make: types of file systems, protection keys, sealed mappings, pages and nodes, attributes by
// directory descriptor. What a kernel may be built without answers ENOSYS; both are accepted where Linux itself differs.
#include "check.h"
#include <linux/landlock.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#ifndef SYS_mseal
#define SYS_mseal 462
#endif
#ifndef SYS_setxattrat
#define SYS_setxattrat 463
#define SYS_getxattrat 464
#define SYS_listxattrat 465
#define SYS_removexattrat 466
#endif
#ifndef SYS_set_mempolicy_home_node
#define SYS_set_mempolicy_home_node 450
#endif

struct ustat_result {
    int free;
    unsigned long inodes;
    char name[6], pack[6];
};

struct xattr_arguments {
    unsigned long long value;
    unsigned size, flags;
};

TEST(ustat_of_a_mounted_device) {
    struct stat st;
    struct ustat_result u;
    OK(stat("/tmp", &st));
    memset(&u, 0xff, sizeof u);
    unsigned dev = (minor(st.st_dev) & 0xff) | major(st.st_dev) << 8 | (minor(st.st_dev) & ~0xff) << 12;
    EQ(syscall(SYS_ustat, dev, &u), 0);
    EQ(u.name[0], 0);
    EQ(u.pack[0], 0);
    CHECK(u.free >= 0);
    ERR(syscall(SYS_ustat, dev, 8L), EFAULT);
    ERR(syscall(SYS_ustat, makedev(8, 250), &u), EINVAL);
}

TEST(sysfs_knows_the_types) {
    char name[64];
    long n = OK(syscall(SYS_sysfs, 3));
    CHECK(n > 3);
    for (long i = 0; i < n; i++) {
        OK(syscall(SYS_sysfs, 2, i, name));
        EQ(syscall(SYS_sysfs, 1, name), i);
    }
    OK(syscall(SYS_sysfs, 1, "proc"));
    OK(syscall(SYS_sysfs, 1, "tmpfs"));
    ERR(syscall(SYS_sysfs, 1, "no such type"), EINVAL);
    ERR(syscall(SYS_sysfs, 1, 8L), EFAULT);
    ERR(syscall(SYS_sysfs, 2, n, name), EINVAL);
    ERR(syscall(SYS_sysfs, 2, 0, 8L), EFAULT);
    ERR(syscall(SYS_sysfs, 4), EINVAL);
}

TEST(protection_keys_without_hardware) {
    char *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int key = syscall(SYS_pkey_alloc, 0, 0);
    if (key >= 0) {
        OK(syscall(SYS_pkey_free, key));
        SKIP("this processor has protection keys");
    }
    ERR(syscall(SYS_pkey_alloc, 0, 0), ENOSPC);
    ERR(syscall(SYS_pkey_alloc, 1, 0), EINVAL);
    ERR(syscall(SYS_pkey_alloc, 0, 4), EINVAL);
    ERR(syscall(SYS_pkey_free, 1), EINVAL);
    ERR(syscall(SYS_pkey_free, -1), EINVAL);
    ERR(syscall(SYS_pkey_mprotect, page, 4096L, PROT_READ, 1), EINVAL);
    ERR(syscall(SYS_pkey_mprotect, page + 1, 4096L, PROT_READ, -1), EINVAL);
    OK(syscall(SYS_pkey_mprotect, page, 4096L, PROT_READ, -1));
    int fds[2];
    OK(pipe(fds));
    OK(write(fds[1], "x", 1));
    ERR(read(fds[0], page, 1), EFAULT);
}

TEST(mseal_keeps_a_mapping) {
    char *page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (syscall(SYS_mseal, page, 4096L, 0L) == -1 && errno == ENOSYS)
        SKIP("older than mseal");
    ERR(munmap(page, 4096), EPERM);
    ERR(mprotect(page, 4096, PROT_READ), EPERM);
    ERR(mmap(page, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED ? -1 : 0, EPERM);
    *page = 1;
    OK(munmap(page + 4096, 4096));
    ERR(syscall(SYS_mseal, page, 4096L, 1L), EINVAL);
    ERR(syscall(SYS_mseal, page + 1, 4096L, 0L), EINVAL);
    ERR(syscall(SYS_mseal, page + 4096, 4096L, 0L), ENOMEM);
}

TEST(sealed_memory_does_not_hinder_fork_and_exec) {
    char *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (syscall(SYS_mseal, page, 4096L, 0L) == -1 && errno == ENOSYS)
        SKIP("older than mseal");
    pid_t pid;
    CHILD(pid) {
        ERR(munmap(page, 4096), EPERM);
        execl("/bin/true", "true", (char *)0);
    }
    WAIT_EXIT(pid, 0);
}

TEST(move_pages_says_where_they_are) {
    char *p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    p[0] = p[4096] = 1;
    void *pages[3] = {p, p + 4096, (void *)8192L};
    int status[3] = {99, 99, 99}, node[1] = {0};
    if (syscall(SYS_move_pages, 0, 3L, pages, 0L, status, 0) == -1 && errno == ENOSYS)
        SKIP("no NUMA");
    EQ(status[0], 0);
    EQ(status[1], 0);
    EQ(status[2], -EFAULT);
    status[0] = 99;
    OK(syscall(SYS_move_pages, getpid(), 1L, pages, node, status, 2));
    EQ(status[0], 0);
    node[0] = 500;
    ERR(syscall(SYS_move_pages, 0, 1L, pages, node, status, 2), ENODEV);
    ERR(syscall(SYS_move_pages, 0, 1L, pages, 0L, status, 1), EINVAL);
    ERR(syscall(SYS_move_pages, 0x7fffffff, 1L, pages, 0L, status, 0), ESRCH);
    ERR(syscall(SYS_move_pages, 0, 1L, 8L, 0L, status, 0), EFAULT);
    ERR(syscall(SYS_move_pages, 0, 1L, pages, 0L, 8L, 0), EFAULT);
}

TEST(home_node) {
    char *p = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (syscall(SYS_set_mempolicy_home_node, p, 4096L, 0L, 0L) == -1 && errno == ENOSYS)
        SKIP("no NUMA");
    ERR(syscall(SYS_set_mempolicy_home_node, p, 4096L, 0L, 1L), EINVAL);
    ERR(syscall(SYS_set_mempolicy_home_node, p + 1, 4096L, 0L, 0L), EINVAL);
    ERR(syscall(SYS_set_mempolicy_home_node, p, 4096L, 4000L, 0L), EINVAL);
    EQ(syscall(SYS_set_mempolicy_home_node, p, 0L, 0L, 0L), 0);
}

TEST(attributes_at_a_directory) {
    char value[32], list[64];
    struct xattr_arguments a = {(unsigned long)"blue", 4, 0};
    OK(mkdir("d", 0755));
    put("d/f", "");
    OK(symlink("f", "d/l"));
    int dir = OK(open("d", O_RDONLY | O_DIRECTORY));
    long r = syscall(SYS_setxattrat, dir, "f", 0, "user.colour", &a, sizeof a);
    if (r == -1 && errno == ENOSYS)
        SKIP("older than setxattrat");
    if (r == -1 && errno == EOPNOTSUPP)
        SKIP("no user attributes here");
    EQ(r, 0);
    EQ(getxattr("d/f", "user.colour", value, sizeof value), 4);
    CHECK(memcmp(value, "blue", 4) == 0);
    memset(value, 0, sizeof value);
    struct xattr_arguments g = {(unsigned long)value, sizeof value, 0};
    EQ(syscall(SYS_getxattrat, dir, "f", 0, "user.colour", &g, sizeof g), 4);
    STREQ(value, "blue");
    int f = OK(open("d/f", O_RDONLY));
    EQ(syscall(SYS_getxattrat, f, "", AT_EMPTY_PATH, "user.colour", &g, sizeof g), 4);
    EQ(syscall(SYS_getxattrat, dir, "l", 0, "user.colour", &g, sizeof g), 4);
    ERR(syscall(SYS_getxattrat, dir, "l", AT_SYMLINK_NOFOLLOW, "user.colour", &g, sizeof g), ENODATA);
    ERR(syscall(SYS_getxattrat, dir, "f", 0, "user.none", &g, sizeof g), ENODATA);
    ERR(syscall(SYS_getxattrat, dir, "f", 0x40, "user.colour", &g, sizeof g), EINVAL);
    ERR(syscall(SYS_getxattrat, dir, "f", 0, "user.colour", &g, 8L), EINVAL);
    ERR(syscall(SYS_getxattrat, dir, "f", 0, "user.colour", &g, 8192L), E2BIG);
    ERR(syscall(SYS_getxattrat, dir, "none", 0, "user.colour", &g, sizeof g), ENOENT);
    ERR(syscall(SYS_getxattrat, 99, "f", 0, "user.colour", &g, sizeof g), EBADF);
    g.size = 2;
    ERR(syscall(SYS_getxattrat, dir, "f", 0, "user.colour", &g, sizeof g), ERANGE);
    g.size = 32, g.flags = 1;
    ERR(syscall(SYS_getxattrat, dir, "f", 0, "user.colour", &g, sizeof g), EINVAL);
    a.flags = XATTR_CREATE;
    ERR(syscall(SYS_setxattrat, dir, "f", 0, "user.colour", &a, sizeof a), EEXIST);
    a.flags = 8;
    ERR(syscall(SYS_setxattrat, dir, "f", 0, "user.colour", &a, sizeof a), EINVAL);
    EQ(syscall(SYS_listxattrat, dir, "f", 0, list, sizeof list), sizeof "user.colour");
    STREQ(list, "user.colour");
    ERR(syscall(SYS_listxattrat, dir, "f", 0, list, 3L), ERANGE);
    ERR(syscall(SYS_listxattrat, dir, "none", 0, list, sizeof list), ENOENT);
    ERR(syscall(SYS_listxattrat, dir, "f", 0x40, list, sizeof list), EINVAL);
    OK(syscall(SYS_removexattrat, dir, "f", 0, "user.colour"));
    ERR(syscall(SYS_removexattrat, dir, "f", 0, "user.colour"), ENODATA);
    ERR(syscall(SYS_removexattrat, dir, "f", 0x40, "user.colour"), EINVAL);
    EQ(syscall(SYS_listxattrat, dir, "f", 0, list, sizeof list), 0);
}

TEST(landlock_says_whether_it_is_there) {
    long r = syscall(SYS_landlock_create_ruleset, 0L, 0L, LANDLOCK_CREATE_RULESET_VERSION);
    CHECK(r > 0 || errno == EOPNOTSUPP || errno == ENOSYS);
    if (r == -1 && errno == EOPNOTSUPP) {
        struct landlock_ruleset_attr a = {.handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE};
        ERR(syscall(SYS_landlock_create_ruleset, &a, sizeof a, 0), EOPNOTSUPP);
        ERR(syscall(SYS_landlock_add_rule, 3, LANDLOCK_RULE_PATH_BENEATH, &a, 0), EOPNOTSUPP);
        ERR(syscall(SYS_landlock_restrict_self, 3, 0), EOPNOTSUPP);
    }
}

TEST(calls_of_old) {
    ERR(syscall(SYS_create_module, "x", 1L), ENOSYS);
    ERR(syscall(SYS_getpmsg, 0, 0, 0, 0, 0), ENOSYS);
    ERR(syscall(SYS_vserver), ENOSYS);
    ERR(syscall(SYS_nfsservctl), ENOSYS);
    ERR(syscall(SYS_epoll_ctl_old), ENOSYS);
    ERR(syscall(1999), ENOSYS);
    ERR(syscall(-1L), ENOSYS);
}

MAIN()
