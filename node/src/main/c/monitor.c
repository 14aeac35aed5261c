// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// sandjar-monitor - the parent of one container, so that the node agent may die without the container noticing.
//
//   sandjar-monitor --dir DIR [--log FILE] [--log-max BYTES] [--log-files N] [--console PATH] [--stdin] [--oom FILE]... -- RUNTIME... create ... ID
//   sandjar-monitor --logger --dir DIR --log FILE [--log-max BYTES] [--log-files N] [--stdin]
//
// It leaves its caller's session, becomes the subreaper, runs the command (which makes the container, whose streams are the
// command's own, and writes DIR/pid), and tells the caller how that went: "ok PID" or "error STATUS" and what the command said.
// Then it copies the container's output to the log in the form of the CRI ("TIME stdout F text"; P: the line goes on), rotates it,
// and at the container's end writes DIR/exit in one step. In DIR/control it listens: whoever is connected sees by the end of the
// connection that the container has ended. Words there: `reopen`, `resize COLUMNS ROWS`, `stdin` (what follows goes to the
// container), `state`. The space for DIR/exit is taken at the start: a full disk must not cost the status.
//
// As a logger it is started by a shim (binary:///PROGRAM?ARGUMENTS) and only writes the log: output comes from descriptors 3 and
// 4, a byte to 5 says that it is ready, and it ends when the output does. Input typed at DIR/control goes to the FIFO DIR/in.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define LINE 16384 // longer lines are cut into parts, as by other runtimes
#define CLIENTS 8
#define DRAIN_MILLISECONDS 500 // silence after which output of processes that outlive the container is given up
#define PROMPT_MILLISECONDS 200 // silence after which the beginning of a line is logged without its end
#define OOM_FILES 4

static const char *dir, *log_path, *console_path, *oom_file[OOM_FILES];
static int oom_files, want_stdin, logger, log_files = 5;
static long long log_max = 10 << 20;

// ---------------------------------------------------------------- log

static int log_fd = -1;
static long long log_size;
static time_t log_retry;
static char out[4 * LINE];
static size_t out_used;
static int out_whole = 1; // `out` ends with a whole line: a file may end here

static void open_log(void) {
    if (log_fd >= 0) close(log_fd);
    struct stat status;
    log_fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    log_size = log_fd >= 0 && fstat(log_fd, &status) == 0 ? status.st_size : 0;
}

static void rotate(void) {
    char from[PATH_MAX], to[PATH_MAX];
    for (int i = log_files - 1; i >= 1; i--) {
        if (i == 1) snprintf(from, sizeof from, "%s", log_path);
        else snprintf(from, sizeof from, "%s.%d", log_path, i - 1);
        snprintf(to, sizeof to, "%s.%d", log_path, i);
        rename(from, to);
    }
    if (log_files <= 1 && log_fd >= 0 && ftruncate(log_fd, 0) != 0) return;
    open_log();
}

// What cannot be written is lost, whole lines of it: the container is not made to wait for a disk.
static void flush_log(void) {
    size_t size = out_used;
    out_used = 0;
    if (size == 0 || log_path == NULL) return;
    if (log_fd < 0) {
        time_t now = time(NULL);
        if (now == log_retry) return;
        log_retry = now;
        open_log();
        if (log_fd < 0) return;
    }
    for (size_t done = 0; done < size;) {
        ssize_t n = write(log_fd, out + done, size - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            if (done > 0 && ftruncate(log_fd, log_size) != 0) return;
            return;
        }
        done += n;
    }
    log_size += size;
    if (log_max > 0 && log_size >= log_max && out_whole) rotate();
}

static void log_record(const char *stream, const char *text, size_t size, int whole) {
    if (log_path == NULL) return;
    if (out_used + size + 64 > sizeof out || (log_max > 0 && out_whole && log_size + (long long)out_used >= log_max)) flush_log();
    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    out_used += sprintf(out + out_used, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ %s %c ", tm.tm_year + 1900, tm.tm_mon + 1,
                        tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec, stream, whole ? 'F' : 'P');
    memcpy(out + out_used, text, size);
    out_used += size;
    out[out_used++] = '\n';
    out_whole = whole;
}

struct stream {
    const char *name;
    int fd;
    size_t used;
    char text[LINE];
};

static struct stream output[2] = {{.name = "stdout", .fd = -1}, {.name = "stderr", .fd = -1}};

