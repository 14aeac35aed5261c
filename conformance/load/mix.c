// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
/*
 * A mixed load: processes that each do what programs do all day - files, pipes, sockets, children, threads, timers, signals, shared
 * memory, terminals, /proc - over and over, check what they get, and start anew now and then.
 *
 *   mix SECONDS [WORKERS]
 *
 * Ends with 1 if anything was not as it should be.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static const char *doing = "nothing";
#define MUST(cond)                                                                                        \
    do {                                                                                                  \
        if (!(cond)) {                                                                                    \
            printf("%s: line %d: %s (%s)\n", doing, __LINE__, #cond, strerror(errno));                     \
            exit(1);                                                                                      \
        }                                                                                                 \
    } while (0)

static char block[16384];

static void ended_well(pid_t pid) {
    int st = -1;
    while (waitpid(pid, &st, 0) == -1)
        MUST(errno == EINTR);
    MUST(st == 0);
}
static void files(void) {
    char name[64], other[64];
    struct stat st;
    MUST(mkdir("dir", 0700) == 0);
    int watch = inotify_init1(IN_NONBLOCK);
    MUST(watch >= 0 && inotify_add_watch(watch, "dir", IN_ALL_EVENTS) > 0);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "dir/%d", i);
        snprintf(other, sizeof other, "dir/other%d", i);
        int fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        MUST(fd >= 0);
        MUST(write(fd, block, 1000 * i) == 1000 * i);
        struct flock l = {.l_type = F_WRLCK};
        MUST(fcntl(fd, F_SETLK, &l) == 0 && flock(fd, LOCK_EX) == 0);
        if (i) {
            char *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            MUST(m != MAP_FAILED);
            m[5] = 'm';
            char c;
            MUST(pread(fd, &c, 1, 5) == 1 && c == 'm');
            munmap(m, 4096);
        }
        MUST(ftruncate(fd, 10) == 0 && fstat(fd, &st) == 0 && st.st_size == 10);
        close(fd);
        MUST(rename(name, other) == 0 && symlink(other, name) == 0);
    }
    while (read(watch, block, sizeof block) > 0)
        ;
    close(watch);
    memset(block, 0, sizeof block);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "dir/%d", i);
        snprintf(other, sizeof other, "dir/other%d", i);
        MUST(unlink(name) == 0 && unlink(other) == 0);
    }
    MUST(rmdir("dir") == 0);
}
static void children(void) {
    for (int i = 0; i < 5; i++) {
        int p[2];
        MUST(pipe(p) == 0);
        pid_t pid = i & 1 ? vfork() : fork();
        if (pid == 0) {
            if (i & 1) {
                execl("/bin/true", "true", (char *)0);
                _exit(9);
            }
            close(p[0]);
            _exit(write(p[1], block, 5000) != 5000);
        }
        MUST(pid > 0);
        close(p[1]);
        long n, sum = 0;
        while ((n = read(p[0], block, 777)) > 0)
            sum += n;
        MUST(sum == (i & 1 ? 0 : 5000));
        close(p[0]);
        ended_well(pid);
    }
}
static void *adder(void *p) {
    for (int i = 0; i < 100; i++)
        __atomic_add_fetch((int *)p, 1, __ATOMIC_SEQ_CST);
    usleep(100);
    return 0;
}
static void threads(void) {
    pthread_t t[8];
    int sum = 0;
    for (int i = 0; i < 8; i++)
        MUST(pthread_create(&t[i], 0, adder, &sum) == 0);
    for (int i = 0; i < 8; i++)
        pthread_join(t[i], 0);
    MUST(sum == 800);
}
static void sockets(void) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof in;
    int listener = socket(AF_INET, SOCK_STREAM, 0), ep = epoll_create1(0);
    MUST(bind(listener, (void *)&in, sizeof in) == 0 && listen(listener, 8) == 0);
    MUST(getsockname(listener, (void *)&in, &length) == 0);
    for (int i = 0; i < 5; i++) {
        int c = socket(AF_INET, SOCK_STREAM, 0);
        MUST(connect(c, (void *)&in, sizeof in) == 0);
        int s = accept(listener, 0, 0);
        MUST(s >= 0);
        struct epoll_event e = {.events = EPOLLIN | EPOLLET, .data.fd = s};
        MUST(epoll_ctl(ep, EPOLL_CTL_ADD, s, &e) == 0);
        for (int k = 0; k < 10; k++) {
            MUST(send(c, block, 3000, 0) == 3000);
            MUST(epoll_wait(ep, &e, 1, 10000) == 1);
            MUST(recv(s, block, 3000, MSG_WAITALL) == 3000);
        }
        close(c);
        MUST(recv(s, block, 1, 0) == 0);
        close(s);
    }
    close(listener);
    close(ep);
    int u[2];
    MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, u) == 0);
    for (int i = 0; i < 20; i++) { // a descriptor goes along
        char control[CMSG_SPACE(sizeof(int))] = "", c = 'x';
        struct iovec v = {&c, 1};
        struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        struct cmsghdr *h = CMSG_FIRSTHDR(&m);
        *h = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        int fd = eventfd(i, 0);
        memcpy(CMSG_DATA(h), &fd, sizeof fd);
        MUST(sendmsg(u[0], &m, 0) == 1);
        close(fd);
        if (i % 4 == 3)
            continue; // stays in the queue, and goes with the socket
        MUST(recvmsg(u[1], &m, 0) == 1);
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
        close(fd);
    }
    close(u[0]);
    close(u[1]);
}
static volatile int seen;
static void on_signal(int s) {
    (void)s;
    seen++;
}
static void signals(void) {
    struct sigaction sa = {.sa_handler = on_signal};
    struct itimerval once = {{0, 0}, {0, 2000}};
    timer_t timer;
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    struct itimerspec soon = {{0, 0}, {0, 1000000}};
    sigset_t block_all, before;
    sigfillset(&block_all);
    sigaction(SIGALRM, &sa, 0);
    sigaction(SIGRTMIN, &sa, 0);
    sigprocmask(SIG_BLOCK, &block_all, &before);
    seen = 0;
    MUST(setitimer(ITIMER_REAL, &once, 0) == 0);
    MUST(timer_create(CLOCK_MONOTONIC, &ev, &timer) == 0 && timer_settime(timer, 0, &soon, 0) == 0);
    while (seen < 2)
        sigsuspend(&before);
    timer_delete(timer);
    sigprocmask(SIG_SETMASK, &before, 0);
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    uint64_t ticks;
    MUST(timerfd_settime(fd, 0, &soon, 0) == 0 && read(fd, &ticks, 8) == 8 && ticks == 1);
    close(fd);
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    kill(pid, SIGSTOP);
    int st;
    MUST(waitpid(pid, &st, WUNTRACED) == pid && WIFSTOPPED(st));
    kill(pid, SIGKILL);
    MUST(waitpid(pid, &st, 0) == pid && WTERMSIG(st) == SIGKILL);
}
static void memory(void) {
    int id = shmget(IPC_PRIVATE, 100000, 0600);
    MUST(id >= 0);
    char *m = shmat(id, 0, 0);
    MUST(m != (char *)-1);
    pid_t pid = fork();
    if (pid == 0) {
        m[9] = 'c';
        _exit(0);
    }
    ended_well(pid);
    MUST(m[9] == 'c' && shmdt(m) == 0 && shmctl(id, IPC_RMID, 0) == 0);
    int fd = syscall(SYS_memfd_create, "m", 0);
    MUST(ftruncate(fd, 1 << 20) == 0 && pwrite(fd, block, sizeof block, 500000) == sizeof block);
    close(fd);
    m = mmap(0, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(m != MAP_FAILED);
    memset(m, 1, 1 << 20);
    munmap(m, 8 << 20);
}
static void terminal_and_proc(void) {
    int m = posix_openpt(O_RDWR | O_NOCTTY);
    char name[64];
    MUST(m >= 0 && grantpt(m) == 0 && unlockpt(m) == 0 && ptsname_r(m, name, sizeof name) == 0);
    int s = open(name, O_RDWR | O_NOCTTY);
    MUST(s >= 0 && write(m, "line\n", 5) == 5 && read(s, block, 100) == 5);
    close(s);
    close(m);
    static const char *const texts[] = {"/proc/self/status", "/proc/self/maps", "/proc/meminfo", "/proc/stat", "/proc/self/mountinfo", "/etc/passwd"};
    for (int i = 0; i < 6; i++) {
        int fd = open(texts[i], O_RDONLY);
        MUST(fd >= 0 && read(fd, block, sizeof block) > 0);
        close(fd);
    }
    memset(block, 0, sizeof block);
}
static void worker(int number, time_t end) {
    char name[64];
    snprintf(name, sizeof name, "/%s/mix.%d.%d", number & 1 ? "tmp" : "var/tmp", number, getpid());
    MUST(mkdir(name, 0700) == 0 && chdir(name) == 0);
    for (int i = 0; i < 30 && time(0) < end; i++) {
        doing = "files", files();
        doing = "children", children();
        doing = "threads", threads();
        doing = "sockets", sockets();
        doing = "signals", signals();
        doing = "memory", memory();
        doing = "terminal and proc", terminal_and_proc();
    }
    MUST(chdir("/") == 0 && rmdir(name) == 0);
    exit(0);
}
int main(int argc, char **argv) {
    time_t end = time(0) + (argc > 1 ? atoi(argv[1]) : 60);
    int workers = argc > 2 ? atoi(argv[2]) : 3, st, runs = 0;
    setvbuf(stdout, 0, _IOLBF, 0);
    for (int i = 0; i < workers; i++)
        if (fork() == 0)
            worker(i, end);
    while (wait(&st) > 0) {
        if (st != 0) {
            printf("a worker ended with 0x%x\n", st);
            return 1;
        }
        if (time(0) < end && fork() == 0)
            worker(runs, end);
        runs++;
    }
    printf("%d workers one after the other, all well\n", runs);
    return 0;
}
