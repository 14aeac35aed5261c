// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1 -pthread
// TIMEOUT: 400
// Fills the kernel's heap and takes its descriptors, each time with another kind of object, from ten processes at once. Who asks
// for too much gets an error; the kernel serves on while all is held (a pipe and a fork from another process), and has everything
// back when they are gone: as many objects as before can be made.
#include "hostile.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#define HOGS 10
#define MOST 60000 /* of one kind for each process: the test is to end */

static int pairs[2];

static int events(int i) {
    (void)i;
    return eventfd(0, 0);
}
static int pipes(int i) {
    (void)i;
    return pipe(pairs);
}
static int full_pipes(int i) {
    static char b[65536];
    (void)i;
    return pipe2(pairs, O_NONBLOCK) == 0 && write(pairs[1], b, sizeof b) > 0 ? 0 : -1;
}
static int sockets(int i) {
    return socketpair(AF_UNIX, i & 1 ? SOCK_STREAM : SOCK_DGRAM, 0, pairs);
}
static int internet(int i) {
    return socket(i & 1 ? AF_INET : AF_INET6, i & 2 ? SOCK_STREAM : SOCK_DGRAM, 0);
}
static int files(int i) {
    (void)i;
    return open("/etc/passwd", O_RDONLY);
}
static int large_files(int i) {
    char name[60];
    snprintf(name, sizeof name, "/tmp/large.%d.%d", getpid(), i);
    int fd = open(name, O_CREAT | O_WRONLY, 0600), r;
    if (fd < 0)
        return -1;
    unlink(name);
    r = pwrite(fd, "x", 1, 3 << 20) == 1 ? 0 : -1;
    return r;
}
static int watched(int i) {
    /* every set watches every event file */
    static int sets[100], files_[200];
    if (i == 0)
        for (int k = 0; k < 200; k++)
            files_[k] = eventfd(1, 0);
    if (i % 200 == 0 && (i / 200 >= 100 || (sets[i / 200] = epoll_create1(0)) < 0))
        return -1;
    struct epoll_event e = {.events = EPOLLIN};
    return epoll_ctl(sets[i / 200], EPOLL_CTL_ADD, files_[i % 200], &e);
}
static int tables(int i) {
    /* tables of descriptors that are as long as they may be; the processes wait */
    struct rlimit r;
    getrlimit(RLIMIT_NOFILE, &r);
    pid_t pid = fork();
    if (pid == 0) {
        syscall(SYS_close_range, 3, ~0u, 0);
        if (dup2(0, r.rlim_max > 1000000 ? 999999 : (int)r.rlim_max - 1) < 0)
            _exit(1);
        for (;;)
            pause();
    }
    return pid < 0 || i > 60 ? -1 : 0;
}
static int notices(int i) {
    /* events that nobody reads */
    char name[40];
    if (i == 0) {
        snprintf(name, sizeof name, "/tmp/noticed.%d", getpid());
        close(open(name, O_CREAT | O_RDWR, 0600));
    }
    if (i % 1000 == 0) {
        int fd = inotify_init1(IN_NONBLOCK);
        if (fd < 0 || inotify_add_watch(fd, "/tmp", IN_ALL_EVENTS) < 0)
            return -1;
    }
    snprintf(name, sizeof name, "/tmp/n.%d.%d", getpid(), i);
    return mkdir(name, 0700) == 0 ? rmdir(name) : -1;
}
static int messages(int i) {
    static int id;
    static struct { long type; char text[8192]; } m = {.type = 1};
    if (i % 2 == 0 && (id = msgget(IPC_PRIVATE, 0600)) < 0)
        return -1;
    return msgsnd(id, &m, sizeof m.text, IPC_NOWAIT);
}
static int semaphores(int i) {
    struct sembuf b = {0, 1, SEM_UNDO};
    int id = semget(IPC_PRIVATE, 30000, 0600);
    (void)i;
    return id < 0 ? -1 : semop(id, &b, 1);
}
static int filters(int i) {
    /* processes with as many and as long filters as they may have */
    static struct sock_filter code[4096];
    struct sock_fprog program = {4096, code};
    pid_t pid = fork();
    if (pid == 0) {
        for (int k = 0; k < 4096; k++)
            code[k] = (struct sock_filter){BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        for (int k = 0; k < 7; k++)
            if (syscall(SYS_seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, 0, &program))
                _exit(1);
        for (;;)
            pause();
    }
    return pid < 0 || i > 60 ? -1 : 0;
}
static int timers(int i) {
    timer_t t;
    struct sigevent e = {.sigev_notify = SIGEV_NONE};
    return i < 5000 ? timer_create(CLOCK_MONOTONIC, &e, &t) : -1;
}
static int posix_messages(int i) {
    static char text[8192];
    static mqd_t q;
    char name[40];
    if (i % 10 == 0) {
        snprintf(name, sizeof name, "/heap.%d.%d", getpid(), i);
        if ((q = mq_open(name, O_CREAT | O_WRONLY | O_NONBLOCK, 0600, 0)) < 0)
            return -1;
        mq_unlink(name);
    }
    return mq_send(q, text, sizeof text, 0);
}
static int packet_filters(int i) {
    static struct sock_filter code[4096];
    struct sock_fprog program = {4096, code};
    for (int k = 0; i == 0 && k < 4096; k++)
        code[k] = (struct sock_filter){BPF_RET | BPF_K, 0, 0, 65535};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return fd < 0 ? -1 : setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}
static int unaccepted_unix(int i) {
    static struct sockaddr_un at = {.sun_family = AF_UNIX};
    static socklen_t n;
    if (i % 4000 == 0) {
        int l = socket(AF_UNIX, SOCK_STREAM, 0);
        n = sizeof at.sun_family + 1 + snprintf(at.sun_path + 1, sizeof at.sun_path - 1, "heap.%d.%d", getpid(), i);
        if (bind(l, (struct sockaddr *)&at, n) || listen(l, 4096))
            return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int r = connect(fd, (struct sockaddr *)&at, n);
    close(fd);
    return r;
}
static int unaccepted(int i) {
    /* connections that nobody accepts, and whose own end is closed; every other process makes UNIX ones */
    if (getpid() & 1)
        return unaccepted_unix(i);
    static struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t n = sizeof at;
    if (i % 4000 == 0) {
        int l = socket(AF_INET, SOCK_STREAM, 0);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        at.sin_port = 0;
        if (bind(l, (struct sockaddr *)&at, sizeof at) || listen(l, 4096) || getsockname(l, (struct sockaddr *)&at, &n))
            return -1;
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int r = connect(fd, (struct sockaddr *)&at, sizeof at) && errno != EINPROGRESS ? -1 : 0;
    close(fd);
    return r;
}
static const struct {
    const char *name;
    int (*one)(int);
} kinds[] = {{"events", events}, {"pipes", pipes}, {"full pipes", full_pipes}, {"sockets", sockets}, {"internet", internet}, {"files", files},
        {"large files", large_files}, {"watched", watched}, {"tables", tables}, {"notices", notices}, {"messages", messages},
        {"semaphores", semaphores}, {"filters", filters}, {"timers", timers}, {"posix messages", posix_messages},
        {"packet filters", packet_filters}, {"unaccepted", unaccepted}};
#define KINDS (int)(sizeof kinds / sizeof *kinds)

static void no_ipc(void) {
    struct seminfo info;
    int last = semctl(0, 0, SEM_INFO, &info);
    for (int i = 0; i <= last; i++) {
        struct semid_ds d;
        int id = semctl(i, 0, SEM_STAT, &d);
        if (id >= 0)
            semctl(id, 0, IPC_RMID);
    }
    struct msginfo m;
    last = msgctl(0, MSG_INFO, (void *)&m);
    for (int i = 0; i <= last; i++) {
        struct msqid_ds d;
        int id = msgctl(i, MSG_STAT, &d);
        if (id >= 0)
            msgctl(id, IPC_RMID, 0);
    }
}
/* All hogs at their work until each got an error: how much they got. */
static long round_of(int kind) {
    static volatile long *got; /* one for each hog, and one more each when it is done */
    long total = 0, n;
    if (!got)
        got = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset((void *)got, 0, 4096);
    pid_t group = 0;
    for (int i = 0; i < HOGS; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            setpgid(0, group);
            struct rlimit r;
            getrlimit(RLIMIT_NOFILE, &r);
            r.rlim_cur = r.rlim_max;
            setrlimit(RLIMIT_NOFILE, &r);
            for (n = 0; n < MOST && kinds[kind].one((int)n) >= 0;)
                n++;
            got[i] = n;
            got[HOGS + i] = 1;
            for (;;)
                pause();
        }
        setpgid(pid, group);
        group = group ? group : pid;
    }
    for (int i = 0; i < HOGS; i++) {
        for (int k = 0; k < 2000 && !got[HOGS + i]; k++)
            ms(10);
        if (!got[HOGS + i])
            printf("%s: hog %d does not come back\n", kinds[kind].name, i);
        total += got[i];
    }
    if (access("/etc/passwd", R_OK) || access("/nowhere", R_OK) == 0 || kill(group, 0))
        total = -1;
    kill(-group, SIGKILL);
    for (int i = 0; i < HOGS; i++)
        waitpid(-group, 0, 0);
    while (waitpid(-1, 0, WNOHANG) > 0)
        ;
    no_ipc();
    return total;
}
int main(int argc, char **argv) {
    only_inside();
    int bad = 0;
    for (int k = 0; k < KINDS; k++) {
        if (argc > 1 && strcmp(argv[1], kinds[k].name))
            continue;
        long first = round_of(k), again = round_of(k);
        printf("%s: %ld, again %ld\n", kinds[k].name, first, again);
        fflush(stdout);
        if (!alive() || first <= 0 || again < first / 2) {
            printf("%s: something did not come back\n", kinds[k].name);
            bad = 1;
        }
    }
    if (!alive())
        return 1;
    return bad;
}
