// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Programs that take a container's output: binary:///PROGRAM?NAME=VALUE... Such a program has standard output as 3, standard
// error as 4, and closes 5 when it is ready. It ends when its input does.

#include "shim.h"

#define READY (10000 * MILLI) // as long as it may take to begin
#define LATER (12000 * MILLI) // and to end

struct logger {
    struct logger *next;
    pid_t pid; // 0: it has ended
    int released, closed; // by us; its word that it is ready
    struct watch ready;
    struct timer limit;
    void (*tell)(void *with, const char *why);
    void *with;
    char name[64];
};

static struct logger *loggers;

static void free_if_done(struct logger *l) {
    if (l->pid != 0 || !l->released) return;
    struct logger **at = &loggers;
    while (*at != l) at = &(*at)->next;
    *at = l->next;
    timer_off(&l->limit);
    watch_close(&l->ready);
    free(l);
}

static void begun(struct logger *l, const char *why) {
    void (*tell)(void *, const char *) = l->tell;
    watch_close(&l->ready);
    timer_off(&l->limit);
    l->tell = NULL;
    if (tell != NULL) tell(l->with, why);
}

// Closed without a byte: it is ready, or it is ending. The kernel closes files before it tells of the end.
static void decide(struct logger *l) {
    siginfo_t info = {0};
    char why[128];
    int over = l->pid == 0 || (waitid(P_PID, (id_t)l->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0);
    snprintf(why, sizeof why, "the logger %s ended before it was ready", l->name);
    begun(l, over ? why : NULL);
}

static void on_ready(struct watch *watch, uint32_t events) {
    struct logger *l = OUTER(struct logger, ready, watch);
    char byte;
    (void)events;
    ssize_t n = read(watch->fd, &byte, 1);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n > 0) {
        begun(l, NULL);
        return;
    }
    watch_close(watch);
    l->closed = 1;
    timer_set(&l->limit, 20 * MILLI);
}

static void on_limit(struct timer *timer) {
    struct logger *l = OUTER(struct logger, limit, timer);
    char why[160];
    if (l->closed && l->tell != NULL) {
        decide(l);
        return;
    }
    if (l->pid > 0) kill(l->pid, SIGKILL);
    snprintf(why, sizeof why, "the logger %s was not ready after %d seconds", l->name, (int)(READY / MILLI / 1000));
    if (l->tell != NULL) begun(l, why);
    else say(WARNING, "the logger %s did not end when its input did; it was killed", l->name);
}

// The query as Go's programs get it: names and values in turn.
static char **arguments(const char *uri, char *program) {
    char *text = strdup(strchr(uri, '?') == NULL ? "" : strchr(uri, '?') + 1);
    char **args = need((strlen(text) * 2 + 4) * sizeof *args);
    int n = 0;
    args[n++] = program;
    for (char *save, *pair = strtok_r(text, "&", &save); pair != NULL; pair = strtok_r(NULL, "&", &save)) {
        char *value = strchr(pair, '='), decoded[PATH_MAX];
        if (value != NULL) *value++ = 0;
        for (char *word = pair; word != NULL; word = word == pair ? value : NULL) {
            for (char *plus = word; (plus = strchr(plus, '+')) != NULL;) *plus = ' ';
            percent_decode(word, "", decoded, sizeof decoded);
            args[n++] = strdup(decoded);
        }
    }
    return args; // never more than a child's
}

static _Noreturn void become_logger(const char *uri, const char *name, int out, int err, int ready) {
    char program[PATH_MAX];
    sigset_t none;
    uri_path(uri, program, sizeof program);
    char **args = arguments(uri, program);
    const char *id = strrchr(name, '/');
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    clean_environment();
    setenv("CONTAINER_ID", id == NULL ? name : id + 1, 1);
    setenv("CONTAINER_NAMESPACE", flags.namespace, 1);
    int a = fcntl(out, F_DUPFD_CLOEXEC, 16), b = fcntl(err, F_DUPFD_CLOEXEC, 16), c = fcntl(ready, F_DUPFD_CLOEXEC, 16);
    if (dup2(a, 3) < 0 || dup2(b, 4) < 0 || dup2(c, 5) < 0) _exit(126);
    execv(program, args);
    _exit(127);
}

struct logger *logger_start(const char *uri, const char *name, int out, int err, void (*tell)(void *, const char *), void *with) {
    int ready[2];
    char program[PATH_MAX];
    uri_path(uri, program, sizeof program);
    if (out < 0 || err < 0 || access(program, X_OK) != 0 || pipe2(ready, O_CLOEXEC) != 0) return NULL;
    pid_t pid = fork();
    if (pid == 0) become_logger(uri, name, out, err, ready[1]);
    close(ready[1]);
    if (pid < 0) {
        close(ready[0]);
        return NULL;
    }
    struct logger *l = need(sizeof *l);
    const char *base = strrchr(program, '/');
    *l = (struct logger){.next = loggers, .pid = pid, .tell = tell, .with = with, .ready = {.fd = ready[0], .ready = on_ready}, .limit = {.fire = on_limit}};
    snprintf(l->name, sizeof l->name, "%.60s", base == NULL ? program : base + 1);
    loggers = l;
    fcntl(ready[0], F_SETFL, O_NONBLOCK);
    watch_for(&l->ready, EPOLLIN);
    timer_set(&l->limit, READY);
    return l;
}

// Its input has been closed.
void logger_end(struct logger *l) {
    l->released = 1;
    l->tell = NULL;
    watch_close(&l->ready);
    timer_set(&l->limit, LATER);
    free_if_done(l);
}

int logger_ended(pid_t pid) {
    for (struct logger *l = loggers; l != NULL; l = l->next) {
        if (l->pid != pid) continue;
        if (!l->released) say(WARNING, "the logger %s ended before its container", l->name);
        l->pid = 0;
        free_if_done(l);
        return 1;
    }
    return 0;
}

int logger_is(pid_t pid) {
    for (struct logger *l = loggers; l != NULL; l = l->next) {
        if (l->pid == pid) return 1;
    }
    return 0;
}
