// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// TIMEOUT: 120
// Storms over everything that waits: a timer that interrupts it, stops of programs with many threads, a file system
// that is full all the time.
#include "check.h"
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

/* ---- interrupted all the time ---- */

enum { TIMES = 12, EVERY_US = 500 }; // with much less, a busy machine does nothing but handlers, natively too
static volatile long alarms;
static void count_alarm(int s) {
    (void)s;
    alarms++;
}
static void resume(void) {
    struct itimerval t = {{0, EVERY_US}, {0, EVERY_US}};
    OK(setitimer(ITIMER_REAL, &t, 0));
}
static void begin_storm(int flags) {
    struct sigaction sa = {.sa_handler = count_alarm, .sa_flags = flags};
    OK(sigaction(SIGALRM, &sa, 0));
    resume();
}
static void calm(void) {
    struct itimerval none = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &none, 0);
}
/* What one way of waiting does; the other side is a process that takes its time and is not interrupted. */
struct way {
    const char *name;
    long (*wait)(void);
    void (*end)(void);
    int restarts; /* whether SA_RESTART makes it go on */
};
static int pipes[2], sockets[2], listener, event, epoll, records[2], semaphore, queue;
static mqd_t posix_queue;
static int *words;
static struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "storm"};
static char byte;

static long wait_read(void) {
    return read(pipes[0], &byte, 1);
}
static void end_read(void) {
    EQ(write(pipes[1], "x", 1), 1);
}
static long wait_recv(void) {
    return recv(sockets[0], &byte, 1, 0);
}
static void end_recv(void) {
    EQ(send(sockets[1], "x", 1, 0), 1);
}
static long wait_accept(void) {
    int s = accept(listener, 0, 0);
    return s < 0 ? s : close(s) + 1;
}
static void end_accept(void) {
    int s = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    OK(connect(s, (void *)&address, sizeof address));
    close(s);
}
static long wait_event(void) {
    eventfd_t v;
    return eventfd_read(event, &v) ?: 1;
}
static void end_event(void) {
    OK(eventfd_write(event, 1));
}
static long wait_poll(void) {
    struct pollfd p = {pipes[0], POLLIN, 0};
    long r = poll(&p, 1, -1);
    return r == 1 ? read(pipes[0], &byte, 1) : r;
}
static long wait_select(void) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(pipes[0], &set);
    long r = select(pipes[0] + 1, &set, 0, 0, 0);
    return r == 1 ? read(pipes[0], &byte, 1) : r;
}
static long wait_epoll(void) {
    struct epoll_event e;
    long r = epoll_wait(epoll, &e, 1, -1);
    return r == 1 ? recv(sockets[0], &byte, 1, 0) : r;
}
static long wait_child(void) {
    static pid_t child;
    int status;
    if (!child) {
        calm(); // a fork that is interrupted begins anew, and would do so for ever
        if (!(child = fork())) {
            msleep(5);
            _exit(7);
        }
        resume();
    }
    long r = waitpid(child, &status, 0);
    if (r == child) {
        child = 0;
        return status == 7 << 8;
    }
    return r;
}
static void nothing(void) {
}
static long wait_record(void) {
    struct flock l = {.l_type = F_WRLCK}, u = {.l_type = F_UNLCK};
    return fcntl(records[0], F_SETLKW, &l) ?: fcntl(records[0], F_SETLK, &u) + 1;
}
static void hold(void) { /* the lock is taken before the other side goes on */
    struct flock l = {.l_type = F_WRLCK}, u = {.l_type = F_UNLCK};
    OK(fcntl(records[1], F_SETLKW, &l));
    msleep(5);
    OK(fcntl(records[1], F_SETLK, &u));
}
static long wait_flock(void) {
    return flock(records[0], LOCK_EX) ?: flock(records[0], LOCK_UN) + 1;
}
static void hold_flock(void) {
    int fd = OK(open("locked", O_RDWR));
    OK(flock(fd, LOCK_EX));
    msleep(5);
    close(fd);
}
static long wait_semaphore(void) {
    struct sembuf down = {0, -1, 0};
    return semop(semaphore, &down, 1) ?: 1;
}
static void end_semaphore(void) {
    struct sembuf up = {0, 1, 0};
    OK(semop(semaphore, &up, 1));
}
static long wait_message(void) {
    struct { long type; char text[8]; } m;
    long r = msgrcv(queue, &m, 8, 0, 0);
    return r < 0 ? r : r == 5;
}
static void end_message(void) {
    struct { long type; char text[8]; } m = {1, "storm"};
    OK(msgsnd(queue, &m, 5, 0));
}
static long wait_mq(void) {
    char text[16];
    return mq_receive(posix_queue, text, sizeof text, 0);
}
static void end_mq(void) {
    OK(mq_send(posix_queue, "x", 1, 0));
}
static long wait_futex(void) {
    if (__atomic_load_n(words, __ATOMIC_SEQ_CST) == 0) {
        long r = syscall(SYS_futex, words, 0 /* FUTEX_WAIT */, 0, 0, 0, 0);
        if (r && errno != EAGAIN)
            return r;
    }
    if (__atomic_load_n(words, __ATOMIC_SEQ_CST) == 0)
        return errno = EINTR, -1;
    __atomic_sub_fetch(words, 1, __ATOMIC_SEQ_CST);
    return 1;
}
static void end_futex(void) {
    __atomic_add_fetch(words, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, words, 1 /* FUTEX_WAKE */, 1, 0, 0, 0);
}
static long wait_sleep(void) {
    static struct timespec left;
    if (!left.tv_nsec)
        left.tv_nsec = 5000000;
    struct timespec t = left;
    long r = nanosleep(&t, &left);
    if (r == 0)
        left.tv_nsec = 0;
    return r ?: 1;
}
static const struct way ways[] = {{"read", wait_read, end_read, 1}, {"recv", wait_recv, end_recv, 1}, {"accept", wait_accept, end_accept, 1},
        {"eventfd", wait_event, end_event, 1}, {"poll", wait_poll, end_read, 0}, {"select", wait_select, end_read, 0},
        {"epoll", wait_epoll, end_recv, 0}, {"wait", wait_child, nothing, 1}, {"record", wait_record, hold, 1},
        {"flock", wait_flock, hold_flock, 1}, {"semaphore", wait_semaphore, end_semaphore, 0}, {"message", wait_message, end_message, 0},
        {"mq", wait_mq, end_mq, 1}, {"futex", wait_futex, end_futex, 1}, {"sleep", wait_sleep, nothing, 0}};
