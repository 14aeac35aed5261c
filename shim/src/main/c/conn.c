// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// containerd's connections. Frames of ttrpc are taken apart only so far that each request can be kept until it is answered:
// a JVM that starts anew gets again what the last one left. Nothing is read while the JVM cannot take it.

#include "shim.h"
#include <poll.h>
#include <sys/socket.h>

#define KEPT_MAX (64u << 20)   // bytes of unanswered requests
#define UNSENT_MAX (16u << 20) // bytes of answers that a client does not read
#define CONNS_MAX 4096

enum { REQUEST = 1, RESPONSE = 2, LOG = 'L' };

struct conn {
    struct watch watch;
    struct conn *next;
    uint32_t id, last_stream;
    int announced;
    uint8_t head[FRAME_HEADER];
    size_t have, filled;
    uint64_t skip;
    struct request *filling;
    struct buffer out;
};

struct request *requests, *last_request;
static size_t kept;
static struct conn *conns;
static int conn_count, stopped_reading;
static uint32_t last_id;
static int64_t last_accept;
static struct watch listener;
static struct timer accept_again;

// ---- Requests.

static void keep(struct request *r) {
    r->previous = last_request;
    *(last_request == NULL ? &requests : &last_request->next) = r;
    last_request = r;
    kept += r->size;
}

static void forget(struct request *r) {
    *(r->previous == NULL ? &requests : &r->previous->next) = r->next;
    *(r->next == NULL ? &last_request : &r->next->previous) = r->previous;
    kept -= r->size;
    free(r);
}

static int is_wait(const struct request *r) {
    const uint8_t *at = r->frame + FRAME_HEADER, *end = r->frame + r->size;
    struct field f;
    while (next_field(&at, end, &f) > 0) {
        if (f.number == 2 && f.kind == 2) return f.size == 4 && memcmp(f.bytes, "Wait", 4) == 0;
    }
    return 0;
}

// ---- One connection.

static void conn_close(struct conn *c) {
    for (struct request *r = requests, *next; r != NULL; r = next) {
        next = r->next;
        if (r->conn == c->id) forget(r);
    }
    if (c->announced) link_send('C', c->id, NULL, 0);
    watch_close(&c->watch);
    free(c->filling);
    buffer_free(&c->out);
    struct conn **at = &conns;
    while (*at != c) at = &(*at)->next;
    *at = c->next;
    conn_count--;
    free(c);
}

static void conn_wants(struct conn *c) {
    watch_for(&c->watch, (stopped_reading ? 0 : EPOLLIN) | (held(&c->out) > 0 ? EPOLLOUT : 0));
}

// -1: the connection is closed.
static int conn_send(struct conn *c, const uint8_t *bytes, size_t size) {
    buffer_add(&c->out, bytes, size);
    if (buffer_write(&c->out, c->watch.fd) == 0 && held(&c->out) <= UNSENT_MAX) {
        conn_wants(c);
        return 0;
    }
    if (held(&c->out) > UNSENT_MAX) say(WARNING, "a client of the shim does not read its answers; its connection is closed");
    conn_close(c);
    return -1;
}

// An answer of our own: Response{status{code, message}}.
static int conn_refuse(struct conn *c, uint32_t stream, int code, const char *why) {
    static struct proto status, response;
    uint8_t frame[FRAME_HEADER + 1024] = {0};
    status.size = response.size = 0;
    put_number(&status, 1, (uint64_t)code);
    put_bytes(&status, 2, why, strnlen(why, 900));
    put_bytes(&response, 1, status.bytes, status.size);
    put_big32(frame, (uint32_t)response.size);
    put_big32(frame + 4, stream);
    frame[8] = RESPONSE;
    memcpy(frame + FRAME_HEADER, response.bytes, response.size);
    return conn_send(c, frame, FRAME_HEADER + response.size);
}

#define GIVEN_UP "the shim's JVM does not stay up; see the shim's lines in containerd's log. The shim tries again every 30 seconds"

// A frame is there. -1: the connection is closed.
static int conn_frame(struct conn *c, struct request *r) {
    if (c->head[8] == LOG) {
        log_to((const char *)r->frame + FRAME_HEADER);
        free(r);
        return 0;
    }
    if (r->stream % 2 == 0 || r->stream <= c->last_stream) {
        free(r);
        return conn_refuse(c, big32(c->head + 4), 3, "a stream's id must be odd and larger than those before");
    }
    c->last_stream = r->stream;
    if (!c->announced) link_send('O', c->id, NULL, 0);
    c->announced = 1;
    r->waits = is_wait(r);
    keep(r);
    if (link_asked(r) == 0 || r->waits) return 0;
    forget(r);
    return conn_refuse(c, c->last_stream, 14, GIVEN_UP);
}

