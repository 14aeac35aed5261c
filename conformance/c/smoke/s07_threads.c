// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// Threads: create, join, mutex, condition, thread-local storage, exit_group with threads.
#include "../check.h"
#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static int count, go;
static __thread int tls = 5;
static void *work(void *arg) {
    (void)arg;
    tls++;
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&m);
        count++;
        pthread_mutex_unlock(&m);
    }
    return (void *)(long)tls;
}
static void *waiter(void *arg) {
    (void)arg;
    pthread_mutex_lock(&m);
    while (!go)
        pthread_cond_wait(&c, &m);
    pthread_mutex_unlock(&m);
    return (void *)(long)syscall(SYS_gettid);
}
static void *reader(void *arg) {
    char b;
    return (void *)(long)read(*(int *)arg, &b, 1);
}
static void run(void) {
    pthread_t t[8];
    void *r;
    int p[2];
    pid_t pid;
    chk_name = "create_join";
    EQ(pthread_create(&t[0], 0, work, 0), 0);
    EQ(pthread_join(t[0], &r), 0);
    EQ((long)r, 6);
    EQ(tls, 5);
    chk_end_test();
    chk_name = "mutex";
    count = 0;
    for (int i = 0; i < 8; i++)
        EQ(pthread_create(&t[i], 0, work, 0), 0);
    for (int i = 0; i < 8; i++)
        pthread_join(t[i], 0);
    EQ(count, 8000);
    chk_end_test();
    chk_name = "condition_and_tid";
    EQ(pthread_create(&t[0], 0, waiter, 0), 0);
    usleep(20000);
    pthread_mutex_lock(&m);
    go = 1;
    pthread_cond_signal(&c);
    pthread_mutex_unlock(&m);
    pthread_join(t[0], &r);
    CHECK((long)r > 0 && (long)r != getpid());
    EQ(syscall(SYS_gettid), getpid());
    chk_end_test();
    chk_name = "thread_blocks_in_read";
    NEED(pipe(p) == 0);
    EQ(pthread_create(&t[0], 0, reader, &p[0]), 0);
    usleep(20000);
    EQ(write(p[1], "x", 1), 1);
    pthread_join(t[0], &r);
    EQ((long)r, 1);
    chk_end_test();
    chk_name = "exit_group_with_blocked_thread";
    pid = fork();
    if (pid == 0) {
        pthread_create(&t[0], 0, reader, &p[0]);
        usleep(20000);
        exit(4);
    }
    WAIT_EXIT(pid, 4);
    chk_end_test();
    chk_name = "leader_exits_first";
    pid = fork();
    if (pid == 0) {
        pthread_create(&t[0], 0, work, 0);
        pthread_exit(0);
    }
    WAIT_EXIT(pid, 0);
    chk_end_test();
}
int main(void) {
    chk_start();
    run();
    return chk_summary();
}
