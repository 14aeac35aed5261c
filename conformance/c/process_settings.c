// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/* What a process may set about itself: prctl's rarer options, scheduling attributes, priorities of input and output. */
#include "check.h"
#include <sched.h>
#include <setjmp.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#endif
#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif

static void *page(int prot) { return mmap(0, 4096, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }

TEST(no_memory_to_write_and_execute) {
    if (prctl(PR_GET_MDWE, 0, 0, 0, 0) == -1)
        SKIP("no PR_SET_MDWE in this kernel");
    ERR(prctl(PR_SET_MDWE, 8, 0, 0, 0), EINVAL);
    ERR(prctl(PR_SET_MDWE, 2, 0, 0, 0), EINVAL);
    ERR(prctl(PR_GET_MDWE, 1, 0, 0, 0), EINVAL);
    EQ(prctl(PR_GET_MDWE, 0, 0, 0, 0), 0);
    EQ(prctl(PR_SET_MDWE, 1, 0, 0, 0), 0);
    ERR(prctl(PR_SET_MDWE, 0, 0, 0, 0), EPERM);
    EQ(prctl(PR_GET_MDWE, 0, 0, 0, 0), 1);
    for (int i = 0; i < 2; i++) { /* in a child as well */
        errno = 0;
        CHECK(page(PROT_READ | PROT_WRITE | PROT_EXEC) == MAP_FAILED && errno == EACCES);
        void *p = page(PROT_READ | PROT_WRITE);
        ERR(mprotect(p, 4096, PROT_READ | PROT_EXEC), EACCES);
        pid_t c;
        if (i == 0) {
            CHILD(c) { /* and a program runs */
                execl("/bin/sh", "sh", "-c", "exit 7", (char *)0);
            }
            WAIT_EXIT(c, 7);
            if ((c = fork()) != 0) {
                WAIT_EXIT(c, 0);
                return;
            }
        }
    }
    _exit(chk->test_failed ? 1 : 0);
}

static sigjmp_buf back;
static void jumps(int sig) { siglongjmp(back, sig); }
TEST(time_stamp_counter) {
    int v = 0;
    signal(SIGSEGV, jumps);
    EQ(prctl(PR_SET_TSC, PR_TSC_SIGSEGV), 0);
    EQ(prctl(PR_GET_TSC, &v), 0);
    EQ(v, PR_TSC_SIGSEGV);
    if (sigsetjmp(back, 1) == 0) {
        __builtin_ia32_rdtsc();
        CHECK(0 && "rdtsc is forbidden");
    }
    EQ(prctl(PR_SET_TSC, PR_TSC_ENABLE), 0);
    CHECK(__builtin_ia32_rdtsc() != 0);
    ERR(prctl(PR_SET_TSC, 9), EINVAL);
    ERR(prctl(PR_GET_TSC, 8), EFAULT);
}

TEST(machine_checks) {
    EQ(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0), 0);
    EQ(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0), PR_MCE_KILL_EARLY);
    ERR(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, 9, 0, 0), EINVAL);
    ERR(prctl(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 1, 0, 0), EINVAL);
    EQ(prctl(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 0, 0, 0), 0);
    EQ(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0), PR_MCE_KILL_DEFAULT);
}

TEST(auxiliary_vector) {
    unsigned long v[100] = {0};
    long n = prctl(PR_GET_AUXV, v, sizeof v, 0, 0);
    if (n == -1 && errno == EINVAL)
        SKIP("no PR_GET_AUXV in this kernel");
    CHECK(n >= 16 * 16 && n <= (long)sizeof v);
    unsigned long entry = 0, page_size = 0;
    for (int i = 0; v[i] != 0; i += 2) {
        entry = v[i] == 9 ? v[i + 1] : entry;
        page_size = v[i] == 6 ? v[i + 1] : page_size;
    }
    CHECK(entry != 0);
    EQ(page_size, 4096);
    EQ(prctl(PR_GET_AUXV, v, 16ul, 0, 0), n);
    ERR(prctl(PR_GET_AUXV, 8, sizeof v, 0, 0), EFAULT);
    ERR(prctl(PR_GET_AUXV, v, sizeof v, 1, 0), EINVAL);
}

