// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// What the tests of namespaces have in common. Every process that enters one is a child of the test, so nothing stays.
#ifndef NAMESPACES_H
#define NAMESPACES_H
#include "check.h"
#include <grp.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>

/* Writes a text to a file by one call: 0 or -1 with errno. */
CHK_UNUSED static int write_to(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    int e = errno;
    close(fd);
    errno = e;
    return n == (ssize_t)strlen(text) ? 0 : -1;
}

/* The text of a small file, in a buffer that the next call uses again. */
CHK_UNUSED static const char *text_of(const char *path) {
    static char b[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, b, sizeof b - 1);
    if (fd >= 0)
        close(fd);
    b[n < 0 ? 0 : n] = 0;
    return b;
}

/* The value of a line of /proc/self/status. */
CHK_UNUSED static const char *status(const char *name) {
    static char v[256];
    const char *at = strstr(text_of("/proc/self/status"), name);
    v[0] = 0;
    if (at)
        sscanf(at + strlen(name), ":\t%255[^\n]", v);
    return v;
}

CHK_UNUSED static unsigned long long caps(const char *name) {
    return strtoull(status(name), 0, 16);
}

/* Inode number of a namespace. */
CHK_UNUSED static unsigned long ns_ino(pid_t pid, const char *name) {
    char p[64];
    struct stat st;
    snprintf(p, sizeof p, "/proc/%d/ns/%s", pid, name);
    return stat(p, &st) ? 0 : st.st_ino;
}

CHK_UNUSED static int ns_open(pid_t pid, const char *name) {
    char p[64];
    snprintf(p, sizeof p, "/proc/%d/ns/%s", pid, name);
    return open(p, O_RDONLY | O_CLOEXEC);
}

/* Lets everything of an ordinary user go but its ids. */
CHK_UNUSED static int become(int uid) {
    return setgroups(0, 0) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid) || prctl(PR_SET_DUMPABLE, 1) ? -1 : 0;
}

/* A new user namespace in which the caller is root. */
CHK_UNUSED static int be_root_inside(void) {
    char m[64];
    int uid = geteuid(), gid = getegid();
    if (unshare(CLONE_NEWUSER) || write_to("/proc/self/setgroups", "deny"))
        return -1;
    snprintf(m, sizeof m, "0 %d 1\n", uid);
    if (write_to("/proc/self/uid_map", m))
        return -1;
    snprintf(m, sizeof m, "0 %d 1\n", gid);
    return write_to("/proc/self/gid_map", m);
}
#endif
