// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1 -pthread -Wno-parentheses -Wno-sign-compare
/*
 * Random system calls with plausible and implausible arguments, from several threads of several processes, in rounds. A round is a
 * process tree in a directory and session of its own; it is killed when its time is over, and then nothing of it may be left.
 *
 *   calls [-s SEED] [-t SECONDS] [-r ROUND] [-p ROUNDS AT ONCE] [-c CALL] [-v] [-w]
 *
 * -r runs one round of the seed again, -c mostly the call of that name, -v prints the rounds. -w waits for a line on standard input
 * after a third of the time and at the end, when nothing of the rounds is left, so that the caller can measure the kernel at rest.
 * Ends with 1 if the kernel no longer serves, or when a process would not die.
 */
#include "args.h"
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>

struct call {
    const char *name;
    int nr;
    const char *kinds; /* one letter for each argument, see value() */
    int weight;
};
#define CALL(name, kinds, weight) {#name, SYS_##name, kinds, weight}
static const struct call calls[] = {
#include "table.h"
};
#define CALLS (int)(sizeof calls / sizeof *calls)

static volatile int *progress; /* calls made, shared by a round's processes */
static long nap(long ms) {
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    return nanosleep(&t, 0);
}
static int verbose, only = -1, threads_wanted = -1;
static uint64_t seed = 1;
static int deck[8192], deck_size;

/* ---- one call --------------------------------------------------------------------------------------------------------- */

static void some_calls(int n);

