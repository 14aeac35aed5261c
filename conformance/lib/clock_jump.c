// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// clock_jump - what waits by CLOCK_REALTIME do when the clock is set: `clock_jump [PREFIX]...` starts itself as PREFIX clock_jump -g,
// which waits in every way there is, and has the machine's clock go forward by two seconds and back, for half a second (at
// most one). Wants the right to set it. Says "as it should be", or what was not.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JUMP_S = 2, MILLI = 1000000 };

static int64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}
static struct timespec spec(int64_t nanos) {
    return (struct timespec){nanos / 1000000000, nanos % 1000000000};
}

/* ---- the guest ---- */

static struct timespec due; /* CLOCK_REALTIME */

static int by_timerfd(clockid_t clock, int flags, struct timespec value) {
    uint64_t ticks = 0;
    int fd = timerfd_create(clock, 0);
    struct itimerspec its = {.it_value = value};
    if (timerfd_settime(fd, flags, &its, 0))
        return 1;
    struct pollfd p = {fd, POLLIN, 0};
    if (poll(&p, 1, -1) != 1)
        return 2;
    ssize_t n = read(fd, &ticks, 8);
    int e = errno;
    close(fd);
    return flags & TFD_TIMER_CANCEL_ON_SET ? n != -1 || e != ECANCELED : n != 8 || ticks != 1;
}
static int timerfd_absolute(void) {
    return by_timerfd(CLOCK_REALTIME, TFD_TIMER_ABSTIME, due);
}
static int timerfd_cancelled(void) {
    return by_timerfd(CLOCK_REALTIME, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, spec(now(CLOCK_REALTIME) + 3600000000000));
}
static int timerfd_interval(void) { /* the ticks that the jump leaves out come at once */
    uint64_t ticks = 0;
    int fd = timerfd_create(CLOCK_REALTIME, 0);
    struct itimerspec its = {.it_value = due, .it_interval = spec(3600000000000)};
    return timerfd_settime(fd, TFD_TIMER_ABSTIME, &its, 0) || read(fd, &ticks, 8) != 8 || ticks != 1 || close(fd);
}
static int sleep_absolute(void) {
    return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &due, 0);
}
static int posix_timer(void) {
    timer_t id;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    struct itimerspec its = {.it_value = due};
    return timer_create(CLOCK_REALTIME, &e, &id) || timer_settime(id, TIMER_ABSTIME, &its, 0) || sigwaitinfo(&set, 0) != SIGRTMIN ||
           timer_delete(id);
}
static int by_queue(int full) {
    char name[40], text[16] = "";
    sprintf(name, "/clock_jump-%d-%d", getpid(), full);
    struct mq_attr a = {.mq_maxmsg = 1, .mq_msgsize = sizeof text};
    mqd_t q = mq_open(name, O_RDWR | O_CREAT, 0600, &a);
    mq_unlink(name);
    if (full && mq_send(q, text, 1, 0))
        return 1;
    int r = full ? mq_timedsend(q, text, 1, 0, &due) : (int)mq_timedreceive(q, text, sizeof text, 0, &due);
    int e = errno;
    mq_close(q);
    return r != -1 || e != ETIMEDOUT;
}
static int mq_receive_timed(void) {
    return by_queue(0);
}
static int mq_send_timed(void) {
    return by_queue(1);
}
static int futex_of(int op, int value, uint32_t *second) {
    static uint32_t words[8];
    uint32_t *word = &words[op & FUTEX_CMD_MASK & 7];
    *word = value;
    return syscall(SYS_futex, word, op, value, &due, second, -1) != -1 || errno != ETIMEDOUT;
}
static int futex_wait(void) {
    return futex_of(FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME | FUTEX_PRIVATE_FLAG, 0, 0);
}
static int futex_lock_pi(void) { /* held by the main thread */
    return futex_of(FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, getpid(), 0);
}
static int futex_requeue_pi(void) {
    static uint32_t lock;
    return futex_of(FUTEX_WAIT_REQUEUE_PI | FUTEX_CLOCK_REALTIME | FUTEX_PRIVATE_FLAG, 0, &lock);
}
static int semaphore(void) {
    sem_t s;
    sem_init(&s, 0, 0);
    return sem_timedwait(&s, &due) != -1 || errno != ETIMEDOUT;
}
static int timerfd_relative(void) {
    return by_timerfd(CLOCK_REALTIME, 0, spec(300 * MILLI));
}
static int sleep_relative(void) {
    struct timespec t = spec(300 * MILLI);
    return clock_nanosleep(CLOCK_REALTIME, 0, &t, 0);
}
static int sleep_monotonic(void) {
    struct timespec t = spec(now(CLOCK_MONOTONIC) + 300 * MILLI);
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0);
}

enum kind { BY_CLOCK, BY_LENGTH, UNTIL_SET };

