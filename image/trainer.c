// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/*
 * trainer - the guest of the build's training runs (image/assemble): makes what programs make all day, each kind of call often
 * enough that the kernel's JVM compiles what carries it out. What it compiled, and how those methods were used, goes into the
 * AOT cache, so that a later sandbox compiles the same methods after a few calls (docs/adr/0031). Nothing is measured here.
 *
 *   trainer ROUNDS [DIRECTORY...]
 *
 * Works in new directories in those places (/tmp), and on 127.0.0.1. What a kernel cannot do is left out, not an error.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PARTS 10

static char block[65536];
static volatile int rung;

// The names that a program asks for before it finds its files, in directories of the host and of the sandbox.
static void look_for_files(int i) {
    static const char *there[] = {"/etc/passwd", "/etc/group", "/usr/bin/env", "/usr/lib/os-release", "/etc/ld.so.cache", "/bin/sh"};
    struct stat s;
    struct statx x;
    char name[64];
    sprintf(name, "/usr/lib/none%d.so", i % 50);
    stat(name, &s);
    access(name, R_OK);
    open(name, O_RDONLY | O_CLOEXEC);
    const char *path = there[i % 6];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        fstat(fd, &s);
        (void)!read(fd, block, 832);
        (void)!pread(fd, block, 784, 64);
        lseek(fd, 0, SEEK_SET);
        ioctl(fd, TCGETS, block);
        (void)!read(fd, block, 4096);
        if (i % 4 == 0) munmap(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0), 4096);
        close(fd);
    }
    stat(path, &s);
    lstat(path, &s);
    statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &x);
    (void)!readlink("/proc/self/exe", block, sizeof block);
    if (i % 20 == 0) {
        DIR *d = opendir(i % 40 ? "/usr" : "/etc");
        while (d != NULL && readdir(d) != NULL) {}
        if (d != NULL) closedir(d);
        fd = open(i % 40 ? "/proc/self/status" : "/proc/meminfo", O_RDONLY);
        (void)!read(fd, block, sizeof block);
        close(fd);
    }
}

// What git and compilers do to a tree of their own.
static void make_files(int i) {
    struct stat s;
    char name[64], other[64], dir[32];
    sprintf(dir, "d%d", i % 20);
    mkdir(dir, 0755);
    sprintf(name, "%s/f%d", dir, i);
    sprintf(other, "%s/g%d", dir, i);
    stat(name, &s);
    int fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0644);
    (void)!write(fd, block, 100);
    (void)!write(fd, block, 5000);
    fchmod(fd, 0600);
    fstat(fd, &s);
    close(fd);
    link(name, other);
    unlink(name);
    rename(other, name);
    lstat(name, &s);
    chmod(name, 0644);
    utimensat(AT_FDCWD, name, NULL, 0);
    fd = openat(AT_FDCWD, name, O_RDONLY);
    fstat(fd, &s);
    (void)!read(fd, block, 4096);
    (void)!read(fd, block, 4096);
    (void)!read(fd, block, 4096);
    munmap(mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 0), 8192);
    int copy = dup(fd);
    dup2(copy, copy + 1);
    close(copy + 1);
    close(copy);
    close(fd);
    if (i % 3 == 0) {
        symlink(name, other);
        stat(other, &s);
        (void)!readlink(other, block, 100);
        unlink(other);
        truncate(name, 10);
    }
    if (i % 2) unlink(name);
    if (i % 20 == 19) {
        DIR *d = opendir(dir);
        while (readdir(d) != NULL) {}
        closedir(d);
        (void)!getcwd(block, 4096);
        umask(umask(022));
    }
}

// A database's way: pages, locks of records, synced.
static void use_database(int fd, int log, int i) {
    struct stat s;
    struct flock l = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0x40000000, .l_len = 1};
    fcntl(fd, F_SETLK, &l);
    l = (struct flock){.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510};
    fcntl(fd, F_SETLK, &l);
    l = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 120, .l_len = 1};
    fcntl(log, F_SETLK, &l);
    fstat(fd, &s);
    stat("none-journal", &s);
    (void)!pread(fd, block, 4096, i % 50 * 4096);
    (void)!pread(log, block, 24, 0);
    (void)!pwrite(log, block, 24, i % 500 * 4120);
    (void)!pwrite(log, block, 4096, i % 500 * 4120 + 24);
    if (i % 4 == 0) (void)!pwrite(fd, block, 4096, i % 50 * 4096);
    fdatasync(log);
    l.l_type = F_UNLCK;
    fcntl(log, F_SETLK, &l);
    l.l_len = 0;
    fcntl(fd, F_SETLK, &l);
    if (i % 50 == 0) {
        flock(fd, LOCK_EX);
        flock(fd, LOCK_UN);
        ftruncate(log, 0);
        struct iovec v[2] = {{block, 100}, {block + 100, 4000}};
        (void)!pwritev(log, v, 2, 0);
        (void)!preadv(log, v, 2, 0);
        lseek(fd, 0, SEEK_SET);
        sendfile(log, fd, NULL, 4096);
        lseek(fd, 0, SEEK_SET);
    }
}