static int may_have_child(void) {
    return __atomic_add_fetch(children, 1, __ATOMIC_SEQ_CST) < 40;
}
static int in_shared_memory(void *unused) {
    (void)unused;
    syscall(SYS_getppid);
    syscall(SYS_openat, AT_FDCWD, "f", O_RDONLY, 0);
    return 0;
}
static void remember(int pid) {
    own_children[rnd() % 16] = pid;
}
/* A process or thread by some way of clone; the child does a few calls and ends. */
static void clone_somehow(void) {
    long pid = 0;
    if (!may_have_child())
        return;
    uint64_t next = rnd();
    switch (rnd() % 6) {
    case 0: pid = fork(); break;
    case 1: {
        char *stack = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (stack == MAP_FAILED)
            return;
        remember(clone(in_shared_memory, stack + 65536, (one_in(2) ? CLONE_VM : 0) | (one_in(2) ? CLONE_VFORK : 0) | (one_in(2) ? CLONE_FILES : 0)
                | (one_in(2) ? CLONE_FS : 0) | SIGCHLD, 0));
        return;
    }
    case 2: { // any flags but those with which the child would run on our stack
        long flags = (rnd() & rnd() & 0xfffffe00 & ~(CLONE_VM | CLONE_THREAD | CLONE_VFORK)) | (one_in(4) ? (long)(rnd() % 70) : SIGCHLD);
        pid = syscall(SYS_clone, flags, 0, value('S', &pid), value('S', &pid), 0);
        break;
    }
    case 3: {
        uint64_t a[11];
        memcpy(a, filled(88), 88);
        a[0] = rnd() & rnd() & 0x3fffffe00ull & ~(uint64_t)(CLONE_VM | CLONE_THREAD | CLONE_VFORK);
        if (one_in(2))
            a[5] = a[6] = a[8] = a[9] = 0;
        if (one_in(2))
            a[4] = SIGCHLD;
        memcpy(area, a, 88);
        pid = syscall(SYS_clone3, area, one_in(4) ? rnd() % 100 : 88);
        break;
    }
    case 4: {
        uint64_t flags = rnd();
        pid = vfork();
        if (pid == 0) {
            if (flags & 1)
                syscall(SYS_execve, "/proc/self/exe", (char *[]){"calls", "-x", 0}, (char *[]){0});
            _exit(3);
        }
        break;
    }
    default: { // execve with odd vectors; the child alone is lost if it works
        if ((pid = fork()) == 0) {
            char **v = (char **)filled(400);
            long rest = 0;
            for (int i = 0; i < 6; i++)
                v[i] = one_in(6) ? (char *)bad_address() : (char *)name();
            v[6 + rnd() % 6] = 0;
            alarm(1);
            syscall(SYS_execveat, AT_FDCWD, one_in(2) ? "/bin/true" : (char *)value('p', &rest), one_in(8) ? (char **)rnd() : v, v + 2, 0);
            _exit(4);
        }
    }
    }
    if (pid == 0) {
        reseed(next, seed);
        some_calls(rnd() % 40);
        _exit(1);
    }
    remember((int)pid);
}
/* rt_sigreturn from a frame of any contents, in a child. */
static void return_from_nowhere(void) {
    if (!may_have_child())
        return;
    int pid = fork();
    if (pid == 0) {
        unsigned char *p = filled(4096);
        alarm(1);
        __asm__ volatile("mov %0, %%rsp; mov $15, %%eax; syscall; hlt" ::"r"(one_in(4) ? (void *)bad_address() : p) : "memory");
    }
    remember(pid);
}
/* A filter of calls, in a child. */
static void filter_calls(void) {
    if (!may_have_child())
        return;
    int pid = fork();
    if (pid == 0) {
        static const uint16_t codes[] = {0x20, 0x15, 0x06, 0x35, 0x25, 0x54, 0x05, 0x07, 0x87, 0x00, 0x01, 0x02, 0x60, 0x61, 0x80, 0x04, 0x14,
                0x24, 0x34, 0x64, 0x74, 0x84, 0xa4, 0x16, 0x40};
        struct sock_filter f[64];
        int n = 1 + rnd() % 63;
        for (int i = 0; i < n; i++)
            f[i] = (struct sock_filter){one_in(10) ? (uint16_t)rnd() : PICK(codes), one_in(4) ? rnd() : rnd() % 3, one_in(4) ? rnd() : rnd() % 3,
                    (uint32_t)(one_in(3) ? odd_number() : one_in(2) ? rnd() % 16 * 4 : 0x7fff0000 | (rnd() & 0xffff))};
        if (!one_in(8))
            f[n - 1] = (struct sock_filter){6, 0, 0, (uint32_t)(one_in(2) ? 0x7fff0000 : 0x50000 | rnd() % 200)};
        struct sock_fprog p = {one_in(10) ? rnd() : n, f};
        alarm(1);
        if (!one_in(4))
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (one_in(2))
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p);
        else
            syscall(SYS_seccomp, one_in(6) ? rnd() % 5 : 1, one_in(3) ? rnd() % 64 : 0, &p);
        some_calls(20);
        _exit(5);
    }
    remember(pid);
}
/* Children that are stopped, continued, killed and waited for. */
static void signal_child(void) {
    static const int signals[] = {SIGSTOP, SIGCONT, SIGCONT, SIGUSR1, SIGTERM, SIGKILL, SIGTSTP, SIGSEGV};
    int pid = own_children[rnd() % 16];
    if (pid > 1 && pid != getpid())
        kill(pid, PICK(signals));
    waitpid(-1, 0, WNOHANG | WUNTRACED);
}
static void one_call(const struct call *c) {
    long a[6] = {0}, rest = 0;
    if (c->nr < 0) {
        switch (c->kinds[0]) {
        case 'c': clone_somehow(); return;
        case 'r': return_from_nowhere(); return;
        case 'f': filter_calls(); return;
        default: signal_child(); return;
        }
    }
    for (int i = 0; i < 6; i++)
        a[i] = c->kinds[i] ? value(c->kinds[i], &rest) : 0;
    if (c->kinds[0] == 'k' && (int)a[0] == 1)
        a[0] = getpid(); // the first process is to see the end
    if (c->nr == SYS_munmap || c->nr == SYS_mprotect || c->nr == SYS_madvise || c->nr == SYS_mremap) {
        a[0] = (long)spare + (long)(rnd() % 64 * 4096);
        a[1] &= 0xffff;
    }
    ++*progress;
    syscall(c->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}
static void some_calls(int n) {
    for (int i = 0; i < n; i++)
        one_call(&calls[only >= 0 && !one_in(4) ? only : deck[rnd() % deck_size]]);
}

/* ---- one round -------------------------------------------------------------------------------------------------------- */

/* Handlers now and then change what they will return to. */
static void handler(int s, siginfo_t *info, void *context) {
    (void)info;
    if (s == SIGSEGV || s == SIGBUS || s == SIGILL)
        _exit(6);
    if (one_in(40))
        ((unsigned char *)context)[rnd() % 960] ^= 1 << rnd() % 8;
    if (one_in(20))
        some_calls(1);
}
static void handlers(void) {
    for (int s = 1; s < 65; s++) {
        struct sigaction a = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
        if (one_in(3) && s != SIGALRM)
            a.sa_flags |= SA_RESTART;
        if (one_in(3))
            a.sa_flags |= SA_ONSTACK;
        if (one_in(9))
            a.sa_flags |= SA_NODEFER;
        if (s != SIGTERM)
            sigaction(s, &a, 0);
    }
    struct itimerval every = {{0, 7000}, {0, 7000}};
    setitimer(ITIMER_REAL, &every, 0);
}
static void bind_listen(int fd, int port) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (void *)&in, sizeof in) == 0)
        listen(fd, 3);
}
/* Names in the round's directory, and a descriptor of each kind. */
static void equipment(void) {
    int p[2];
    mkdir("d", 0777);
    mkdir("d/d", 0777);
    mkdir("a", 0777);
    mkdir("a/b", 0777);
    mkfifo("fifo", 0666);
    if (symlink("d/f", "l") || symlink("loop", "loop"))
        errno = 0;
    int fd = open("f", O_RDWR | O_CREAT, 0666);
    if (write(fd, area, 5000) < 0)
        errno = 0;
    open("d/f", O_RDWR | O_CREAT, 0666);
    open(".", O_RDONLY | O_DIRECTORY);
    open("d", O_PATH);
    open("/proc/self", O_RDONLY);
    open("/proc/self/mem", O_RDWR);
    open("/proc/self/comm", O_RDWR);
    open("/dev/null", O_RDWR);
    open("/dev/zero", O_RDWR);
    open("/bin/true", O_RDONLY);
    open("fifo", O_RDWR | O_NONBLOCK);
    for (int i = 0; i < 3; i++)
        if (pipe2(p, i ? O_NONBLOCK : 0))
            return;
    for (int type = 1; type <= 5; type++)
        if (type < 3 || type == 5)
            if (socketpair(AF_UNIX, type | (one_in(2) ? SOCK_NONBLOCK : 0), 0, p))
                return;
    socket(AF_UNIX, SOCK_STREAM, 0);
    socket(AF_UNIX, SOCK_DGRAM, 0);
    bind_listen(socket(AF_INET, SOCK_STREAM, 0), 20000 + rnd() % 4);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(20000 + rnd() % 4), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    connect(fd, (void *)&in, sizeof in);
    socket(AF_INET, SOCK_DGRAM, 0);
    socket(AF_INET6, SOCK_STREAM, 0);
    socket(AF_INET6, SOCK_DGRAM, 0);
    socket(AF_NETLINK, SOCK_RAW, 0);
    socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 4);
    int e = epoll_create1(0);
    for (int i = 3; i < 40; i++)
        epoll_ctl(e, EPOLL_CTL_ADD, i, &(struct epoll_event){.events = EPOLLIN | (one_in(2) ? EPOLLET : 0)});
    epoll_create1(0);
    eventfd(0, 0);
    eventfd(1, EFD_NONBLOCK | EFD_SEMAPHORE);
    timerfd_create(CLOCK_MONOTONIC, 0);
    timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    sigset_t all;
    sigfillset(&all);
    signalfd(-1, &all, SFD_NONBLOCK);
    fd = inotify_init1(IN_NONBLOCK);
    inotify_add_watch(fd, ".", IN_ALL_EVENTS);
    syscall(SYS_memfd_create, "m", 3);
    syscall(SYS_pidfd_open, getpid(), 0);
    fd = posix_openpt(O_RDWR | O_NOCTTY);
    grantpt(fd);
    unlockpt(fd);
    char pts[64];
    if (ptsname_r(fd, pts, sizeof pts) == 0)
        open(pts, O_RDWR | O_NOCTTY);
}
static uint64_t round_number;
static void *thread(void *number) {
    reseed(seed * 1000003 + round_number, 100 + (uint64_t)number);
    stack_t s = {.ss_sp = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), .ss_size = 65536};
    sigaltstack(&s, 0);
    for (;;)
        some_calls(1000);
    return 0;
}
static void random_process(uint64_t number, uint64_t next, const char *directory) {
    struct rlimit r = {1 << 22, 1 << 22};
    round_number = number + (next << 32);
    reseed(seed * 1000003 + number, 1000 + next);
    setsid();
    unshare(CLONE_NEWNS); // what root mounts is gone with it
    mount(0, "/", 0, MS_REC | MS_PRIVATE, 0);
    int null = open("/dev/null", O_RDWR); // what our caller reads is not for random bytes
    for (int i = 0; i < 3; i++)
        dup2(null, i);
    if (chdir(directory) != 0)
        _exit(9);
    setrlimit(RLIMIT_FSIZE, &r);
    r.rlim_cur = r.rlim_max = 1 << 30;
    setrlimit(RLIMIT_AS, &r);
    r.rlim_cur = r.rlim_max = 60;
    setrlimit(RLIMIT_NPROC, &r);
    r.rlim_cur = r.rlim_max = 128;
    setrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max = 0;
    setrlimit(RLIMIT_CORE, &r);
    equipment();
    if (number % 4 && (setgid(1000 + number % 3) || setuid(1000 + number % 3)))
        errno = 0; // an ordinary user already
    handlers();
    int threads = threads_wanted >= 0 ? threads_wanted : (int)(rnd() % 4);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 1 << 18);
    for (long i = 0; i < threads; i++) {
        pthread_t t;
        pthread_create(&t, &attributes, thread, (void *)(i + 1));
    }
    thread(0);
}
/* One random process after the other, until we are killed. Who gets nowhere for a while makes room for the next. */
static void round_process(uint64_t number, const char *directory, volatile int *calls_made) {
    progress = calls_made;
    for (uint64_t next = 0;; next++) {
        *children = 0;
        pid_t pid = fork();
        if (pid == 0)
            random_process(number, next, directory);
        int before, idle = 0;
        do {
            before = *progress;
            nap(10);
            idle = *progress == before ? idle + 1 : 0;
        } while (idle < 4 && waitpid(pid, 0, WNOHANG) == 0);
        kill(-pid, SIGKILL);
        kill(pid, SIGKILL);
        while (waitpid(-1, 0, WNOHANG) > 0)
            ;
    }
}

