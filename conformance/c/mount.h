// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/* A mount namespace of the test's own, with a tmpfs as working directory; and the lines of mountinfo. */
#ifndef MOUNT_H
#define MOUNT_H
#include "check.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/utsname.h>

/* 0 when nothing outside can be harmed from here on. */
static int own_mounts(void) {
    if (unshare(CLONE_NEWNS) != 0)
        return -1;
    if (mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) != 0)
        return -1;
    if (mount("work", ".", "tmpfs", 0, "mode=755") != 0)
        return -1;
    char cwd[512];
    if (!getcwd(cwd, sizeof cwd) || chdir(cwd) != 0)
        return -1;
    return 0;
}
#define OWN_MOUNTS()                                                                     \
    do {                                                                                 \
        if (geteuid() != 0)                                                              \
            SKIP("for root only");                                                       \
        NEED(own_mounts() == 0);                                                         \
    } while (0)

/* What goes well: a fresh tmpfs, named x; a bind; other flags for a mount; how it spreads changes; its end. */
#define TMPFS(at) EQ(mount("x", at, "tmpfs", 0, 0), 0)
#define BIND(from, at) EQ(mount(from, at, 0, MS_BIND, 0), 0)
#define REMOUNT(at, flags) EQ(mount(0, at, 0, MS_REMOUNT | (flags), 0), 0)
#define SPREAD(at, how) EQ(mount(0, at, 0, how, 0), 0)
#define UMOUNT(at) EQ(umount(at), 0)

/* A child and its parent take turns: TURNS before the fork, then GIVE and TAKE the word on either way. */
CHK_UNUSED static int to_parent[2], to_child[2];
#define TURNS()                   \
    do {                          \
        EQ(pipe(to_parent), 0);   \
        EQ(pipe(to_child), 0);    \
    } while (0)
#define GIVE(way) EQ(write((way)[1], "x", 1), 1)
#define TAKE(way)                         \
    do {                                  \
        char word_;                       \
        EQ(read((way)[0], &word_, 1), 1); \
    } while (0)

/* The line of mountinfo for the last mount at `name` below the working directory, "" for none. */
CHK_UNUSED static const char *mountinfo(const char *name) {
    static char line[1024];
    char cwd[512], path[600], at[512];
    *line = 0;
    if (!getcwd(cwd, sizeof cwd))
        return line;
    snprintf(path, sizeof path, *name == '/' ? "%s" : "%s%s%s", *name == '/' ? name : cwd, *name ? "/" : "", name);
    FILE *f = fopen("/proc/self/mountinfo", "r");
    char *l = 0;
    size_t n = 0;
    while (f && getline(&l, &n, f) > 0)
        if (sscanf(l, "%*d %*d %*s %*s %511s", at) == 1 && !strcmp(at, path))
            snprintf(line, sizeof line, "%s", l);
    free(l);
    if (f)
        fclose(f);
    return line;
}
/* The optional field `what` (shared:, master:, unbindable) of it: its number, 1 without one, 0 for no such field. */
CHK_UNUSED static int field(const char *name, const char *what) {
    char l[1024];
    snprintf(l, sizeof l, "%s", mountinfo(name));
    char *end = strstr(l, " - "), *p;
    if (end)
        *end = 0;
    if (!(p = strstr(l, what)))
        return 0;
    p += strlen(what);
    return *p >= '0' && *p <= '9' ? atoi(p) : 1;
}
CHK_UNUSED static int mounted(const char *name) {
    return *mountinfo(name) != 0;
}
CHK_UNUSED static void dirs(const char *names) {
    char s[256];
    snprintf(s, sizeof s, "%s", names);
    for (char *p = strtok(s, " "); p; p = strtok(0, " "))
        if (mkdir(p, 0755) != 0)
            chk_fail(__LINE__, "cannot make %s: %s", p, chk_errno(errno));
}
static inline int exists(const char *path) {
    return access(path, F_OK) == 0;
}
#endif
