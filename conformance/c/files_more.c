// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// DIRS: /tmp /var/tmp
// Flags of preadv2 and pwritev2, ways of openat2, handles, shared mappings between processes and with read and write, truncation
// below a mapping, sparse and large files, large directories.
#include "check.h"
#include <dirent.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/statfs.h>
#include <sys/uio.h>

static long w2(int fd, const char *s, off_t at, int flags) {
    struct iovec v = {(void *)s, strlen(s)};
    return pwritev2(fd, &v, 1, at, flags);
}
static long r2(int fd, char *b, size_t n, off_t at, int flags) {
    struct iovec v = {b, n};
    memset(b, 0, n);
    return preadv2(fd, &v, 1, at, flags);
}
TEST(flags_of_writes) {
    int fd = OK(open("f", O_RDWR | O_CREAT, 0644));
    char b[32];
    EQ(w2(fd, "hello", 0, RWF_DSYNC), 5);
    EQ(w2(fd, "HE", 0, RWF_SYNC), 2);
    EQ(r2(fd, b, sizeof b - 1, 0, 0), 5);
    STREQ(b, "HEllo");
    EQ(w2(fd, "end", 0, RWF_APPEND), 3); // at the end whatever the place
    EQ(r2(fd, b, sizeof b - 1, 0, 0), 8);
    STREQ(b, "HElloend");
    EQ(lseek(fd, 0, SEEK_CUR), 0);
    EQ(w2(fd, "x", -1, 0), 1); // -1: as writev
    EQ(lseek(fd, 0, SEEK_CUR), 1);
    EQ(w2(fd, "!", -1, RWF_APPEND), 1);
    EQ(lseek(fd, 0, SEEK_CUR), 9);
    int ap = OK(open("f", O_WRONLY | O_APPEND));
    EQ(w2(ap, "N", 0, 0x20), 1); // RWF_NOAPPEND
    EQ(r2(fd, b, 3, 0, 0), 3);
    EQ(b[0], 'N');
    ERR(w2(fd, "x", 0, 0x4000), EOPNOTSUPP);
    ERR(r2(fd, b, 1, 0, RWF_APPEND | 0x4000), EOPNOTSUPP);
    ERR(w2(fd, "x", -5, 0), EINVAL);
    ERR(w2(99, "x", 0, 0), EBADF);
    int p[2];
    EQ(pipe(p), 0);
    ERR(r2(p[0], b, 1, -1, RWF_NOWAIT), EAGAIN);
    ERR(r2(p[0], b, 1, 0, 0), ESPIPE);
    ERR(w2(fd, "x", 0, 0x40), EOPNOTSUPP); // RWF_ATOMIC: nothing here can
}

// ---- openat2 ----

