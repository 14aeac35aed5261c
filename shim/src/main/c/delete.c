// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// `delete`: containerd's last resort, when the shim does not answer. Ends the container and removes what is mounted for it,
// whether a supervisor lives or not, and never waits long.

#include "shim.h"
#include "../../../../runsc/src/main/c/json.h"
#include <dirent.h>
#include <sys/mount.h>
#include <sys/socket.h>

#define PATIENCE 3000 // milliseconds; containerd itself waits five seconds for all of it

// What the JVM wrote down about the container; empty: nothing.
struct recorded {
    char file[PATH_MAX + 600], build[256];
    char binary[PATH_MAX], root[PATH_MAX], bundle[PATH_MAX];
    long pid;
};

static void parse_record(const char *text, size_t size, struct recorded *r) {
    struct json j = {.at = text, .end = text + size};
    char name[32];
    if (!json_object(&j)) return;
    while (json_member(&j, name, sizeof name)) {
        if (strcmp(name, "binary") == 0) json_string(&j, r->binary, sizeof r->binary);
        else if (strcmp(name, "root") == 0) json_string(&j, r->root, sizeof r->root);
        else if (strcmp(name, "bundle") == 0) json_string(&j, r->bundle, sizeof r->bundle);
        else if (strcmp(name, "pid") == 0) r->pid = json_number(&j);
        else json_skip(&j);
    }
}

// In the directory of whatever build started it.
static void find_record(struct recorded *r) {
    DIR *builds = opendir(place.state_root);
    for (struct dirent *e; builds != NULL && (e = readdir(builds)) != NULL;) {
        size_t size;
        if (e->d_name[0] == '.' || strlen(e->d_name) >= sizeof r->build) continue;
        snprintf(r->file, sizeof r->file, "%s/%s/%s.json", place.state_root, e->d_name, flags.id);
        int fd = open(r->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0) {
            r->file[0] = 0;
            continue;
        }
        strcpy(r->build, e->d_name);
        char *text = (char *)read_input(fd, 1000, FRAME_MAX, &size);
        close(fd);
        if (text != NULL && size < FRAME_MAX) parse_record(text, size, r);
        break;
    }
    if (builds != NULL) closedir(builds);
}

static void kill_container(const struct recorded *r) {
    char root[PATH_MAX];
    snprintf(root, sizeof root, "/run/containerd/runsc/%s", flags.namespace);
    char *binary = r->binary[0] == '/' ? strdup(r->binary) : in_image("IMAGE/bin/runsc");
    char *const args[] = {binary, "--root", r->root[0] == '/' ? (char *)r->root : root, "delete", "--force", (char *)flags.id, NULL};
    if (run_silently(args, PATIENCE) != 0) {
        fprintf(stderr, "containerd-shim-runsc-v1: %s delete --force %s: %s\n", binary, flags.id, strerror(errno));
    }
    free(binary);
}

// All that was put upon one another at the bundle's root, with what is mounted below.
static void unmount_root(const char *bundle) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/rootfs", bundle) >= (int)sizeof path) return;
    for (int i = 0; i < 64 && umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0; i++) {
    }
}

static int receive(int s, uint8_t *bytes, size_t size) {
    for (size_t n = 0; n < size;) {
        ssize_t got = recv(s, bytes + n, size - n, 0);
        if (got <= 0) return -1;
        n += (size_t)got;
    }
    return 0;
}

// One Task.Delete; 1: the task is gone, 0: not yet, -1: nobody answers.
static int ask_delete(int s, uint32_t stream) {
    static struct proto inner, request;
    uint8_t head[FRAME_HEADER] = {0}, answer[65536];
    inner.size = request.size = 0;
    put_text(&inner, 1, flags.id);
    put_text(&request, 1, "containerd.task.v2.Task");
    put_text(&request, 2, "Delete");
    put_bytes(&request, 3, inner.bytes, inner.size);
    put_number(&request, 4, 1000000000);
    put_big32(head, (uint32_t)request.size);
    put_big32(head + 4, stream);
    head[8] = 1;
    if (send(s, head, sizeof head, MSG_NOSIGNAL | MSG_MORE) < 0 || send(s, request.bytes, request.size, MSG_NOSIGNAL) < 0) return -1;
    if (receive(s, head, sizeof head) != 0 || big32(head) > sizeof answer || receive(s, answer, big32(head)) != 0) return -1;
    const uint8_t *at = answer, *end = answer + big32(head);
    struct field f, status;
    while (next_field(&at, end, &f) > 0) {
        if (f.number != 1 || f.kind != 2) continue;
        const uint8_t *in = f.bytes, *in_end = f.bytes + f.size;
        while (next_field(&in, in_end, &status) > 0) {
            if (status.number == 1 && status.kind == 0 && status.value != 0 && status.value != 5) return 0; // 5: not found
        }
    }
    return 1;
}

// A supervisor that lives (containerd may have lost no more than the connection) is to forget the task, which has ended now.
static int told_supervisor(const struct recorded *r) {
    char path[sizeof place.socket];
    socket_of_build(r->build, path, sizeof path);
    int s = connect_socket(path), gone = 0;
    if (s < 0) return 0;
    struct timeval patience = {.tv_sec = 1};
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    for (uint32_t stream = 1; gone == 0 && stream < 20; stream += 2) {
        gone = ask_delete(s, stream);
        struct timespec nap = {0, 100 * MILLI};
        if (gone == 0) nanosleep(&nap, NULL);
    }
    close(s);
    return gone != -1;
}

// Killed, now.
static int print_answer(long pid) {
    static struct proto answer, time;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    put_number(&time, 1, (uint64_t)now.tv_sec);
    put_number(&time, 2, (uint64_t)now.tv_nsec);
    put_number(&answer, 1, (uint64_t)pid);
    put_number(&answer, 2, 128 + SIGKILL);
    put_bytes(&answer, 3, time.bytes, time.size);
    return fwrite(answer.bytes, 1, answer.size, stdout) == answer.size && fflush(stdout) == 0 ? 0 : 1;
}

int delete_action(void) {
    static struct recorded r;
    find_record(&r);
    kill_container(&r);
    int told = r.build[0] != 0 && told_supervisor(&r);
    unmount_root(flags.bundle);
    if (r.bundle[0] == '/' && strcmp(r.bundle, flags.bundle) != 0) unmount_root(r.bundle);
    if (!told && r.file[0] != 0) unlink(r.file);
    return print_answer(r.pid > 0 && r.pid < INT_MAX ? r.pid : 0);
}
