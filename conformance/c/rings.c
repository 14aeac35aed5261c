// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// What calls do that come often enough for a shared-memory ring (docs/adr/0011); natively nothing but many calls.
#include "check.h"
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>

#define MANY 1500

static int file(const char *name, const char *text) {
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (fd >= 0 && write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        return -1;
    return fd;
}

/* What the dynamic loader does, often enough that the close comes by ring while the host has its copy of the descriptor. */
TEST(mapped_files_close_once) {
    close(file("f", "text"));
    int bad = 0;
    for (int i = 0; i < MANY; i++) {
        int fd = open("f", O_RDONLY), other = open("f", O_RDONLY);
        char *p = mmap(0, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
        bad += p == MAP_FAILED || p[0] != 't' || munmap(p, 4096) != 0;
        bad += close(fd) != 0;
        bad += fcntl(fd, F_GETFD) != -1 || errno != EBADF;
        bad += close(other) != 0;
    }
    EQ(bad, 0);
}

static volatile sig_atomic_t signals, early;
static void count(int s) {
    signals += s == SIGUSR1;
}
/* A signal that a thread sends to itself is there when the call returns. */
TEST(signal_to_oneself_before_return) {
    signal(SIGUSR1, count);
    int bad = 0;
    pid_t me = getpid();
    pid_t tid = gettid();
    for (int i = 0; i < MANY; i++) {
        int r = i & 1 ? kill(me, SIGUSR1) : (int)syscall(SYS_tgkill, me, tid, SIGUSR1);
        bad += r != 0 || signals != i + 1;
    }
    EQ(bad, 0);
}

/* Locks of records, whose struct goes in both directions. */
TEST(locks_of_records) {
    int fd = OK(file("locks", "0123456789")), bad = 0, ready[2], end[2];
    OK(pipe(ready));
    OK(pipe(end));
    pid_t child;
    char c;
    CHILD(child) {
        struct flock l = {.l_type = F_WRLCK, .l_start = 5, .l_len = 2};
        EQ(fcntl(fd, F_SETLK, &l), 0);
        EQ(write(ready[1], "x", 1), 1);
        close(end[1]);
        EQ(read(end[0], &c, 1), 0);
    }
    EQ(read(ready[0], &c, 1), 1);
    for (int i = 0; i < MANY; i++) {
        struct flock l = {.l_type = i & 1 ? F_UNLCK : F_WRLCK, .l_len = 5}, held = {.l_type = F_RDLCK, .l_len = 10};
        bad += fcntl(fd, F_SETLK, &l) != 0;
        bad += fcntl(fd, F_GETLK, &held) != 0 || held.l_type != F_WRLCK || held.l_pid != child || held.l_start != 5 || held.l_len != 2;
        l.l_len = 6;
        l.l_type = F_RDLCK;
        bad += fcntl(fd, F_SETLK, &l) != -1 || errno != EAGAIN;
        bad += fcntl(fd, F_SETLK, (void *)8) != -1 || errno != EFAULT;
    }
    EQ(bad, 0);
    close(end[1]);
    int status;
    EQ(waitpid(child, &status, 0), child);
    EQ(status, 0);
}

static void *writer(void *a) {
    for (int i = 0; i < 20; i++) {
        usleep(1000);
        if (write(*(int *)a, "x", 1) != 1)
            break;
    }
    return 0;
}
/* Interrupted calls: those without a handler that interrupts go on, with what is left of their time. */
TEST(interrupted_and_restarted) {
    struct sigaction a = {.sa_handler = count, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &a, 0);
    int p[2], bad = 0;
    char c;
    NEED(pipe(p) == 0);
    for (int i = 0; i < MANY; i++)
        bad += write(p[1], "y", 1) != 1 || read(p[0], &c, 1) != 1;
    struct itimerval often = {{0, 1500}, {0, 1500}}, off = {{0, 0}, {0, 0}};
    signal(SIGALRM, SIG_IGN);
    a.sa_handler = count;
    sigaction(SIGALRM, &a, 0);
    setitimer(ITIMER_REAL, &often, 0);
    pthread_t t;
    pthread_create(&t, 0, writer, &p[1]);
    for (int i = 0; i < 20; i++)
        bad += read(p[0], &c, 1) != 1 || c != 'x';
    pthread_join(t, 0);
    /* poll(2) is not restarted, whatever the handler's flags */
    struct pollfd w = {p[0], POLLIN, 0};
    ERR(poll(&w, 1, 10000), EINTR);
    setitimer(ITIMER_REAL, &off, 0);
    EQ(bad, 0);
}

/* A stopped thread goes on waiting for the rest of the time only. */
TEST(poll_keeps_its_deadline) {
    struct pollfd w = {0, POLLIN, 0};
    int p[2], bad = 0;
    NEED(pipe(p) == 0);
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < MANY; i++)
            bad += poll(&w, 0, 0) != 0;
        struct timespec from, to;
        w.fd = p[0];
        clock_gettime(CLOCK_MONOTONIC, &from);
        int r = poll(&w, 1, 2000);
        clock_gettime(CLOCK_MONOTONIC, &to);
        long ms = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
        _exit(bad || r != 0 ? 1 : ms < 1990 ? 2 : ms > 60000 ? 3 : 0);
    }
    int status;
    for (int i = 0; i < 20; i++) {
        usleep(100000);
        kill(child, SIGSTOP);
        usleep(1000);
        kill(child, SIGCONT);
    }
    EQ(waitpid(child, &status, 0), child);
    EQ(status, 0);
}

