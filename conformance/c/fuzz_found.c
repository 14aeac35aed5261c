// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// TIMEOUT: 90
// What the fuzzer of calls (conformance/fuzz) has found.
#include "check.h"
#include <pthread.h>
#include <sys/resource.h>

static void limit(int what, rlim_t n) {
    struct rlimit r = {n, n};
    OK(setrlimit(what, &r));
}
/* Becomes a user that has no other process, if we are root. */
static int lonely_user(void) {
    return geteuid() == 0 && setgid(61234) == 0 && setuid(61234) == 0;
}
static void *wait_for_end(void *p) {
    pthread_mutex_lock(p);
    return 0;
}

TEST(fork_that_fails_keeps_locks) {
    int to[2], c;
    struct flock whole = {.l_type = F_WRLCK};
    int fd = OK(open("f", O_RDWR | O_CREAT, 0666));
    OK(pipe(to));
    pid_t other;
    CHILD(other) {
        EQ(read(to[0], &c, 1), 1);
        ERR(fcntl(fd, F_SETLK, &whole), EAGAIN);
    }
    OK(fcntl(fd, F_SETLK, &whole));
    if (geteuid() == 0 && !lonely_user())
        SKIP("cannot change the user");
    limit(RLIMIT_NPROC, 1);
    for (int i = 0; i < 3; i++)
        ERR(fork(), EAGAIN);
    ERR(vfork(), EAGAIN);
    EQ(write(to[1], "x", 1), 1);
    WAIT_EXIT(other, 0);
}
TEST(nproc_counts_threads_of_the_user) {
    pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
    pthread_t t[3];
    if (!lonely_user())
        SKIP("needs root");
    limit(RLIMIT_NPROC, 3);
    pthread_mutex_lock(&m);
    EQ(pthread_create(&t[0], 0, wait_for_end, &m), 0);
    EQ(pthread_create(&t[1], 0, wait_for_end, &m), 0);
    EQ(pthread_create(&t[2], 0, wait_for_end, &m), EAGAIN);
    ERR(fork(), EAGAIN);
}
MAIN()