enum { WAYS = sizeof ways / sizeof *ways };

static void prepare(void) {
    struct mq_attr a = {.mq_maxmsg = 4, .mq_msgsize = 16};
    char name[40];
    OK(pipe(pipes));
    OK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
    listener = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    OK(bind(listener, (void *)&address, sizeof address));
    OK(listen(listener, 5));
    event = OK(eventfd(0, EFD_SEMAPHORE));
    epoll = OK(epoll_create1(0));
    struct epoll_event e = {.events = EPOLLIN};
    OK(epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[0], &e));
    records[0] = OK(open("locked", O_RDWR | O_CREAT, 0600));
    records[1] = OK(open("locked", O_RDWR));
    semaphore = OK(semget(IPC_PRIVATE, 1, 0600));
    queue = OK(msgget(IPC_PRIVATE, 0600));
    snprintf(name, sizeof name, "/storm-%d", getpid());
    posix_queue = OK(mq_open(name, O_RDWR | O_CREAT, 0600, &a));
    OK(mq_unlink(name));
    words = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}
static void storm(int flags) {
    prepare();
    for (int w = 0; w < WAYS; w++) {
        long interrupted = 0, odd = 0, before = alarms;
        pid_t pid;
        CHILD(pid) {
            for (int i = 0; i < TIMES; i++) {
                msleep(5);
                ways[w].end();
            }
        }
        begin_storm(flags);
        for (int i = 0; i < TIMES; i++) {
            long r;
            while ((r = ways[w].wait()) == -1 && errno == EINTR)
                interrupted++;
            odd += r != 1;
        }
        calm();
        int status, saved = errno;
        while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
            ;
        if (odd || status)
            fprintf(stderr, "%s: %ld odd, errno %d, status %x\n", ways[w].name, odd, saved, status);
        EQ(odd, 0);
        EQ(status, 0);
        if (flags & SA_RESTART && ways[w].restarts && !(ways[w].wait == wait_futex))
            EQ(interrupted, 0);
        if (ways[w].end != hold && ways[w].end != hold_flock)
            CHECK(alarms > before); // a lock may be had at once
    }
    semctl(semaphore, 0, IPC_RMID);
    msgctl(queue, IPC_RMID, 0);
}
TEST(waits_interrupted) {
    storm(0);
}
TEST(waits_restarted) {
    storm(SA_RESTART);
}

/* ---- stops of programs with many threads ---- */

enum { THREADS = 6, ROUNDS = 120 };
static struct shared {
    volatile long counts[THREADS];
    volatile int done;
} *shared;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int turn;