static long o2(int dir, const char *path, uint64_t flags, uint64_t resolve) {
    struct open_how h = {.flags = flags, .resolve = resolve};
    return syscall(SYS_openat2, dir, path, &h, sizeof h);
}
TEST(resolve) {
    EQ(mkdir("top", 0755), 0);
    EQ(mkdir("top/in", 0755), 0);
    put("top/in/f", "x");
    put("out", "x");
    EQ(symlink("in/f", "top/good"), 0);
    EQ(symlink("../out", "top/up"), 0);
    EQ(symlink("/in/f", "top/abs"), 0);
    EQ(symlink("in", "top/dir"), 0);
    int top = OK(open("top", O_PATH));
    OK(o2(top, "in/f", O_RDONLY, RESOLVE_BENEATH));
    OK(o2(top, "good", O_RDONLY, RESOLVE_BENEATH));
    OK(o2(top, "in/../in/f", O_RDONLY, RESOLVE_BENEATH));
    ERR(o2(top, "../out", O_RDONLY, RESOLVE_BENEATH), EXDEV);
    ERR(o2(top, "up", O_RDONLY, RESOLVE_BENEATH), EXDEV);
    ERR(o2(top, "abs", O_RDONLY, RESOLVE_BENEATH), EXDEV);
    ERR(o2(top, "/in/f", O_RDONLY, RESOLVE_BENEATH), EXDEV);
    OK(o2(top, "/in/f", O_RDONLY, RESOLVE_IN_ROOT));
    OK(o2(top, "abs", O_RDONLY, RESOLVE_IN_ROOT));
    OK(o2(top, "../../in/f", O_RDONLY, RESOLVE_IN_ROOT));
    ERR(o2(top, "up", O_RDONLY, RESOLVE_IN_ROOT), ENOENT);
    ERR(o2(top, "good", O_RDONLY, RESOLVE_NO_SYMLINKS), ELOOP);
    ERR(o2(top, "dir/f", O_RDONLY, RESOLVE_NO_SYMLINKS), ELOOP);
    OK(o2(top, "good", O_RDONLY, RESOLVE_NO_MAGICLINKS));
    OK(o2(top, "good", O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS));
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", top);
    ERR(o2(AT_FDCWD, self, O_RDONLY, RESOLVE_NO_MAGICLINKS), ELOOP);
    OK(o2(AT_FDCWD, self, O_RDONLY | O_DIRECTORY, 0));
    ERR(o2(AT_FDCWD, "/proc/self/status", O_RDONLY, RESOLVE_NO_XDEV), EXDEV);
    OK(o2(top, "in/f", O_RDONLY, RESOLVE_NO_XDEV));
    long r = o2(top, "in/f", O_RDONLY, RESOLVE_CACHED);
    CHECK(r >= 0 || errno == EAGAIN);
    ERR(o2(top, "in/f", O_RDWR | O_CREAT | O_TRUNC, RESOLVE_CACHED), EAGAIN);
    ERR(o2(top, "in/f", O_RDONLY, 0x40), EINVAL);
    ERR(o2(top, "in/f", O_RDONLY, RESOLVE_BENEATH | RESOLVE_IN_ROOT), EINVAL);
    ERR(o2(top, "in/f", 1ULL << 40, 0), EINVAL);
    struct open_how h = {.flags = O_RDONLY, .mode = 0644};
    ERR(syscall(SYS_openat2, top, "in/f", &h, sizeof h), EINVAL);
    ERR(syscall(SYS_openat2, top, "in/f", &h, 8), EINVAL);
    struct {
        struct open_how h;
        uint64_t more;
    } big = {.h = {.flags = O_RDONLY}, .more = 1};
    ERR(syscall(SYS_openat2, top, "in/f", &big, sizeof big), E2BIG);
    big.more = 0;
    OK(syscall(SYS_openat2, top, "in/f", &big, sizeof big));
}

// ---- mappings ----

