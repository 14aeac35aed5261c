// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Programs that an action runs for what they print or do, never for longer than it has time.

#include "shim.h"
#include <poll.h>

void clean_environment(void) {
    static const char *const names[] = {"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS",   "JDK_JAVA_OPTIONS", "JDK_AOT_VM_OPTIONS",
                                        "CLASSPATH",         "LD_LIBRARY_PATH", "NOTIFY_SOCKET",    "LISTEN_FDS"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unsetenv(names[i]);
}

// Everything up to the end, MOST bytes, or MILLISECONDS without any: containerd's is there at once, another's may never end.
uint8_t *read_input(int fd, int milliseconds, size_t most, size_t *size) {
    size_t room = 4096;
    uint8_t *bytes = malloc(room);
    *size = 0;
    while (bytes != NULL) {
        struct pollfd ready = {fd, POLLIN, 0};
        int n = poll(&ready, 1, milliseconds);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0 || *size >= most) break;
        if (*size == room) {
            room *= 2;
            uint8_t *larger = realloc(bytes, room);
            if (larger == NULL) break;
            bytes = larger;
        }
        ssize_t got = read(fd, bytes + *size, room - *size);
        if (got > 0) *size += (size_t)got;
        else if (got == 0 || (errno != EINTR && errno != EAGAIN)) break;
    }
    return bytes;
}

static pid_t start_program(char *const *args, int out) {
    pid_t pid = fork();
    if (pid != 0) return pid;
    int null = open("/dev/null", O_RDWR);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    clean_environment();
    setpgid(0, 0); // so that it can be killed with its children
    if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0) _exit(127);
    execv(args[0], args);
    _exit(127);
}

static long long milliseconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / MILLI;
}

// 0: it has ended.
static int wait_for(pid_t pid, long long until, int *status) {
    for (;;) {
        pid_t ended = waitpid(pid, status, WNOHANG);
        if (ended == pid) return WIFEXITED(*status) && WEXITSTATUS(*status) == 127 ? -1 : 0;
        if (ended < 0 && errno != EINTR) return -1;
        if (milliseconds_now() >= until) break;
        struct timespec nap = {0, 2 * MILLI};
        nanosleep(&nap, NULL);
    }
    errno = ETIMEDOUT;
    return -1;
}

int run_program(char *const *args, int milliseconds, size_t most, struct output *output) {
    int ends[2];
    long long until = milliseconds_now() + milliseconds;
    *output = (struct output){0};
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t pid = start_program(args, ends[1]);
    close(ends[1]);
    if (pid > 0) output->bytes = read_input(ends[0], milliseconds, most, &output->size);
    close(ends[0]);
    if (pid < 0) return -1;
    if (wait_for(pid, until, &output->status) == 0) return 0;
    if (errno != ETIMEDOUT) return -1;
    kill(-pid, SIGKILL);
    waitpid(pid, &output->status, 0);
    errno = ETIMEDOUT;
    return -1;
}

int run_silently(char *const *args, int milliseconds) {
    int status, null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    pid_t pid = null < 0 ? -1 : start_program(args, null);
    if (null >= 0) close(null);
    return pid < 0 ? -1 : wait_for(pid, milliseconds_now() + milliseconds, &status);
}
