// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Groups that ran out of memory: in version 1 of control groups an eventfd, in version 2 a file that changes.

#include "shim.h"
#include <sys/eventfd.h>
#include <sys/inotify.h>

struct oom {
    struct oom *next;
    char *name, *file; // memory.oom_control or memory.events
    struct watch event; // version 1
    int inotify;        // version 2: the watch's number, else -1
    long long kills;
    int untold;
};

static struct oom *groups;
static struct watch changes = {.fd = -1};

static void drop(struct oom *o) {
    struct oom **at = &groups;
    while (*at != o) at = &(*at)->next;
    *at = o->next;
    watch_close(&o->event);
    if (o->inotify >= 0) inotify_rm_watch(changes.fd, o->inotify);
    free(o->name);
    free(o->file);
    free(o);
}

static void tell(struct oom *o) {
    say(INFO, "%s ran out of memory", o->name);
    o->untold = !link_up();
    link_send('M', 0, o->name, strlen(o->name));
}

// The event comes, too, when the group is removed.
static void on_event(struct watch *watch, uint32_t events) {
    struct oom *o = OUTER(struct oom, event, watch);
    uint64_t times;
    (void)events;
    if (read(watch->fd, &times, sizeof times) != sizeof times) return;
    if (access(o->file, F_OK) == 0) tell(o);
    else drop(o);
}

static long long kills_in(const char *file) {
    char text[1024];
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (n < 0) return -1;
    text[n] = 0;
    const char *line = strstr(text, "oom_kill ");
    return line == NULL ? 0 : atoll(line + 9);
}

static void on_change(struct watch *watch, uint32_t events) {
    char bytes[4096] __attribute__((aligned(8)));
    (void)events;
    ssize_t n = read(watch->fd, bytes, sizeof bytes);
    for (char *at = bytes; n > 0 && at < bytes + n;) {
        struct inotify_event *event = (struct inotify_event *)at;
        at += sizeof *event + event->len;
        for (struct oom *o = groups, *next; o != NULL; o = next) {
            next = o->next;
            if (o->inotify != event->wd) continue;
            long long kills = kills_in(o->file);
            int more = kills > o->kills;
            if (more) o->kills = kills;
            if (more) tell(o);
            if (kills >= 0 && !(event->mask & IN_IGNORED)) continue;
            if (event->mask & IN_IGNORED) o->inotify = -1;
            drop(o);
        }
    }
}

static int watch_v1(struct oom *o, const char *directory) {
    char path[PATH_MAX + 32], text[64];
    snprintf(path, sizeof path, "%s/cgroup.event_control", directory);
    int memory = open(o->file, O_RDONLY | O_CLOEXEC), control = open(path, O_WRONLY | O_CLOEXEC);
    o->event.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int n = snprintf(text, sizeof text, "%d %d", o->event.fd, memory);
    int bad = memory < 0 || control < 0 || o->event.fd < 0 || write(control, text, (size_t)n) != n || watch_for(&o->event, EPOLLIN) != 0;
    int error = errno;
    if (memory >= 0) close(memory);
    if (control >= 0) close(control);
    errno = error;
    return bad ? -1 : 0;
}

static int watch_v2(struct oom *o) {
    if (changes.fd < 0) {
        changes = (struct watch){.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), .ready = on_change};
        if (changes.fd < 0 || watch_for(&changes, EPOLLIN) != 0) return -1;
    }
    o->kills = kills_in(o->file);
    o->inotify = inotify_add_watch(changes.fd, o->file, IN_MODIFY | IN_DELETE_SELF);
    return o->inotify < 0 ? -1 : 0;
}

void oom_watch(const char *name, const char *directory) {
    oom_drop(name);
    struct oom *o = need(sizeof *o);
    *o = (struct oom){.next = groups, .name = strdup(name), .event = {.fd = -1, .ready = on_event}, .inotify = -1};
    groups = o;
    if (asprintf(&o->file, "%s/memory.oom_control", directory) < 0) o->file = NULL;
    int version1 = o->file != NULL && access(o->file, F_OK) == 0;
    if (!version1) free(o->file);
    if (!version1 && asprintf(&o->file, "%s/memory.events", directory) < 0) o->file = NULL;
    if (o->file != NULL && (version1 ? watch_v1(o, directory) : watch_v2(o)) == 0) return;
    say(WARNING, "%s: %s; containerd will not be told when %s runs out of memory", o->file == NULL ? directory : o->file, strerror(errno), name);
    drop(o);
}

void oom_drop(const char *name) {
    struct oom *o = groups;
    while (o != NULL && strcmp(o->name, name) != 0) o = o->next;
    if (o != NULL) drop(o);
}

void oom_greet(void) {
    for (struct oom *o = groups; o != NULL; o = o->next) {
        if (!o->untold) continue;
        o->untold = 0;
        link_send('M', 0, o->name, strlen(o->name));
    }
}
