// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The launcher: the process that stands for a container. Its pid is the container's for the engine, it ends with the
// container's status, and it builds the walls around the kernel's JVM, whose parent it is. The JVM and everything in the
// sandbox dies with it.

#include "runsc.h"
#include <poll.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static pid_t jvm;
static int last_words = -1; // the status that the JVM has told
static int status_file = -1; // for `wait` when we are gone

// The build's training run: no walls, since the JVM writes files when it ends, and it ends by itself.
static int training(void) {
    return getenv("SANDJAR_TRAIN") != NULL;
}

// Keeps 0, 1, 2 and those given; an engine's descriptors must not live as long as the container.
static void close_others(int *keep, int count) {
    int from = 3;
    for (;;) {
        int next = INT_MAX;
        for (int i = 0; i < count; i++) {
            if (keep[i] >= from && keep[i] < next) next = keep[i];
        }
        if (next > from) syscall(SYS_close_range, from, next == INT_MAX ? UINT_MAX : (unsigned)next - 1, 0);
        if (next == INT_MAX) return;
        from = next + 1;
    }
}

static void set_streams(int log) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return;
    dup2(null, 0);
    dup2(null, 1);
    dup2(log >= 0 ? log : null, 2);
    close(null);
}

// What the engine's environment says is nothing for a sandbox, but for what developers say to Sandjar.
static void forget_environment(void) {
    static char *kept[16];
    int n = 0;
    for (char **at = environ; *at != NULL && n < 15; at++) {
        if (strncmp(*at, "SANDJAR_", 8) == 0) kept[n++] = *at;
    }
    kept[n] = NULL;
    environ = kept;
}

// In the child: becomes the JVM, with the control socket at 3, us at 4 and its /proc at 5.
static void become_kernel(const struct plan *plan, int peer) {
    int proc = training() ? -1 : walls_enter();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct pollfd us = {peer, 0, 0};
    if (poll(&us, 1, 0) > 0) _exit(FAILED); // the launcher died before it could have killed us
    int listen = fcntl(plan->listen, F_DUPFD, 16), other = fcntl(peer, F_DUPFD, 16);
    if (proc >= 0) proc = fcntl(proc, F_DUPFD, 16);
    if (dup2(listen, 3) != 3 || dup2(other, 4) != 4 || (proc >= 0 && dup2(proc, 5) != 5)) _exit(FAILED);
    if (proc >= 0) setenv("SANDJAR_PROC", "5", 1);
    else unsetenv("SANDJAR_PROC");
    syscall(SYS_close_range, proc >= 0 ? 6u : 5u, UINT_MAX, 0);
    sigset_t mask;
    sigemptyset(&mask);
    for (int i = 0; i < jvm_reads_count; i++) sigaddset(&mask, jvm_reads[i]);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    char *words[LIST + 2] = {"boot"};
    for (int i = 0; i < plan->boot.count; i++) words[1 + i] = (char *)plan->boot.item[i];
    if (chdir("/") != 0) _exit(FAILED);
    char **args = java_arguments(ROLE_BOOT, words);
    forget_environment();
    exec_java(args);
}

static void report(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void report(int fd, const char *format, ...) {
    va_list list;
    va_start(list, format);
    vdprintf(fd, format, list);
    va_end(list);
    close(fd);
}

// Nothing of the sandbox may outlive this process: the engine removes its cgroups next.
static _Noreturn void end(int status) {
    kill(jvm, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
    }
    if (status_file >= 0) dprintf(status_file, "%d\n", status);
    _exit(status);
}

static void pivot(int peer) {
    char text[512] = "error ";
    if (training()) {
        send(peer, "error training", 14, MSG_NOSIGNAL);
        return;
    }
    int good = walls_pivot(text + 6, sizeof text - 6) == 0;
    walls_drop();
    if (!good) dprintf(2, "launcher: no empty root: %s\n", text + 6);
    const char *answer = good ? "ok" : text;
    if (send(peer, answer, strlen(answer), MSG_NOSIGNAL) < 0) dprintf(2, "launcher: the kernel does not listen: %s\n", strerror(errno));
}

static void hear_kernel(int peer) {
    char text[64];
    ssize_t n = recv(peer, text, sizeof text - 1, MSG_DONTWAIT);
    if (n <= 0) return;
    text[n] = 0;
    if (strncmp(text, "ready", 5) == 0) pivot(peer);
    if (strncmp(text, "exit ", 5) != 0) return;
    last_words = atoi(text + 5) & 255;
    if (!training()) end(last_words);
}

// A signal for this process is one for the container's init; the kernel hears of it by a record.
static void hear_signals(int signals, int peer) {
    struct signalfd_siginfo info;
    if (read(signals, &info, sizeof info) != sizeof info) return;
    if (info.ssi_signo != SIGCHLD) {
        char text[32];
        int length = info.ssi_signo == SIGWINCH ? sprintf(text, "winch") : sprintf(text, "signal %d", info.ssi_signo);
        send(peer, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        return;
    }
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid != jvm) continue;
        hear_kernel(peer); // what it said last
        if (last_words >= 0) end(last_words);
        if (WIFSIGNALED(status)) dprintf(2, "launcher: the kernel was killed by signal %d\n", WTERMSIG(status));
        end(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
}

static _Noreturn void watch(int life, int peer, int signals) {
    struct pollfd all[] = {{peer, POLLIN, 0}, {signals, POLLIN, 0}, {life, POLLIN, 0}};
    for (;;) {
        if (poll(all, 3, -1) < 0) continue;
        if (all[0].revents & POLLIN) hear_kernel(peer);
        else if (all[0].revents) all[0].fd = -1; // closed: its end follows
        if (all[1].revents) hear_signals(signals, peer);
        if (all[2].revents) {
            char kept = 0;
            if (read(life, &kept, 1) != 1) end(1); // whoever creates the container has failed
            close(life);
            all[2].fd = -1;
        }
    }
}

static _Noreturn void launcher(struct plan *plan) {
    setsid();
    prctl(PR_SET_NAME, "runsc-sandbox");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, 0);
    if (plan->tty >= 0) ioctl(plan->tty, TIOCSCTTY, 0);
    set_streams(plan->log);
    int keep[] = {plan->listen, plan->report, plan->life, plan->net, plan->status};
    close_others(keep, 5);
    status_file = plan->status;
    int signals = signal_set(), pair[2];
    if (signals < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        report(plan->report, "descriptors: %s\n", strerror(errno));
        _exit(1);
    }
    if (!training()) walls_prepare();
    const char *refused = training() ? NULL : walls_raise(plan);
    if (refused != NULL) {
        report(plan->report, "%s: %s\n", refused, strerror(errno));
        _exit(1);
    }
    jvm = fork();
    if (jvm == 0) {
        close(pair[0]);
        become_kernel(plan, pair[1]);
    }
    if (jvm < 0) {
        report(plan->report, "fork: %s\n", strerror(errno));
        _exit(1);
    }
    close(pair[1]);
    close(plan->listen);
    if (plan->net >= 0) close(plan->net);
    report(plan->report, "kernel %d\n", jvm);
    watch(plan->life, pair[0], signals);
}

pid_t start_launcher(struct plan *plan) {
    pid_t pid = fork();
    if (pid == 0) launcher(plan);
    return pid;
}