static void end_stream(struct stream *s) {
    if (s->used > 0) log_record(s->name, s->text, s->used, 0);
    s->used = 0;
    close(s->fd);
    s->fd = -1;
}

// One read of what has come.
static void copy_output(struct stream *s) {
    ssize_t n = read(s->fd, s->text + s->used, LINE - s->used);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) { // the end; of a terminal: EIO
        end_stream(s);
        flush_log();
        return;
    }
    size_t end = s->used + n, start = 0;
    char *line;
    while ((line = memchr(s->text + start, '\n', end - start)) != NULL) {
        log_record(s->name, s->text + start, line - (s->text + start), 1);
        start = line + 1 - s->text;
    }
    s->used = end - start;
    memmove(s->text, s->text + start, s->used);
    if (s->used == LINE) {
        log_record(s->name, s->text, LINE, 0);
        s->used = 0;
    }
    flush_log();
}

// Beginnings of lines (a prompt), when nothing has come for a while.
static void log_beginnings(void) {
    for (int i = 0; i < 2; i++) {
        if (output[i].used == 0) continue;
        log_record(output[i].name, output[i].text, output[i].used, 0);
        output[i].used = 0;
    }
    flush_log();
}

// ---------------------------------------------------------------- beginning

static int report = 1;

static void tell(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vdprintf(report, format, arguments);
    va_end(arguments);
}

static _Noreturn void give_up(const char *what) {
    tell("error -1\n%s: %s\n", what, strerror(errno));
    exit(1);
}

static int listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t mask = umask(0077);
    int bad = fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 16) != 0;
    umask(mask);
    return bad ? -1 : fd;
}

static int write_file(const char *name, const char *text) {
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t size = strlen(text);
    int bad = fd < 0 || write(fd, text, size) != size;
    if (fd >= 0) close(fd);
    return bad ? -1 : 0;
}

// The runtime connects and sends the terminal's master.
static int take_console(int listener) {
    int s = accept4(listener, NULL, NULL, SOCK_CLOEXEC), master = -1;
    if (s < 0) return -1;
    char byte[64], space[CMSG_SPACE(sizeof(int))];
    struct iovec data = {byte, sizeof byte};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
    if (recvmsg(s, &message, MSG_CMSG_CLOEXEC) >= 0) {
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) memcpy(&master, CMSG_DATA(c), sizeof master);
    }
    close(s);
    return master;
}

static pid_t run(char **command, int in, int to_stdout, int to_stderr) {
    pid_t pid = fork();
    if (pid != 0) return pid;
    dup2(in, 0);
    dup2(to_stdout, 1);
    dup2(to_stderr, 2);
    syscall(SYS_close_range, 3u, ~0u, 0);
    sigset_t none;
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(command[0], command);
    dprintf(2, "cannot run %s: %s\n", command[0], strerror(errno));
    _exit(127);
}

static pid_t read_pid(void) {
    char text[32] = "";
    int fd = open("pid", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    return n <= 0 ? 0 : atoi(text);
}

// Reads the runtime's own output (the container has not started yet) and keeps the beginning of it.
static void take_words(char *text, size_t size) {
    size_t used = 0;
    char rest[4096];
    for (int i = 1; i >= 0; i--) {
        ssize_t n;
        while ((n = read(output[i].fd, rest, sizeof rest)) > 0) {
            size_t take = used + n < size ? (size_t)n : size - 1 - used;
            memcpy(text + used, rest, take);
            used += take;
        }
    }
    text[used] = 0;
}

static int pair(int fds[2]) {
    return pipe2(fds, O_CLOEXEC) != 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) != 0 ? -1 : 0;
}

static int master = -1, to_container = -1;

#define EARLY 64 // children that end before the runtime's create has: hardly ever one

static struct ended {
    pid_t pid;
    int status;
} early[EARLY];
static int early_count;

static int await_runtime(pid_t runtime, int signal_fd, int consoles) {
    for (int status = -1, done = 0;;) {
        struct pollfd all[] = {{signal_fd, POLLIN, 0}, {consoles, POLLIN, 0}};
        if (poll(all, 2, -1) < 0) continue;
        if (all[1].revents && master < 0) master = take_console(consoles);
        if (!all[0].revents) continue;
        struct signalfd_siginfo info;
        if (read(signal_fd, &info, sizeof info) < 0) continue;
        int s, pid;
        while ((pid = waitpid(-1, &s, WNOHANG)) > 0) {
            if (pid == runtime) {
                status = s;
                done = 1;
            } else if (early_count < EARLY) {
                early[early_count++] = (struct ended){pid, s};
            }
        }
        if (done) return status;
    }
}