// One server and its clients: accept, epoll, requests and answers.
static void *serve(void *arg) {
    int listener = *(int *)arg;
    int all = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = listener}, got[16];
    epoll_ctl(all, EPOLL_CTL_ADD, listener, &e);
    char request[512];
    for (int open = 1; open > 0;) {
        int n = epoll_wait(all, got, 16, 1000);
        if (n <= 0) break;
        for (int i = 0; i < n; i++) {
            int fd = got[i].data.fd;
            if (fd == listener) {
                fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                int on = 1;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                e = (struct epoll_event){.events = EPOLLIN | EPOLLRDHUP, .data.fd = fd};
                epoll_ctl(all, EPOLL_CTL_ADD, fd, &e);
                continue;
            }
            ssize_t r = recv(fd, request, sizeof request, 0);
            if (r > 0) {
                struct iovec v[2] = {{block, 120}, {block, 1024}};
                if (request[0] & 1) {
                    writev(fd, v, 2);
                } else {
                    send(fd, block, 1144, 0);
                }
                recv(fd, block, 1, MSG_PEEK); // finds nothing most of the time
            } else if (r == 0) {
                epoll_ctl(all, EPOLL_CTL_DEL, fd, NULL);
                close(fd);
            }
            if (r > 0 && request[0] == 'q') open = 0;
        }
    }
    close(all);
    return NULL;
}

static void be_client(int family, const struct sockaddr *at, socklen_t length, int i, int last) {
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, at, length) == 0) {
        int e = 0;
        socklen_t n = sizeof e;
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &n);
        struct pollfd p = {.fd = fd, .events = POLLIN};
        for (int k = 0; k < 60; k++) {
            char request[64] = {last && k == 59 ? 'q' : 'a' + (i + k) % 2};
            if (k % 2) {
                (void)!write(fd, request, sizeof request);
            } else {
                send(fd, request, sizeof request, MSG_NOSIGNAL);
            }
            for (ssize_t left = 1144; left > 0;) {
                if (k % 3 == 0) poll(&p, 1, 1000);
                ssize_t r = k % 3 == 1 ? read(fd, block, left) : recv(fd, block, left, 0);
                if (r <= 0) break;
                left -= r;
            }
        }
        shutdown(fd, SHUT_WR);
    }
    close(fd);
}

static void talk(int family, int clients) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "server"};
    struct sockaddr *at = family == AF_UNIX ? (struct sockaddr *)&un : (struct sockaddr *)&in;
    socklen_t length = family == AF_UNIX ? sizeof un : sizeof in;
    int listener = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    pthread_t server;
    if (bind(listener, at, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, at, &length) == 0 &&
        pthread_create(&server, NULL, serve, &listener) == 0) {
        for (int i = 0; i < clients; i++) be_client(family, at, length, i, i == clients - 1);
        pthread_join(server, NULL);
    }
    close(listener);
    unlink("server");
}

// Between threads and processes: pipes, events, pairs of sockets, datagrams.
static void pass_data(int i, int *pipes, int *pair, int event) {
    uint64_t n = 1;
    (void)!write(pipes[1], block, i % 5 ? 1 : 4096);
    struct pollfd p[2] = {{.fd = pipes[0], .events = POLLIN}, {.fd = pair[0], .events = POLLIN}};
    poll(p, 2, 0);
    (void)!read(pipes[0], block, 4096);
    (void)!write(event, &n, sizeof n);
    (void)!read(event, &n, sizeof n);
    (void)!send(pair[1], block, 100, 0);
    poll(p, 2, -1);
    struct iovec v = {block, 4096};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
    recvmsg(pair[0], &m, 0);
    (void)!write(1 + 1000, block, 1); // a bad descriptor
}