/* Forked and vforked children, and the programs they begin, make their calls without their parent's ring. */
TEST(children_and_programs) {
    int p[2];
    volatile int bad = 0;
    char c;
    NEED(pipe(p) == 0);
    for (int i = 0; i < MANY; i++)
        bad += write(p[1], "y", 1) != 1 || read(p[0], &c, 1) != 1;
    for (int i = 0; i < 10; i++) {
        pid_t child = i & 1 ? vfork() : fork();
        if (child == 0) {
            if (write(p[1], "z", 1) != 1)
                _exit(1);
            execl("/bin/true", "true", (char *)0);
            _exit(2);
        }
        int status;
        bad += write(p[1], "y", 1) != 1;
        bad += waitpid(child, &status, 0) != child || status != 0;
        bad += read(p[0], &c, 1) != 1 || read(p[0], &c, 1) != 1;
    }
    EQ(bad, 0);
}

static int shared[2];
static void *many_writes(void *a) {
    long bad = 0;
    char b[3000];
    memset(b, *(char *)a, sizeof b);
    for (int i = 0; i < MANY / 4; i++)
        bad += write(shared[1], b, sizeof b) != sizeof b;
    return (void *)bad;
}
/* Threads with rings of their own; each write is whole. */
TEST(threads_write_whole) {
    pthread_t t[3];
    static char names[3] = {'a', 'b', 'c'};
    long counts[3] = {0, 0, 0}, bad = 0;
    char b[3000];
    NEED(pipe(shared) == 0);
    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], 0, many_writes, &names[i]);
    for (int i = 0; i < 3 * (MANY / 4); i++) {
        size_t have = 0;
        while (have < sizeof b) {
            ssize_t n = read(shared[0], b + have, sizeof b - have);
            if (n <= 0)
                break;
            have += n;
        }
        for (size_t k = 1; k < sizeof b; k++)
            bad += b[k] != b[0];
        if (b[0] >= 'a' && b[0] <= 'c')
            counts[b[0] - 'a']++;
    }
    for (int i = 0; i < 3; i++) {
        void *r;
        pthread_join(t[i], &r);
        EQ((long)r, 0);
        EQ(counts[i], MANY / 4);
    }
    EQ(bad, 0);
}

/* Bad addresses are found as by any call, and nothing is lost or half done. */
TEST(bad_addresses) {
    int p[2], bad = 0;
    char c, *volatile nowhere = (char *)8;
    NEED(pipe(p) == 0);
    char *two = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *ro = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(two + 4096, 4096);
    for (int i = 0; i < MANY; i++) {
        bad += write(p[1], "y", 1) != 1 || read(p[0], &c, 1) != 1;
        if (i % 100 == 99) {
            bad += write(p[1], nowhere, 1) != -1 || errno != EFAULT;
            bad += write(p[1], "abc", 3) != 3;
            bad += read(p[0], ro, 3) != -1 || errno != EFAULT;
            bad += read(p[0], two + 4096 - 3, 3) != 3 || memcmp(two + 4093, "abc", 3);
        }
    }
    EQ(bad, 0);
}

