// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The JVM. Its standard input and output are one socket, over which records go: u32 length of what follows, u8 type, u32
// number, payload. When it ends, another is started and gets what was not answered; when it ends again and again, with pauses.

#include "shim.h"
#include "../../../../runsc/src/main/c/json.h"
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define RECORD_MAX (FRAME_MAX + 4096)
#define FULL (4u << 20)
#define QUICK (10000 * MILLI) // a JVM that ends sooner failed, or
#define USEFUL (1000 * MILLI) // if it had answered something
#define FAILURES 8            // in a row: requests are refused from then on
#define PAUSE (30000 * MILLI) // between two tries after that

static struct watch line = {.fd = -1};
static struct buffer in, out;
static uint64_t queued, written; // bytes, of this JVM
static pid_t jvm;
static int64_t started;
static int failures, starts, stopping, answered;
static struct timer again;

// ---- What the JVM says on its standard error.

struct errors {
    struct watch watch;
    size_t size;
    char line[4000];
};

static void on_errors(struct watch *watch, uint32_t events) {
    struct errors *e = OUTER(struct errors, watch, watch);
    char bytes[4096];
    (void)events;
    ssize_t n = read(watch->fd, bytes, sizeof bytes);
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] != '\n') e->line[e->size++] = bytes[i];
        if (bytes[i] != '\n' && e->size < sizeof e->line - 1) continue;
        e->line[e->size] = 0;
        if (e->size > 0) say_line(e->line);
        e->size = 0;
    }
    if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR))) return;
    watch_close(watch);
    free(e);
}

static void watch_errors(int fd) {
    struct errors *e = need(sizeof *e);
    e->watch = (struct watch){.fd = fd, .ready = on_errors};
    fcntl(fd, F_SETFL, O_NONBLOCK);
    watch_for(&e->watch, EPOLLIN);
}

// ---- Its start.

// The words of a command, or the lines of the image's list; the first is the program.
static char **arguments(void) {
    char *command = getenv("SANDJAR_SHIM_JAVA"), *path = in_image("IMAGE/node/lib/shim.options");
    const char *ends = command != NULL ? " " : "\n";
    char *text = command != NULL ? strdup(command) : NULL;
    if (text == NULL) {
        size_t size;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0) return say(ERROR, "%s: %s; the installation is incomplete", path, strerror(errno)), NULL;
        uint8_t *bytes = read_input(fd, 1000, 1 << 20, &size);
        close(fd);
        text = strndup((const char *)bytes, size);
        free(bytes);
    }
    free(path);
    char **args = need((strlen(text) + 3) * sizeof *args);
    size_t n = 0;
    if (command == NULL) args[n++] = in_image("IMAGE/node/bin/java");
    for (char *save, *word = strtok_r(text, ends, &save); word != NULL; word = strtok_r(NULL, ends, &save)) args[n++] = in_image(word);
    free(text);
    return args;
}

static _Noreturn void become_jvm(char **args, int socket, int errors) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // without a supervisor it can do nothing
    umask(022);
    if (dup2(socket, 0) < 0 || dup2(socket, 1) < 0 || dup2(errors, 2) < 0) _exit(126);
    clean_environment();
    setenv("LC_ALL", "C.UTF-8", 1); // names of files are bytes
    setenv("_JAVA_SR_SIGNUM", "50", 1);
    execvp(args[0], args);
    dprintf(2, "%s: %s; the installation is incomplete\n", args[0], strerror(errno));
    _exit(126);
}

