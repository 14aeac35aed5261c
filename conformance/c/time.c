// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// TIMEOUT: 30
// Clocks, sleeping, and the rest of the small calls: getrandom, uname, sysinfo, host name, getcpu.
#include "check.h"
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/utsname.h>

static long long ns(struct timespec t) {
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}
TEST(clocks) {
    static const int ids[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
            CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME};
    struct timespec a, b, r;
    for (unsigned i = 0; i < sizeof ids / sizeof *ids; i++) {
        EQ(clock_gettime(ids[i], &a), 0);
        EQ(syscall(SYS_clock_gettime, ids[i], &b), 0); /* by the call itself, beside the vDSO */
        CHECK(ns(b) >= ns(a) - 20000000 && ns(b) - ns(a) < 1000000000);
        EQ(clock_getres(ids[i], &r), 0);
        CHECK(ns(r) > 0 && ns(r) <= 10000000);
    }
    ERR(clock_gettime(99, &a), EINVAL);
    ERR(clock_getres(99, &a), EINVAL);
    ERR(syscall(SYS_clock_gettime, CLOCK_REALTIME, 8L), EFAULT);
    struct timeval tv;
    EQ(gettimeofday(&tv, 0), 0);
    CHECK(labs(tv.tv_sec - time(0)) <= 1);
    clock_gettime(CLOCK_REALTIME, &a);
    CHECK(labs(a.tv_sec - tv.tv_sec) <= 1);
}
TEST(monotonic) {
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < 1000; i++) {
        clock_gettime(CLOCK_MONOTONIC, &b);
        if (ns(b) < ns(a)) {
            CHECK(!"time went back");
            break;
        }
        a = b;
    }
}
TEST(nanosleep) {
    struct timespec t = {0, 20000000}, bad = {0, 1000000000}, neg = {-1, 0};
    long long a = now_ms();
    EQ(nanosleep(&t, 0), 0);
    CHECK(now_ms() - a >= 19);
    ERR(nanosleep(&bad, 0), EINVAL);
    ERR(nanosleep(&neg, 0), EINVAL);
    ERR(syscall(SYS_nanosleep, 8L, 0L), EFAULT);
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += 20000000;
    if (t.tv_nsec > 999999999) {
        t.tv_nsec -= 1000000000;
        t.tv_sec++;
    }
    EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0), 0);
    EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0), 0);
    EQ(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &t, 0), EINVAL);
    EQ(clock_nanosleep(99, 0, &t, 0), EINVAL);
}
TEST(settime_refused) {
    struct timespec t = {1, 0};
    pid_t pid;
    CHILD(pid) {
        if (geteuid() == 0)
            EQ(setresuid(1000, 1000, 1000), 0);
        ERR(clock_settime(CLOCK_REALTIME, &t), EPERM);
        ERR(clock_settime(CLOCK_MONOTONIC, &t), EINVAL);
    }
    WAIT_EXIT(pid, 0);
}
TEST(getrandom) {
    unsigned char a[64] = {0}, b[64] = {0};
    EQ(getrandom(a, 64, 0), 64);
    EQ(getrandom(b, 64, GRND_NONBLOCK), 64);
    CHECK(memcmp(a, b, 64));
    ERR(getrandom(a, 64, 999), EINVAL);
    EQ(getrandom(a, 0, 0), 0);
    ERR(syscall(SYS_getrandom, 8L, 5L, 0L), EFAULT);
    EQ(getentropy(a, 64), 0);
}
TEST(uname_and_sysinfo) {
    struct utsname u;
    struct sysinfo s;
    char h[100];
    EQ(uname(&u), 0);
    STREQ(u.sysname, "Linux");
    STREQ(u.machine, "x86_64");
    CHECK(atoi(u.release) >= 4);
    EQ(gethostname(h, sizeof h), 0);
    STREQ(h, u.nodename);
    EQ(sysinfo(&s), 0);
    CHECK(s.totalram > 0 && s.freeram <= s.totalram && s.procs > 0 && s.mem_unit > 0 && s.uptime > 0);
    pid_t pid;
    CHILD(pid) {
        if (geteuid() == 0)
            EQ(setresuid(1000, 1000, 1000), 0);
        ERR(sethostname("x", 1), EPERM);
    }
    WAIT_EXIT(pid, 0);
}
MAIN()