/* ---- the whole -------------------------------------------------------------------------------------------------------- */

static int found(const char *path, const struct stat *st, int type, struct FTW *w) {
    (void)st, (void)w;
    if (path_count < 700 && (type == FTW_F || type == FTW_SL || one_in(3)) && !strstr(path, "/task/"))
        paths[path_count++] = strdup(path);
    return w->level > 5 ? FTW_SKIP_SUBTREE : FTW_CONTINUE;
}
static int gone(const char *path, const struct stat *st, int type, struct FTW *w) {
    (void)st, (void)w;
    if (type == FTW_DP || type == FTW_D || type == FTW_DNR)
        rmdir(path);
    else
        unlink(path);
    return 0;
}
static int alive(void) {
    int st = -1, p[2];
    char c;
    if (pipe(p) != 0 || write(p[1], "x", 1) != 1 || read(p[0], &c, 1) != 1) {
        printf("no pipe: %s\n", strerror(errno));
        return 0;
    }
    close(p[0]);
    close(p[1]);
    pid_t pid = fork();
    if (pid == 0)
        _exit(42);
    return pid > 0 && waitpid(pid, &st, 0) == pid && st == 42 << 8;
}
/* Kills everything but us and waits until it is gone; 0 when it is. */
static int end_all(void) {
    for (int i = 0; i < 6000; i++) {
        kill(-1, SIGKILL);
        int pid;
        while ((pid = waitpid(-1, 0, WNOHANG | __WALL)) > 0)
            ;
        if (pid == -1 && errno == ECHILD)
            return 0;
        nap(i < 20 ? 2 : 10);
    }
    return 1;
}
/* System V IPC outlives processes. */
static void no_ipc(void) {
    for (int id = 0; id < 3000; id++) {
        syscall(SYS_shmctl, id, 0, 0);
        syscall(SYS_semctl, id, 0, 0, 0);
        syscall(SYS_msgctl, id, 0, 0);
    }
}
static void wait_for_line(const char *what, int wanted) {
    char c;
    printf("\n%s\n", what); // whatever a round has written before
    fflush(stdout);
    while (wanted) {
        fcntl(0, F_SETFL, O_RDWR); // some round may have made it O_NONBLOCK
        ssize_t n = read(0, &c, 1);
        if ((n == 1 && c == '\n') || n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return;
    }
}
int main(int argc, char **argv) {
    long seconds = 30, round = -1, at_once = 2, marks = 0, limit = 1500;
    int option;
    while ((option = getopt(argc, argv, "s:t:r:p:c:l:n:vwx")) != -1)
        switch (option) {
        case 's': seed = strtoull(optarg, 0, 0); break;
        case 't': seconds = atol(optarg); break;
        case 'r': round = atol(optarg); break;
        case 'p': at_once = atol(optarg); break;
        case 'l': limit = atol(optarg); break;
        case 'n': threads_wanted = atoi(optarg); break;
        case 'c':
            for (int i = 0; i < CALLS; i++)
                if (!strcmp(calls[i].name, optarg))
                    only = i;
            break;
        case 'v': verbose = 1; break;
        case 'w': marks = 1; break;
        case 'x': return 0;
        default: return 2;
        }
    struct utsname u;
    if (uname(&u) != 0 || !strstr(u.release, "sandjar")) {
        fprintf(stderr, "this program attacks its kernel: it runs inside Sandjar only\n");
        return 77;
    }
    setvbuf(stdout, 0, _IOLBF, 0);
    area = mmap(0, AREA + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(area + AREA, 4096, PROT_NONE);
    readonly = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    spare = mmap(0, 64 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    children = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    paths = calloc(700, sizeof *paths);
    reseed(seed, 3);
    nftw("/proc/self", found, 20, FTW_PHYS | FTW_ACTIONRETVAL);
    nftw("/proc/sys", found, 20, FTW_PHYS | FTW_ACTIONRETVAL);
    nftw("/sys", found, 20, FTW_PHYS | FTW_ACTIONRETVAL);
    nftw("/proc/net/", found, 20, FTW_PHYS | FTW_ACTIONRETVAL);
    for (int i = 0; i < CALLS; i++)
        for (int k = 0; k < calls[i].weight && deck_size < (int)(sizeof deck / sizeof *deck); k++)
            deck[deck_size++] = i;
    printf("seed %llu, %d calls, %d files\n", (unsigned long long)seed, CALLS, path_count);
    fflush(stdout);
    time_t end = time(0) + seconds, warm = time(0) + seconds / 3;
    long rounds = 0, first = 1, made = 0;
    for (uint64_t n = round >= 0 ? (uint64_t)round : 0; first || (round < 0 && time(0) < end); n += at_once) {
        char directory[64];
        first = 0;
        for (long i = 0; i < at_once; i++) {
            snprintf(directory, sizeof directory, "%s/fuzz.%d", n % 8 == 7 ? "/var/tmp" : "/tmp", (int)i);
            mkdir(directory, 0777);
            chmod(directory, 0777);
            pid_t pid = fork();
            if (pid == 0)
                round_process(n + i, directory, children + 16 + 16 * i);
            if (pid < 0) {
                printf("round %llu: fork: %s\n", (unsigned long long)n, strerror(errno));
                return 1;
            }
        }
        nap(limit);
        if (end_all() != 0) {
            printf("round %llu: a process does not end\n", (unsigned long long)n);
            return 1;
        }
        for (long i = 0; i < at_once; i++) {
            snprintf(directory, sizeof directory, "%s/fuzz.%d", n % 8 == 7 ? "/var/tmp" : "/tmp", (int)i);
            nftw(directory, gone, 20, FTW_PHYS | FTW_DEPTH);
        }
        rounds += at_once;
        if (verbose)
            printf("round %llu\n", (unsigned long long)n);
        if (!alive()) {
            printf("round %llu: the kernel serves no more\n", (unsigned long long)n);
            return 1;
        }
        if (marks == 1 && time(0) >= warm) {
            no_ipc();
            wait_for_line("warm", 1);
            marks = 2;
        }
    }
    no_ipc();
    wait_for_line("after", (int)marks);
    for (long i = 0; i < at_once; i++)
        made += children[16 + 16 * i];
    printf("\n%ld rounds, %ld calls, kernel alive\n", rounds, made);
    return 0;
}
