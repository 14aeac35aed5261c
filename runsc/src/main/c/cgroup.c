// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// What needs no JVM of a container's control groups: its processes on the host, freezing, removal. The file `cgroups` in the
// container's directory has a line "CONTROLLER ABSOLUTE-PATH" for each; `unified` is a group of version 2, where the guests are
// in a child `guest` of their own, so that freezing them leaves the kernel answering.

#include "runsc.h"
#include <dirent.h>
#include <time.h>

static int path_of(const struct container *c, const char *controller, char *path, size_t size) {
    static char text[32768];
    if (read_small(c->dir, "cgroups", text, sizeof text) <= 0) return 0;
    size_t length = strlen(controller);
    for (char *save, *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, controller, length) != 0 || line[length] != ' ' || line[length + 1] != '/') continue;
        return snprintf(path, size, "%s", line + length + 1) < (int)size;
    }
    return 0;
}

static int read_at(const char *directory, const char *name, char *text, size_t size) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path) return -1;
    return read_small(AT_FDCWD, path, text, size);
}

static int write_at(const char *directory, const char *name, const char *text) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path) return -1;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int bad = fd < 0 || write(fd, text, strlen(text)) < 0;
    int error = errno;
    if (fd >= 0) close(fd);
    errno = error;
    return bad ? -1 : 0;
}

// ---- Freezing. 2: version 2, 1: version 1, 0: there is no freezer.
static int freezer(const struct container *c, char *path, size_t size) {
    struct stat status;
    if (path_of(c, "freezer", path, size)) return 1;
    if (!path_of(c, "unified", path, size - 8)) return 0;
    size_t n = strlen(path);
    strcpy(path + n, "/guest");
    if (stat(path, &status) != 0) path[n] = 0;
    return 2;
}

// Frozen or told to be: guests that wait for the kernel sleep so that no freezer finds them; they freeze before they run on.
static int frozen(int version, const char *path) {
    char text[64];
    if (version == 1) return read_at(path, "freezer.state", text, sizeof text) > 0 && strncmp(text, "FR", 2) == 0;
    return version == 2 && read_at(path, "cgroup.freeze", text, sizeof text) > 0 && text[0] == '1';
}

// Whether nothing runs any more, as far as the host can tell.
static int settled(int version, const char *path) {
    char text[512];
    if (version == 1) return read_at(path, "freezer.state", text, sizeof text) > 0 && strncmp(text, "FREEZING", 8) != 0;
    return read_at(path, "cgroup.events", text, sizeof text) > 0 && strstr(text, "frozen 1") != NULL;
}

static int set_freezer(int version, const char *path, int on) {
    return version == 1 ? write_at(path, "freezer.state", on ? "FROZEN" : "THAWED") : write_at(path, "cgroup.freeze", on ? "1" : "0");
}

int is_paused(const struct container *c) {
    char path[PATH_MAX];
    int version = freezer(c, path, sizeof path);
    return frozen(version, path);
}

// A SIGKILL that a frozen process got takes effect when it goes on.
void thaw_if_paused(const struct container *c) {
    char path[PATH_MAX];
    int version = freezer(c, path, sizeof path);
    if (frozen(version, path)) set_freezer(version, path, 0);
}

static int freeze(int on) {
    struct container c;
    char path[PATH_MAX];
    need_container(options.id, &c);
    if (!c.alive) fail("cannot %s container %s: container not running", options.verb, c.id);
    int version = freezer(&c, path, sizeof path);
    if (version == 0) fail("cannot %s container %s: it has no freezer; run it with a cgroup (not --ignore-cgroups)", options.verb, c.id);
    if (on && frozen(version, path)) fail("cannot pause container %s: it is paused already", c.id);
    if (!on && !frozen(version, path)) fail("cannot resume container %s: container not paused", c.id);
    if (set_freezer(version, path, on) != 0) fail("cannot %s container %s: %s: %s", options.verb, c.id, path, strerror(errno));
    for (int i = 0; on && i < 25 && !settled(version, path); i++) {
        usleep(1000);
        set_freezer(version, path, on); // version 1 looks again at those that were busy
    }
    return 0;
}