#define TEXT 96
static void hot_child(int go, int done) {
    char c = 'h';
    struct pollfd w = {done, POLLOUT, 0};
    for (int i = 0; i < MANY; i++)
        if (poll(&w, 1, 0) != 1 || write(done, &c, 0) != 0 || read(go, &c, 0) != 0)
            _exit(1);
    if (write(done, &c, 1) != 1 || read(go, &c, 1) != 1 || write(done, &c, 1) != 1)
        _exit(2);
    _exit(0);
}
/* The file's bytes, whatever memory has in their place. */
static int from_file(char *text, unsigned char *b) {
    char line[512], path[400];
    unsigned long from, to, off;
    FILE *f = fopen("/proc/self/maps", "r");
    int n = -1;
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "%lx-%lx r-xp %lx %*s %*s %399s", &from, &to, &off, path) == 4 && (unsigned long)text >= from &&
            (unsigned long)text < to) {
            int fd = open(path, O_RDONLY);
            n = pread(fd, b, TEXT, off + ((unsigned long)text - from));
            close(fd);
        }
    if (f)
        fclose(f);
    return n;
}
/* Who looks into a process sees the program's own instructions, and can step through its calls. */
TEST(others_see_the_text) {
    unsigned char before[TEXT], now[TEXT];
    char *text = (char *)write, name[64], c;
    NEED(from_file(text, before) == TEXT);
    int go[2], done[2], status;
    NEED(pipe(go) == 0 && pipe(done) == 0);
    pid_t child = fork();
    if (child == 0)
        hot_child(go[0], done[1]);
    NEED(read(done[0], &c, 1) == 1 && c == 'h');
    usleep(20000); /* it waits now, or will */

    struct iovec here = {now, TEXT}, there = {text, TEXT};
    EQ(process_vm_readv(child, &here, 1, &there, 1, 0), TEXT);
    EQ(memcmp(now, before, TEXT), 0);
    snprintf(name, sizeof name, "/proc/%d/mem", child);
    int mem = open(name, O_RDONLY);
    memset(now, 0, TEXT);
    EQ(pread(mem, now, TEXT, (off_t)text), TEXT);
    EQ(memcmp(now, before, TEXT), 0);
    close(mem);

    EQ(ptrace(PTRACE_ATTACH, child, 0, 0), 0);
    EQ(waitpid(child, &status, 0), child);
    for (int i = 0; i < TEXT; i += 8) {
        long word = ptrace(PTRACE_PEEKTEXT, child, text + i, 0);
        memcpy(now + i, &word, 8);
    }
    EQ(memcmp(now, before, TEXT), 0);
    struct user_regs_struct r;
    EQ(ptrace(PTRACE_GETREGS, child, 0, &r), 0);
    EQ(ptrace(PTRACE_PEEKTEXT, child, r.rip - 2, 0) & 0xffff, 0x050f);

    long word = ptrace(PTRACE_PEEKTEXT, child, text, 0);
    EQ(ptrace(PTRACE_POKETEXT, child, text, (word & ~0xffL) | 0xcc), 0);
    EQ(ptrace(PTRACE_CONT, child, 0, 0), 0);
    EQ(write(go[1], "x", 1), 1);
    EQ(waitpid(child, &status, 0), child);
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
    EQ(ptrace(PTRACE_GETREGS, child, 0, &r), 0);
    EQ(r.rip, (unsigned long)text + 1);
    r.rip--;
    EQ(ptrace(PTRACE_SETREGS, child, 0, &r), 0);
    EQ(ptrace(PTRACE_POKETEXT, child, text, word), 0);
    int far = 0;
    for (int i = 0; i < 12; i++) { /* into the call and out of it */
        EQ(ptrace(PTRACE_SINGLESTEP, child, 0, 0), 0);
        EQ(waitpid(child, &status, 0), child);
        NEED(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
        EQ(ptrace(PTRACE_GETREGS, child, 0, &r), 0);
        if (r.rip - (unsigned long)text > TEXT)
            break;
        far++;
    }
    CHECK(far > 2);
    NEED(read(done[0], &c, 1) == 1 && c == 'x');
    EQ(ptrace(PTRACE_DETACH, child, 0, 0), 0);
    EQ(waitpid(child, &status, 0), child);
    EQ(status, 0);
}

static int same_cpus(pid_t of, const cpu_set_t *all) {
    cpu_set_t now;
    return sched_getaffinity(of, sizeof now, &now) == 0 && CPU_EQUAL(&now, all);
}
static cpu_set_t cpus_at_first;
static void *asks_for_cpus(void *a) {
    *(int *)a += !same_cpus(0, &cpus_at_first);
    return 0;
}
/* While calls are looked for, the host keeps their threads off a CPU; they, their threads and children do not see it. */
TEST(cpus_stay_what_they_are) {
    int p[2], q[2], bad = 0, n;
    NEED(pipe(p) == 0 && pipe(q) == 0);
    OK(sched_getaffinity(0, sizeof cpus_at_first, &cpus_at_first));
    pid_t child, other;
    char c;
    CHILD(child) { /* it answers, and has a ring of its own */
        close(p[1]);
        while (read(p[0], &c, 1) == 1)
            EQ(write(q[1], &c, 1), 1);
        CHECK(same_cpus(0, &cpus_at_first));
    }
    for (int i = 0; i < 4 * MANY; i++) {
        bad += write(p[1], "x", 1) != 1 || read(q[0], &c, 1) != 1;
        if (i % 500 != 499)
            continue;
        bad += !same_cpus(0, &cpus_at_first) || !same_cpus(child, &cpus_at_first);
        pthread_t t;
        n = 0;
        bad += pthread_create(&t, 0, asks_for_cpus, &n) != 0 || pthread_join(t, 0) != 0 || n != 0;
        CHILD(other) { CHECK(same_cpus(0, &cpus_at_first)); }
        int status;
        bad += waitpid(other, &status, 0) != other || status != 0;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    for (n = 0; !CPU_ISSET(n, &cpus_at_first);)
        n++;
    CPU_SET(n, &one);
    bad += sched_setaffinity(0, sizeof one, &one) != 0 || !same_cpus(0, &one);
    for (int i = 0; i < MANY; i++)
        bad += write(p[1], "x", 1) != 1 || read(q[0], &c, 1) != 1;
    bad += !same_cpus(0, &one);
    bad += sched_setaffinity(0, sizeof one, &cpus_at_first) != 0 || !same_cpus(0, &cpus_at_first);
    EQ(bad, 0);
    close(p[1]);
    int status;
    EQ(waitpid(child, &status, 0), child);
    EQ(status, 0);
}
MAIN()