static void send_hello(void) {
    char *text = NULL, *runsc = in_image("IMAGE/bin/runsc"), *address = NULL;
    const char *grpc = getenv("GRPC_ADDRESS");
    size_t size = 0;
    FILE *json = open_memstream(&text, &size);
    if (json == NULL || asprintf(&address, "unix://%s", place.socket) < 0) fail("out of memory");
    const char *const members[][2] = {{"address", address},
                                      {"ttrpcAddress", flags.ttrpc_address},
                                      {"grpcAddress", grpc != NULL ? grpc : flags.address},
                                      {"namespace", flags.namespace},
                                      {"stateDir", place.state},
                                      {"runsc", runsc},
                                      {"self", place.self}};
    fprintf(json, "{\"version\":1");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        fprintf(json, ",\"%s\":", members[i][0]);
        json_write_string(json, members[i][1]);
    }
    fprintf(json, ",\"pid\":%d,\"debug\":%s,\"lingerMillis\":%lld,\"restarts\":%d}", getpid(), flags.debug ? "true" : "false",
            (long long)(linger_ns / MILLI), starts - 1);
    fclose(json);
    link_send('H', 0, text, size);
    free(text);
    free(runsc);
    free(address);
}

static void on_line(struct watch *watch, uint32_t events);

void link_start(void) {
    int ends[2], errors[2];
    char **args = arguments();
    started = now_ns();
    if (args == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return link_ended(-1);
    if (pipe2(errors, O_CLOEXEC) != 0) fail("pipe: %s", strerror(errno));
    jvm = fork();
    if (jvm == 0) become_jvm(args, ends[1], errors[1]);
    for (char **word = args; *word != NULL; word++) free(*word);
    free(args);
    close(ends[1]);
    close(errors[1]);
    watch_errors(errors[0]);
    line = (struct watch){.fd = ends[0], .ready = on_line};
    fcntl(line.fd, F_SETFL, O_NONBLOCK);
    watch_for(&line, EPOLLIN);
    queued = written = 0;
    answered = 0;
    starts++;
    if (jvm < 0) return link_ended(-1);
    send_hello();
    conns_greet();
    reap_greet();
    oom_greet();
    for (struct request *r = requests; r != NULL; r = r->next) link_asked(r);
}

// ---- Records.

static void flush(void) {
    size_t before = held(&out);
    if (line.fd < 0) return;
    if (buffer_write(&out, line.fd) != 0) buffer_taken(&out, held(&out)); // it ends; SIGCHLD tells
    else written += before - held(&out);
    watch_for(&line, EPOLLIN | (held(&out) > 0 ? EPOLLOUT : 0));
}

void link_send(char type, uint32_t number, const void *payload, size_t size) {
    uint8_t head[9];
    if (line.fd < 0) return;
    put_big32(head, (uint32_t)size + 5);
    head[4] = (uint8_t)type;
    put_big32(head + 5, number);
    buffer_add(&out, head, sizeof head);
    buffer_add(&out, payload, size);
    queued += sizeof head + size;
    flush();
}

void link_say(const char *name, const char *format, ...) {
    char text[PATH_MAX * 2 + 1024];
    int n = snprintf(text, sizeof text / 2, "%s ", name);
    va_list list;
    va_start(list, format);
    int m = vsnprintf(text + n, sizeof text - (size_t)n, format, list);
    va_end(list);
    if (m > (int)sizeof text - n - 1) m = (int)sizeof text - n - 1;
    link_send('P', 0, text, (size_t)(n + m));
}

int link_asked(struct request *r) {
    if (line.fd >= 0) {
        link_send(r->seen ? 'R' : 'F', r->conn, r->frame, r->size);
        r->sent_at = queued;
        return 0;
    }
    return failures < FAILURES ? 0 : -1; // it comes back, or one waits for the next try
}

int link_full(void) { return held(&out) > FULL; }
int link_up(void) { return line.fd >= 0; }
pid_t link_pid(void) { return jvm; }

static int take_record(const uint8_t *record, size_t size) {
    uint32_t number = big32(record + 1);
    const uint8_t *payload = record + 5;
    size -= 5;
    if (record[0] == 'F' && size >= FRAME_HEADER && big32(payload) == size - FRAME_HEADER) {
        answered = 1;
        conn_answer(number, payload, size);
    } else if (record[0] == 'A') {
        reap_forget((pid_t)number);
    } else if (record[0] == 'T') {
        char *text = need(size + 2); // ends with NUL, whatever came
        memcpy(text, payload, size);
        obey(text, size);
        free(text);
    } else {
        return -1;
    }
    return 0;
}

static void take_records(void) {
    while (held(&in) >= 4) {
        const uint8_t *at = in.bytes + in.from;
        uint32_t size = big32(at);
        int bad = size < 5 || size > RECORD_MAX;
        if (!bad && held(&in) < 4 + (size_t)size) return;
        if (!bad) bad = take_record(at + 4, size) != 0;
        if (bad) {
            say(ERROR, "the shim's JVM wrote something on its standard output that is no record (%02x %02x %02x %02x ...); it is killed", at[0], at[1], at[2], at[3]);
            buffer_taken(&in, held(&in));
            if (jvm > 0) kill(jvm, SIGKILL);
            return;
        }
        buffer_taken(&in, 4 + (size_t)size);
    }
}

// 0: there may be more.
static int read_line(void) {
    static uint8_t bytes[65536];
    ssize_t n = read(line.fd, bytes, sizeof bytes);
    if (n > 0) buffer_add(&in, bytes, (size_t)n);
    if (n > 0) take_records();
    if (n > 0 || (n < 0 && errno == EINTR)) return 0;
    return n < 0 && errno == EAGAIN ? 1 : -1;
}

static void on_line(struct watch *watch, uint32_t events) {
    (void)watch;
    if (events & EPOLLOUT) flush();
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && read_line() < 0) {
        watch_for(&line, 0); // it has closed its side: its end will be told
        if (jvm > 0) kill(jvm, SIGKILL);
    }
    conns_flow();
}