TEST(where_the_parts_lie) {
    static char text[4096] = "another\0line\0";
    ERR(prctl(PR_SET_MM, 99, text, 0, 0), errno == EPERM ? EPERM : EINVAL);
    ERR(prctl(PR_SET_MM, PR_SET_MM_ARG_START, text, 1, 0), EINVAL);
    ERR(prctl(PR_SET_MM, PR_SET_MM_ARG_START, text, 0, 1), EINVAL);
    if (prctl(PR_SET_MM, PR_SET_MM_ARG_END, text + 13, 0, 0) == -1 && errno == EPERM)
        SKIP("needs CAP_SYS_RESOURCE");
    /* the end comes before the start: either order must do, since nobody sees both at once */
    prctl(PR_SET_MM, PR_SET_MM_ARG_START, text, 0, 0);
    EQ(prctl(PR_SET_MM, PR_SET_MM_ARG_END, text + 13, 0, 0), 0);
    int fd = open("/proc/self/cmdline", O_RDONLY);
    char line[100];
    EQ(read(fd, line, sizeof line), 13);
    CHECK(memcmp(line, text, 13) == 0);
    ERR(prctl(PR_SET_MM, PR_SET_MM_ARG_START, 8, 0, 0), EINVAL);
    ERR(prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, 99, 0, 0), EBADF);
    ERR(prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, open("/bin/sh", O_RDONLY), 0, 0), EBUSY);
    int q;
    CHILD(q) {
        OK(setresuid(1234, 1234, 1234));
        ERR(prctl(PR_SET_MM, PR_SET_MM_ARG_START, text, 0, 0), EPERM);
    }
    WAIT_EXIT(q, 0);
}

TEST(names_of_memory) {
    char *p = page(PROT_READ | PROT_WRITE), line[200];
    if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, p, 4096, "chunk of mine") == -1)
        SKIP("no names of anonymous memory in this kernel");
    FILE *f = fopen("/proc/self/maps", "r");
    int found = 0;
    while (f && fgets(line, sizeof line, f))
        found |= strtoul(line, 0, 16) == (unsigned long)p && strstr(line, "[anon:chunk of mine]");
    CHECK(found);
    ERR(prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, p + 1, 4096, "x"), EINVAL);
    ERR(prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, p, 4096, "\\"), EINVAL);
    ERR(prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, p, 4096, 8), EFAULT);
    EQ(prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, p, 4096, 0), 0);
}

TEST(names_of_old_kernels) {
    struct utsname u;
    OK(personality(PER_LINUX | 0x20000 /* UNAME26 */));
    OK(uname(&u));
    CHECK(strncmp(u.release, "2.6.", 4) == 0);
    OK(personality(PER_LINUX));
    OK(uname(&u));
    CHECK(strncmp(u.release, "2.6.", 4) != 0);
}

struct attr {
    unsigned size, policy;
    unsigned long long flags;
    int nice;
    unsigned priority;
    unsigned long long runtime, deadline, period;
    unsigned util_min, util_max;
};
static long set(struct attr *a) { return syscall(SYS_sched_setattr, 0, a, 0); }