// A whole header. -1: the connection is closed.
static int conn_head(struct conn *c) {
    uint32_t size = big32(c->head), stream = big32(c->head + 4);
    int type = c->head[8];
    c->have = 0;
    if ((type != REQUEST && (type != LOG || size >= PATH_MAX)) || size > FRAME_MAX) {
        c->skip = size;
        if (type == REQUEST) return conn_refuse(c, stream, 8, "a message is larger than 4 MiB");
        return 0;
    }
    c->filling = malloc(sizeof *c->filling + FRAME_HEADER + size + 1);
    if (c->filling == NULL) {
        c->skip = size;
        return conn_refuse(c, stream, 8, "the shim has no memory for this message");
    }
    *c->filling = (struct request){.conn = c->id, .stream = stream, .size = FRAME_HEADER + size};
    memcpy(c->filling->frame, c->head, FRAME_HEADER);
    c->filling->frame[FRAME_HEADER + size] = 0;
    c->filled = FRAME_HEADER;
    return 0;
}

static int conn_take(struct conn *c, const uint8_t *bytes, size_t size) {
    while (size > 0 || (c->filling != NULL && c->filled == c->filling->size)) {
        size_t n;
        if (c->skip > 0) {
            n = size < c->skip ? size : (size_t)c->skip;
            c->skip -= n;
        } else if (c->filling == NULL) {
            n = size < FRAME_HEADER - c->have ? size : FRAME_HEADER - c->have;
            memcpy(c->head + c->have, bytes, n);
            c->have += n;
            if (c->have == FRAME_HEADER && conn_head(c) != 0) return -1;
        } else {
            size_t left = c->filling->size - c->filled;
            n = size < left ? size : left;
            memcpy(c->filling->frame + c->filled, bytes, n);
            c->filled += n;
            if (n == left) {
                struct request *r = c->filling;
                c->filling = NULL;
                if (conn_frame(c, r) != 0) return -1;
            }
        }
        bytes += n;
        size -= n;
    }
    return 0;
}

static void conn_ready(struct watch *watch, uint32_t events) {
    static uint8_t bytes[65536];
    struct conn *c = OUTER(struct conn, watch, watch);
    if (events & EPOLLOUT && (buffer_write(&c->out, watch->fd) != 0)) {
        conn_close(c);
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        ssize_t n = read(watch->fd, bytes, sizeof bytes);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            conn_close(c);
            return;
        }
        if (n > 0 && conn_take(c, bytes, (size_t)n) != 0) return;
    }
    conns_flow();
    conn_wants(c);
}

// ---- All connections.

static void on_connect(struct watch *watch, uint32_t events) {
    (void)events;
    int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
        say(ERROR, "a connection cannot be taken: %s", strerror(errno));
        watch_for(watch, 0); // not again and again
        timer_set(&accept_again, 1000 * MILLI);
    }
    if (fd < 0) return;
    last_accept = now_ns();
    if (conn_count >= CONNS_MAX) {
        close(fd);
        return;
    }
    struct conn *c = need(sizeof *c);
    c->watch = (struct watch){.fd = fd, .ready = conn_ready};
    c->id = ++last_id == 0 ? ++last_id : last_id;
    c->next = conns;
    conns = c;
    conn_count++;
    conn_wants(c);
}

static void on_accept_again(struct timer *timer) {
    (void)timer;
    watch_for(&listener, EPOLLIN);
}

void conns_listen(int listening) {
    fcntl(listening, F_SETFL, O_NONBLOCK);
    listener = (struct watch){.fd = listening, .ready = on_connect};
    accept_again.fire = on_accept_again;
    last_accept = now_ns();
    if (watch_for(&listener, EPOLLIN) != 0) fail("the listening socket cannot be watched: %s", strerror(errno));
}

void conns_stop(void) { watch_close(&listener); }

void conns_flow(void) {
    int stop = link_full() || kept > KEPT_MAX;
    if (stop == stopped_reading) return;
    stopped_reading = stop;
    for (struct conn *c = conns; c != NULL; c = c->next) conn_wants(c);
}

int conns_recent(void) { return now_ns() - last_accept < linger_ns; }

int conns_pending(void) {
    struct pollfd ready = {listener.fd, POLLIN, 0};
    return listener.fd >= 0 && poll(&ready, 1, 0) != 0;
}

void conns_greet(void) {
    for (struct conn *c = conns; c != NULL; c = c->next) {
        if (c->announced) link_send('O', c->id, NULL, 0);
    }
}

void conn_answer(uint32_t id, const uint8_t *frame, size_t size) {
    struct conn *c = conns;
    while (c != NULL && c->id != id) c = c->next;
    if (c == NULL) return; // it went away meanwhile
    uint32_t stream = big32(frame + 4);
    struct request *r = requests;
    while (r != NULL && (r->conn != id || r->stream != stream)) r = r->next;
    if (r == NULL) return; // answered before the last JVM ended
    if (frame[8] == RESPONSE) forget(r);
    if (conn_send(c, frame, size) == 0) conns_flow();
}

void conns_refuse(int code, const char *why) {
    for (struct request *r = requests, *next; r != NULL; r = next) {
        next = r->next;
        if (r->waits) continue;
        struct conn *c = conns;
        while (c->id != r->conn) c = c->next;
        uint32_t stream = r->stream;
        forget(r);
        if (conn_refuse(c, stream, code, why) != 0) next = requests; // and all others of that connection
    }
    conns_flow();
}
