// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// What lives on for all pods of a containerd's namespace: it owns what must outlive a JVM. Everything waits in one epoll.

#include "shim.h"
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

int64_t linger_ns;
static struct watch signals;
static ino_t socket_inode;
static int asked_to_end;

static void on_signal(struct watch *watch, uint32_t events) {
    struct signalfd_siginfo info;
    (void)events;
    while (read(watch->fd, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGCHLD) continue;
        say(INFO, "signal %u from process %u: the shim's supervisor ends; containers are left to containerd", info.ssi_signo, info.ssi_pid);
        asked_to_end = loop_over = 1;
    }
    reap_children();
}

static void watch_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGHUP, SIG_IGN);
    signals = (struct watch){.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), .ready = on_signal};
    if (signals.fd < 0 || watch_for(&signals, EPOLLIN) != 0) fail("signalfd: %s", strerror(errno));
}

static int socket_is_ours(void) {
    struct stat status;
    return stat(place.socket, &status) == 0 && status.st_ino == socket_inode;
}

// The state's directory goes when nothing is in it but ours.
static void leave(void) {
    static const char *const own[] = {"log", "log.1", "io", "lock"};
    char path[PATH_MAX + 16];
    if (socket_is_ours()) unlink(place.socket);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        snprintf(path, sizeof path, "%s/%s", place.state, own[i]);
        if (unlink(path) != 0 && errno == EISDIR) rmdir(path);
    }
    if (rmdir(place.state) == 0) rmdir(place.state_root);
}

void try_to_quit(const char *why) {
    if (requests != NULL || conns_recent() || conns_pending() || reap_holds()) return;
    int lock = lock_place(0);
    if (lock < 0) return; // somebody is starting a container
    if (conns_pending()) {
        close(lock);
        return;
    }
    say(DEBUG, "%s", why);
    if (socket_is_ours()) unlink(place.socket);
    conns_stop();
    loop_over = 1;
    leave(); // while the lock is held
}

static void end(void) {
    consoles_flush();
    if (asked_to_end) {
        int lock = lock_place(2000);
        leave();
        if (lock >= 0) close(lock);
    }
    link_stop(3000);
}

// Without these no JVM will ever start, and `start` can still say so.
static void check_installation(int ready) {
    if (getenv("SANDJAR_SHIM_JAVA") != NULL) return;
    static const char *const needed[] = {"IMAGE/node/lib/shim.options", "IMAGE/node/bin/java"};
    for (size_t i = 0; i < 2; i++) {
        char *path = in_image(needed[i]);
        if (access(path, R_OK) == 0) continue;
        dprintf(ready, "%s: %s; the installation of Sandjar in %s is incomplete, reinstall it", path, strerror(errno), place.image);
        exit(1);
    }
}

int supervise(int listening, int ready) {
    struct rlimit files;
    struct stat status;
    char path[PATH_MAX + 8];
    for (int fd = 3; fd <= 4; fd++) {
        if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) fail("supervise is for the action start, not for you");
    }
    if (stat(place.socket, &status) == 0) socket_inode = status.st_ino;
    linger_ns = milliseconds_from("SANDJAR_SHIM_LINGER", 30000) * MILLI;
    check_installation(ready);
    umask(022);
    snprintf(path, sizeof path, "%s/log", place.state);
    log_open(path);
    snprintf(path, sizeof path, "%s/log", flags.bundle);
    log_to(path);
    loop_init();
    reap_init();
    watch_signals();
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) say(ERROR, "PR_SET_CHILD_SUBREAPER: %s; ends of containers will not be seen", strerror(errno));
    link_start(); // before the limit is raised: containers inherit it from the JVM
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    conns_listen(listening);
    if (write(ready, "ok", 2) != 2) say(WARNING, "the action start did not wait for its supervisor");
    close(ready);
    say(INFO, "the shim's supervisor, process %d, serves namespace %s of %s", getpid(), flags.namespace, flags.address);
    loop_run();
    end();
    return 0;
}
