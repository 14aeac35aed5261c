// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// DIRS: /tmp /var/tmp
// Memory: anonymous and file mappings, shared and private, mremap, mprotect, madvise, memfd, brk, msync, faults.
#include "check.h"
#include <pthread.h>
#include <setjmp.h>
#include <sys/resource.h>
#include <sys/uio.h>

static sigjmp_buf jump;
static volatile int sig_seen, sig_code;
static void *volatile sig_addr;
static void on_fault(int sig, siginfo_t *i, void *u) {
    (void)u;
    sig_seen = sig;
    sig_code = i->si_code;
    sig_addr = i->si_addr;
    siglongjmp(jump, 1);
}
/* The signal that the expression raises, 0 if none. */
#define FAULT(expr)                                                                      \
    ({                                                                                   \
        struct sigaction sa_ = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};       \
        sigaction(SIGSEGV, &sa_, 0);                                                     \
        sigaction(SIGBUS, &sa_, 0);                                                      \
        sig_seen = 0;                                                                    \
        if (!sigsetjmp(jump, 1)) {                                                       \
            expr;                                                                        \
        }                                                                                \
        sig_seen;                                                                        \
    })
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static int file(size_t n) {
    char b[4096];
    memset(b, 'f', sizeof b);
    int fd = OK(open("f", O_RDWR | O_CREAT | O_TRUNC, 0600));
    for (size_t d = 0; d < n;) {
        size_t k = n - d < 4096 ? n - d : 4096;
        if (write(fd, b, k) != (ssize_t)k)
            break;
        d += k;
    }
    return fd;
}
TEST(anonymous) {
    char *p = mmap(0, 1 << 20, RW, ANON, -1, 0);
    NEED(p != MAP_FAILED);
    EQ(p[12345], 0);
    p[12345] = 1;
    EQ(munmap(p, 1 << 20), 0);
    EQ(FAULT(p[12345] = 1), SIGSEGV);
    EQ(sig_code, SEGV_MAPERR);
    CHECK(sig_addr == p + 12345);
    CHECK(mmap(0, 0, RW, ANON, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(0, 4096, RW, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap((void *)1, 4096, RW, ANON | MAP_FIXED, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(0, 1L << 50, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM);
    EQ(munmap(p, 4096), 0); /* nothing there is fine */
    ERR(munmap(p + 1, 4096), EINVAL);
    ERR(munmap(p, 0), EINVAL);
}
TEST(anonymous_with_a_descriptor) { // which is not looked at
    int z = open("/dev/zero", O_RDWR);
    int fds[] = {z, 0, 9999}, flags[] = {0, MAP_LOCKED, MAP_NONBLOCK | MAP_POPULATE, 0x4000000};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 4; k++)
            for (int type = MAP_SHARED; type <= MAP_PRIVATE; type++) {
                char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | type | flags[k], fds[i], 0);
                CHECK(p != MAP_FAILED);
                if (p == MAP_FAILED)
                    continue;
                p[5000] = 1;
                EQ(p[4999], 0);
                OK(munmap(p, 8192));
            }
    CHECK(mmap(NULL, 4096, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
    close(z);
}
TEST(fixed) {
    char *p = mmap(0, 3 * 4096, RW, ANON, -1, 0);
    p[0] = p[4096] = p[8192] = 5;
    CHECK(mmap(p + 4096, 4096, RW, ANON | MAP_FIXED, -1, 0) == p + 4096);
    EQ(p[0], 5);
    EQ(p[4096], 0);
    EQ(p[8192], 5);
    CHECK(mmap(p, 4096, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED && errno == EEXIST);
    EQ(munmap(p + 4096, 4096), 0);
    CHECK(mmap(p + 4096, 4096, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == p + 4096);
    char *hint = (char *)0x10000000;
    CHECK(mmap(hint, 4096, RW, ANON, -1, 0) != MAP_FAILED);
    p = mmap(0, 4096, RW, ANON | MAP_32BIT, -1, 0);
    CHECK(p != MAP_FAILED && (unsigned long)p < 1UL << 32);
}
TEST(protection) {
    char *p = mmap(0, 3 * 4096, RW, ANON, -1, 0);
    EQ(mprotect(p + 4096, 4096, PROT_READ), 0);
    p[0] = p[8192] = 1;
    EQ(p[4096], 0);
    EQ(FAULT(p[4096] = 1), SIGSEGV);
    EQ(sig_code, SEGV_ACCERR);
    CHECK(sig_addr == p + 4096);
    EQ(mprotect(p, 3 * 4096, PROT_NONE), 0);
    EQ(FAULT(sig_code = p[0]), SIGSEGV);
    EQ(mprotect(p, 3 * 4096, RW), 0);
    EQ(p[8192], 1);
    ERR(mprotect(p + 1, 4096, PROT_READ), EINVAL);
    EQ(munmap(p + 4096, 4096), 0);
    ERR(mprotect(p, 3 * 4096, PROT_READ), ENOMEM);
}
TEST(execute) {
    unsigned char code[] = {0xb8, 42, 0, 0, 0, 0xc3}; /* mov $42,%eax; ret */
    unsigned char *p = mmap(0, 4096, RW, ANON, -1, 0);
    memcpy(p, code, sizeof code);
    EQ(FAULT(((int (*)(void))p)()), SIGSEGV);
    EQ(mprotect(p, 4096, PROT_READ | PROT_EXEC), 0);
    EQ(((int (*)(void))p)(), 42);
    p = mmap(0, 4096, RW | PROT_EXEC, ANON, -1, 0);
    NEED(p != MAP_FAILED);
    memcpy(p, code, sizeof code);
    EQ(((int (*)(void))p)(), 42);
    int fd = OK(open("code", O_RDWR | O_CREAT, 0700));
    EQ(write(fd, code, sizeof code), (long)sizeof code);
    p = mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    NEED(p != MAP_FAILED);
    EQ(((int (*)(void))p)(), 42);
}
TEST(file_private) {
    int fd = file(8192);
    char *p = mmap(0, 8192, RW, MAP_PRIVATE, fd, 0), c;
    NEED(p != MAP_FAILED);
    EQ(p[100], 'f');
    p[100] = 'P';
    EQ(pread(fd, &c, 1, 100), 1);
    EQ(c, 'f');
    close(fd);
    EQ(p[5000], 'f');
    pid_t pid;
    CHILD(pid) {
        EQ(p[100], 'P');
        p[101] = 'C';
    }
    WAIT_EXIT(pid, 0);
    EQ(p[101], 'f');
}
TEST(file_shared) {
    int fd = file(8192);
    char *p = mmap(0, 8192, RW, MAP_SHARED, fd, 0), c;
    NEED(p != MAP_FAILED);
    char *q = mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 4096);
    NEED(q != MAP_FAILED);
    p[5000] = 'S';
    EQ(q[5000 - 4096], 'S');
    EQ(pread(fd, &c, 1, 5000), 1);
    EQ(c, 'S');
    EQ(pwrite(fd, "W", 1, 5001), 1);
    EQ(p[5001], 'W');
    EQ(msync(p, 8192, MS_SYNC), 0);
    ERR(msync(p + 1, 4096, MS_SYNC), EINVAL);
    ERR(msync(p, 4096, MS_SYNC | MS_ASYNC), EINVAL);
    pid_t pid;
    CHILD(pid) {
        p[1] = 'C';
    }
    WAIT_EXIT(pid, 0);
    EQ(p[1], 'C');
    int other = OK(open("f", O_RDONLY));
    EQ(pread(other, &c, 1, 1), 1);
    EQ(c, 'C');
}
TEST(file_shared_between_programs) {
    int fd = file(4096);
    pid_t pid;
    int a[2];
    EQ(pipe(a), 0);
    CHILD(pid) {
        int g = OK(open("f", O_RDWR));
        char *q = mmap(0, 4096, RW, MAP_SHARED, g, 0);
        CHECK(q != MAP_FAILED);
        char c;
        EQ(read(a[0], &c, 1), 1);
        EQ(q[7], 'X');
        q[8] = 'Y';
    }
    char *p = mmap(0, 4096, RW, MAP_SHARED, fd, 0);
    NEED(p != MAP_FAILED);
    p[7] = 'X';
    EQ(write(a[1], "g", 1), 1);
    WAIT_EXIT(pid, 0);
    EQ(p[8], 'Y');
}
TEST(beyond_eof) {
    int fd = file(100);
    char *p = mmap(0, 8192, RW, MAP_PRIVATE, fd, 0);
    NEED(p != MAP_FAILED);
    EQ(p[99], 'f');
    EQ(p[100], 0); /* the rest of the last page is zero */
    EQ(FAULT(sig_code = p[4096]), SIGBUS);
    EQ(sig_code, BUS_ADRERR);
    CHECK(sig_addr == p + 4096);
    char *s = mmap(0, 8192, RW, MAP_SHARED, fd, 0);
    NEED(s != MAP_FAILED);
    EQ(FAULT(s[5000] = 1), SIGBUS);
    EQ(ftruncate(fd, 8192), 0);
    s[5000] = 1;
    EQ(s[5000], 1);
    EQ(ftruncate(fd, 10), 0);
    EQ(FAULT(sig_code = s[5000]), SIGBUS);
}
TEST(file_errors) {
    int fd = file(4096), r = OK(open("f", O_RDONLY)), w = OK(open("f", O_WRONLY)), p[2];
    CHECK(mmap(0, 4096, RW, MAP_SHARED, r, 0) == MAP_FAILED && errno == EACCES);
    CHECK(mmap(0, 4096, RW, MAP_PRIVATE, r, 0) != MAP_FAILED);
    CHECK(mmap(0, 4096, PROT_READ, MAP_PRIVATE, w, 0) == MAP_FAILED && errno == EACCES);
    CHECK(mmap(0, 4096, PROT_READ, MAP_PRIVATE, fd, 100) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(0, 4096, PROT_READ, MAP_PRIVATE, 999, 0) == MAP_FAILED && errno == EBADF);
    CHECK(mmap(0, 0, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == EINVAL);
    EQ(pipe(p), 0);
    CHECK(mmap(0, 4096, PROT_READ, MAP_PRIVATE, p[0], 0) == MAP_FAILED && errno == ENODEV);
    int d = OK(open(".", O_RDONLY));
    CHECK(mmap(0, 4096, PROT_READ, MAP_PRIVATE, d, 0) == MAP_FAILED && errno == ENODEV);
    char *m = mmap(0, 4096, PROT_READ, MAP_SHARED, r, 0);
    NEED(m != MAP_FAILED);
    ERR(mprotect(m, 4096, RW), EACCES);
    int z = OK(open("/dev/zero", O_RDWR));
    m = mmap(0, 4096, RW, MAP_PRIVATE, z, 0);
    CHECK(m != MAP_FAILED && m[0] == 0 && (m[1] = 1));
}
TEST(mremap) {
    char *p = mmap(0, 4096 * 4, RW, ANON, -1, 0), *q;
    p[0] = 1;
    p[4096 * 4 - 1] = 4;
    q = mremap(p, 4096 * 4, 4096 * 2, 0);
    CHECK(q == p);
    EQ(FAULT(p[4096 * 3] = 1), SIGSEGV);
    q = mremap(p, 4096 * 2, 4096 * 1000, MREMAP_MAYMOVE);
    NEED(q != MAP_FAILED);
    EQ(q[0], 1);
    EQ(q[4096 * 999], 0);
    char *t = mmap(0, 4096 * 1000, PROT_NONE, ANON, -1, 0);
    CHECK(mremap(q, 4096 * 1000, 4096 * 1000, MREMAP_MAYMOVE | MREMAP_FIXED, t) == t);
    EQ(t[0], 1);
    CHECK(mremap(t, 4096, 4096 * 2, MREMAP_FIXED, q) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(t + 1, 4096, 8192, MREMAP_MAYMOVE) == MAP_FAILED && errno == EINVAL);
    int fd = file(8192);
    p = mmap(0, 4096, RW, MAP_SHARED, fd, 0);
    q = mremap(p, 4096, 8192, MREMAP_MAYMOVE);
    NEED(q != MAP_FAILED);
    EQ(q[5000], 'f');
}
TEST(madvise) {
    char *p = mmap(0, 8192, RW, ANON, -1, 0);
    p[0] = 1;
    EQ(madvise(p, 8192, MADV_DONTNEED), 0);
    EQ(p[0], 0);
    EQ(madvise(p, 8192, MADV_WILLNEED), 0);
    EQ(madvise(p, 8192, MADV_FREE), 0);
    EQ(madvise(p, 8192, MADV_NORMAL), 0);
    ERR(madvise(p, 8192, 9999), EINVAL);
    ERR(madvise(p + 1, 4096, MADV_NORMAL), EINVAL);
    int fd = file(4096);
    char *f = mmap(0, 4096, RW, MAP_PRIVATE, fd, 0);
    f[0] = 'X';
    EQ(madvise(f, 4096, MADV_DONTNEED), 0);
    EQ(f[0], 'f');
    EQ(madvise(p, 8192, MADV_DONTFORK), 0);
    pid_t pid;
    CHILD(pid) {
        EQ(FAULT(p[0] = 1), SIGSEGV);
    }
    WAIT_EXIT(pid, 0);
}
TEST(memfd) {
    int fd = OK(memfd_create("name", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    NEED(fd >= 0);
    EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    EQ(ftruncate(fd, 4096), 0);
    char *p = mmap(0, 4096, RW, MAP_SHARED, fd, 0);
    NEED(p != MAP_FAILED);
    p[5] = 'm';
    char c, b[60] = "", l[60] = "";
    EQ(pread(fd, &c, 1, 5), 1);
    EQ(c, 'm');
    snprintf(l, sizeof l, "/proc/self/fd/%d", fd);
    OK(readlink(l, b, sizeof b - 1));
    STREQ(b, "/memfd:name (deleted)");
    pid_t pid;
    CHILD(pid) {
        p[6] = 'c';
    }
    WAIT_EXIT(pid, 0);
    EQ(p[6], 'c');
    EQ(fcntl(fd, F_GET_SEALS), 0);
    EQ(munmap(p, 4096), 0);
    EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_WRITE), 0);
    ERR(write(fd, "x", 1), EPERM);
    ERR(ftruncate(fd, 10), EPERM);
    EQ(ftruncate(fd, 10000), 0);
    EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), 0);
    ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), EPERM);
    ERR(memfd_create("x", 0x80000000), EINVAL);
}
TEST(brk) {
    char *b = sbrk(0);
    CHECK(b != (void *)-1);
    CHECK(sbrk(1 << 20) == b);
    b[(1 << 20) - 1] = 1;
    CHECK(sbrk(-(1 << 20)) == b + (1 << 20));
    CHECK(sbrk(0) == b);
    CHECK(sbrk(1 << 20) == b);
    EQ(b[(1 << 20) - 1], 0);
    /* the raw call answers the old break when it fails */
    long now = syscall(SYS_brk, 0L);
    EQ(syscall(SYS_brk, 1L), now);
    CHECK(strstr(get("/proc/self/maps"), "[heap]"));
}
TEST(shared_anonymous) {
    int *p = mmap(0, 4096, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    NEED(p != MAP_FAILED);
    pid_t pid, g;
    CHILD(pid) {
        CHILD(g) p[1] = 2;
        waitpid(g, 0, 0);
        p[0] = 1;
    }
    WAIT_EXIT(pid, 0);
    EQ(p[0] + p[1], 3);
}
TEST(shm_open) {
    int fd = OK(shm_open("/check-shm", O_RDWR | O_CREAT | O_EXCL, 0600));
    NEED(fd >= 0);
    EQ(ftruncate(fd, 4096), 0);
    char *p = mmap(0, 4096, RW, MAP_SHARED, fd, 0);
    NEED(p != MAP_FAILED);
    int fd2 = OK(shm_open("/check-shm", O_RDWR, 0600));
    char *q = mmap(0, 4096, RW, MAP_SHARED, fd2, 0);
    NEED(q != MAP_FAILED);
    p[9] = 'z';
    EQ(q[9], 'z');
    EQ(shm_unlink("/check-shm"), 0);
}
TEST(rlimits) {
    struct {
        unsigned long cur, max;
    } r = {256 << 20, 256 << 20};
    pid_t pid;
    CHILD(pid) {
        EQ(syscall(SYS_setrlimit, 9 /* RLIMIT_AS */, &r), 0);
        CHECK(mmap(0, 512 << 20, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM);
        CHECK(mmap(0, 1 << 20, RW, ANON, -1, 0) != MAP_FAILED);
    }
    WAIT_EXIT(pid, 0);
}
static int deep(int n) {
    volatile char b[4096];
    b[0] = n;
    return n ? deep(n - 1) + b[0] * 0 : 0;
}
TEST(stack_grows_and_overflows) {
    struct rlimit usual;
    OK(getrlimit(RLIMIT_STACK, &usual));
    usual.rlim_cur = 8 << 20; /* whoever starts us may have set none */
    EQ(setrlimit(RLIMIT_STACK, &usual), 0);
    EQ(deep(1000), 0); /* 4 MiB of it */
    pid_t pid;
    CHILD(pid) {
        signal(SIGSEGV, SIG_DFL);
        deep(100000);
    }
    WAIT_SIG(pid, SIGSEGV);
}
TEST(process_vm) {
    char a[10] = "abcdef", b[10] = "";
    struct iovec l = {b, 6}, r = {a, 6};
    ssize_t n = process_vm_readv(getpid(), &l, 1, &r, 1, 0);
    if (n == -1 && errno == ENOSYS)
        SKIP("not offered");
    EQ(n, 6);
    STREQ(b, "abcdef");
    l.iov_base = "XY";
    l.iov_len = r.iov_len = 2;
    EQ(process_vm_writev(getpid(), &l, 1, &r, 1, 0), 2);
    STREQ(a, "XYcdef");
    r.iov_base = (void *)8;
    ERR(process_vm_readv(getpid(), &l, 1, &r, 1, 0), EFAULT);
}
TEST(mlock_mincore) {
    unsigned char v[2];
    char *p = mmap(0, 8192, RW, ANON, -1, 0);
    p[0] = 1;
    EQ(mincore(p, 8192, v), 0);
    EQ(v[0] & 1, 1);
    EQ(mlock(p, 4096), 0);
    EQ(munlock(p, 4096), 0);
}
static long locked(void) { /* kilobytes, as /proc tells */
    char line[200];
    long n = -1;
    FILE *f = fopen("/proc/self/status", "r");
    NEED(f);
    while (fgets(line, sizeof line, f))
        sscanf(line, "VmLck: %ld", &n);
    fclose(f);
    return n;
}
TEST(mlock_counts) {
    char *p = mmap(0, 16 * 4096, RW, ANON, -1, 0);
    pid_t pid;
    NEED(p != MAP_FAILED);
    EQ(munlockall(), 0);
    EQ(locked(), 0);
    EQ(mlock(p + 10, 4000), 0); /* whole pages */
    EQ(locked(), 4);
    EQ(mlock(p, 4 * 4096), 0); /* once more: counted once */
    EQ(locked(), 16);
    EQ(mlock2(p + 8 * 4096, 2 * 4096, MLOCK_ONFAULT), 0);
    EQ(locked(), 24);
    EQ(munlock(p + 4096, 4096), 0);
    EQ(locked(), 20);
    EQ(munmap(p + 8 * 4096, 4096), 0);
    EQ(locked(), 16);
    CHILD(pid) {
        EQ(locked(), 0);
    }
    WAIT_EXIT(pid, 0);
    ERR(mlock(p + 7 * 4096, 2 * 4096), ENOMEM); /* a hole */
    EQ(mlock(p, 0), 0);
    ERR(mlock((void *)-4096L, 8192), EINVAL);
    CHILD(pid) {
        struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
        if (setrlimit(RLIMIT_MEMLOCK, &none) == 0)
            ERR(mlock(p, -4096L), EINVAL); /* the end of all addresses, not of a limit */
    }
    WAIT_EXIT(pid, 0);
    ERR(mlock2(p, 4096, 2), EINVAL);
    EQ(munlockall(), 0);
    EQ(locked(), 0);
    ERR(mlockall(0), EINVAL);
    ERR(mlockall(MCL_ONFAULT), EINVAL);
    ERR(mlockall(8), EINVAL);
    EQ(mlockall(MCL_FUTURE), 0);
    EQ(locked(), 0);
    if (mlockall(MCL_CURRENT | MCL_ONFAULT) == 0)
        CHECK(locked() >= 15 * 4);
    else /* a small limit */
        EQ(errno, ENOMEM);
    EQ(munlockall(), 0);
}
TEST(mlock_limit) {
    if (geteuid() != 0)
        SKIP("needs root");
    char *p = mmap(0, 16 * 4096, RW, ANON, -1, 0);
    NEED(p != MAP_FAILED);
    pid_t pid;
    CHILD(pid) {
        EQ(setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){4 * 4096 + 100, 4 * 4096 + 100}), 0);
        EQ(setuid(1000), 0);
        EQ(mlock(p, 2 * 4096), 0);
        EQ(mlock(p + 4 * 4096, 2 * 4096), 0);
        ERR(mlock(p + 8 * 4096, 4096), ENOMEM);
        ERR(mlock(p, 5 * 4096), ENOMEM);
        EQ(mlock(p, 2 * 4096), 0); /* is locked already */
        EQ(munlock(p, 4096), 0);
        EQ(mlock(p + 8 * 4096, 4096), 0);
        EQ(munmap(p + 8 * 4096, 4096), 0);
        EQ(mlock(p + 12 * 4096, 4096), 0);
        ERR(mlockall(MCL_CURRENT), ENOMEM);
        EQ(setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){100, 100}), 0);
        ERR(mlock(p, 4096), ENOMEM);
        EQ(setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){0, 0}), 0);
        ERR(mlock(p, 4096), EPERM);
        ERR(mlockall(MCL_FUTURE), EPERM);
    }
    WAIT_EXIT(pid, 0);
}
TEST(maps_name_the_file) {
    int fd = file(4096);
    char *p = mmap(0, 4096, PROT_READ, MAP_PRIVATE, fd, 0), line[600], cwd[300];
    NEED(p != MAP_FAILED);
    CHECK(getcwd(cwd, sizeof cwd));
    strcat(cwd, "/f\n");
    FILE *f = fopen("/proc/self/maps", "r");
    NEED(f);
    int hit = 0;
    unsigned long a, e, off;
    char prot[5];
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "%lx-%lx %4s %lx", &a, &e, prot, &off) == 4 && a <= (unsigned long)p && (unsigned long)p < e)
            hit = !strcmp(prot, "r--p") && off == 0 && strlen(line) > strlen(cwd)
                    && !strcmp(line + strlen(line) - strlen(cwd), cwd);
    CHECK(hit);
    fclose(f);
}
TEST(overcommit_reservation) {
    char *p = mmap(0, 1L << 40, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    NEED(p != MAP_FAILED);
    EQ(mprotect(p + (1L << 39), 4096, RW), 0);
    p[1L << 39] = 1;
    EQ(munmap(p, 1L << 40), 0);
}
static void *mapper(void *arg) {
    for (int i = 0; i < 300; i++) {
        char *p = mmap(0, 65536, RW, ANON, -1, 0);
        if (p == MAP_FAILED)
            return (void *)1;
        p[i] = (long)arg;
        if (p[i] != (char)(long)arg || munmap(p, 65536))
            return (void *)2;
    }
    return 0;
}
TEST(threads_map_and_unmap) {
    pthread_t t[4];
    void *r;
    for (long i = 0; i < 4; i++)
        EQ(pthread_create(&t[i], 0, mapper, (void *)i), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], &r);
        EQ((long)r, 0);
    }
}
static void *map_and_close(void *of) {
    for (int i = 0; i < 1500; i++) {
        int fd = open(of, O_RDONLY | O_CLOEXEC);
        if (fd == -1)
            return "open";
        char *m = mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 0);
        if (m == MAP_FAILED)
            return "mmap";
        if (close(fd) != 0)
            return "close";
        if (*m != *(char *)of)
            return "the wrong file";
        munmap(m, 4096);
    }
    return 0;
}
TEST(threads_map_and_close) {
    static char names[4][2] = {"a", "b", "c", "d"};
    pthread_t t[4];
    void *failed;
    for (int i = 0; i < 4; i++)
        put(names[i], names[i]);
    for (int i = 0; i < 4; i++)
        EQ(pthread_create(t + i, 0, map_and_close, names[i]), 0);
    for (int i = 0; i < 4; i++) {
        EQ(pthread_join(t[i], &failed), 0);
        if (failed)
            chk_fail(__LINE__, "%s failed", (char *)failed);
    }
}

MAIN()
