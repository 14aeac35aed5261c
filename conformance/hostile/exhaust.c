// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1 -pthread
// TIMEOUT: 120
// Eats what the kernel keeps for it: descriptors, pipes, files, directories, names, threads, timers, queued signals, memory files.
// The answer to too much is an error, not the end of the kernel.
#include "hostile.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

static void descriptors(int n) {
    (void)n;
    int a[2], c = 0;
    while (c < 200000 && (c % 3 ? pipe(a) : socketpair(AF_UNIX, SOCK_STREAM, 0, a)) == 0)
        c++;
}
static void big_pipe_data(int n) {
    static char b[65536];
    (void)n;
    int a[2];
    for (int i = 0; i < 400; i++)
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, a) == 0)
            while (write(a[0], b, sizeof b) > 0)
                ;
}
static void big_file(int n) {
    static char b[1 << 20];
    (void)n;
    int fd = open("/tmp/big", O_CREAT | O_RDWR | O_TRUNC, 0600);
    for (int i = 0; i < 1500; i++)
        if (write(fd, b, sizeof b) <= 0)
            break;
    unlink("/tmp/big");
}
static void many_files(int n) {
    char name[60];
    (void)n;
    for (int i = 0; i < 30000; i++) {
        snprintf(name, sizeof name, "/tmp/m%d", i);
        int fd = open(name, O_CREAT | O_WRONLY, 0600);
        if (fd < 0)
            break;
        close(fd);
    }
}
static void deep(int n) {
    (void)n;
    if (chdir("/tmp"))
        return;
    for (int i = 0; i < 3000; i++)
        if (mkdir("d", 0700) || chdir("d"))
            break;
    char b[4096];
    if (!getcwd(b, sizeof b))
        errno = 0;
}
static void *sleeper(void *a) {
    for (;;)
        sleep(100);
    return a;
}
static void threads(int n) {
    pthread_attr_t a;
    pthread_t t;
    (void)n;
    pthread_attr_init(&a);
    pthread_attr_setstacksize(&a, 65536);
    for (int i = 0; i < 1000; i++)
        if (pthread_create(&t, &a, sleeper, 0))
            break;
}
static void signals(int n) {
    sigset_t s;
    (void)n;
    sigfillset(&s);
    sigprocmask(SIG_BLOCK, &s, 0);
    for (int i = 0; i < 200000; i++)
        if (sigqueue(getpid(), SIGRTMIN, (union sigval){0}))
            break;
}
static void epolls(int n) {
    (void)n;
    int fd[200];
    for (int i = 0; i < 200; i++)
        fd[i] = epoll_create1(0);
    for (int i = 0; i < 200; i++)
        for (int k = 0; k < 200; k++) {
            struct epoll_event e = {.events = EPOLLIN};
            epoll_ctl(fd[i], EPOLL_CTL_ADD, fd[k], &e);
        }
    epoll_wait(fd[0], &(struct epoll_event){0}, 1, 0);
}
static void rights_in_rights(int n) {
    /* sockets in flight in sockets in flight: a cycle that only a collector frees */
    (void)n;
    for (int i = 0; i < 3000; i++) {
        int s[2];
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, s))
            break;
        char c = 'c', ctl[CMSG_SPACE(8)] = "";
        struct iovec v = {&c, 1};
        struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = sizeof ctl};
        struct cmsghdr *h = CMSG_FIRSTHDR(&m);
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SCM_RIGHTS;
        h->cmsg_len = CMSG_LEN(8);
        memcpy(CMSG_DATA(h), s, 8);
        sendmsg(s[0], &m, MSG_DONTWAIT);
        close(s[0]);
        close(s[1]);
    }
}
static void huge_vectors(int n) {
    static char b[4096];
    static struct iovec v[1024];
    (void)n;
    int p[2];
    for (int i = 0; i < 1024; i++)
        v[i] = (struct iovec){b, 0x7ffffff};
    int fd = open("/dev/null", O_WRONLY), z = open("/dev/zero", O_RDONLY);
    long r = syscall(SYS_writev, fd, v, 1024);
    r += syscall(SYS_write, fd, b, 0x7fffffffffffL);
    r += syscall(SYS_read, z, b, 0x7ffff000L);
    r += syscall(SYS_getrandom, b, 0x7fffffffL, 0);
    if (pipe(p) == 0)
        r += syscall(SYS_write, p[1], b, 0x7fffffffL);
    (void)r;
}
static void bomb(int n) {
    struct rlimit r = {100, 100};
    (void)n;
    setrlimit(RLIMIT_NPROC, &r);
    for (int i = 0; i < 6; i++)
        fork();
    ms(100);
}
int main(void) {
    only_inside();
    static void (*const all[])(int) = {descriptors, big_pipe_data, big_file, many_files, deep, threads, signals, epolls,
            rights_in_rights, huge_vectors, bomb};
    int n = sizeof all / sizeof *all;
    for (int i = 0; i < n; i++) {
        in_child(all[i], i, 8000);
        if (!alive()) {
            printf("dead after attack %d\n", i);
            return 1;
        }
    }
    return done(n);
}
