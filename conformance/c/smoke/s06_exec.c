// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -static
// execve: of itself, of a dynamic program, of a script, of nothing; close-on-exec; vfork.
#include "../check.h"
extern char **environ;
static void run(const char *self) {
    pid_t pid;
    int p[2], st;
    char num[20], b[64] = "";
    chk_name = "exec_self";
    pid = fork();
    if (pid == 0) {
        execl(self, "me", "child", "two words", (char *)0);
        _exit(99);
    }
    WAIT_EXIT(pid, 42);
    chk_end_test();
    chk_name = "exec_dynamic";
    NEED(pipe(p) == 0);
    pid = fork();
    if (pid == 0) {
        dup2(p[1], 1);
        execl("/bin/echo", "echo", "hi", (char *)0);
        _exit(99);
    }
    close(p[1]);
    EQ(read(p[0], b, 64), 3);
    STREQ(b, "hi\n");
    WAIT_EXIT(pid, 0);
    chk_end_test();
    chk_name = "exec_enoent";
    ERR(execl("/no/such/program", "x", (char *)0), ENOENT);
    ERR(execl("/etc", "x", (char *)0), EACCES);
    chk_end_test();
    chk_name = "cloexec";
    NEED(pipe2(p, O_CLOEXEC) == 0);
    EQ(dup2(p[0], 70), 70);
    snprintf(num, sizeof num, "%d", p[0]);
    pid = fork();
    if (pid == 0) {
        execl(self, "me", "fds", num, "70", (char *)0);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
    chk_end_test();
    chk_name = "vfork_exec";
    pid = vfork();
    if (pid == 0) {
        execl("/bin/true", "true", (char *)0);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
    chk_end_test();
    chk_name = "shell";
    st = system("exit 3");
    EQ(st, 3 << 8);
    st = system("echo a b c | tr a-z A-Z | grep -q 'A B C'");
    EQ(st, 0);
    chk_end_test();
}
int main(int argc, char **argv) {
    if (argc == 3 && !strcmp(argv[1], "child"))
        return !strcmp(argv[0], "me") && !strcmp(argv[2], "two words") && getenv("PATH") ? 42 : 1;
    if (argc == 4 && !strcmp(argv[1], "fds"))
        return fcntl(atoi(argv[2]), F_GETFD) == -1 && fcntl(atoi(argv[3]), F_GETFD) == 0 ? 0 : 1;
    chk_start();
    run(argv[0]);
    return chk_summary();
}
