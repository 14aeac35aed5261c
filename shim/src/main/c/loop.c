// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Readiness, timers, buffers. One event at a time, so that what handles one may close what another would be about.

#include "shim.h"

int loop_over;
static int epoll = -1;
static struct timer *timers;

void *need(size_t size) {
    void *memory = calloc(1, size);
    if (memory != NULL) return memory;
    say(ERROR, "the shim's supervisor is out of memory (%zu bytes); the machine needs more", size);
    abort();
}

int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

void loop_init(void) {
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) fail("epoll: %s", strerror(errno));
}

int watch_for(struct watch *watch, uint32_t events) {
    if (watch->wanted == events) return 0;
    struct epoll_event event = {.events = events, .data.ptr = watch};
    int how = events == 0 ? EPOLL_CTL_DEL : watch->wanted == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(epoll, how, watch->fd, &event) != 0) return -1;
    watch->wanted = events;
    return 0;
}

void watch_close(struct watch *watch) {
    if (watch->fd < 0) return;
    watch_for(watch, 0); // the file may be open elsewhere too
    close(watch->fd);
    watch->fd = -1;
    watch->wanted = 0;
}

void timer_off(struct timer *timer) {
    timer->when = 0;
    for (struct timer **t = &timers; *t != NULL; t = &(*t)->next) {
        if (*t != timer) continue;
        *t = timer->next;
        return;
    }
}

void timer_set(struct timer *timer, int64_t delay_ns) {
    timer_off(timer);
    timer->when = now_ns() + delay_ns;
    struct timer **t = &timers;
    while (*t != NULL && (*t)->when <= timer->when) t = &(*t)->next;
    timer->next = *t;
    *t = timer;
}

static int next_timeout(void) {
    if (timers == NULL) return -1;
    int64_t left = timers->when - now_ns();
    if (left <= 0) return 0;
    return left > 1000000 * MILLI ? 1000000 : (int)((left + MILLI - 1) / MILLI);
}

void loop_run(void) {
    while (!loop_over) {
        struct epoll_event event;
        int n = epoll_wait(epoll, &event, 1, next_timeout());
        if (n < 0 && errno != EINTR) fail("epoll_wait: %s", strerror(errno));
        if (n > 0) {
            struct watch *watch = event.data.ptr;
            watch->ready(watch, event.events);
        }
        while (!loop_over && timers != NULL && timers->when <= now_ns()) {
            struct timer *due = timers;
            timer_off(due);
            due->fire(due);
        }
    }
}

void buffer_add(struct buffer *b, const void *bytes, size_t size) {
    if (size == 0) return;
    if (b->from > 0 && (b->from == b->to || b->room - b->to < size)) {
        memmove(b->bytes, b->bytes + b->from, held(b));
        b->to -= b->from;
        b->from = 0;
    }
    if (b->room - b->to < size) {
        size_t room = b->room == 0 ? 4096 : b->room;
        while (room - b->to < size) room *= 2;
        uint8_t *larger = need(room);
        if (b->to > 0) memcpy(larger, b->bytes, b->to);
        free(b->bytes);
        b->bytes = larger;
        b->room = room;
    }
    memcpy(b->bytes + b->to, bytes, size);
    b->to += size;
}

// What was large once does not stay so.
void buffer_taken(struct buffer *b, size_t size) {
    b->from += size;
    if (b->from < b->to) return;
    if (b->room > 65536) buffer_free(b);
    b->from = b->to = 0;
}

void buffer_free(struct buffer *b) {
    free(b->bytes);
    *b = (struct buffer){0};
}

int buffer_write(struct buffer *b, int fd) {
    while (held(b) > 0) {
        ssize_t n = write(fd, b->bytes + b->from, held(b));
        if (n > 0) buffer_taken(b, (size_t)n);
        else if (n < 0 && errno == EINTR) continue;
        else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
        else return -1;
    }
    return 0;
}

uint32_t big32(const uint8_t *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

void put_big32(uint8_t *b, uint32_t value) {
    b[0] = (uint8_t)(value >> 24);
    b[1] = (uint8_t)(value >> 16);
    b[2] = (uint8_t)(value >> 8);
    b[3] = (uint8_t)value;
}
