// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/* Futexes with owners: FUTEX_LOCK_PI and its family, and the mutexes that the C library makes of them. */
#include "check.h"
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

static int *word, *word2; /* shared between processes */

static long futex(int *at, int op, int val, const void *timeout, int *at2, int val3) {
    return syscall(SYS_futex, at, op, val, timeout, at2, val3);
}
static void words(void) {
    word = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    word2 = word + 16;
}
static struct timespec in_ms(int clock, int ms) {
    struct timespec t;
    clock_gettime(clock, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000L;
    if (t.tv_nsec >= 1000000000L)
        t.tv_sec++, t.tv_nsec -= 1000000000L;
    return t;
}
static int tid(void) { return syscall(SYS_gettid); }

/* Waits until a locker of *at is known to sleep: the bit of waiters is there, and some time has passed. */
static void await_waiters(int *at) {
    for (int i = 0; i < 2000 && !(__atomic_load_n(at, __ATOMIC_SEQ_CST) & FUTEX_WAITERS); i++)
        msleep(2);
    CHECK(*at & FUTEX_WAITERS);
    msleep(20);
}

TEST(free_and_own) {
    words();
    for (int shared = 0; shared < 2; shared++) {
        int f = shared ? 0 : FUTEX_PRIVATE_FLAG;
        *word = 0;
        EQ(futex(word, FUTEX_LOCK_PI | f, 0, 0, 0, 0), 0);
        EQ(*word & FUTEX_TID_MASK, tid());
        ERR(futex(word, FUTEX_LOCK_PI | f, 0, 0, 0, 0), EDEADLK);
        ERR(futex(word, FUTEX_TRYLOCK_PI | f, 0, 0, 0, 0), EDEADLK);
        EQ(futex(word, FUTEX_UNLOCK_PI | f, 0, 0, 0, 0), 0);
        EQ(*word, 0);
        EQ(futex(word, FUTEX_TRYLOCK_PI | f, 0, 0, 0, 0), 0);
        EQ(*word & FUTEX_TID_MASK, tid());
        EQ(futex(word, FUTEX_UNLOCK_PI | f, 0, 0, 0, 0), 0);
        EQ(*word, 0);
    }
}

TEST(errors) {
    words();
    *word = 0;
    ERR(futex(word, FUTEX_UNLOCK_PI, 0, 0, 0, 0), EPERM);
    *word = 1;
    ERR(futex(word, FUTEX_UNLOCK_PI, 0, 0, 0, 0), EPERM);
    *word = 0x3ffffff; /* a thread that there cannot be */
    ERR(futex(word, FUTEX_LOCK_PI, 0, 0, 0, 0), ESRCH);
    ERR(futex(word, FUTEX_TRYLOCK_PI, 0, 0, 0, 0), ESRCH);
    ERR(futex(0, FUTEX_LOCK_PI, 0, 0, 0, 0), EFAULT);
    ERR(futex(0, FUTEX_TRYLOCK_PI | FUTEX_PRIVATE_FLAG, 0, 0, 0, 0), EFAULT);
    ERR(futex(0, FUTEX_UNLOCK_PI, 0, 0, 0, 0), EFAULT);
    ERR(futex((int *)((char *)word + 1), FUTEX_LOCK_PI, 0, 0, 0, 0), EINVAL);
    ERR(futex((int *)((char *)word + 2), FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, 0, 0, 0), EINVAL);
    struct timespec bad = {0, 1000000000}, past = {1, 0};
    *word = 0;
    ERR(futex(word, FUTEX_LOCK_PI, 0, &bad, 0, 0), EINVAL);
    ERR(futex(word, FUTEX_LOCK_PI, 0, (void *)8, 0, 0), EFAULT);
    EQ(futex(word, FUTEX_LOCK_PI, 0, &past, 0, 0), 0); /* free: no time is needed */
    *word = 0;
    ERR(futex(word, FUTEX_WAIT_REQUEUE_PI, 0, 0, word, 0), EINVAL);
    ERR(futex(word, FUTEX_WAIT_REQUEUE_PI, 1, 0, word2, 0), EAGAIN);
    ERR(futex(word, FUTEX_WAIT_REQUEUE_PI, 0, &past, word2, 0), ETIMEDOUT);
    ERR(futex(word, FUTEX_CMP_REQUEUE_PI, 1, 0, word, 0), EINVAL);
    ERR(futex(word, FUTEX_CMP_REQUEUE_PI, 2, 0, word2, 0), EINVAL);
    ERR(futex(word, FUTEX_CMP_REQUEUE_PI, 1, 0, word2, 7), EAGAIN);
    EQ(futex(word, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, word2, 0), 0);
    ERR(futex(word, FUTEX_CMP_REQUEUE_PI, 1, (void *)-1, word2, 0), EINVAL);
    int *text = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ERR(futex(text, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, 0, 0, 0), EFAULT);
    ERR(futex(word, 14, 0, 0, 0, 0), ENOSYS);
    ERR(futex(word, FUTEX_FD, 0, 0, 0, 0), ENOSYS);
    ERR(futex(word, FUTEX_UNLOCK_PI | 0x200, 0, 0, 0, 0), ENOSYS);
}

static int op_of_thread;
static volatile long result_of_thread;
static volatile int errno_of_thread, tid_of_thread;
static void *locks(void *timeout) {
    tid_of_thread = tid();
    result_of_thread = futex(word, op_of_thread, 0, timeout, 0, 0);
    errno_of_thread = errno;
    return 0;
}

TEST(handed_over) {
    words();
    int ops[] = {FUTEX_LOCK_PI, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, FUTEX_LOCK_PI2};
    for (int i = 0; i < 3; i++) {
        op_of_thread = ops[i];
        int private = ops[i] & FUTEX_PRIVATE_FLAG;
        pthread_t t;
        *word = tid(); /* as user space takes it */
        NEED(pthread_create(&t, 0, locks, 0) == 0);
        await_waiters(word);
        EQ(*word & FUTEX_TID_MASK, tid());
        EQ(futex(word, FUTEX_UNLOCK_PI | private, 0, 0, 0, 0), 0);
        pthread_join(t, 0);
        EQ(result_of_thread, 0);
        EQ(*word & FUTEX_TID_MASK, tid_of_thread);
        *word = 0; /* its owner has ended */
    }
}

TEST(timeouts) {
    words();
    pthread_t t;
    struct timespec real = in_ms(CLOCK_REALTIME, 60), mono = in_ms(CLOCK_MONOTONIC, 60);
    *word = tid();
    op_of_thread = FUTEX_LOCK_PI;
    NEED(pthread_create(&t, 0, locks, &real) == 0);
    pthread_join(t, 0);
    EQ(result_of_thread, -1);
    EQ(errno_of_thread, ETIMEDOUT);
    op_of_thread = FUTEX_LOCK_PI2;
    NEED(pthread_create(&t, 0, locks, &mono) == 0);
    pthread_join(t, 0);
    EQ(errno_of_thread, ETIMEDOUT);
    op_of_thread = FUTEX_LOCK_PI2 | FUTEX_CLOCK_REALTIME;
    real = in_ms(CLOCK_REALTIME, 60);
    NEED(pthread_create(&t, 0, locks, &real) == 0);
    pthread_join(t, 0);
    EQ(errno_of_thread, ETIMEDOUT);
    EQ(*word & FUTEX_TID_MASK, tid());
    op_of_thread = FUTEX_TRYLOCK_PI;
    NEED(pthread_create(&t, 0, locks, 0) == 0);
    pthread_join(t, 0);
    EQ(errno_of_thread, EAGAIN);
    EQ(futex(word, FUTEX_UNLOCK_PI, 0, 0, 0, 0), 0);
    EQ(*word, 0);
}

TEST(between_processes) {
    words();
    pid_t p;
    *word = tid();
    CHILD(p) {
        EQ(futex(word, FUTEX_LOCK_PI, 0, 0, 0, 0), 0);
        EQ(*word & FUTEX_TID_MASK, tid());
        word2[1] = tid();
        EQ(futex(word, FUTEX_UNLOCK_PI, 0, 0, 0, 0), 0);
    }
    await_waiters(word);
    EQ(futex(word, FUTEX_UNLOCK_PI, 0, 0, 0, 0), 0);
    WAIT_EXIT(p, 0);
    EQ(word2[1], p);
    EQ(*word, 0);
}

TEST(by_another_mapping) { /* the same file page, at another address */
    int fd = OK(memfd_create("x", 0));
    OK(ftruncate(fd, 8192));
    int *a = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int *b = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
    NEED(a != MAP_FAILED && b != MAP_FAILED);
    word = b + 3;
    op_of_thread = FUTEX_LOCK_PI;
    *word = tid();
    pthread_t t;
    NEED(pthread_create(&t, 0, locks, 0) == 0);
    await_waiters(word);
    EQ(futex(a + 1024 + 3, FUTEX_UNLOCK_PI, 0, 0, 0, 0), 0);
    pthread_join(t, 0);
    EQ(result_of_thread, 0);
}

static int order[4], rank;
static volatile pid_t queueing[4];
static void *queues(void *arg) {
    queueing[(long)arg] = tid();
    EQ(futex(word, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    order[rank++] = (long)arg;
    EQ(futex(word, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    return 0;
}
TEST(first_come_first_served) {
    words();
    pthread_t t[4];
    *word = tid();
    for (long i = 0; i < 4; i++) {
        NEED(pthread_create(&t[i], 0, queues, (void *)i) == 0);
        while (!queueing[i])
            msleep(2);
        sleeps(queueing[i]);
    }
    CHECK(*word & FUTEX_WAITERS);
    EQ(futex(word, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], 0);
    for (int i = 0; i < 4; i++)
        EQ(order[i], i);
    EQ(*word, 0);
}

static void *crosses(void *arg) { /* has word2, wants word */
    (void)arg;
    *word2 = tid();
    __atomic_store_n(&word2[2], 1, __ATOMIC_SEQ_CST);
    EQ(futex(word, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    EQ(futex(word, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    EQ(futex(word2, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    return 0;
}
TEST(deadlock_of_two) {
    words();
    pthread_t t;
    *word = tid();
    NEED(pthread_create(&t, 0, crosses, 0) == 0);
    await_waiters(word);
    EQ(word2[2], 1);
    ERR(futex(word2, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0), EDEADLK);
    EQ(futex(word, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    EQ(futex(word2, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    EQ(futex(word2, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    pthread_join(t, 0);
    EQ(*word, 0);
    EQ(*word2, 0);
}

TEST(owner_dies) { /* whoever waits gets it, and is told */
    words();
    pid_t owner, p;
    CHILD(owner) {
        *word = tid();
        pause();
    }
    while (!__atomic_load_n(word, __ATOMIC_SEQ_CST))
        msleep(2);
    CHILD(p) {
        EQ(futex(word, FUTEX_LOCK_PI, 0, 0, 0, 0), 0);
        EQ(*word & FUTEX_TID_MASK, tid());
        CHECK(*word & FUTEX_OWNER_DIED);
        EQ(futex(word, FUTEX_UNLOCK_PI, 0, 0, 0, 0), 0);
    }
    await_waiters(word);
    kill(owner, SIGKILL);
    WAIT_SIG(owner, SIGKILL);
    WAIT_EXIT(p, 0);
    CHILD(p) {
        *word = tid();
    }
    WAIT_EXIT(p, 0);
    ERR(futex(word, FUTEX_LOCK_PI, 0, 0, 0, 0), ESRCH); /* nobody waited: no one was told */
    *word = FUTEX_OWNER_DIED; /* as a robust list leaves it */
    EQ(futex(word, FUTEX_LOCK_PI, 0, 0, 0, 0), 0);
    EQ(*word, tid() | (int)FUTEX_OWNER_DIED);
}

static volatile sig_atomic_t handled;
static void on_signal(int sig) { handled = sig; }
TEST(a_signal_does_not_end_the_wait) {
    words();
    struct sigaction sa = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &sa, 0);
    op_of_thread = FUTEX_LOCK_PI_PRIVATE;
    *word = tid();
    pthread_t t;
    NEED(pthread_create(&t, 0, locks, 0) == 0);
    await_waiters(word);
    for (int i = 0; i < 3; i++) {
        handled = 0;
        pthread_kill(t, SIGUSR1);
        for (int j = 0; j < 2000 && !handled; j++)
            msleep(2);
        EQ(handled, SIGUSR1);
        msleep(20);
    }
    EQ(futex(word, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    pthread_join(t, 0);
    EQ(result_of_thread, 0);
    EQ(*word & FUTEX_TID_MASK, tid_of_thread);
}

static long requeued_result;
static int requeued_errno, requeued_started;
static void *waits_for_requeue(void *timeout) {
    tid_of_thread = tid();
    __atomic_store_n(&requeued_started, 1, __ATOMIC_SEQ_CST);
    requeued_result = futex(word, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 0, timeout, word2, 0);
    requeued_errno = errno;
    if (requeued_result == 0) {
        EQ(*word2 & FUTEX_TID_MASK, tid());
        EQ(futex(word2, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    }
    return 0;
}
static void start_requeued(pthread_t *t, void *timeout) {
    requeued_started = 0;
    NEED(pthread_create(t, 0, waits_for_requeue, timeout) == 0);
    while (!__atomic_load_n(&requeued_started, __ATOMIC_SEQ_CST))
        msleep(2);
    sleeps(tid_of_thread);
}
TEST(requeue) {
    words();
    pthread_t t, u;
    /* to a free lock: it is the waiter's at once */
    start_requeued(&t, 0);
    ERR(futex(word, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, 0, word2 + 1, 0), EINVAL); /* not where it wants to go */
    EQ(futex(word, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, 0, word2, 0), 1);
    pthread_join(t, 0);
    EQ(requeued_result, 0);
    EQ(*word2, 0);
    /* to one that is taken: when it is given back */
    *word2 = tid();
    start_requeued(&t, 0);
    start_requeued(&u, 0);
    EQ(futex(word, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)(long)INT_MAX, word2, 0), 2);
    CHECK(*word2 & FUTEX_WAITERS);
    EQ(futex(word2, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    pthread_join(t, 0);
    pthread_join(u, 0);
    EQ(requeued_result, 0);
    EQ(*word2, 0);
    /* time runs out after the requeue */
    struct timespec soon = in_ms(CLOCK_MONOTONIC, 400);
    *word2 = tid();
    start_requeued(&t, &soon);
    EQ(futex(word, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, 0, word2, 0), 1);
    pthread_join(t, 0);
    EQ(requeued_result, -1);
    EQ(requeued_errno, ETIMEDOUT);
    EQ(futex(word2, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    EQ(*word2, 0);
}

static volatile int strangers; /* wakes after which the lock was not the waiter's */
static void *waits_often(void *rounds) {
    for (long i = 0; i < (long)rounds; i++) {
        NEED(futex(word, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 0, 0, word2, 0) == 0);
        if ((*word2 & FUTEX_TID_MASK) != tid())
            strangers++;
        futex(word2, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
    }
    return 0;
}
TEST(requeue_writes_the_owner_before_it_wakes) {
    words();
    pthread_t t;
    long rounds = 2000;
    NEED(pthread_create(&t, 0, waits_often, (void *)rounds) == 0);
    for (long i = 0; i < rounds;) {
        long n = futex(word, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, 0, word2, 0);
        NEED(n == 0 || n == 1);
        i += n;
        if (n == 0)
            sched_yield(); /* it does not wait yet */
    }
    pthread_join(t, 0);
    EQ(strangers, 0);
    EQ(*word2, 0);
}

static pthread_mutex_t mutex;
static int counter;
static void *counts(void *arg) {
    for (int i = 0; i < 500; i++) {
        int r = pthread_mutex_lock(&mutex);
        if (r != 0)
            return (void *)1;
        int c = counter;
        if (i % 50 == 0)
            sched_yield();
        counter = c + 1;
        pthread_mutex_unlock(&mutex);
    }
    return arg;
}
TEST(mutex_of_the_c_library) {
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    EQ(pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT), 0);
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK);
    EQ(pthread_mutex_init(&mutex, &a), 0);
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        NEED(pthread_create(&t[i], 0, counts, 0) == 0);
    for (int i = 0; i < 4; i++) {
        void *r = (void *)1;
        pthread_join(t[i], &r);
        CHECK(r == 0);
    }
    EQ(counter, 2000);
    EQ(pthread_mutex_lock(&mutex), 0);
    EQ(pthread_mutex_lock(&mutex), EDEADLK);
    EQ(pthread_mutex_unlock(&mutex), 0);
    EQ(pthread_mutex_unlock(&mutex), EPERM);
    EQ(pthread_mutex_destroy(&mutex), 0);
}

static void *takes_and_ends(void *arg) {
    pthread_mutex_lock(&mutex);
    if (arg)
        msleep(150);
    return 0;
}
TEST(robust_mutex_of_the_c_library) {
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    for (long waits = 0; waits < 2; waits++) { /* the owner has ended; it ends while one waits */
        pthread_t t;
        EQ(pthread_mutex_init(&mutex, &a), 0);
        NEED(pthread_create(&t, 0, takes_and_ends, (void *)waits) == 0);
        if (waits)
            msleep(50);
        else
            pthread_join(t, 0);
        EQ(pthread_mutex_lock(&mutex), EOWNERDEAD);
        EQ(pthread_mutex_consistent(&mutex), 0);
        EQ(pthread_mutex_unlock(&mutex), 0);
        EQ(pthread_mutex_lock(&mutex), 0);
        EQ(pthread_mutex_unlock(&mutex), 0);
        if (waits)
            pthread_join(t, 0);
        EQ(pthread_mutex_destroy(&mutex), 0);
    }
}

TEST(shared_mutex_of_the_c_library) {
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    struct both {
        pthread_mutex_t m;
        int n;
    } *s = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    EQ(pthread_mutex_init(&s->m, &a), 0);
    pid_t p[3];
    for (int i = 0; i < 3; i++)
        CHILD(p[i]) {
            for (int j = 0; j < 300; j++) {
                NEED(pthread_mutex_lock(&s->m) == 0);
                s->n++;
                pthread_mutex_unlock(&s->m);
            }
        }
    for (int i = 0; i < 3; i++)
        WAIT_EXIT(p[i], 0);
    EQ(s->n, 900);
    CHILD(p[0]) { pthread_mutex_lock(&s->m); }
    WAIT_EXIT(p[0], 0);
    EQ(pthread_mutex_lock(&s->m), EOWNERDEAD);
    pthread_mutex_consistent(&s->m);
    EQ(pthread_mutex_unlock(&s->m), 0);
}

TEST(exec_lets_go) {
    for (int inherit = 0; inherit < 2; inherit++) {
        pthread_mutexattr_t a;
        pthread_mutexattr_init(&a);
        pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
        pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
        if (inherit)
            pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT);
        pthread_mutex_t *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        EQ(pthread_mutex_init(m, &a), 0);
        int go[2];
        NEED(pipe(go) == 0);
        pid_t p;
        CHILD(p) {
            char c;
            EQ(pthread_mutex_lock(m), 0);
            EQ(read(go[0], &c, 1), 1);
            execl("/bin/sleep", "sleep", "100", (char *)0);
        }
        for (int i = 0; i < 2000 && !m->__data.__lock; i++)
            msleep(2);
        EQ(pthread_mutex_trylock(m), EBUSY);
        EQ(write(go[1], "x", 1), 1);
        EQ(pthread_mutex_lock(m), EOWNERDEAD);
        EQ(waitpid(p, 0, WNOHANG), 0);
        pthread_mutex_consistent(m);
        EQ(pthread_mutex_unlock(m), 0);
        kill(p, SIGKILL);
        WAIT_SIG(p, SIGKILL);
    }
}

MAIN()
