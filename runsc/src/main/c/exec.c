// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// `exec`: a process more in a running container. The process that stands for it is this one, or with --detach a child that
// becomes the engine's; it ends with the status.

#include "runsc.h"
#include <sys/mman.h>
#include <ctype.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define NOT_STARTED 255 // as runc: nothing to do with the program's own statuses

static void write_strings(FILE *out, const char *name, char *const *all, int count) {
    fprintf(out, ",\"%s\":[", name);
    for (int i = 0; i < count; i++) {
        if (i > 0) fputc(',', out);
        json_write_string(out, all[i]);
    }
    fputc(']', out);
}

static long id_number(const char *text, char **end) {
    long id = isdigit((unsigned char)*text) ? strtol(text, end, 10) : -1;
    return id < 0 || id > UINT_MAX ? -1 : id;
}

static void write_gids(FILE *out) {
    fprintf(out, ",\"additionalGids\":[");
    for (int i = 0; i < options.gids.count; i++) {
        char *end;
        long gid = id_number(options.gids.item[i], &end);
        if (gid < 0 || *end != 0) fail("--additional-gids takes a number, not \"%s\"", options.gids.item[i]);
        fprintf(out, "%s%ld", i == 0 ? "" : ",", gid);
    }
    fputc(']', out);
}

static void write_capabilities(FILE *out) {
    fprintf(out, ",\"caps\":[");
    for (int i = 0; i < options.caps.count; i++) {
        char name[64];
        const char *given = options.caps.item[i], *prefix = strncasecmp(given, "CAP_", 4) == 0 ? "" : "CAP_";
        if (snprintf(name, sizeof name, "%s%s", prefix, given) >= 64) fail("unknown capability \"%s\"", given);
        for (char *c = name; *c != 0; c++) *c = (char)toupper((unsigned char)*c);
        if (i > 0) fputc(',', out);
        json_write_string(out, name);
    }
    fputc(']', out);
}

static void write_text(FILE *out, const char *name, const char *value) {
    if (value == NULL) return;
    fprintf(out, ",\"%s\":", name);
    json_write_string(out, value);
}

// A copy in memory of a small file: the sandbox is not to have a file of the host's that it could open for writing.
static int copy_of(const char *path) {
    int from = open(path, O_RDONLY | O_CLOEXEC), to = memfd_create("process.json", MFD_CLOEXEC);
    char block[8192];
    ssize_t n = -1;
    while (from >= 0 && to >= 0 && (n = read(from, block, sizeof block)) > 0 && write(to, block, n) == n) {
    }
    int error = errno;
    if (from >= 0) close(from);
    if (n == 0 && lseek(to, 0, SEEK_SET) == 0) return to;
    if (to >= 0) close(to);
    errno = error;
    return -1;
}

// What the options say; the rest is as in --process or in config.json.
static void write_request(FILE *out, int terminal) {
    fprintf(out, "{\"tty\":%s,\"detach\":%s", terminal ? "true" : "false", options.detach ? "true" : "false");
    if (options.arg_count > 0) write_strings(out, "args", options.args, options.arg_count);
    if (options.env.count > 0) write_strings(out, "env", (char **)options.env.item, options.env.count);
    write_text(out, "cwd", options.cwd);
    write_text(out, "user", options.user);
    if (options.gids.count > 0) write_gids(out);
    if (options.caps.count > 0) write_capabilities(out);
    if (options.no_new_privs) fprintf(out, ",\"noNewPrivs\":true");
    fprintf(out, "}");
}

// What --process says about a terminal.
static int process_terminal(int *rows, int *columns) {
    static char text[1 << 20];
    char name[32], part[32];
    int terminal = 0, n = read_small(AT_FDCWD, options.process, text, sizeof text);
    if (n < 0) fail("cannot read --process %s: %s", options.process, strerror(errno));
    struct json j = {.at = text, .end = text + n};
    if (!json_object(&j)) j.bad = 1;
    while (json_member(&j, name, sizeof name)) {
        if (strcmp(name, "terminal") == 0) {
            terminal = json_true(&j);
        } else if (strcmp(name, "consoleSize") == 0 && json_object(&j)) {
            while (json_member(&j, part, sizeof part)) {
                if (strcmp(part, "height") == 0) *rows = (int)json_number(&j);
                else if (strcmp(part, "width") == 0) *columns = (int)json_number(&j);
                else json_skip(&j);
            }
        } else {
            json_skip(&j);
        }
    }
    if (j.bad) fail("--process %s: not JSON, at byte %ld", options.process, (long)(j.at - text));
    return terminal;
}