static void *short_lived(void *v) {
    return v;
}
static void *busy(void *arg) {
    long me = (long)arg;
    pthread_t t;
    while (!shared->done) {
        switch (me) {
        case 0:
        case 1: // by turns
            pthread_mutex_lock(&mutex);
            while (turn != me && !shared->done)
                pthread_cond_wait(&condition, &mutex);
            turn = !me;
            pthread_cond_signal(&condition);
            pthread_mutex_unlock(&mutex);
            break;
        case 2:
            CHECK(write(pipes[1], "x", 1) == 1 && read(pipes[0], &byte, 1) == 1);
            break;
        case 3:
            EQ(pthread_create(&t, 0, short_lived, arg), 0);
            EQ(pthread_join(t, 0), 0);
            break;
        case 4:
            msleep(1);
            break;
        default:
            getppid();
        }
        shared->counts[me]++;
    }
    pthread_mutex_lock(&mutex);
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
    return 0;
}
TEST(threads_stopped_and_continued) {
    shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    OK(pipe(pipes));
    int status, moved = 0, went_on = 0;
    pid_t pid;
    CHILD(pid) {
        pthread_t t[THREADS];
        for (long i = 0; i < THREADS; i++)
            EQ(pthread_create(&t[i], 0, busy, (void *)i), 0);
        for (int i = 0; i < THREADS; i++)
            EQ(pthread_join(t[i], 0), 0);
    }
    for (int i = 0; i < ROUNDS; i++) {
        long before[THREADS], total = 0, later = 0;
        OK(kill(pid, SIGSTOP));
        if (i % 2) { // sometimes the end comes before the stop is complete
            NEED(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
            for (int k = 0; k < THREADS; k++)
                total += before[k] = shared->counts[k];
            msleep(2);
            for (int k = 0; k < THREADS; k++)
                moved += shared->counts[k] != before[k];
        }
        OK(kill(pid, SIGCONT));
        if (i % 2) {
            for (int tries = 0; tries < 2000 && later <= total; tries++) {
                later = 0;
                for (int k = 0; k < THREADS; k++)
                    later += shared->counts[k];
                msleep(1);
            }
            went_on += later > total;
        }
    }
    EQ(moved, 0);
    EQ(went_on, ROUNDS / 2);
    shared->done = 1;
    while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status))
        ;
    EQ(status, 0);
}
TEST(killed_while_stopped) {
    for (int i = 0; i < 20; i++) {
        int status;
        pid_t pid;
        CHILD(pid) {
            pthread_t t;
            shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
            for (long k = 3; k < THREADS; k++)
                pthread_create(&t, 0, busy, (void *)k);
            pause();
        }
        OK(kill(pid, SIGSTOP));
        if (i % 2)
            NEED(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
        OK(kill(pid, SIGKILL));
        while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status))
            ;
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
}

/* ---- a file system that is full ---- */

static void *fill(void *arg) {
    static char b[8192];
    char name[20], other[20];
    long me = (long)arg;
    snprintf(name, sizeof name, "m/f%ld", me);
    snprintf(other, sizeof other, "m/g%ld", me);
    for (int i = 0; i < 60; i++) {
        int fd = open(name, O_RDWR | O_CREAT, 0600);
        if (fd < 0) {
            CHECK(errno == ENOSPC);
            continue;
        }
        long n, at = 0;
        while ((n = pwrite(fd, b, sizeof b, at)) > 0)
            at += n;
        CHECK(n == -1 && errno == ENOSPC);
        EQ(lseek(fd, 0, SEEK_END), at); // a part of a write that does not fit is no part of the file
        if (at >= 4096) { // what is there can be mapped and changed, full or not
            char *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            if (CHECK(m != MAP_FAILED)) {
                m[i] = 'm';
                char c = 0;
                EQ(pread(fd, &c, 1, i), 1);
                EQ(c, 'm');
                munmap(m, 4096);
            }
        }
        OK(rename(name, other)); // takes no room, and gives some back
        if (i % 3 == 0)
            OK(unlink(other));
        close(fd);
    }
    return 0;
}
TEST(full_all_the_time) {
    if (geteuid() != 0)
        SKIP("needs root");
    OK(mkdir("m", 0700));
    syscall(SYS_unshare, 0x20000); // if it can be
    if (syscall(SYS_mount, "t", "m", "tmpfs", 0, "size=512k,nr_inodes=20") != 0)
        SKIP("cannot mount");
    pthread_t t[4];
    for (long i = 0; i < 4; i++)
        EQ(pthread_create(&t[i], 0, fill, (void *)i), 0);
    for (int i = 0; i < 4; i++)
        EQ(pthread_join(t[i], 0), 0);
    char name[20];
    for (int i = 0; i < 4; i++)
        for (int k = 'f'; k <= 'g'; k++) {
            snprintf(name, sizeof name, "m/%c%d", k, i);
            unlink(name);
        }
    int fd = OK(open("m/all", O_RDWR | O_CREAT, 0600)); // all of it came back
    OK(ftruncate(fd, 512 << 10));
    EQ(posix_fallocate(fd, 0, 512 << 10), 0);
    close(fd);
    OK(syscall(SYS_umount2, "m", 0));
}
MAIN()
