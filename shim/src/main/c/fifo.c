// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Streams of containers. A container has the FIFOs themselves; here they are only held, both sides, so that none of those who
// read and write sees an end when another one starts anew. Opening one never waits.

#include "shim.h"

struct keep {
    struct keep *next;
    char *name;
    int in_read, in_write, out, err;
    struct logger *logger;
    char *out_path, *err_path; // of FIFOs that were made for loggers
};

static struct keep *keeps;
static void forget(struct keep *k);

int uri_is(const char *text, const char *scheme) {
    size_t n = strlen(scheme);
    return strncmp(text, scheme, n) == 0 && strncmp(text + n, "://", 3) == 0;
}

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

void percent_decode(const char *text, const char *stop, char *plain, size_t size) {
    size_t n = 0;
    for (; *text != 0 && strchr(stop, *text) == NULL && n + 1 < size; text++) {
        int escaped = *text == '%' && hex(text[1]) >= 0 && hex(text[2]) >= 0;
        plain[n++] = escaped ? (char)(hex(text[1]) << 4 | hex(text[2])) : *text;
        if (escaped) text += 2;
    }
    plain[n] = 0;
}

// The path in a URI, up to its query. What begins with a slash is a path as it stands.
void uri_path(const char *uri, char *path, size_t size) {
    const char *at = *uri == '/' ? NULL : strstr(uri, "://");
    if (at == NULL) snprintf(path, size, "%s", uri);
    else percent_decode(at + 3, "?", path, size);
}

static int open_file(const char *path) {
    char directory[PATH_MAX];
    snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    if (slash != NULL && slash != directory) {
        *slash = 0;
        if (make_directories(directory, 0755) != 0) return -1;
    }
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
}

int open_out(const char *text, char *why, size_t size) {
    char path[PATH_MAX];
    struct stat status;
    uri_path(text, path, sizeof path);
    int fd = uri_is(text, "file") ? open_file(path) : open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0 && fstat(fd, &status) == 0 && !S_ISFIFO(status.st_mode)) {
        close(fd);
        fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
    }
    if (fd < 0) snprintf(why, size, "%s: %s", path, strerror(errno));
    return fd;
}

// ---- Loggers read from FIFOs that are made for them.

static char *make_fifo(const char *kind) {
    static unsigned number;
    char *path, directory[PATH_MAX + 8];
    snprintf(directory, sizeof directory, "%s/io", place.state);
    make_directories(directory, 0700);
    for (;;) {
        if (asprintf(&path, "%s/%u.%s", directory, ++number, kind) < 0) return NULL;
        if (mkfifo(path, 0600) == 0) return path;
        int taken = errno == EEXIST;
        free(path);
        if (!taken) return NULL;
    }
}

static void on_logger(void *with, const char *why) {
    struct keep *k = with;
    if (why == NULL) {
        link_say(k->name, "ok%c%s%c%s", 0, k->out_path == NULL ? "" : k->out_path, 0, k->err_path == NULL ? "" : k->err_path);
        return;
    }
    link_say(k->name, "error %s", why);
    forget(k);
}

// The reading end, as a program expects one.
static int reader_of(const char *path) {
    int fd = path == NULL ? open("/dev/null", O_RDONLY | O_CLOEXEC) : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) fcntl(fd, F_SETFL, 0);
    return fd;
}

// -1: there is none; else it will say so when it is ready.
static int keep_logger(struct keep *k, const char *out, const char *err, char *why, size_t size) {
    if (uri_is(out, "binary")) {
        k->out_path = make_fifo("out");
        k->out = k->out_path == NULL ? -1 : open_out(k->out_path, why, size);
        if (k->out < 0) return -1;
    }
    if (uri_is(err, "binary")) {
        k->err_path = make_fifo("err");
        k->err = k->err_path == NULL ? -1 : open_out(k->err_path, why, size);
        if (k->err < 0) return -1;
    }
    int out_end = reader_of(k->out_path), err_end = reader_of(k->err_path);
    k->logger = logger_start(uri_is(out, "binary") ? out : err, k->name, out_end, err_end, on_logger, k);
    if (k->logger == NULL) snprintf(why, size, "the logger %s cannot be started: %s", uri_is(out, "binary") ? out : err, strerror(errno));
    close(out_end);
    close(err_end);
    return k->logger == NULL ? -1 : 0;
}

// ---- Orders.

static struct keep **find(const char *name) {
    struct keep **k = &keeps;
    while (*k != NULL && strcmp((*k)->name, name) != 0) k = &(*k)->next;
    return k;
}

static void shut(int *fd) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

static void forget(struct keep *k) {
    struct keep **at = &keeps;
    while (*at != k) at = &(*at)->next;
    *at = k->next;
    shut(&k->in_write);
    shut(&k->in_read);
    shut(&k->out);
    shut(&k->err);
    if (k->out_path != NULL) unlink(k->out_path);
    if (k->err_path != NULL) unlink(k->err_path);
    if (k->logger != NULL) logger_end(k->logger);
    free(k->out_path);
    free(k->err_path);
    free(k->name);
    free(k);
}

static int hold_input(struct keep *k, const char *text, char *why, size_t size) {
    char path[PATH_MAX];
    struct stat status;
    if (*text == 0) return 0;
    uri_path(text, path, sizeof path);
    k->in_read = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (k->in_read < 0) {
        snprintf(why, size, "%s: %s", path, strerror(errno));
        return -1;
    }
    if (fstat(k->in_read, &status) == 0 && S_ISFIFO(status.st_mode)) k->in_write = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (k->in_write < 0) shut(&k->in_read); // a file needs nobody
    return 0;
}

static int hold_output(int *fd, const char *path, char *why, size_t size) {
    struct stat status;
    if (*path == 0 || uri_is(path, "file") || uri_is(path, "binary")) return 0;
    *fd = open_out(path, why, size);
    if (*fd < 0) return -1;
    if (fstat(*fd, &status) == 0 && !S_ISFIFO(status.st_mode)) shut(fd);
    return 0;
}

void keep_open(const char *name, const char *in, const char *out, const char *err) {
    char why[PATH_MAX + 256] = "no FIFO can be made";
    struct keep *before = *find(name), *k = need(sizeof *k);
    *k = (struct keep){.next = keeps, .name = strdup(name), .in_read = -1, .in_write = -1, .out = -1, .err = -1};
    keeps = k;
    int logs = uri_is(out, "binary") || uri_is(err, "binary");
    if (hold_input(k, in, why, sizeof why) != 0 || hold_output(&k->out, out, why, sizeof why) != 0 ||
        hold_output(&k->err, err, why, sizeof why) != 0 || (logs && keep_logger(k, out, err, why, sizeof why) != 0)) {
        link_say(name, "error %s", why);
        forget(k);
    } else if (!logs) {
        link_say(name, "ok");
    }
    if (before != NULL) forget(before); // only now: its reader must not see an end in between
}

int keep_close_input(const char *name) {
    struct keep *k = *find(name);
    if (k == NULL) return -1;
    shut(&k->in_write);
    shut(&k->in_read);
    return 0;
}

void keep_drop(const char *name) {
    struct keep *k = *find(name);
    if (k != NULL) forget(k);
}
