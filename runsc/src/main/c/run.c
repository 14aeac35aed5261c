// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// `run` after `create`: starts the container, is its terminal or passes on signals, and removes it when it has ended.

#include "runsc.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>

static struct termios before;
static int terminal = -1;

// The terminal of the user's: raw, since what is typed is for the container's. -1: there is none.
void raw_terminal(void) {
    if (tcgetattr(0, &before) != 0) return;
    struct termios raw = before;
    cfmakeraw(&raw); // output too: the inner terminal has made \r\n of \n already
    if (tcsetattr(0, TCSADRAIN, &raw) == 0) terminal = 0;
}

void restore_terminal(void) {
    if (terminal >= 0) tcsetattr(terminal, TCSADRAIN, &before);
    terminal = -1;
}

void copy_size(int master) {
    struct winsize size;
    if (ioctl(0, TIOCGWINSZ, &size) == 0) ioctl(master, TIOCSWINSZ, &size);
}

static int write_all(int fd, const char *text, ssize_t n) {
    while (n > 0) {
        ssize_t put = write(fd, text, n);
        if (put < 0 && errno == EAGAIN) {
            struct pollfd ready = {fd, POLLOUT, 0};
            poll(&ready, 1, -1);
        } else if (put < 0 && errno != EINTR) {
            return -1;
        } else if (put > 0) {
            text += put;
            n -= put;
        }
    }
    return 0;
}

// What can be read of one side goes to the other; 0: that side is over. At the end of the user's input a terminal says ^D.
int bridge(int from, int to, int input) {
    char text[8192];
    ssize_t n = read(from, text, sizeof text);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return 1;
    if (n <= 0) {
        if (input) write_all(to, "\004", 1);
        return 0;
    }
    return write_all(to, text, n) == 0;
}

static int take_status(pid_t launcher, int *status) {
    int pid;
    while ((pid = waitpid(-1, status, WNOHANG)) > 0) {
        if (pid == launcher) return 1;
    }
    return 0;
}

// Until the launcher ends. All signals come by the descriptor.
static int attend(pid_t launcher, int master, int signals) {
    struct pollfd all[] = {{signals, POLLIN, 0}, {master, POLLIN, 0}, {master >= 0 ? 0 : -1, POLLIN, 0}};
    int status = 0;
    if (take_status(launcher, &status)) all[0].fd = -1;
    while (all[0].fd >= 0) {
        if (poll(all, 3, -1) < 0) continue;
        if (all[1].revents && !bridge(master, 1, 0)) all[1].fd = -1;
        if (all[2].revents && !bridge(0, master, 1)) all[2].fd = -1;
        struct signalfd_siginfo info;
        if (!all[0].revents || read(signals, &info, sizeof info) != sizeof info) continue;
        if (info.ssi_signo == SIGCHLD) {
            if (take_status(launcher, &status)) break;
        } else if (info.ssi_signo == SIGWINCH) {
            if (master >= 0) copy_size(master);
        } else if (info.ssi_signo != SIGURG) {
            kill(launcher, info.ssi_signo);
        }
    }
    struct pollfd rest = {master, POLLIN, 0};
    while (master >= 0 && poll(&rest, 1, 0) > 0 && bridge(master, 1, 0)) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// The verb as a command of its own, by the host JVM, which runs hooks.
static int host_command(char *verb, char *flag) {
    char *words[] = {flag, (char *)options.id};
    options.verb = verb;
    options.verb_args = flag == NULL ? words + 1 : words;
    options.verb_count = flag == NULL ? 1 : 2;
    pid_t pid = fork();
    if (pid == 0) exec_host();
    int status;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int run_created(pid_t launcher, int master, int foreground) {
    struct container c;
    options.verb = "run";
    need_container(options.id, &c);
    int signals = foreground ? signal_set() : -1;
    if (foreground && master >= 0) {
        copy_size(master);
        raw_terminal();
    }
    int status = has_hook(&c, "startContainer", "poststart") ? host_command("start", NULL) : start_container(&c);
    if (!foreground && status == 0) return 0;
    if (status == 0) status = attend(launcher, master, signals);
    restore_terminal();
    close(c.dir);
    if (options.keep || !find_container(options.id, &c)) return status;
    if (has_hook(&c, "poststop", "poststop")) host_command("delete", "--force");
    else remove_container(&c, 1);
    return status;
}
