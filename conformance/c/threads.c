// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// TIMEOUT: 90
// Threads: 200 of them on a mutex, creation and joining, thread-local storage, exits, condition variables, semaphores,
// process-shared and robust mutexes, futexes by hand.
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static long count;
static void *adder(void *arg) {
    (void)arg;
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&m);
        count++;
        if (i % 100 == 0)
            sched_yield();
        pthread_mutex_unlock(&m);
    }
    return 0;
}
TEST(two_hundred_on_a_mutex) {
    pthread_t t[200];
    for (int i = 0; i < 200; i++)
        NEED(pthread_create(&t[i], 0, adder, 0) == 0);
    for (int i = 0; i < 200; i++)
        EQ(pthread_join(t[i], 0), 0);
    EQ(count, 200000);
}
static void *identity(void *arg) {
    return arg;
}
TEST(thousand_in_a_row) {
    pthread_t t;
    void *r;
    long sum = 0;
    for (long i = 0; i < 1000; i++) {
        NEED(pthread_create(&t, 0, identity, (void *)i) == 0);
        pthread_join(t, &r);
        sum += (long)r;
    }
    EQ(sum, 499500);
}
static void *tids(void *arg) {
    *(pid_t *)arg = syscall(SYS_gettid);
    return (void *)(long)getpid();
}
TEST(ids) {
    pid_t a, b;
    pthread_t s, t;
    void *r;
    pthread_create(&s, 0, tids, &a);
    pthread_create(&t, 0, tids, &b);
    pthread_join(s, &r);
    EQ((long)r, getpid());
    pthread_join(t, &r);
    EQ((long)r, getpid());
    CHECK(a != b && a != getpid() && b != getpid());
}
static __thread int local = 3;
static void *touch(void *arg) {
    local += (long)arg;
    msleep(5);
    return (void *)(long)local;
}
TEST(thread_local) {
    pthread_t t[5];
    void *r;
    for (long i = 0; i < 5; i++)
        pthread_create(&t[i], 0, touch, (void *)i);
    for (long i = 0; i < 5; i++) {
        pthread_join(t[i], &r);
        EQ((long)r, 3 + i);
    }
    EQ(local, 3);
}
static void *detached(void *arg) {
    *(volatile int *)arg = 1;
    return 0;
}
TEST(detached_threads) {
    volatile int done[20] = {0};
    pthread_attr_t a;
    pthread_t t;
    pthread_attr_init(&a);
    pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&a, 65536);
    for (int i = 0; i < 20; i++)
        EQ(pthread_create(&t, &a, detached, (void *)&done[i]), 0);
    for (int i = 0; i < 20; i++)
        for (int k = 0; k < 500 && !done[i]; k++)
            msleep(2);
    for (int i = 0; i < 20; i++)
        EQ(done[i], 1);
}
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static int turn;
static void *player(void *arg) {
    long me = (long)arg;
    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&m);
        while (turn != me)
            pthread_cond_wait(&c, &m);
        turn = !me;
        pthread_cond_broadcast(&c);
        pthread_mutex_unlock(&m);
    }
    return 0;
}
TEST(condition_ping_pong) {
    pthread_t a, b;
    pthread_create(&a, 0, player, (void *)0);
    pthread_create(&b, 0, player, (void *)1);
    pthread_join(a, 0);
    pthread_join(b, 0);
    EQ(turn, 0);
}
TEST(timed_wait) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += 30000000;
    if (t.tv_nsec > 999999999) {
        t.tv_nsec -= 1000000000;
        t.tv_sec++;
    }
    pthread_mutex_lock(&m);
    EQ(pthread_cond_timedwait(&c, &m, &t), ETIMEDOUT);
    pthread_mutex_unlock(&m);
    sem_t s;
    sem_init(&s, 0, 0);
    ERR(sem_timedwait(&s, &t), ETIMEDOUT);
    ERR(sem_trywait(&s), EAGAIN);
}
TEST(process_shared) {
    struct {
        pthread_mutex_t m;
        pthread_barrier_t b;
        sem_t s;
        int n;
    } *p = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&p->m, &a);
    pthread_barrierattr_t ba;
    pthread_barrierattr_init(&ba);
    pthread_barrierattr_setpshared(&ba, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&p->b, &ba, 2);
    sem_init(&p->s, 1, 0);
    pid_t pid;
    CHILD(pid) {
        pthread_barrier_wait(&p->b);
        for (int i = 0; i < 2000; i++) {
            pthread_mutex_lock(&p->m);
            p->n++;
            pthread_mutex_unlock(&p->m);
        }
        sem_post(&p->s);
    }
    pthread_barrier_wait(&p->b);
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(&p->m);
        p->n++;
        pthread_mutex_unlock(&p->m);
    }
    EQ(sem_wait(&p->s), 0);
    EQ(p->n, 4000);
    WAIT_EXIT(pid, 0);
}
TEST(robust_mutex) {
    pthread_mutex_t *r = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(r, &a);
    pid_t pid = fork();
    if (pid == 0) {
        pthread_mutex_lock(r);
        _exit(0);
    }
    WAIT_EXIT(pid, 0);
    EQ(pthread_mutex_lock(r), EOWNERDEAD);
    EQ(pthread_mutex_consistent(r), 0);
    EQ(pthread_mutex_unlock(r), 0);
}
static int word;
static volatile pid_t waiting[3];
static void *waiter(void *arg) {
    waiting[(long)arg] = syscall(SYS_gettid);
    return (void *)syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
}
TEST(futex_wake_and_requeue) {
    pthread_t t[3];
    void *r;
    int other = 0;
    for (long i = 0; i < 3; i++)
        pthread_create(&t[i], 0, waiter, (void *)i);
    for (int i = 0; i < 3; i++) {
        while (!waiting[i])
            msleep(2);
        sleeps(waiting[i]);
    }
    EQ(syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE_PRIVATE, 1, 2L, &other, 0), 3);
    EQ(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 10, 0, 0, 0), 0);
    EQ(syscall(SYS_futex, &other, FUTEX_WAKE_PRIVATE, 10, 0, 0, 0), 2);
    for (int i = 0; i < 3; i++) {
        pthread_join(t[i], &r);
        EQ((long)r, 0);
    }
    ERR(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, 0, 0, 0), EAGAIN);
    ERR(syscall(SYS_futex, (int *)8, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0), EFAULT);
    ERR(syscall(SYS_futex, (char *)&word + 1, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0), EINVAL);
    ERR(syscall(SYS_futex, &word, 77, 0, 0, 0, 0), ENOSYS);
}
static void *waits_forever(void *arg) {
    char b;
    return (void *)(long)read(*(int *)arg, &b, 1);
}
TEST(exit_status_with_threads) {
    int p[2];
    pthread_t t;
    EQ(pipe(p), 0);
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 10; i++)
            pthread_create(&t, 0, waits_forever, p);
        pthread_create(&t, 0, waiter, 0);
        msleep(20);
        syscall(SYS_exit_group, 11);
    }
    WAIT_EXIT(pid, 11);
    pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 10; i++)
            pthread_create(&t, 0, waits_forever, p);
        msleep(20);
        kill(getpid(), SIGKILL);
    }
    WAIT_SIG(pid, SIGKILL);
}
static void *dies(void *arg) {
    msleep(20);
    *(volatile int *)arg = 1;
    return 0;
}
TEST(fault_in_a_thread_kills_all) {
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t t;
        pthread_create(&t, 0, dies, (void *)0x10);
        for (;;)
            __asm__ volatile("pause");
    }
    WAIT_SIG(pid, SIGSEGV);
}
static void *late(void *arg) {
    (void)arg;
    msleep(50);
    exit(23);
    return 0;
}
TEST(leader_exits_before_a_thread) {
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t t;
        pthread_create(&t, 0, late, 0);
        syscall(SYS_exit, 5); /* the leader only */
    }
    WAIT_EXIT(pid, 23);
}
static void *forks(void *arg) {
    (void)arg;
    for (int i = 0; i < 10; i++) {
        int st;
        pid_t pid = fork();
        if (pid == 0)
            _exit(syscall(SYS_gettid) == getpid() ? 4 : 5);
        if (waitpid(pid, &st, 0) != pid || st != 4 << 8)
            return (void *)1;
    }
    return 0;
}
TEST(fork_from_threads) {
    pthread_t t[4];
    void *r;
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], 0, forks, 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], &r);
        EQ((long)r, 0);
    }
}
TEST(proc_task) {
    int p[2];
    pthread_t t[3];
    EQ(pipe(p), 0);
    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], 0, waits_forever, p);
    msleep(20);
    DIR *d = opendir("/proc/self/task");
    NEED(d);
    int n = 0;
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    EQ(n, 4);
    CHECK(strstr(get("/proc/self/status"), "Threads:\t4\n"));
    EQ(pthread_setname_np(t[0], "worker"), 0);
    EQ(write(p[1], "xxx", 3), 3);
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], 0);
}
TEST(stacks_and_guards) {
    pthread_attr_t a;
    void *addr;
    size_t n;
    EQ(pthread_getattr_np(pthread_self(), &a), 0); /* reads /proc/self/maps */
    EQ(pthread_attr_getstack(&a, &addr, &n), 0);
    CHECK((char *)&a > (char *)addr && (char *)&a < (char *)addr + n);
}
static pthread_barrier_t all_there;
static void *wait_for_all(void *unused) {
    (void)unused;
    int r = pthread_barrier_wait(&all_there);
    return (void *)(long)(r != 0 && r != PTHREAD_BARRIER_SERIAL_THREAD);
}
static void *make_forty(void *unused) {
    pthread_t t[40];
    pthread_attr_t small;
    (void)unused;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 << 10);
    for (int i = 0; i < 40; i++)
        if (pthread_create(t + i, &small, wait_for_all, 0))
            return (void *)1;
    for (int i = 0; i < 40; i++)
        pthread_join(t[i], 0);
    return 0;
}
TEST(threads_made_by_threads) {
    for (int round = 0; round < 20; round++) {
        pid_t pid;
        CHILD(pid) { /* each time in a process that has had few threads so far */
            pthread_t t[6];
            void *failed;
            pthread_barrier_init(&all_there, 0, 6 * 40);
            for (int i = 0; i < 6; i++)
                EQ(pthread_create(t + i, 0, make_forty, 0), 0);
            for (int i = 0; i < 6; i++) {
                EQ(pthread_join(t[i], &failed), 0);
                CHECK(!failed);
            }
        }
        WAIT_EXIT(pid, 0);
    }
}

MAIN()