// Runs the runtime. Returns the container's pid; does not return when there is none.
static pid_t create(char **command, int signal_fd) {
    int streams[2][2], in[2], consoles = -1, null = open("/dev/null", O_RDWR | O_CLOEXEC);
    unlink("pid");
    if (console_path != NULL && (consoles = listen_at(console_path)) < 0) give_up(console_path);
    if (null < 0 || pair(streams[0]) != 0 || pair(streams[1]) != 0 || pipe2(in, O_CLOEXEC) != 0) give_up("a pipe");
    pid_t runtime = run(command, want_stdin && consoles < 0 ? in[0] : null, streams[0][1], streams[1][1]);
    if (runtime < 0) give_up("fork");
    for (int i = 0; i < 2; i++) {
        close(streams[i][1]);
        output[i].fd = streams[i][0];
    }
    close(in[0]);
    close(null);
    if (want_stdin && consoles < 0) to_container = in[1];
    else close(in[1]);
    int status = await_runtime(runtime, signal_fd, consoles);
    if (consoles >= 0 && master < 0) master = take_console(consoles);
    if (consoles >= 0) {
        close(consoles);
        unlink(console_path);
    }
    char said[8192];
    pid_t pid = read_pid();
    take_words(said, sizeof said);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || pid <= 0) {
        tell("error %d\n%s", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
             status == 0 && *said == 0 ? "the runtime wrote no pid" : said);
        unlink("exit.new");
        exit(1);
    }
    if (master >= 0) {
        close(output[0].fd);
        close(output[1].fd);
        output[1].fd = -1;
        output[0].fd = master;
        to_container = want_stdin ? master : -1;
        fcntl(master, F_SETFL, O_NONBLOCK);
    }
    return pid;
}

// ---------------------------------------------------------------- end

static long long oom_kills(void) {
    long long most = 0;
    for (int i = 0; i < oom_files; i++) {
        char text[1024] = "", *at;
        int fd = open(oom_file[i], O_RDONLY | O_CLOEXEC);
        if (fd < 0) continue;
        if (read(fd, text, sizeof text - 1) > 0 && (at = strstr(text, "oom_kill ")) != NULL) {
            long long n = atoll(at + 9);
            if (n > most) most = n;
        }
        close(fd);
    }
    return most;
}

static int exit_fd = -1;