TEST(shared_between_processes) {
    int fd = OK(open("f", O_RDWR | O_CREAT, 0644));
    EQ(ftruncate(fd, 8192), 0);
    char *p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), b[8] = "";
    NEED(p != MAP_FAILED);
    strcpy(p + 4096, "map");
    EQ(pread(fd, b, 3, 4096), 3);
    STREQ(b, "map");
    EQ(pwrite(fd, "WR", 2, 4096), 2);
    STREQ(p + 4096, "WRp");
    pid_t pid;
    CHILD(pid) {
        int own = OK(open("f", O_RDWR));
        char *q = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, own, 0);
        CHECK(q != MAP_FAILED);
        STREQ(q + 4096, "WRp");
        strcpy(q, "child");
        char *priv = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, own, 0);
        strcpy(priv, "mine!");
    }
    WAIT_EXIT(pid, 0);
    STREQ(p, "child");
    EQ(msync(p, 8192, MS_SYNC), 0);
    EQ(munmap(p, 8192), 0);
    EQ(pread(fd, b, 5, 0), 5);
    STREQ(b, "child");
    int again = OK(open("f", O_RDONLY));
    p = mmap(0, 4096, PROT_READ, MAP_SHARED, again, 0);
    EQ(pwrite(fd, "after", 5, 0), 5);
    STREQ(p, "after");
}
TEST(truncated_below) {
    int fd = OK(open("f", O_RDWR | O_CREAT, 0644));
    EQ(ftruncate(fd, 12288), 0);
    volatile char *p = mmap(0, 12288, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    NEED(p != MAP_FAILED);
    p[0] = p[5000] = p[9000] = 1;
    EQ(ftruncate(fd, 5001), 0);
    EQ(p[5000], 1);
    EQ(p[6000], 0); // the rest of the last page
    pid_t pid;
    CHILD(pid) p[9000] = 1;
    WAIT_SIG(pid, SIGBUS);
    EQ(ftruncate(fd, 12288), 0);
    EQ(p[9000], 0);
    p[9000] = 2;
    char b;
    EQ(pread(fd, &b, 1, 9000), 1);
    EQ(b, 2);
}

// ---- large ones ----

TEST(sparse) {
    int fd = OK(open("f", O_RDWR | O_CREAT, 0644));
    off_t far = (4LL << 30) + 4096;
    EQ(pwrite(fd, "x", 1, far), 1);
    struct stat st;
    EQ(fstat(fd, &st), 0);
    EQ(st.st_size, far + 1);
    CHECK(st.st_blocks < 64);
    EQ(lseek(fd, 0, SEEK_DATA), far);
    EQ(lseek(fd, 0, SEEK_HOLE), 0);
    EQ(lseek(fd, far, SEEK_HOLE), far + 1);
    ERR(lseek(fd, far + 1, SEEK_DATA), ENXIO);
    char b[16];
    EQ(pread(fd, b, 16, 1 << 30), 16);
    EQ(b[7], 0);
    EQ(pwrite(fd, "y", 1, 3LL << 30), 1);
    EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, far & ~4095, 4096), 0);
    EQ(lseek(fd, (3LL << 30) + 4096, SEEK_DATA), -1);
    EQ(fstat(fd, &st), 0);
    EQ(st.st_size, far + 1);
    ERR(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 4096), EOPNOTSUPP);
    ERR(fallocate(fd, 0, -1, 4096), EINVAL);
    ERR(fallocate(fd, 0, 0, 0), EINVAL);
    long r = fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 1); // not a whole block, or not at all
    CHECK(r == -1 && (errno == EINVAL || errno == EOPNOTSUPP));
    r = fallocate(fd, FALLOC_FL_INSERT_RANGE, 0, 1);
    CHECK(r == -1 && (errno == EINVAL || errno == EOPNOTSUPP));
    EQ(ftruncate(fd, 0), 0);
    EQ(fstat(fd, &st), 0);
    EQ(st.st_blocks, 0);
}
TEST(large_directory) {
    enum { N = 1000 };
    static char seen[N];
    char name[32];
    EQ(mkdir("d", 0755), 0);
    int d = OK(open("d", O_RDONLY));
    for (int i = 0; i < N; i++) {
        snprintf(name, sizeof name, "file-%d", i);
        int fd = openat(d, name, O_CREAT | O_WRONLY | O_EXCL, 0644);
        if (fd == -1 || close(fd) != 0) {
            CHECK(!"made");
            return;
        }
    }
    DIR *dir = opendir("d");
    struct dirent *e;
    int n = 0, twice = 0;
    while ((e = readdir(dir)) != 0) {
        if (e->d_name[0] == '.')
            continue;
        int i = atoi(e->d_name + 5);
        twice += seen[i]++;
        n++;
        if (n % 2) // what is removed while one reads is no trouble
            unlinkat(d, e->d_name, 0);
    }
    EQ(n, N);
    EQ(twice, 0);
    rewinddir(dir);
    n = 0;
    while ((e = readdir(dir)) != 0)
        if (e->d_name[0] != '.') {
            n++;
            EQ(unlinkat(d, e->d_name, 0), 0);
        }
    EQ(n, N / 2);
    closedir(dir);
    EQ(rmdir("d"), 0);
}
MAIN()
