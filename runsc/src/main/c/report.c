// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Errors and warnings. Engines take the text of an error from --log (containerd, Docker) or from stderr (podman), so an
// error goes to both. A warning must not get into the container's output, which stderr may be: it goes to --log if there
// is one.

#include "runsc.h"
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>

static void now(char *text, size_t size) {
    time_t t = time(NULL);
    struct tm utc;
    gmtime_r(&t, &utc);
    strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static void write_entry(const char *path, const char *level, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "a");
    if (f == NULL) return;
    char when[32];
    now(when, sizeof when);
    if (options.log_format != NULL && strncmp(options.log_format, "json", 4) == 0) {
        fprintf(f, "{\"level\":\"%s\",\"msg\":", level);
        json_write_string(f, text);
        fprintf(f, ",\"time\":\"%s\"}\n", when);
    } else {
        fprintf(f, "time=\"%s\" level=%s msg=", when, level);
        json_write_string(f, text);
        fprintf(f, "\n");
    }
    fclose(f);
}

static int has_log(void) {
    return options.log != NULL && *options.log != 0 && strcmp(options.log, "/dev/stderr") != 0;
}

static void say_error_list(const char *format, va_list list) {
    char text[2 * PATH_MAX];
    vsnprintf(text, sizeof text, format, list);
    fprintf(stderr, "%s: %s\n", program, text);
    if (has_log()) write_entry(options.log, "error", text);
}

void say_error(const char *format, ...) {
    va_list list;
    va_start(list, format);
    say_error_list(format, list);
    va_end(list);
}

void say_warning(const char *format, ...) {
    char text[2 * PATH_MAX];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (has_log()) write_entry(options.log, "warning", text);
    else fprintf(stderr, "%s: warning: %s\n", program, text);
}

void fail(const char *format, ...) {
    va_list list;
    va_start(list, format);
    say_error_list(format, list);
    va_end(list);
    if (options.verb != NULL && strcmp(options.verb, "do") == 0) exit(FAILED);
    exit(options.verb != NULL && strcmp(options.verb, "exec") == 0 ? 255 : 1); // as runc
}

// --debug-log as gVisor has it: a directory if it ends in a slash; %COMMAND%, %TIMESTAMP% and %ID% are replaced.
static void log_name(const char *what, char *path, size_t size) {
    char when[32];
    now(when, sizeof when);
    size_t n = 0;
    const char *from = options.debug_log;
    while (*from != 0 && n + 300 < size) {
        const char *put = NULL;
        size_t length = 1;
        if (strncmp(from, "%COMMAND%", 9) == 0) put = what, length = 9;
        else if (strncmp(from, "%TIMESTAMP%", 11) == 0) put = when, length = 11;
        else if (strncmp(from, "%ID%", 4) == 0) put = options.id == NULL ? "" : options.id, length = 4;
        if (put == NULL) path[n++] = *from;
        else n += snprintf(path + n, size - n, "%s", put);
        from += length;
    }
    path[n] = 0;
    if (n > 0 && path[n - 1] == '/') {
        mkdir(path, 0700);
        snprintf(path + n, size - n, "runsc.log.%s.%s.txt", when, what);
    }
}

int open_debug_log(const char *what) {
    static int fd = -2;
    if (fd != -2) return fd;
    fd = -1;
    if (options.debug_log == NULL || *options.debug_log == 0) return fd;
    char path[PATH_MAX + 512];
    log_name(what, path, sizeof path);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    return fd;
}

void say_debug(const char *format, ...) {
    int fd = open_debug_log(options.verb == NULL ? "runsc" : options.verb);
    if (fd < 0) return;
    char text[2 * PATH_MAX], when[32];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    now(when, sizeof when);
    dprintf(fd, "%s %s[%d]: %s\n", when, program, getpid(), text);
}
