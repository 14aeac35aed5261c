// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Terminals. The runtime sends the master to a socket; from then on what passes between it and the FIFOs is carried here, no
// faster than the slower side takes it.

#include "shim.h"
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#define ENOUGH 65536          // bytes that wait on one side
#define PATIENCE (1500 * MILLI) // with a reader that does not read the end

struct console {
    struct console *next;
    char *name, *path; // of the socket
    struct watch listener, peer, master, in, out;
    int in_write; // so that input does not end before closeio
    int plain;    // output is a file: always takes
    int width, height, dropping;
    struct buffer to_master, to_out;
    struct logger *logger;
    struct timer limit;
};

static struct console *consoles;

static struct console *find(const char *name) {
    struct console *c = consoles;
    while (c != NULL && strcmp(c->name, name) != 0) c = c->next;
    return c;
}

static void finish(struct console *c) {
    struct console **at = &consoles;
    while (*at != c) at = &(*at)->next;
    *at = c->next;
    if (held(&c->to_out) > 0) say(WARNING, "the last %zu bytes of the terminal of %s had no reader", held(&c->to_out), c->name);
    timer_off(&c->limit);
    if (*c->path != 0) unlink(c->path);
    struct watch *all[] = {&c->listener, &c->peer, &c->master, &c->in, &c->out};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) watch_close(all[i]);
    if (c->in_write >= 0) close(c->in_write);
    if (c->logger != NULL) logger_end(c->logger);
    buffer_free(&c->to_master);
    buffer_free(&c->to_out);
    int dropping = c->dropping;
    if (dropping) link_say(c->name, "ok");
    free(c->path);
    free(c->name);
    free(c);
}

// ---- Carrying.

static void write_out(struct console *c) {
    if (c->out.fd >= 0 && buffer_write(&c->to_out, c->out.fd) == 0) return;
    if (c->out.fd >= 0) watch_close(&c->out); // nobody will read any more; the container must not notice
    buffer_taken(&c->to_out, held(&c->to_out));
}

// 1: there may be more.
static int read_master(struct console *c) {
    static uint8_t bytes[8192];
    if (c->master.fd < 0 || held(&c->to_out) >= ENOUGH) return 0;
    ssize_t n = read(c->master.fd, bytes, sizeof bytes);
    if (n > 0) {
        buffer_add(&c->to_out, bytes, (size_t)n);
        write_out(c);
        return 1;
    }
    if (n < 0 && errno == EINTR) return 1;
    if (n < 0 && errno == EAGAIN) return 0;
    watch_close(&c->master); // EIO: nobody has the other side
    return 0;
}

static void read_in(struct console *c) {
    static uint8_t bytes[4096];
    ssize_t n = c->in.fd < 0 || held(&c->to_master) >= ENOUGH ? -1 : read(c->in.fd, bytes, sizeof bytes);
    if (n == 0) watch_close(&c->in);
    if (n > 0) buffer_add(&c->to_master, bytes, (size_t)n);
}

static void write_master(struct console *c) {
    if (c->master.fd >= 0 && buffer_write(&c->to_master, c->master.fd) != 0) buffer_taken(&c->to_master, held(&c->to_master));
}

// What to wait for next. May end the console.
static void settle(struct console *c) {
    if (c->dropping) {
        while (read_master(c)) {
        }
        if (held(&c->to_out) == 0) {
            finish(c);
            return;
        }
    }
    watch_for(&c->master, c->master.fd < 0 ? 0 : (held(&c->to_out) < ENOUGH ? EPOLLIN : 0) | (held(&c->to_master) > 0 ? EPOLLOUT : 0));
    if (c->in.fd >= 0 && watch_for(&c->in, held(&c->to_master) < ENOUGH ? EPOLLIN : 0) != 0) watch_close(&c->in); // /dev/null
    if (c->out.fd >= 0 && !c->plain) watch_for(&c->out, held(&c->to_out) > 0 ? EPOLLOUT : 0);
}

static void on_master(struct watch *watch, uint32_t events) {
    struct console *c = OUTER(struct console, master, watch);
    if (events & EPOLLOUT) write_master(c);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_master(c);
    settle(c);
}

static void on_in(struct watch *watch, uint32_t events) {
    struct console *c = OUTER(struct console, in, watch);
    (void)events;
    read_in(c);
    write_master(c);
    settle(c);
}

static void on_out(struct watch *watch, uint32_t events) {
    struct console *c = OUTER(struct console, out, watch);
    (void)events;
    write_out(c);
    settle(c);
}

// ---- The master comes.

