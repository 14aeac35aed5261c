// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Processes that stand for what runs inside a sandbox: a further container, a process of `exec`. They pass on signals and
// the change of the window's size, and end with its status.

#include "runsc.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>

int signal_set(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signal(SIGCHLD, SIG_DFL);
    return signalfd(-1, &all, SFD_CLOEXEC);
}

static void pass_on(int signals, int socket) {
    struct signalfd_siginfo info;
    char text[32];
    if (read(signals, &info, sizeof info) != sizeof info || info.ssi_signo == SIGCHLD) return;
    int length = info.ssi_signo == SIGWINCH ? sprintf(text, "W") : sprintf(text, "K%d", info.ssi_signo);
    send(socket, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);
}

#define MORE (-1)
#define STARTED (-2)

// One answer. MORE, STARTED, or the status: 137 if the sandbox went away.
static int hear(int socket, FILE *out, int started_fd) {
    static char text[RECORD + 1];
    switch (next_answer(socket, text, sizeof text)) {
    case 'O':
        if (out != NULL) fputs(text, out);
        return MORE;
    case 'E':
        text[strcspn(text, "\n")] = 0;
        if (started_fd >= 0) dprintf(started_fd, "E%s\n", text);
        else say_error("%s", text);
        return MORE;
    case 'S':
        if (started_fd >= 0) dprintf(started_fd, "S\n");
        return STARTED;
    case 'X':
        return atoi(text) & 255;
    case 0:
        return 128 + SIGKILL;
    default:
        return MORE;
    }
}

int follow(int socket, int signals, FILE *out, int started_fd) {
    struct pollfd both[] = {{socket, POLLIN, 0}, {signals, POLLIN, 0}};
    for (int status = MORE;;) {
        if (poll(both, 2, -1) < 0) continue;
        if (both[1].revents) pass_on(signals, socket);
        if (both[0].revents && (status = hear(socket, out, started_fd)) >= 0) return status;
    }
}

// The same, being the terminal as well. What is typed waits until the kernel is the terminal's line discipline; before, the
// host's would make lines of it.
int follow_bridged(int socket, int signals, int master) {
    struct pollfd all[] = {{socket, POLLIN, 0}, {signals, POLLIN, 0}, {master, POLLIN, 0}, {-1, POLLIN, 0}};
    for (int status = MORE; status < 0;) {
        if (poll(all, 4, -1) < 0) continue;
        if (all[1].revents) {
            copy_size(master);
            pass_on(signals, socket);
        }
        if (all[2].revents && !bridge(master, 1, 0)) all[2].fd = -1;
        if (all[3].revents && !bridge(0, master, 1)) all[3].fd = -1;
        if (!all[0].revents) continue;
        status = hear(socket, NULL, -1);
        if (status == STARTED) all[3].fd = 0;
        if (status < 0) continue;
        struct pollfd rest = {master, POLLIN, 0};
        while (poll(&rest, 1, 0) > 0 && bridge(master, 1, 0)) {
        }
        return status;
    }
    return 128 + SIGKILL;
}

static _Noreturn void waiter(const char *id, int socket, int tty, int status_file, int life) {
    setsid();
    prctl(PR_SET_NAME, "runsc-wait");
    if (tty >= 0) ioctl(tty, TIOCSCTTY, 0);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd <= 2; fd++) dup2(null, fd);
    int mine = fcntl(socket, F_DUPFD, 1000), go = fcntl(life, F_DUPFD, 1000), told = fcntl(status_file, F_DUPFD, 1000);
    syscall(SYS_close_range, 3u, 999u, 0);
    int signals = signal_set();
    char kept = 0;
    while (read(go, &kept, 1) < 0 && errno == EINTR) {
    }
    if (kept != 'k') _exit(1);
    const char *words[] = {"wait", id, "stand"};
    if (send_words(mine, words, 3, NULL, 0) != 0) _exit(128 + SIGKILL);
    int status = follow(mine, signals, NULL, -1);
    if (told >= 0) dprintf(told, "%d\n", status);
    _exit(status);
}

pid_t fork_waiter(const char *id, int socket, int tty, int status, int *life) {
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC) != 0) return -1;
    pid_t pid = fork();
    if (pid == 0) {
        close(pipe_fds[1]);
        waiter(id, socket, tty, status, pipe_fds[0]);
    }
    close(pipe_fds[0]);
    *life = pipe_fds[1];
    return pid;
}