static void *answer(void *arg) {
    int *fds = arg;
    char c;
    while (read(fds[0], &c, 1) == 1 && write(fds[1], &c, 1) == 1) {}
    return NULL;
}

// Waits in turn, of threads and of processes.
static void ping_pong(int rounds, int by_process) {
    int there[2], back[2], ends[2];
    if (pipe2(there, 0) != 0 || pipe2(back, O_CLOEXEC) != 0) return;
    ends[0] = there[0];
    ends[1] = back[1];
    pthread_t other;
    pid_t child = by_process ? fork() : 0;
    if (by_process && child == 0) {
        close(there[1]);
        answer(ends);
        _exit(0);
    }
    if (!by_process) pthread_create(&other, NULL, answer, ends);
    char c = 1;
    for (int i = 0; i < rounds; i++) {
        (void)!write(there[1], &c, 1);
        (void)!read(back[0], &c, 1);
    }
    close(there[1]);
    if (by_process) waitpid(child, NULL, 0); else pthread_join(other, NULL);
    close(there[0]);
    close(back[0]);
    close(back[1]);
}

static void ring(int signal) {
    (void)signal;
    rung = 1;
}

static void *nothing(void *arg) { return arg; }

static void *wait_for_it(void *arg) {
    pthread_barrier_wait(arg);
    return NULL;
}

// Processes, threads, signals and clocks.
static void start_others(int i, const char *self) {
    extern char **environ;
    pthread_t t;
    pthread_barrier_t both;
    struct rusage usage;
    struct sigaction act = {.sa_handler = ring};
    pid_t child = fork();
    if (child == 0) {
        struct stat s;
        stat("/etc", &s);
        _exit(i & 1);
    }
    if (child > 0) wait4(child, NULL, 0, &usage);
    char *args[] = {(char *)self, "0", NULL};
    if (posix_spawn(&child, self, NULL, NULL, args, environ) == 0) {
        if (i % 2) waitpid(child, NULL, WNOHANG);
        waitpid(child, NULL, 0);
    }
    if (pthread_create(&t, NULL, nothing, NULL) == 0) pthread_join(t, NULL);
    pthread_barrier_init(&both, NULL, 2);
    if (pthread_create(&t, NULL, wait_for_it, &both) == 0) {
        pthread_barrier_wait(&both);
        pthread_join(t, NULL);
    }
    sigaction(i % 2 ? SIGUSR1 : SIGUSR2, &act, NULL);
    kill(getpid(), i % 2 ? SIGUSR1 : SIGUSR2);
    struct timespec soon = {.tv_nsec = 1000};
    nanosleep(&soon, NULL);
    getrusage(RUSAGE_SELF, &usage);
    getppid();
    geteuid();
    sched_yield();
}

// A part of the training, in a new directory of that place.
static int part(const char *place, int from, int rounds, const char *self) {
    char name[4096];
    snprintf(name, sizeof name, "%s/trainer-XXXXXX", place);
    int pipes[2], pair[2], event = eventfd(0, EFD_CLOEXEC);
    if (mkdtemp(name) == NULL || chdir(name) != 0) return 0;
    int database = open("database", O_RDWR | O_CREAT, 0644), log = open("log", O_RDWR | O_CREAT, 0644);
    if (database < 0 || log < 0 || event < 0 || pipe(pipes) != 0 || socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) return 0;
    for (int i = from; i < from + rounds; i++) {
        look_for_files(i);
        use_database(database, log, i);
        if (i % 2 == 0) make_files(i / 2);
        if (i % 2 == 0) pass_data(i / 2, pipes, pair, event);
        if (i % 50 == 0) start_others(i / 50, self);
    }
    ping_pong(rounds, from / rounds % 2);
    talk(AF_INET, rounds / 50);
    talk(AF_UNIX, rounds / 100);
    int fds[] = {database, log, pipes[0], pipes[1], pair[0], pair[1], event};
    for (unsigned i = 0; i < sizeof fds / sizeof *fds; i++) close(fds[i]);
    return 1;
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 0;
    if (rounds == 0) return 0; // one of the children
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) return 1;
    self[n] = 0;
    for (int i = 0; i < PARTS; i++) { // in turn, so that no kind of call and no place is the only one for long
        const char *place = argc > 2 ? argv[2 + i % (argc - 2)] : "/tmp";
        if (!part(place, i * rounds, rounds, self)) {
            perror(place);
            return 1;
        }
    }
    return rung ? 0 : 1;
}
