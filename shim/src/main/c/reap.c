// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Ends of processes. Whatever a JVM of ours started becomes a child of the supervisor, and its end is told until a JVM has
// said that it took it.

#include "shim.h"

#define EXITS_MAX 16384 // then the oldest are forgotten: nobody asked for them

struct ended {
    struct ended *next;
    pid_t pid;
    int status;
    int64_t when; // nanoseconds since 1970
};

static struct ended *first, **end = &first;
static int count, told;

void reap_init(void) { end = &first; }

static void remove_first(void) {
    struct ended *e = first;
    first = e->next;
    if (first == NULL) end = &first;
    free(e);
    count--;
}

static void tell(const struct ended *e) {
    uint8_t payload[12];
    put_big32(payload, (uint32_t)e->status);
    put_big32(payload + 4, (uint32_t)((uint64_t)e->when >> 32));
    put_big32(payload + 8, (uint32_t)e->when);
    link_send('X', (uint32_t)e->pid, payload, sizeof payload);
}

static void add(pid_t pid, int status) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct ended *e = need(sizeof *e);
    *e = (struct ended){NULL, pid, status, now.tv_sec * 1000000000LL + now.tv_nsec};
    *end = e;
    end = &e->next;
    if (++count > EXITS_MAX) {
        if (!told) say(WARNING, "more than %d ends of processes wait for the shim's JVM; the oldest are forgotten", EXITS_MAX);
        told = 1;
        remove_first();
    }
    tell(e);
}

void reap_children(void) {
    pid_t pid;
    int status, jvm_ended = 0, jvm_status = 0;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == link_pid()) jvm_ended = 1, jvm_status = status;
        else if (!logger_ended(pid)) add(pid, status);
    }
    if (jvm_ended) link_ended(jvm_status); // last: the next one is told of all others
}

void reap_greet(void) {
    for (struct ended *e = first; e != NULL; e = e->next) tell(e);
}

void reap_forget(pid_t pid) {
    for (struct ended **e = &first; *e != NULL; e = &(*e)->next) {
        if ((*e)->pid != pid) continue;
        struct ended *gone = *e;
        *e = gone->next;
        if (end == &gone->next) end = e;
        free(gone);
        count--;
        told = 0;
        return;
    }
}

// Children besides the JVM and the loggers. The kernel keeps a list; where it does not, children are assumed while an end is
// untaken.
int reap_holds(void) {
    char path[64];
    static char text[65536];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (n < 0) return first != NULL;
    text[n] = 0;
    for (char *save, *word = strtok_r(text, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
        pid_t pid = atoi(word);
        if (pid > 0 && pid != link_pid() && !logger_is(pid)) return 1;
    }
    return 0;
}