static struct wait {
    const char *name;
    int (*call)(void);
    enum kind kind;
    pthread_t thread;
    int64_t took;
    int failed;
} waits[] = {
#define WAIT(kind, f) {#f, f, kind, 0, 0, 0}
        WAIT(BY_CLOCK, timerfd_absolute), WAIT(BY_CLOCK, timerfd_interval), WAIT(BY_CLOCK, sleep_absolute),
        WAIT(BY_CLOCK, posix_timer), WAIT(BY_CLOCK, mq_receive_timed), WAIT(BY_CLOCK, mq_send_timed), WAIT(BY_CLOCK, futex_wait),
        WAIT(BY_CLOCK, futex_lock_pi), WAIT(BY_CLOCK, futex_requeue_pi), WAIT(BY_CLOCK, semaphore),
        WAIT(UNTIL_SET, timerfd_cancelled), WAIT(BY_LENGTH, timerfd_relative), WAIT(BY_LENGTH, sleep_relative),
        WAIT(BY_LENGTH, sleep_monotonic)};
enum { WAITS = sizeof waits / sizeof *waits };

static void *waiter(void *arg) {
    struct wait *w = arg;
    int64_t start = now(CLOCK_MONOTONIC);
    w->failed = w->call();
    w->took = now(CLOCK_MONOTONIC) - start;
    return 0;
}
static void begin(int64_t after) {
    due = spec(now(CLOCK_REALTIME) + after);
    for (int i = 0; i < WAITS; i++)
        pthread_create(&waits[i].thread, 0, waiter, &waits[i]);
    usleep(150000);
}
static void say(const char *order) {
    if (write(1, order, 1) != 1)
        _exit(3);
}
/* The end of all waits of a kind: how long they took. */
static int end(enum kind kind, int64_t least, int64_t most, const char *when) {
    int bad = 0;
    for (int i = 0; i < WAITS; i++) {
        struct wait *w = &waits[i];
        if (w->kind != kind)
            continue;
        pthread_join(w->thread, 0);
        if (w->failed || w->took < least || w->took > most) {
            fprintf(stderr, "%s %s: %s after %d ms\n", w->name, when, w->failed ? "failed" : "ended", (int)(w->took / MILLI));
            bad = 1;
        }
    }
    return bad;
}
static int guest(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, 0);
    int64_t usual = now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC), far = 1000000000LL * 3600, jump = 1000000000LL * JUMP_S;
    begin(jump + 400 * MILLI);
    say("+");
    int bad = end(UNTIL_SET, 0, jump - 100 * MILLI, "forward") | end(BY_CLOCK, 0, jump - 100 * MILLI, "forward");
    bad |= end(BY_LENGTH, 300 * MILLI, far, "forward");
    begin(400 * MILLI); /* the clock goes back before that */
    if (now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC) < usual + jump / 2)
        fprintf(stderr, "too slow: the clock has gone back already\n");
    say("-");
    bad |= end(UNTIL_SET, 0, far, "back") | end(BY_LENGTH, 300 * MILLI, far, "back");
    return bad | end(BY_CLOCK, jump, far, "back");
}

/* ---- outside ---- */

static int ahead;

static void step(int seconds) {
    struct timex t = {.modes = ADJ_SETOFFSET, .time = {seconds, 0}};
    if (clock_adjtime(CLOCK_REALTIME, &t) < 0) {
        perror("clock_adjtime");
        _exit(77);
    }
    ahead += seconds;
}
static void put_back(int sig) {
    if (ahead)
        step(-ahead);
    if (sig != SIGALRM)
        _exit(1);
}
int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[argc - 1], "-g"))
        return guest();
    int orders[2];
    char *args[argc + 2];
    memcpy(args, argv + 1, (argc - 1) * sizeof *args);
    args[argc - 1] = argv[0];
    args[argc] = "-g";
    args[argc + 1] = 0;
    struct timex none = {.modes = ADJ_SETOFFSET};
    if (clock_adjtime(CLOCK_REALTIME, &none) < 0) {
        puts("the clock may not be set here");
        return 77;
    }
    if (pipe(orders))
        return 2;
    for (int s = 1; s < 16; s++)
        signal(s, put_back);
    signal(SIGCHLD, SIG_DFL);
    pid_t pid = fork();
    if (!pid) {
        dup2(orders[1], 1);
        execvp(args[0], args);
        _exit(127);
    }
    close(orders[1]);
    char order;
    int status = 1;
    while (read(orders[0], &order, 1) == 1 || errno == EINTR) {
        if (order == '+' && !ahead) {
            step(JUMP_S);
            ualarm(990000, 0);
        }
        if (order == '-')
            put_back(SIGALRM);
        order = 0;
        errno = 0;
    }
    put_back(SIGALRM);
    waitpid(pid, &status, 0);
    if (!status)
        puts("as it should be");
    return status != 0;
}