int pause_command(void) {
    return freeze(1);
}

int resume_command(void) {
    return freeze(0);
}

// ---- Processes.
static int guests_path(const struct container *c, char *path, size_t size) {
    static const char *const any[] = {"pids", "freezer", "devices", "systemd", "name=systemd", "memory"};
    for (size_t i = 0; i < sizeof any / sizeof *any; i++) {
        if (path_of(c, any[i], path, size)) return 1;
    }
    return freezer(c, path, size) == 2;
}

// The launcher and its child, the JVM, are no processes of the container's.
static int is_ours(const struct container *c, int pid) {
    char path[64], line[1024];
    int parent = 0;
    if (pid == c->pid) return 1;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (read_small(AT_FDCWD, path, line, sizeof line) <= 0) return 1; // gone
    char *at = strrchr(line, ')');
    if (at == NULL || sscanf(at, ") %*c %d", &parent) != 1) return 1;
    return parent == c->pid;
}

static int print_pids(const struct container *c) {
    char path[PATH_MAX];
    static char text[1 << 20];
    printf("[");
    if (guests_path(c, path, sizeof path) && read_at(path, "cgroup.procs", text, sizeof text) > 0) {
        const char *between = "";
        for (char *save, *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
            int pid = atoi(line);
            if (pid <= 0 || is_ours(c, pid)) continue;
            printf("%s%d", between, pid);
            between = ",";
        }
    }
    printf("]\n");
    return 0;
}

int ps_command(void) {
    struct container c;
    need_container(options.id, &c);
    if (!c.alive) fail("cannot list the processes of container %s: container not running", c.id);
    const char *format = options.format == NULL ? "table" : options.format;
    if (strcmp(format, "json") == 0) return print_pids(&c);
    if (strcmp(format, "table") != 0) fail("invalid format option \"%s\": table or json", format);
    const char *words[] = {"ps", c.id, "table"};
    int s = connect_sandbox(&c);
    int status = s < 0 || send_words(s, words, 3, NULL, 0) != 0 ? -1 : ask(s, stdout, NULL);
    if (status < 0) fail("cannot list the processes of container %s: its sandbox died", c.id);
    return status;
}

// ---- Removal: the group and what the guests' view or version 2 put beneath it, which is one level deep at most.
static int remove_group(const char *path, int depth) {
    if (rmdir(path) == 0 || errno == ENOENT || errno == ENOTDIR) return 0;
    if (errno != EBUSY || depth == 0) return -1;
    DIR *list = opendir(path);
    if (list == NULL) return -1;
    struct dirent *entry;
    char below[PATH_MAX];
    while ((entry = readdir(list)) != NULL) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
        if (snprintf(below, sizeof below, "%s/%s", path, entry->d_name) < (int)sizeof below) remove_group(below, depth - 1);
    }
    closedir(list);
    return rmdir(path) == 0 || errno == ENOENT ? 0 : -1;
}

static void kill_members(const char *path) {
    static char text[1 << 20];
    if (read_at(path, "cgroup.procs", text, sizeof text) <= 0) return;
    for (char *save, *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        int pid = atoi(line);
        if (pid > 1 && pid != getpid()) kill(pid, SIGKILL);
    }
}

// The last processes are still dying: up to 10 s, with longer and longer naps. With FORCE who sits there is killed.
static void remove_patiently(const char *path, int force) {
    int left = 10000000, nap = 1000;
    while (remove_group(path, 4) != 0 && errno == EBUSY && left > 0) {
        if (force) kill_members(path);
        usleep(nap);
        left -= nap;
        if (nap < 100000) nap *= 2;
    }
    if (left <= 0) say_warning("the control group %s is still in use and stays", path);
}

void remove_groups(char *text, int force) {
    for (char *save, *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        char *path = strchr(line, ' ');
        if (path == NULL || path[1] != '/' || path[2] == 0 || strstr(path, "/..") != NULL) continue;
        remove_patiently(path + 1, force);
    }
}

void remove_cgroups(const struct container *c, int force) {
    static char text[32768];
    if (read_small(c->dir, "cgroups", text, sizeof text) > 0) remove_groups(text, force);
}