static void reserve_exit(void) {
    char blank[256];
    memset(blank, ' ', sizeof blank);
    exit_fd = open("exit.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (exit_fd < 0 || write(exit_fd, blank, sizeof blank) != sizeof blank) give_up("DIR/exit.new");
}

static void write_exit(int status, struct timespec when) {
    char text[257];
    int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    int code = signal != 0 ? 128 + signal : WEXITSTATUS(status);
    int n = snprintf(text, sizeof text, "code %d\nsignal %d\nfinished %lld%09ld\noom %d\n", code, signal, (long long)when.tv_sec,
                     when.tv_nsec, oom_kills() > 0);
    // In place: nothing has to be allocated.
    while (pwrite(exit_fd, text, n, 0) != n) sleep(1);
    if (ftruncate(exit_fd, n) != 0) { // then blanks follow, which do no harm
    }
    fsync(exit_fd);
    while (rename("exit.new", "exit") != 0 && errno != ENOENT) sleep(1);
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (here >= 0) fsync(here);
}

// ---------------------------------------------------------------- middle

struct client {
    int fd, typing;
    size_t used;
    char text[256];
};

static struct client client[CLIENTS];

static void answer(struct client *c, const char *text) {
    if (send(c->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return; // it does not read: its own fault
}

static void obey(struct client *c, const char *line, pid_t pid) {
    unsigned columns, rows;
    if (strcmp(line, "reopen") == 0) {
        if (log_path != NULL) open_log();
        answer(c, log_path == NULL || log_fd >= 0 ? "ok\n" : "error the log cannot be opened\n");
    } else if (strcmp(line, "state") == 0) {
        char text[32];
        snprintf(text, sizeof text, "running %d\n", pid);
        answer(c, text);
    } else if (strcmp(line, "stdin") == 0) {
        c->typing = to_container >= 0;
        answer(c, c->typing ? "ok\n" : "error the container has no standard input\n");
    } else if (sscanf(line, "resize %u %u", &columns, &rows) == 2) {
        struct winsize size = {.ws_col = columns, .ws_row = rows};
        answer(c, master >= 0 && ioctl(master, TIOCSWINSZ, &size) == 0 ? "ok\n" : "error no terminal\n");
    } else {
        answer(c, "error unknown word\n");
    }
}

static void hear(struct client *c, pid_t pid) {
    ssize_t n = read(c->fd, c->text + c->used, sizeof c->text - 1 - c->used);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
        close(c->fd);
        c->fd = -1;
        return;
    }
    c->used += n;
    while (!c->typing) {
        char *end = memchr(c->text, '\n', c->used);
        if (end == NULL) {
            if (c->used == sizeof c->text - 1) c->used = 0;
            return;
        }
        *end = 0;
        obey(c, c->text, pid);
        c->used -= end + 1 - c->text;
        memmove(c->text, end + 1, c->used);
    }
    if (c->used > 0 && write(to_container, c->text, c->used) < 0) { // gone, or it does not read: what is typed is lost
    }
    c->used = 0;
}

static void welcome(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    for (int i = 0; i < CLIENTS; i++) {
        if (client[i].fd >= 0) continue;
        client[i] = (struct client){.fd = fd};
        return;
    }
    close(fd);
}

// Takes the statuses of all children that have ended; 1 if the container is among them.
static int reap(pid_t container, int *status) {
    int s, pid, ended = 0;
    while ((pid = waitpid(-1, &s, WNOHANG)) > 0) {
        if (pid != container) continue;
        *status = s;
        ended = 1;
    }
    return ended;
}

// Does what there is to do now, after waiting for it; 1 if there is a signal.
static int turn(int signal_fd, int listener, pid_t container) {
    struct pollfd all[4 + CLIENTS] = {{signal_fd, POLLIN, 0}, {listener, POLLIN, 0}, {output[0].fd, POLLIN, 0}, {output[1].fd, POLLIN, 0}};
    for (int i = 0; i < CLIENTS; i++) all[4 + i] = (struct pollfd){client[i].fd, POLLIN, 0};
    int waits = output[0].used > 0 || output[1].used > 0, ready = poll(all, 4 + CLIENTS, waits ? PROMPT_MILLISECONDS : -1);
    if (ready == 0) log_beginnings();
    if (ready <= 0) return 0;
    for (int i = 0; i < 2; i++) {
        if (all[2 + i].revents) copy_output(&output[i]);
    }
    for (int i = 0; i < CLIENTS; i++) {
        if (all[4 + i].revents) hear(&client[i], container);
    }
    if (all[1].revents) welcome(listener);
    return all[0].revents != 0;
}

// Until the container has ended; its status.
static int serve(int signal_fd, int listener, pid_t container) {
    int status = 0;
    for (int i = 0; i < early_count; i++) {
        if (early[i].pid == container) return early[i].status;
    }
    for (;;) {
        struct signalfd_siginfo info;
        if (!turn(signal_fd, listener, container)) continue;
        if (read(signal_fd, &info, sizeof info) == sizeof info && reap(container, &status)) return status;
    }
}

// What the container has written before its end is in the pipes.
static void drain(void) {
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (output[0].fd >= 0 || output[1].fd >= 0) {
        struct pollfd both[] = {{output[0].fd, POLLIN, 0}, {output[1].fd, POLLIN, 0}};
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (poll(both, 2, DRAIN_MILLISECONDS) <= 0 || now.tv_sec - start.tv_sec > 5) break;
        for (int i = 0; i < 2; i++) {
            if (both[i].revents) copy_output(&output[i]);
        }
    }
    for (int i = 0; i < 2; i++) {
        if (output[i].fd >= 0) end_stream(&output[i]);
    }
    flush_log();
}

static void monitor(char **command) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < CLIENTS; i++) client[i].fd = -1;
    sigset_t all, child;
    sigfillset(&all);
    sigdelset(&all, SIGABRT);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    int signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK), listener = listen_at("control");
    if (signal_fd < 0 || listener < 0) give_up("DIR/control");
    char text[32];
    snprintf(text, sizeof text, "%d\n", getpid());
    if (write_file("monitor", text) != 0) give_up("DIR/monitor");
    reserve_exit();
    if (log_path != NULL) {
        open_log();
        if (log_fd < 0) give_up(log_path);
    }
    pid_t container = create(command, signal_fd);
    tell("ok %d\n", container);
    close(report);
    int status = serve(signal_fd, listener, container);
    struct timespec when;
    clock_gettime(CLOCK_REALTIME, &when);
    drain();
    write_exit(status, when);
}

