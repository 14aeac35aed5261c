// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// A control group of a test's own.
#pragma once
#include "check.h"

static char top[256];  // where cgroup2 is mounted
static char base[400]; // a group of this test's own

static inline const char *at(const char *name) {
    static char path[4][600];
    static int n;
    n = (n + 1) % 4;
    snprintf(path[n], sizeof path[n], "%s/%s", base, name);
    return path[n];
}

static inline int find(void) {
    char line[1024], where[256], rest[700];
    FILE *f = fopen("/proc/self/mountinfo", "r");
    while (f && fgets(line, sizeof line, f)) {
        char *dash = strstr(line, " - cgroup2 ");
        if (dash && sscanf(line, "%*s %*s %*s %*s %255s %699[^\n]", where, rest) == 2)
            strcpy(top, where);
    }
    if (f)
        fclose(f);
    return top[0] && access(top, W_OK) == 0;
}

// Makes `base`; false where the test cannot run.
static inline int begin(void) {
    if (!find())
        return 0;
    snprintf(base, sizeof base, "%s/check-%d", top, getpid());
    return mkdir(base, 0755) == 0;
}

static inline int writes(const char *path, const char *text) {
    int fd = open(path, O_WRONLY), r;
    if (fd < 0)
        return -1;
    r = write(fd, text, strlen(text)) < 0 ? -1 : 0;
    int e = errno;
    close(fd);
    errno = e;
    return r;
}

static inline int move(const char *procs, int pid) {
    char text[20];
    snprintf(text, sizeof text, "%d", pid);
    return writes(procs, text);
}

static inline const char *line_of(const char *path, const char *key) {
    static char value[4][64];
    static int n;
    n = (n + 1) % 4;
    const char *p = strstr(get(path), key);
    value[n][0] = 0;
    if (p)
        sscanf(p + strlen(key), " %63s", value[n]);
    return value[n];
}

static inline const char *own_path(int pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/cgroup", pid);
    const char *p = strstr(get(path), "0::");
    static char line[300];
    line[0] = 0;
    if (p)
        sscanf(p + 3, "%299[^\n]", line);
    return line;
}

static inline pid_t sleeper(void) {
    pid_t p = fork();
    if (p == 0)
        for (;;)
            pause();
    return p;
}

static inline void gone(void) { // a group whose processes were killed can be removed a little later
    for (int i = 0; i < 200 && rmdir(base) && errno == EBUSY; i++)
        msleep(20);
}

// Turns a controller on for `base`; false where there is none.
static inline int controls(const char *name) {
    char control[300], word[40];
    snprintf(control, sizeof control, "%s/cgroup.subtree_control", top);
    snprintf(word, sizeof word, "+%s", name);
    return strstr(get(control), name) != NULL || writes(control, word) == 0;
}
