// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -static
// Signals: handler, mask, EINTR, alarm, a fault.
#include "../check.h"
#include <setjmp.h>
static volatile int seen, code;
static void *volatile addr;
static sigjmp_buf jump;
static void handler(int sig) {
    seen = sig;
}
static void fault(int sig, siginfo_t *i, void *u) {
    (void)u;
    seen = sig;
    code = i->si_code;
    addr = i->si_addr;
    siglongjmp(jump, 1);
}
static void run(void) {
    struct sigaction sa = {.sa_handler = handler};
    sigset_t set, old;
    int p[2];
    char b;
    pid_t pid;
    chk_name = "raise";
    EQ(sigaction(SIGUSR1, &sa, 0), 0);
    EQ(kill(getpid(), SIGUSR1), 0);
    EQ(seen, SIGUSR1);
    EQ(sigaction(SIGUSR1, 0, &sa), 0);
    CHECK(sa.sa_handler == handler);
    chk_end_test();
    chk_name = "mask";
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    EQ(sigprocmask(SIG_BLOCK, &set, &old), 0);
    seen = 0;
    kill(getpid(), SIGUSR1);
    EQ(seen, 0);
    sigemptyset(&set);
    EQ(sigpending(&set), 0);
    EQ(sigismember(&set, SIGUSR1), 1);
    EQ(sigprocmask(SIG_SETMASK, &old, 0), 0);
    EQ(seen, SIGUSR1);
    chk_end_test();
    chk_name = "alarm_interrupts_read";
    sa.sa_handler = handler;
    sa.sa_flags = 0;
    sigaction(SIGALRM, &sa, 0);
    NEED(pipe(p) == 0);
    alarm(1);
    ERR(read(p[0], &b, 1), EINTR);
    EQ(seen, SIGALRM);
    chk_end_test();
    chk_name = "signal_reaches_spinning_code";
    seen = 0;
    alarm(1);
    while (!seen)
        ;
    EQ(seen, SIGALRM);
    chk_end_test();
    chk_name = "segv_handler";
    sa.sa_sigaction = fault;
    sa.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &sa, 0);
    if (!sigsetjmp(jump, 1))
        *(volatile int *)0x1234 = 1;
    EQ(seen, SIGSEGV);
    EQ(code, SEGV_MAPERR);
    EQ((long)addr, 0x1234);
    chk_end_test();
    chk_name = "segv_default_kills";
    pid = fork();
    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL);
        *(volatile int *)0x1234 = 1;
        _exit(0);
    }
    WAIT_SIG(pid, SIGSEGV);
    chk_end_test();
    chk_name = "sigchld";
    signal(SIGCHLD, handler);
    seen = 0;
    pid = fork();
    if (pid == 0)
        _exit(0);
    WAIT_EXIT(pid, 0);
    EQ(seen, SIGCHLD);
    chk_end_test();
    chk_name = "abort";
    pid = fork();
    if (pid == 0)
        abort();
    WAIT_SIG(pid, SIGABRT);
    chk_end_test();
}
int main(void) {
    chk_start();
    run();
    return chk_summary();
}
