// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// DIRS: /tmp /var/tmp host
// Reading directories while they change: small buffers, places to come back to, names removed, renamed and made meanwhile.
#include "check.h"
#include <dirent.h>

enum { N = 300 };
static char seen[N];

static const char *name_of(int i) {
    static char b[32];
    snprintf(b, sizeof b, "file-%d", i);
    return b;
}
/* Makes N files in d: a descriptor of it. */
static int filled(void) {
    memset(seen, 0, sizeof seen);
    EQ(mkdir("d", 0755), 0);
    int d = OK(open("d", O_RDONLY));
    for (int i = 0; i < N; i++) {
        int fd = openat(d, name_of(i), O_CREAT | O_WRONLY | O_EXCL, 0644);
        if (fd == -1 || close(fd) != 0) {
            CHECK(!"made");
            return -1;
        }
    }
    return d;
}
/* Counts an entry; its number, or -1 for others. */
static int count(const struct dirent *e) {
    if (strncmp(e->d_name, "file-", 5) != 0)
        return -1;
    int i = atoi(e->d_name + 5);
    if (i >= 0 && i < N)
        seen[i]++;
    return i;
}
static int all_once(int from, int to) {
    for (int i = from; i < to; i++)
        if (seen[i] != 1)
            return 0;
    return 1;
}

TEST(small_buffers) {
    int d = filled();
    char b[4096];
    ERR(syscall(SYS_getdents64, d, b, 0), EINVAL);
    ERR(syscall(SYS_getdents64, d, b, 23), EINVAL); /* less than any entry needs: nothing is lost */
    long n, calls = 0;
    while ((n = syscall(SYS_getdents64, d, b, 40)) > 0) { /* one entry at a time */
        struct dirent *e = (struct dirent *)b;
        EQ(n, e->d_reclen);
        count(e);
        calls++;
    }
    EQ(n, 0);
    EQ(calls, N + 2);
    CHECK(all_once(0, N));
    EQ(syscall(SYS_getdents64, d, b, sizeof b), 0); /* it stays at the end */
}
TEST(places) {
    int d = filled();
    DIR *dir = fdopendir(d);
    static long place[N + 8];
    static char name[N + 8][32];
    struct dirent *e;
    int n = 0;
    place[0] = telldir(dir);
    while (n < N + 4 && (e = readdir(dir)) != 0) {
        snprintf(name[n], sizeof name[n], "%.31s", e->d_name);
        place[++n] = telldir(dir);
    }
    EQ(n, N + 2);
    int wrong = 0;
    for (int i = n - 1; i >= 0; i -= 7) { /* each place leads to the entry that came after it */
        seekdir(dir, place[i]);
        e = readdir(dir);
        wrong += e == 0 || strcmp(e->d_name, name[i]) != 0;
    }
    EQ(wrong, 0);
    seekdir(dir, place[n]);
    EQ(readdir(dir), (struct dirent *)0);
    for (int i = 100; i < 200; i++) /* also when the entry itself has gone */
        if (strncmp(name[i], "file-", 5) == 0)
            EQ(unlinkat(d, name[i], 0), 0);
    seekdir(dir, place[150]);
    e = readdir(dir);
    CHECK(e != 0);
    int at = 0;
    while (e != 0 && at < n && strcmp(e->d_name, name[at]) != 0)
        at++;
    CHECK(at >= 200 && at < n); /* the next that is left; a later one where places are counted (tmpfs before Linux 6.6) */
    closedir(dir);
}
TEST(removed_meanwhile) {
    int d = filled(), n = 0;
    DIR *dir = opendir("d");
    struct dirent *e;
    static char gone[N];
    while ((e = readdir(dir)) != 0) {
        int i = count(e);
        if (i < 0)
            continue;
        n++;
        EQ(unlinkat(d, e->d_name, 0), gone[i] ? -1 : 0);
        gone[i] = 1;
        int other = (i + N / 2) % N; /* and one far away, read already or not */
        if (n % 3 == 0 && !gone[other]) {
            EQ(unlinkat(d, name_of(other), 0), 0);
            gone[other] = 1;
        }
    }
    for (int i = 0; i < N; i++)
        CHECK(seen[i] == 1 || (seen[i] == 0 && gone[i]));
    closedir(dir);
    for (int i = 0; i < N; i++)
        if (!gone[i])
            EQ(unlinkat(d, name_of(i), 0), 0);
    EQ(rmdir("d"), 0);
}
TEST(renamed_meanwhile) {
    int d = filled(), n = 0, guard = 0;
    DIR *dir = opendir("d");
    struct dirent *e;
    char to[64];
    while ((e = readdir(dir)) != 0 && guard++ < 4 * N) { /* each name becomes another: the listing comes to its end */
        int i = count(e);
        if (i < 0)
            continue;
        n++;
        snprintf(to, sizeof to, "other-%d", i);
        EQ(renameat(d, e->d_name, d, to), 0);
    }
    CHECK(guard < 4 * N);
    EQ(n, N);
    CHECK(all_once(0, N));
    rewinddir(dir);
    n = 0;
    while ((e = readdir(dir)) != 0)
        n += strncmp(e->d_name, "other-", 6) == 0;
    EQ(n, N);
}
TEST(made_meanwhile) {
    int d = filled(), n = 0, guard = 0;
    DIR *dir = opendir("d");
    struct dirent *e;
    char more[64];
    while ((e = readdir(dir)) != 0 && guard++ < 4 * N) { /* those that were there come once, whatever comes in addition */
        int i = count(e);
        if (i < 0)
            continue;
        snprintf(more, sizeof more, "more-%d", n++);
        int fd = openat(d, more, O_CREAT | O_WRONLY, 0600);
        CHECK(fd >= 0);
        close(fd);
    }
    CHECK(guard < 4 * N);
    CHECK(all_once(0, N));
}
TEST(positions_of_the_descriptor) {
    int d = filled();
    char b[1024];
    CHECK(syscall(SYS_getdents64, d, b, sizeof b) > 0);
    CHECK(lseek(d, 0, SEEK_CUR) > 0);
    EQ(lseek(d, 0, SEEK_SET), 0);
    long n = syscall(SYS_getdents64, d, b, sizeof b);
    CHECK(n > 0);
    int other = OK(dup(d)); /* which shares the place */
    long at = lseek(d, 0, SEEK_CUR);
    CHECK(syscall(SYS_getdents64, other, b, sizeof b) > 0);
    CHECK(lseek(d, 0, SEEK_CUR) != at);
    ERR(lseek(d, -1, SEEK_SET), EINVAL);
    ERR(read(d, b, 10), EISDIR);
    ERR(pread(d, b, 10, 0), EISDIR);
}
MAIN()