static int receive_master(int fd) {
    char bytes[4096];
    struct iovec part = {bytes, sizeof bytes};
    union {
        char space[CMSG_SPACE(4 * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    int master = -1;
    ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (n < 0) return errno == EAGAIN || errno == EINTR ? -2 : -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c != NULL; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
            int got;
            memcpy(&got, CMSG_DATA(c) + i * sizeof got, sizeof got);
            if (master < 0) master = got;
            else close(got);
        }
    }
    return master;
}

static void on_peer(struct watch *watch, uint32_t events) {
    struct console *c = OUTER(struct console, peer, watch);
    (void)events;
    int master = receive_master(watch->fd);
    if (master == -2) return;
    watch_close(watch);
    if (master < 0) { // another may come
        watch_for(&c->listener, EPOLLIN);
        return;
    }
    watch_close(&c->listener);
    unlink(c->path);
    fcntl(master, F_SETFL, O_NONBLOCK);
    c->master.fd = master;
    if (c->width > 0 || c->height > 0) console_resize(c->name, c->width, c->height);
    write_master(c);
    settle(c);
}

static void on_listener(struct watch *watch, uint32_t events) {
    struct console *c = OUTER(struct console, listener, watch);
    (void)events;
    int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    watch_for(watch, 0); // one at a time
    c->peer.fd = fd;
    watch_for(&c->peer, EPOLLIN);
}

static int listen_for_master(struct console *c) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *slash = strrchr(c->path, '/');
    char directory[PATH_MAX];
    int dir = -1, s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0 || slash == NULL) return -1;
    unlink(c->path);
    if (strlen(c->path) < sizeof address.sun_path) {
        strcpy(address.sun_path, c->path);
    } else {
        snprintf(directory, sizeof directory, "%.*s", (int)(slash - c->path), c->path);
        dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
        snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d%s", dir, slash);
    }
    mode_t mask = umask(0177);
    int bad = bind(s, (struct sockaddr *)&address, sizeof address) != 0 || listen(s, 4) != 0;
    int error = errno;
    umask(mask);
    if (dir >= 0) close(dir);
    c->listener.fd = s;
    errno = error;
    return bad || watch_for(&c->listener, EPOLLIN) != 0 ? -1 : 0;
}

// ---- Its streams.

static void on_logger(void *with, const char *why) {
    struct console *c = with;
    if (why == NULL) {
        link_say(c->name, "ok");
        return;
    }
    link_say(c->name, "error %s", why);
    finish(c);
}

static int open_logger(struct console *c, const char *uri, char *why, size_t size) {
    int ends[2], none = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    c->out.fd = ends[1];
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    c->logger = logger_start(uri, c->name, ends[0], none, on_logger, c);
    if (c->logger == NULL) snprintf(why, size, "the logger %s cannot be started: %s", uri, strerror(errno));
    close(ends[0]);
    close(none);
    return c->logger == NULL ? -1 : 0;
}

static int open_output(struct console *c, const char *path, char *why, size_t size) {
    struct stat status;
    if (*path == 0) return 0;
    if (uri_is(path, "binary")) return open_logger(c, path, why, size);
    c->out.fd = open_out(path, why, size);
    if (c->out.fd < 0) return -1;
    c->plain = fstat(c->out.fd, &status) == 0 && !S_ISFIFO(status.st_mode);
    return 0;
}

static int open_input(struct console *c, const char *text, char *why, size_t size) {
    char path[PATH_MAX];
    struct stat status;
    if (*text == 0) return 0;
    uri_path(text, path, sizeof path);
    c->in.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (c->in.fd < 0) {
        snprintf(why, size, "%s: %s", path, strerror(errno));
        return -1;
    }
    if (fstat(c->in.fd, &status) == 0 && S_ISFIFO(status.st_mode)) c->in_write = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return 0;
}

static void on_limit(struct timer *timer) { finish(OUTER(struct console, limit, timer)); }

// ---- Orders.

void console_open(const char *name, const char *socket, const char *in, const char *out) {
    char why[PATH_MAX + 256] = "";
    struct console *before = find(name), *c = need(sizeof *c);
    *c = (struct console){.next = consoles, .name = strdup(name), .path = strdup(socket), .in_write = -1};
    c->listener = (struct watch){.fd = -1, .ready = on_listener};
    c->peer = (struct watch){.fd = -1, .ready = on_peer};
    c->master = (struct watch){.fd = -1, .ready = on_master};
    c->in = (struct watch){.fd = -1, .ready = on_in};
    c->out = (struct watch){.fd = -1, .ready = on_out};
    c->limit.fire = on_limit;
    consoles = c;
    int bad = open_input(c, in, why, sizeof why) != 0 || open_output(c, out, why, sizeof why) != 0;
    if (!bad && listen_for_master(c) != 0) {
        snprintf(why, sizeof why, "cannot listen at %s: %s", socket, strerror(errno));
        bad = 1;
    }
    if (before != NULL) { // only now: its reader must not see an end in between
        before->dropping = 0; // no answer is waited for
        if (strcmp(before->path, socket) == 0) before->path[0] = 0; // it is the new one's
        finish(before);
    }
    if (bad) {
        link_say(name, "error %s", why);
        finish(c);
        return;
    }
    if (c->logger == NULL) link_say(name, "ok");
    settle(c);
}

int console_resize(const char *name, int width, int height) {
    struct console *c = find(name);
    if (c == NULL) return -1;
    struct winsize size = {.ws_col = (unsigned short)width, .ws_row = (unsigned short)height};
    c->width = width;
    c->height = height;
    if (c->master.fd >= 0 && ioctl(c->master.fd, TIOCSWINSZ, &size) != 0) return -1;
    return 0;
}

int console_close_input(const char *name) {
    struct console *c = find(name);
    if (c == NULL) return -1;
    if (c->in_write >= 0) close(c->in_write);
    c->in_write = -1;
    return 0;
}

int console_drop(const char *name) {
    struct console *c = find(name);
    if (c == NULL) return 0;
    c->dropping = 1;
    timer_set(&c->limit, PATIENCE);
    settle(c);
    return 1;
}

void consoles_flush(void) {
    for (struct console *c = consoles; c != NULL; c = c->next) {
        while (read_master(c)) {
        }
        write_out(c);
    }
}
