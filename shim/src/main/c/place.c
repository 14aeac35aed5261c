// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Where things lie. One supervisor serves one containerd address, namespace and build of ours, and the socket's name is the
// hash of the three: a newer build makes a supervisor of its own and leaves old pods with the old one.

#include "shim.h"
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

struct place place;

static void find_image(void) {
    ssize_t length = readlink("/proc/self/exe", place.self, sizeof place.self - 1);
    if (length <= 0) fail("cannot read /proc/self/exe: %s; is /proc mounted?", strerror(errno));
    place.self[length] = 0;
    strcpy(place.image, place.self);
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(place.image, '/');
        if (slash == NULL) fail("%s does not lie in the bin directory of an installation of Sandjar; reinstall it", place.self);
        *slash = 0;
    }
}

// A directory for files of this boot: the given one, or one below /run or the user's own.
static void runtime_directory(const char *given, const char *below, char *path, size_t size) {
    const char *user = getenv("XDG_RUNTIME_DIR");
    int n;
    if (given != NULL && *given != 0) n = snprintf(path, size, "%s", given);
    else if (geteuid() == 0) n = snprintf(path, size, "/run/%s", below);
    else if (user != NULL && *user == '/') n = snprintf(path, size, "%s/%s", user, below);
    else n = snprintf(path, size, "/tmp/sandjar-%u/%s", (unsigned)geteuid(), below);
    if (n >= (int)size) fail("the path of %s is longer than %zu bytes", below, size - 1);
}

static void hash_of(const char *build, char hex[65]) {
    char text[PATH_MAX + 512];
    int n = snprintf(text, sizeof text, "%s/%s/%s", flags.address, flags.namespace, build);
    if (n >= (int)sizeof text) fail("-address is longer than a path");
    sha256_hex(text, (size_t)n, hex);
}

void socket_of_build(const char *build, char *path, size_t size) {
    char hex[65], directory[PATH_MAX];
    const char *given = flags.socket_dir != NULL ? flags.socket_dir : getenv("SANDJAR_SHIM_SOCKETS");
    hash_of(build, hex);
    runtime_directory(given, "containerd/s", directory, sizeof directory);
    if (snprintf(path, size, "%s/%s", directory, hex) >= (int)size) {
        fail("the socket's path %s/%s is longer than %zu bytes; use a directory with a shorter name", directory, hex, size - 1);
    }
}

void find_place(void) {
    char base[PATH_MAX - 600], hex[65];
    find_image();
    socket_of_build(BUILD_ID, place.socket, sizeof place.socket - 1); // containerd allows 106 bytes
    runtime_directory(getenv("SANDJAR_SHIM_STATE"), "sandjar/shim", base, sizeof base);
    hash_of("", hex);
    if (snprintf(place.state_root, sizeof place.state_root, "%s/%s-%.8s", base, flags.namespace, hex) >= (int)sizeof place.state_root ||
        snprintf(place.state, sizeof place.state, "%s/%s", place.state_root, BUILD_ID) >= (int)sizeof place.state) {
        fail("the path of the directory of states is too long: %s", base);
    }
}

char *in_image(const char *text) {
    const char *mark = strstr(text, "IMAGE");
    if (mark == NULL) return strdup(text);
    char *rest = in_image(mark + 5), *whole = NULL; // a class path has the word many times
    if (asprintf(&whole, "%.*s%s%s", (int)(mark - text), text, place.image, rest) < 0) fail("out of memory");
    free(rest);
    return whole;
}

int make_directories(const char *path, mode_t mode) {
    char part[PATH_MAX];
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (char *slash = part + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = 0;
        if (mkdir(part, mode | 0711) != 0 && errno != EEXIST) return -1;
        *slash = '/';
    }
    return mkdir(part, mode) != 0 && errno != EEXIST ? -1 : 0;
}

int connect_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return -1;
    strcpy(address.sun_path, path);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0) return -1;
    if (connect(s, (struct sockaddr *)&address, sizeof address) == 0) return s;
    int error = errno;
    close(s);
    errno = error;
    return -1;
}

// Between `start` and a supervisor that wants to end. The file goes with the last supervisor, so what was locked must still be
// the one that is there.
int lock_place(int milliseconds) {
    char path[PATH_MAX + 8];
    snprintf(path, sizeof path, "%s/lock", place.state);
    for (int waited = 0;; waited += 5) {
        struct stat mine, there;
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 && errno == ENOENT && make_directories(place.state, 0700) == 0) continue;
        if (fd < 0) return -1;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino) {
            return fd;
        }
        close(fd);
        if (waited >= milliseconds) {
            errno = ETIMEDOUT;
            return -1;
        }
        struct timespec nap = {0, 5 * MILLI};
        nanosleep(&nap, NULL);
    }
}

long long milliseconds_from(const char *variable, long long usual) {
    const char *text = getenv(variable);
    char *end;
    if (text == NULL) return usual;
    long long value = strtoll(text, &end, 10);
    return *text == 0 || *end != 0 || value < 0 || value > 86400000 ? usual : value;
}
