// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -static
// Pipes in one process.
#include "../check.h"
static void run(void) {
    int p[2], q[2];
    char b[100];
    chk_name = "pipe";
    NEED(pipe(p) == 0);
    EQ(write(p[1], "hello", 5), 5);
    EQ(read(p[0], b, 100), 5);
    CHECK(!memcmp(b, "hello", 5));
    EQ(write(p[1], "abcdef", 6), 6);
    EQ(read(p[0], b, 2), 2);
    EQ(read(p[0], b, 100), 4);
    chk_end_test();
    chk_name = "pipe_eof";
    EQ(write(p[1], "x", 1), 1);
    EQ(close(p[1]), 0);
    EQ(read(p[0], b, 100), 1);
    EQ(read(p[0], b, 100), 0);
    ERR(close(p[1]), EBADF);
    chk_end_test();
    chk_name = "pipe2_nonblock";
    NEED(pipe2(q, O_NONBLOCK | O_CLOEXEC) == 0);
    ERR(read(q[0], b, 1), EAGAIN);
    EQ(fcntl(q[0], F_GETFD), FD_CLOEXEC);
    EQ(fcntl(q[1], F_GETFL), O_WRONLY | O_NONBLOCK);
    chk_end_test();
    chk_name = "dup2";
    EQ(dup2(q[1], 50), 50);
    EQ(write(50, "z", 1), 1);
    EQ(read(q[0], b, 9), 1);
    chk_end_test();
}
int main(void) {
    chk_start();
    run();
    return chk_summary();
}