TEST(scheduling_attributes) {
    struct attr a = {.size = 48, .nice = 5};
    EQ(set(&a), 0);
    EQ(getpriority(PRIO_PROCESS, 0), 5);
    EQ(syscall(SYS_sched_getattr, 0, &a, sizeof a, 0), 0);
    CHECK(a.size >= 48);
    EQ(a.policy, 0);
    EQ(a.nice, 5);
    a = (struct attr){.size = 0, .policy = SCHED_BATCH, .nice = 6};
    EQ(set(&a), 0);
    EQ(sched_getscheduler(0), SCHED_BATCH);
    a = (struct attr){.size = 47};
    ERR(set(&a), E2BIG);
    CHECK(a.size >= 56); /* what it should have been */
    char big[200] = {0};
    big[0] = 100;
    big[4] = SCHED_BATCH;
    big[16] = 7;
    EQ(set((void *)big), 0); /* newer than the kernel, but it asks for nothing new */
    EQ(getpriority(PRIO_PROCESS, 0), 7);
    big[99] = 1;
    ERR(set((void *)big), E2BIG);
    a = (struct attr){.size = 48, .flags = 1ull << 40};
    ERR(set(&a), EINVAL);
    a = (struct attr){.size = 48, .policy = 99};
    ERR(set(&a), EINVAL);
    a = (struct attr){.size = 48, .policy = -1u};
    ERR(set(&a), EINVAL);
    a = (struct attr){.size = 48, .policy = 6 /* DEADLINE */};
    ERR(set(&a), EINVAL); /* no times */
    a = (struct attr){.size = 48, .policy = SCHED_FIFO};
    ERR(set(&a), EINVAL); /* no priority */
    a = (struct attr){.size = 48, .flags = 8 /* KEEP_POLICY */, .nice = 9};
    EQ(set(&a), 0);
    EQ(sched_getscheduler(0), SCHED_BATCH);
    EQ(getpriority(PRIO_PROCESS, 0), 9);
    ERR(syscall(SYS_sched_setattr, 0, &a, 1), EINVAL);
    ERR(syscall(SYS_sched_setattr, 0, 0, 0), EINVAL);
    ERR(syscall(SYS_sched_setattr, 0, 8, 0), EFAULT);
    ERR(syscall(SYS_sched_setattr, 1 << 28, &a, 0), ESRCH);
    ERR(syscall(SYS_sched_getattr, 0, &a, 47, 0), EINVAL);
    ERR(syscall(SYS_sched_getattr, 0, &a, 5000, 0), EINVAL);
    ERR(syscall(SYS_sched_getattr, 0, &a, sizeof a, 1), EINVAL);
}

TEST(children_inherit_what_was_set) {
    struct sched_param zero = {0};
    pid_t p;
    EQ(syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 3), 0);
    EQ(sched_setscheduler(0, SCHED_BATCH, &zero), 0);
    CHILD(p) {
        EQ(sched_getscheduler(0), SCHED_BATCH);
        EQ(syscall(SYS_ioprio_get, 1, 0), 2 << 13 | 3);
        EQ(syscall(SYS_ioprio_set, 1, getppid(), 2 << 13 | 6), 0);
    }
    WAIT_EXIT(p, 0);
    EQ(syscall(SYS_ioprio_get, 1, 0), 2 << 13 | 6);
    EQ(sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &zero), 0);
    EQ(sched_getscheduler(0), SCHED_BATCH | SCHED_RESET_ON_FORK);
    CHILD(p) { EQ(sched_getscheduler(0), SCHED_BATCH); } /* only real-time policies go */
    WAIT_EXIT(p, 0);
    if (getuid() == 0) {
        OK(setresuid(1234, 1234, 1234));
        ERR(sched_setscheduler(0, SCHED_BATCH, &zero), EPERM);
        ERR(syscall(SYS_ioprio_set, 1, 0, 1 << 13), EPERM);
    }
}

TEST(priorities_of_input_and_output) {
    setpgid(0, 0);
    EQ(syscall(SYS_ioprio_set, 2, 0, 2 << 13 | 5), 0);
    EQ(syscall(SYS_ioprio_get, 2, 0), 2 << 13 | 5);
    EQ(syscall(SYS_ioprio_get, 2, getpid()), 2 << 13 | 5);
    EQ(syscall(SYS_ioprio_get, 1, getpid()), 2 << 13 | 5);
    EQ(syscall(SYS_ioprio_set, 1, 0, 3 << 13), 0);
    EQ(syscall(SYS_ioprio_get, 1, 0), 3 << 13);
    ERR(syscall(SYS_ioprio_set, 1, 0, 1), EINVAL); /* no class, but a level */
    ERR(syscall(SYS_ioprio_set, 1, 0, 4 << 13), EINVAL);
    ERR(syscall(SYS_ioprio_set, 0, 0, 0), EINVAL);
    ERR(syscall(SYS_ioprio_set, 4, 0, 0), EINVAL);
    ERR(syscall(SYS_ioprio_get, 4, 0), EINVAL);
    ERR(syscall(SYS_ioprio_set, 1, 1 << 28, 2 << 13), ESRCH);
    ERR(syscall(SYS_ioprio_get, 1, 1 << 28), ESRCH);
    ERR(syscall(SYS_ioprio_set, 3, 54321, 2 << 13), ESRCH);
    ERR(syscall(SYS_ioprio_get, 3, 54321), ESRCH);
}

MAIN()
