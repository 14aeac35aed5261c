// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// `delete`: nothing of the container stays. With --force it always succeeds, whatever is left of it.

#include "runsc.h"
#include <poll.h>
#include <sys/syscall.h>

// Waits until the process is gone, up to a time.
static int gone(pid_t pid, int milliseconds) {
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0) return errno == ESRCH;
    struct pollfd end = {fd, POLLIN, 0};
    int over = poll(&end, 1, milliseconds) > 0;
    close(fd);
    if (over) waitpid(pid, NULL, WNOHANG); // if it is a child of ours (`run`)
    return over;
}

// The sandbox forgets a further container, and kills what is left of it.
static void forget(const struct container *c) {
    int s = connect_sandbox(c);
    if (s < 0) return;
    const char *words[] = {"delete", c->id, "force"};
    if (send_words(s, words, 3, NULL, 0) == 0) {
        static char text[RECORD + 1];
        int kind;
        while ((kind = next_answer(s, text, sizeof text)) != 0 && kind != 'X') {
        }
    }
    close(s);
}

// The first container's launcher is the sandbox; killing it ends all.
static void end_processes(const struct container *c) {
    if (!c->first) forget(c);
    if (!c->alive) return;
    thaw_if_paused(c);
    if (!c->first && gone(c->pid, 2000)) return;
    kill(c->pid, SIGKILL);
    thaw_if_paused(c);
    if (!gone(c->pid, 10000)) say_warning("process %d of container %s does not end", c->pid, c->id);
}

void remove_container(const struct container *c, int force) {
    end_processes(c);
    remove_cgroups(c, force);
    remove_directory(c->id);
}

int delete_command(void) {
    struct container c;
    if (!find_container(options.id, &c)) {
        if (options.force) return 0;
        need_container(options.id, &c); // says so
    }
    char status[32] = "stopped";
    if (c.alive && !options.force) status_of(&c, status, sizeof status);
    if (strcmp(status, "stopped") != 0 && strcmp(status, "created") != 0) {
        fail("cannot delete container %s that is not stopped: %s; kill it first or use --force", c.id, status);
    }
    if (has_hook(&c, "poststop", "poststop")) exec_host();
    remove_container(&c, 1);
    return 0;
}
