// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The directory of a container, ROOT/ID. Making it is the lock against a second `create` of the same name. Files in it are
// written under another name and renamed, so that there is never half a file; who reads one must still expect anything.

#include "runsc.h"
#include <dirent.h>
#include <sys/stat.h>

static int in_user_namespace(void) {
    char map[64] = "";
    int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t n = read(fd, map, sizeof map - 1);
    close(fd);
    unsigned inside = 1, outside = 1, count = 0;
    return n <= 0 || sscanf(map, "%u %u %u", &inside, &outside, &count) != 3 || inside != 0 || outside != 0 || count != UINT_MAX;
}

const char *root_directory(void) {
    const char *user = getenv("USER"), *run = getenv("XDG_RUNTIME_DIR");
    int own = geteuid() != 0 || (in_user_namespace() && (user == NULL || strcmp(user, "root") != 0));
    if (!own || run == NULL || *run == 0) return "/run/runsc";
    char *root = malloc(strlen(run) + 8);
    if (root == NULL) fail("out of memory");
    sprintf(root, "%s/runsc", run);
    return root;
}

void check_id(const char *id) {
    size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.");
    if (n == 0 || n > 200 || id[n] != 0 || strcmp(id, ".") == 0 || strcmp(id, "..") == 0) {
        fail("invalid container ID \"%s\": letters, digits and _ + - . are allowed, at most 200", id);
    }
}

static int root_fd(void) {
    return open(options.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void make_root(void) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s", options.root) >= (int)sizeof path) fail("--root is too long");
    for (char *at = path + 1;; at++) {
        if (*at != '/' && *at != 0) continue;
        int last = *at == 0;
        *at = 0;
        if (mkdir(path, 0711) != 0 && errno != EEXIST) fail("cannot make the directory %s: %s; choose another --root", path, strerror(errno));
        if (last) return;
        *at = '/';
    }
}

int make_directory(const char *id) {
    make_root();
    int root = root_fd();
    if (root < 0) fail("cannot open %s: %s", options.root, strerror(errno));
    if (mkdirat(root, id, 0711) != 0) {
        if (errno == EEXIST) fail("container with id exists: %s; delete it (%s delete --force %s) or choose another ID", id, program, id);
        fail("cannot make the directory %s/%s: %s", options.root, id, strerror(errno));
    }
    int dir = openat(root, id, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) fail("cannot open %s/%s: %s", options.root, id, strerror(errno));
    close(root);
    return dir;
}

// Removes what lies in a directory; flat but for directories that hold a writable layer.
static void empty_directory(int dir, int depth) {
    DIR *list = fdopendir(openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (list == NULL) return;
    struct dirent *entry;
    while ((entry = readdir(list)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (unlinkat(dir, entry->d_name, 0) == 0 || (errno != EISDIR && errno != EPERM) || depth == 0) continue;
        int sub = openat(dir, entry->d_name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (sub < 0) continue;
        empty_directory(sub, depth - 1);
        close(sub);
        unlinkat(dir, entry->d_name, AT_REMOVEDIR);
    }
    closedir(list);
}

void remove_directory(const char *id) {
    int root = root_fd();
    int dir = root < 0 ? -1 : openat(root, id, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir >= 0) {
        empty_directory(dir, 64);
        close(dir);
        if (unlinkat(root, id, AT_REMOVEDIR) != 0 && errno != ENOENT) say_error("cannot remove %s/%s: %s", options.root, id, strerror(errno));
    }
    if (root >= 0) close(root);
}

int read_small(int dir, const char *name, char *text, size_t size) {
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    size_t n = 0;
    ssize_t got;
    while (n < size - 1 && (got = read(fd, text + n, size - 1 - n)) > 0) n += got;
    close(fd);
    text[n] = 0;
    return (int)n;
}

int write_small(int dir, const char *name, const char *text) {
    char temporary[64];
    snprintf(temporary, sizeof temporary, ".%s.%d", name, getpid());
    int fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    size_t length = strlen(text);
    int good = write(fd, text, length) == (ssize_t)length && fsync(fd) == 0;
    int error = errno;
    close(fd);
    if (good && renameat(dir, temporary, dir, name) == 0) return 0;
    if (good) error = errno;
    unlinkat(dir, temporary, 0);
    errno = error;
    return -1;
}

long long start_time(pid_t pid) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (read_small(AT_FDCWD, path, line, sizeof line) <= 0) return -1;
    char *at = strrchr(line, ')'), state = 0;
    if (at == NULL || sscanf(at, ") %c", &state) != 1 || state == 'Z' || state == 'X') return -1;
    for (int field = 2; field < 22 && at != NULL; field++) at = strchr(at + 1, ' ');
    return at == NULL ? -1 : atoll(at);
}

int write_pid(int dir, pid_t pid) {
    char text[64];
    snprintf(text, sizeof text, "%d %lld\n", pid, start_time(pid));
    return write_small(dir, "pid", text);
}

int make_status(int dir) {
    return openat(dir, "status", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

int read_status(const struct container *c) {
    char text[32];
    return read_small(c->dir, "status", text, sizeof text) > 0 && text[0] >= '0' && text[0] <= '9' ? atoi(text) & 255 : -1;
}

// --pid-file of the engine, which may watch for the name: it appears with its contents.
void write_pid_file(const char *path, pid_t pid) {
    if (path == NULL || *path == 0) return;
    char temporary[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int directory = slash == NULL ? 0 : (int)(slash - path) + 1;
    if (snprintf(temporary, sizeof temporary, "%.*s.%s", directory, path, path + directory) >= (int)sizeof temporary) fail("--pid-file is too long");
    FILE *f = fopen(temporary, "we");
    if (f == NULL || fprintf(f, "%d", pid) < 0 || fclose(f) != 0 || rename(temporary, path) != 0) {
        fail("cannot write the pid file %s: %s", path, strerror(errno));
    }
}

int find_container(const char *id, struct container *c) {
    *c = (struct container){.id = id, .dir = -1, .first = 1};
    int root = root_fd();
    if (root < 0) return 0;
    c->dir = openat(root, id, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    close(root);
    if (c->dir < 0) return 0;
    char text[256];
    long long started = -1;
    int pid = 0;
    if (read_small(c->dir, "pid", text, sizeof text) > 0 && sscanf(text, "%d %lld", &pid, &started) == 2 && pid > 0) {
        c->pid = pid;
        c->alive = started >= 0 && start_time(pid) == started;
    }
    snprintf(c->sandbox, sizeof c->sandbox, "%s", id);
    int n = read_small(c->dir, "sandbox", text, sizeof text);
    if (n > 0) {
        text[strcspn(text, "\n")] = 0;
        snprintf(c->sandbox, sizeof c->sandbox, "%s", text);
        c->first = strcmp(text, id) == 0;
    }
    return 1;
}

void need_container(const char *id, struct container *c) {
    if (!find_container(id, c)) fail("container does not exist: %s; there is no such directory in %s", id, options.root);
}
