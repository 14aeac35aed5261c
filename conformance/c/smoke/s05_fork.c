// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -static
// fork, wait, exit status, pipes between processes.
#include "../check.h"
static int data = 1;
static void run(void) {
    int p[2], st;
    char b[10];
    pid_t pid;
    chk_name = "fork_wait";
    pid = fork();
    NEED(pid >= 0);
    if (pid == 0)
        _exit(7);
    EQ(waitpid(pid, &st, 0), pid);
    EQ(st, 7 << 8);
    ERR(waitpid(-1, &st, 0), ECHILD);
    chk_end_test();
    chk_name = "fork_memory_is_a_copy";
    pid = fork();
    if (pid == 0) {
        data = 2;
        _exit(getppid() == 0 ? 9 : data);
    }
    WAIT_EXIT(pid, 2);
    EQ(data, 1);
    chk_end_test();
    chk_name = "child_blocks_on_pipe";
    NEED(pipe(p) == 0);
    pid = fork();
    if (pid == 0) {
        close(p[1]);
        _exit(read(p[0], b, 1) == 1 && b[0] == 'k' ? 3 : 4);
    }
    close(p[0]);
    usleep(50000);
    EQ(write(p[1], "k", 1), 1);
    WAIT_EXIT(pid, 3);
    chk_end_test();
    chk_name = "parent_blocks_on_child";
    NEED(pipe(p) == 0);
    pid = fork();
    if (pid == 0) {
        usleep(50000);
        EQ(write(p[1], "y", 1), 1);
        _exit(0);
    }
    close(p[1]);
    EQ(read(p[0], b, 10), 1);
    EQ(read(p[0], b, 10), 0);
    WAIT_EXIT(pid, 0);
    chk_end_test();
    chk_name = "kill_child";
    pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    EQ(kill(pid, SIGKILL), 0);
    WAIT_SIG(pid, SIGKILL);
    chk_end_test();
    chk_name = "kill_spinning_child";
    pid = fork();
    if (pid == 0)
        for (;;)
            __asm__ volatile("pause");
    usleep(20000);
    EQ(kill(pid, SIGTERM), 0);
    WAIT_SIG(pid, SIGTERM);
    chk_end_test();
    chk_name = "grandchildren";
    pid = fork();
    if (pid == 0) {
        pid_t g = fork();
        if (g == 0)
            _exit(5);
        waitpid(g, &st, 0);
        _exit(WEXITSTATUS(st) + 1);
    }
    WAIT_EXIT(pid, 6);
    chk_end_test();
    chk_name = "twenty_forks";
    for (int i = 0; i < 20; i++) {
        pid = fork();
        if (pid == 0)
            _exit(i);
        WAIT_EXIT(pid, i);
    }
    chk_end_test();
}
int main(void) {
    chk_start();
    run();
    return chk_summary();
}