static void send_request(int socket, const char *request, int tty, int preserved) {
    int fds[64], count = 0;
    char labels[1024] = "";
    size_t n = 0;
    if (options.process != NULL) {
        fds[count] = copy_of(options.process);
        if (fds[count++] < 0) fail("cannot open --process %s: %s", options.process, strerror(errno));
        n = sprintf(labels, "process,");
    }
    if (tty >= 0) {
        fds[count++] = tty;
        n += sprintf(labels + n, "console");
    } else {
        for (int fd = 0; fd <= 2; fd++) fds[count++] = fd;
        n += sprintf(labels + n, "stdin,stdout,stderr");
    }
    for (int i = 0; i < preserved; i++) {
        if (fcntl(3 + i, F_GETFD) < 0) fail("--preserve-fds %d: descriptor %d is not open", preserved, 3 + i);
        fds[count++] = 3 + i;
        n += sprintf(labels + n, ",preserve:%d", 3 + i);
    }
    const char *words[] = {"exec", options.id, request, labels};
    if (send_words(socket, words, 4, fds, count) != 0) {
        fail(errno == EMSGSIZE ? "cannot exec in container %s: arguments and environment are too long: %s"
                               : "cannot exec in container %s: its sandbox does not answer: %s", options.id, strerror(errno));
    }
    if (options.process != NULL) close(fds[0]);
}

// Detached: the child stands for the process; we go as soon as it runs.
static int detach(int socket, int tty) {
    int started[2];
    if (pipe2(started, O_CLOEXEC) != 0) fail("a pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0) fail("cannot fork: %s", strerror(errno));
    if (pid == 0) {
        setsid();
        prctl(PR_SET_NAME, "runsc-exec");
        if (tty >= 0) ioctl(tty, TIOCSCTTY, 0);
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = 0; fd <= 2; fd++) dup2(null, fd);
        int mine = fcntl(socket, F_DUPFD, 1000), tell = fcntl(started[1], F_DUPFD, 1000);
        syscall(SYS_close_range, 3u, 999u, 0);
        _exit(follow(mine, signal_set(), NULL, tell));
    }
    close(started[1]);
    char text[4096] = "";
    size_t n = 0;
    ssize_t got;
    while (n < sizeof text - 1 && (got = read(started[0], text + n, sizeof text - 1 - n)) > 0) {
        n += got;
        if (text[n - 1] == '\n') break;
    }
    text[n] = 0;
    if (text[0] == 'S') {
        write_pid_file(options.pid_file, pid);
        return 0;
    }
    text[strcspn(text, "\n")] = 0;
    say_error("cannot exec in container %s: %s", options.id, n > 1 ? text + 1 : "its sandbox died");
    int status = NOT_STARTED;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : NOT_STARTED;
}

// With a terminal of our own: what the user types goes to its master.
static int follow_terminal(int socket, int master, int signals) {
    copy_size(master);
    raw_terminal();
    int status = follow_bridged(socket, signals, master);
    restore_terminal();
    return status;
}

int exec_command(void) {
    struct container c;
    need_container(options.id, &c);
    if (!c.alive) fail("cannot exec in a stopped container: %s", c.id);
    if (!options.ignore_paused && is_paused(&c)) fail("cannot exec in a paused container: %s (use --ignore-paused to override)", c.id);
    int rows = 0, columns = 0, master = -1, tty = -1;
    int terminal = options.process != NULL ? process_terminal(&rows, &columns) || options.tty : options.tty;
    if (options.process == NULL && options.arg_count == 0) fail("exec needs a command: %s exec %s COMMAND, or --process FILE", program, c.id);
    if (options.console_size != NULL) sscanf(options.console_size, "%dx%d", &rows, &columns);
    int preserved = options.preserve_fds == NULL ? 0 : atoi(options.preserve_fds);
    if (preserved < 0 || preserved > 50) fail("--preserve-fds takes a number up to 50");
    char *request;
    size_t size;
    FILE *out = open_memstream(&request, &size);
    if (out == NULL) fail("out of memory");
    write_request(out, terminal);
    fclose(out);
    int socket = connect_sandbox(&c);
    if (socket < 0) fail("cannot exec in container %s: container not running; its sandbox does not answer: %s", c.id, strerror(errno));
    if (terminal) {
        if (options.detach && options.console_socket == NULL) {
            fail("cannot allocate tty if runsc will detach without setting console socket: give --console-socket");
        }
        tty = open_console(options.console_socket, rows, columns, &master);
        if (tty < 0) fail("cannot exec in container %s: no terminal: %s", c.id, strerror(errno));
    }
    send_request(socket, request, tty, preserved);
    if (options.detach) return detach(socket, tty);
    write_pid_file(options.pid_file, getpid());
    int signals = signal_set();
    if (master >= 0) {
        close(tty);
        return follow_terminal(socket, master, signals);
    }
    if (tty >= 0 && (getsid(0) == getpid() || setsid() > 0)) ioctl(tty, TIOCSCTTY, 0);
    return follow(socket, signals, stdout, -1);
}
