// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// `start`: prints the address of the supervisor, after making one if there is none. containerd takes output and errors as one
// text and waits until nobody has them open any more. So a success writes the address and nothing else, and the supervisor
// gets streams of its own.

#include "shim.h"
#include <sys/socket.h>
#include <sys/un.h>

// Up to containerd 2.2 the runtime's options, which are the JVM's business (they come again with Create); from 2.3 the
// parameters of this start, which come before flags and environment.
void read_bootstrap(int *bootstrap) {
    size_t size;
    *bootstrap = 0;
    if (isatty(0)) return;
    const uint8_t *at = read_input(0, 2000, FRAME_MAX, &size), *end = at + size;
    struct field f;
    const char *ttrpc = NULL, *sockets = NULL;
    int64_t level = 0;
    while (at != NULL && next_field(&at, end, &f) > 0) {
        if (f.number == 1 && f.kind == 2) *bootstrap = f.size == strlen(flags.id) && memcmp(f.bytes, flags.id, f.size) == 0;
        if (f.number == 3 && f.kind == 0) level = (int64_t)f.value;
        if (f.number == 5 && f.kind == 2 && f.size > 0) ttrpc = strndup((const char *)f.bytes, f.size);
        if (f.number == 9 && f.kind == 2 && f.size > 0) sockets = strndup((const char *)f.bytes, f.size);
    }
    if (!*bootstrap) return;
    if (level < 0) flags.debug = 1;
    if (ttrpc != NULL && getenv("TTRPC_ADDRESS") == NULL) flags.ttrpc_address = ttrpc;
    if (sockets != NULL && *sockets == '/') flags.socket_dir = sockets;
}

// Before containerd 1.7 (and from CRI-O) the address alone; then JSON. 1.7 refuses version 3, and nothing tells it from 2.0 but
// the parameters that 2.3 brought.
static void print_address(int bootstrap) {
    char text[256];
    int n;
    if (bootstrap || getenv("MAX_SHIM_VERSION") != NULL) {
        n = snprintf(text, sizeof text, "{\"version\":%d,\"address\":\"unix://%s\",\"protocol\":\"ttrpc\"}", bootstrap ? 3 : 2, place.socket);
    } else {
        n = snprintf(text, sizeof text, "unix://%s", place.socket);
    }
    if (write(STDOUT_FILENO, text, (size_t)n) != n) fail("the address cannot be written: %s", strerror(errno));
}

// containerd 1.6 finds the shim of a bundle again, after its own restart, by what the shim has written there; later ones keep
// it themselves.
static void leave_address(void) {
    char path[PATH_MAX], aside[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/address", flags.bundle) >= (int)sizeof path) return;
    if (snprintf(aside, sizeof aside, "%s/.address", flags.bundle) >= (int)sizeof aside) return;
    FILE *f = fopen(aside, "we");
    if (f == NULL || fprintf(f, "unix://%s", place.socket) < 0 || fclose(f) != 0 || rename(aside, path) != 0) {
        fail("cannot write %s: %s", path, strerror(errno));
    }
}

// A frame of a type of our own tells a supervisor that runs where errors are to go from now on.
static void tell_log(int s) {
    char path[PATH_MAX];
    uint8_t frame[FRAME_HEADER + PATH_MAX] = {0};
    int n = snprintf(path, sizeof path, "%s/log", flags.bundle);
    if (n >= (int)sizeof path) return;
    put_big32(frame, (uint32_t)n);
    frame[8] = 'L';
    memcpy(frame + FRAME_HEADER, path, (size_t)n);
    if (send(s, frame, FRAME_HEADER + (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return; // only a convenience
}

static int listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char directory[sizeof address.sun_path];
    strcpy(directory, path);
    *strrchr(directory, '/') = 0;
    if (make_directories(directory, 0700) != 0) fail("cannot make the directory %s: %s", directory, strerror(errno));
    strcpy(address.sun_path, path);
    if (unlink(path) != 0 && errno != ENOENT) fail("cannot remove the old socket %s: %s", path, strerror(errno));
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    mode_t mask = umask(0177);
    if (s < 0 || bind(s, (struct sockaddr *)&address, sizeof address) != 0 || listen(s, 128) != 0) {
        fail("cannot listen at %s: %s", path, strerror(errno));
    }
    umask(mask);
    return s;
}

static void raise_score(void) {
    char text[16] = "";
    int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    int score = n > 0 ? atoi(text) : 1000;
    if (score < 1000 && dprintf(fd, "%d", score + 1) < 0) say(WARNING, "oom_score_adj stays %d: %s", score, strerror(errno));
    if (fd >= 0) close(fd);
}

// The supervisor: this program anew, in a session of its own, with the socket as 3 and the way to say that it is there as 4.
static _Noreturn void become_supervisor(int listening, int ready) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int high = fcntl(listening, F_DUPFD, 10), answer = fcntl(ready, F_DUPFD, 10);
    setsid();
    if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 || dup2(high, 3) < 0 || dup2(answer, 4) < 0) _exit(1);
    for (int fd = 5; fd < 64; fd++) close(fd); // whatever else came from containerd
    raise_score();
    if (flags.socket_dir != NULL) setenv("SANDJAR_SHIM_SOCKETS", flags.socket_dir, 1);
    setenv("TTRPC_ADDRESS", flags.ttrpc_address, 1);
    char *args[] = {"containerd-shim-runsc-v1", "-namespace",          (char *)flags.namespace, "-address", (char *)flags.address,
                    "-publish-binary",          (char *)flags.publish_binary, "-id",            (char *)flags.id, "-bundle",
                    (char *)flags.bundle,       flags.debug ? "-debug" : "-debug=false",        "supervise", NULL};
    execv("/proc/self/exe", args);
    dprintf(4, "the supervisor does not start: %s", strerror(errno));
    _exit(1);
}

static void start_supervisor(void) {
    int ready[2], listening = listen_at(place.socket);
    if (pipe2(ready, O_CLOEXEC) != 0) fail("pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0) fail("the supervisor cannot be forked: %s", strerror(errno));
    if (pid == 0) {
        if (chdir("/") != 0) _exit(1);
        become_supervisor(listening, ready[1]);
    }
    close(ready[1]);
    close(listening);
    size_t size;
    char *said = (char *)read_input(ready[0], 10000, 4000, &size);
    if (size >= 2 && memcmp(said, "ok", 2) == 0) return;
    unlink(place.socket);
    kill(pid, SIGKILL);
    fail("the shim's supervisor did not start: %.*s", size == 0 ? 44 : (int)size, size == 0 ? "it ended, or said nothing for ten seconds" : said);
}

int start_action(void) {
    int bootstrap;
    read_bootstrap(&bootstrap);
    find_place();
    int lock = lock_place(10000);
    if (lock < 0) {
        fail("cannot lock %s/lock: %s%s", place.state, strerror(errno), errno == ETIMEDOUT ? "; another start has it for too long" : "");
    }
    int s = connect_socket(place.socket);
    if (s >= 0) tell_log(s);
    else start_supervisor();
    leave_address();
    print_address(bootstrap);
    return 0;
}
