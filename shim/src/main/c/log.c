// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Lines as containerd's own log has them. They go to a file of bounded size beside the states, and to the FIFO `log` of the
// newest bundle, from where containerd copies them. Nothing here waits: a FIFO that nobody reads loses lines, the file does not.

#include "shim.h"
#include <stdarg.h>

#define LARGEST (1 << 20) // of a log file; the one before is kept

static int file = -1, fifo = -1;
static char *file_path;
static off_t written;

void log_open(const char *path) {
    if (file >= 0) close(file);
    if (file_path == NULL) file_path = strdup(path);
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct stat status;
    written = file >= 0 && fstat(file, &status) == 0 ? status.st_size : 0;
}

void log_to(const char *path) {
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    struct stat status;
    if (fd < 0) return;
    if (fstat(fd, &status) != 0 || !S_ISFIFO(status.st_mode)) {
        close(fd);
        return;
    }
    if (fifo >= 0) close(fifo);
    fifo = fd;
}

static void put(const char *text, size_t size) {
    if (file < 0 && fifo < 0) {
        if (write(STDERR_FILENO, text, size) < 0) return;
        return;
    }
    if (fifo >= 0 && write(fifo, text, size) < 0 && errno == EPIPE) {
        close(fifo); // that bundle is gone
        fifo = -1;
    }
    if (file < 0) return;
    if (write(file, text, size) > 0) written += (off_t)size;
    if (written < LARGEST) return;
    char old[PATH_MAX];
    if (snprintf(old, sizeof old, "%s.1", file_path) >= (int)sizeof old || rename(file_path, old) != 0) return;
    log_open(file_path);
}

static size_t head(char *line, size_t size, const char *level) {
    struct timespec now;
    struct tm parts;
    char time[32];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S", &parts);
    return (size_t)snprintf(line, size, "time=\"%s.%09ldZ\" level=%s msg=\"", time, now.tv_nsec, level);
}

static void put_quoted(const char *level, const char *text) {
    char line[4096];
    size_t n = head(line, sizeof line, level);
    for (; *text != 0 && n < sizeof line - 40; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') line[n++] = '\\';
        if (c == '\t') line[n++] = ' ';
        else if (c < 0x20 || c == 0x7f) n += (size_t)snprintf(line + n, 6, "\\x%02x", c);
        else line[n++] = (char)c;
    }
    n += (size_t)snprintf(line + n, sizeof line - n, "\" runtime=io.containerd.runsc.v1\n");
    put(line, n);
}

void say(enum level level, const char *format, ...) {
    static const char *const names[] = {"debug", "info", "warning", "error"};
    if (level == DEBUG && !flags.debug) return;
    char text[3072];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    put_quoted(names[level], text);
}

void say_line(const char *line) {
    if (strncmp(line, "time=", 5) != 0) {
        put_quoted("error", line);
        return;
    }
    char text[4096];
    int n = snprintf(text, sizeof text - 1, "%s", line);
    if (n >= (int)sizeof text - 1) n = (int)sizeof text - 2;
    text[n++] = '\n';
    put(text, (size_t)n);
}

void fail(const char *format, ...) {
    char text[3072];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (file >= 0 || fifo >= 0) say(ERROR, "%s", text);
    else fprintf(stderr, "containerd-shim-runsc-v1: %s\n", text);
    exit(1);
}