// Descriptors 3 to 5 are the shim's.
static int write_log(void) {
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGABRT);
    sigprocmask(SIG_SETMASK, &all, NULL);
    setsid();
    for (int i = 0; i < CLIENTS; i++) client[i].fd = -1;
    for (int i = 0; i < 2; i++) {
        output[i].fd = 3 + i;
        fcntl(output[i].fd, F_SETFL, O_NONBLOCK);
        fcntl(output[i].fd, F_SETFD, FD_CLOEXEC);
    }
    unlink("control");
    int listener = listen_at("control");
    char text[32];
    snprintf(text, sizeof text, "%d\n", getpid());
    if (listener < 0 || write_file("monitor", text) != 0) return 1;
    if (want_stdin && (to_container = open("in", O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0) return 1;
    if (log_path != NULL) {
        open_log();
        if (log_fd < 0) return 1;
    }
    if (write(5, "1", 1) != 1) return 1;
    close(5);
    while (output[0].fd >= 0 || output[1].fd >= 0) turn(-1, listener, 0);
    flush_log();
    return 0;
}

static void parse(int argc, char **argv, char ***command) {
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(name, "--") == 0) {
            *command = argv + i + 1;
            return;
        }
        if (strcmp(name, "--stdin") == 0) {
            want_stdin = 1;
            continue;
        }
        if (strcmp(name, "--logger") == 0) {
            logger = 1;
            continue;
        }
        if (value == NULL) break;
        i++;
        if (strcmp(name, "--dir") == 0) dir = value;
        else if (strcmp(name, "--log") == 0) log_path = value;
        else if (strcmp(name, "--log-max") == 0) log_max = atoll(value);
        else if (strcmp(name, "--log-files") == 0) log_files = atoi(value);
        else if (strcmp(name, "--console") == 0) console_path = value;
        else if (strcmp(name, "--oom") == 0 && oom_files < OOM_FILES) oom_file[oom_files++] = value;
        else break;
    }
}

// Leaves the caller's session; descriptors but the report's go.
static void daemonize(int to) {
    setsid();
    if (fork() != 0) _exit(0);
    int mine = fcntl(to, F_DUPFD_CLOEXEC, 3), null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd <= 2; fd++) dup2(null, fd);
    report = dup3(mine, 3, O_CLOEXEC) < 0 ? mine : 3;
    syscall(SYS_close_range, (unsigned)report + 1, ~0u, 0);
}

int main(int argc, char **argv) {
    char **command = NULL;
    parse(argc, argv, &command);
    if (logger && dir != NULL) return chdir(dir) != 0 || write_log();
    if (dir == NULL || command == NULL || *command == NULL) {
        fprintf(stderr, "Usage: sandjar-monitor --dir DIR [--log FILE] [--log-max BYTES] [--log-files N] [--console PATH] [--stdin] "
                        "[--oom FILE]... -- RUNTIME... create ... ID\n");
        return 2;
    }
    int pipe_fds[2];
    if (chdir(dir) != 0 || pipe2(pipe_fds, O_CLOEXEC) != 0) give_up(dir);
    pid_t pid = fork();
    if (pid < 0) give_up("fork");
    if (pid == 0) {
        daemonize(pipe_fds[1]);
        monitor(command);
        return 0;
    }
    close(pipe_fds[1]);
    waitpid(pid, NULL, 0);
    char text[4096];
    ssize_t n;
    int ok = 0, first = 1;
    while ((n = read(pipe_fds[0], text, sizeof text)) > 0 || (n < 0 && errno == EINTR)) {
        if (n > 0 && first) ok = text[0] == 'o';
        if (n > 0 && write(1, text, n) < 0) break;
        first = 0;
    }
    if (first) printf("error -1\nthe monitor died\n");
    return ok ? 0 : 1;
}