// ---- Its end.

static void on_again(struct timer *timer) {
    (void)timer;
    link_start();
}

static void describe(int status, char *text, size_t size) {
    if (status == -1) snprintf(text, size, "could not be started: %s", strerror(errno));
    else if (WIFSIGNALED(status)) snprintf(text, size, "was killed by signal %d", WTERMSIG(status));
    else snprintf(text, size, "ended with status %d", WEXITSTATUS(status));
}

void link_ended(int status) {
    char how[128];
    describe(status, how, sizeof how);
    while (line.fd >= 0 && read_line() == 0) { // what it said last
    }
    for (struct request *r = requests; r != NULL; r = r->next) {
        r->seen |= r->sent_at != 0 && r->sent_at <= written;
        r->sent_at = 0;
    }
    watch_close(&line);
    buffer_free(&in);
    buffer_free(&out);
    jvm = 0;
    if (stopping) return;
    int killed = status != -1 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; // by somebody else: it need not be ill
    failures = now_ns() - started >= (answered ? USEFUL : QUICK) || (answered && killed) ? 0 : failures + 1;
    int64_t pause = failures <= 1 ? 0 : failures < FAILURES ? (50 * MILLI) << (failures - 2) : PAUSE;
    say(failures < FAILURES ? WARNING : ERROR, "the shim's JVM %s; another starts in %lld ms. Containers go on", how, (long long)(pause / MILLI));
    if (failures == FAILURES) {
        say(ERROR, "the shim's JVM ended %d times within %d seconds of its start. Requests of containerd are refused until one stays up; containers go on. "
            "The lines above and %s/log say why", FAILURES, (int)(QUICK / MILLI / 1000), place.state);
    }
    if (failures >= FAILURES) conns_refuse(14, "the shim's JVM does not stay up; see the shim's lines in containerd's log");
    again.fire = on_again;
    timer_set(&again, pause);
    conns_flow();
}

void link_stop(int milliseconds) {
    stopping = 1;
    watch_close(&line);
    for (int waited = 0; jvm > 0 && waitpid(jvm, NULL, WNOHANG) == 0; waited += 5) {
        if (waited >= milliseconds) kill(jvm, SIGKILL);
        struct timespec nap = {0, 5 * MILLI};
        nanosleep(&nap, NULL);
    }
}
