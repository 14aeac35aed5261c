// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// What the shim's JVM cannot do itself, as hidden actions of this program:
//
//   mount TYPE SOURCE TARGET   options on standard input, a NUL after each
//   unmount DIRECTORY          all that is mounted there and below
//   signal PID NUMBER
//
// Errors are one sentence on standard error and the status 1.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_DATA 4095 // of mount(2): a page with its NUL
#define MOST_INPUT (4 << 20)

static int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int complain(const char *format, ...) {
    va_list list;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    return 1;
}

struct flag {
    const char *name;
    unsigned long set, clear;
};

static const struct flag flags[] = {
    {"async", 0, MS_SYNCHRONOUS},
    {"atime", 0, MS_NOATIME},
    {"bind", MS_BIND, 0},
    {"defaults", 0, 0},
    {"dev", 0, MS_NODEV},
    {"diratime", 0, MS_NODIRATIME},
    {"dirsync", MS_DIRSYNC, 0},
    {"exec", 0, MS_NOEXEC},
    {"mand", MS_MANDLOCK, 0},
    {"noatime", MS_NOATIME, 0},
    {"nodev", MS_NODEV, 0},
    {"nodiratime", MS_NODIRATIME, 0},
    {"noexec", MS_NOEXEC, 0},
    {"nomand", 0, MS_MANDLOCK},
    {"norelatime", 0, MS_RELATIME},
    {"nostrictatime", 0, MS_STRICTATIME},
    {"nosuid", MS_NOSUID, 0},
    {"rbind", MS_BIND | MS_REC, 0},
    {"relatime", MS_RELATIME, 0},
    {"remount", MS_REMOUNT, 0},
    {"ro", MS_RDONLY, 0},
    {"rw", 0, MS_RDONLY},
    {"strictatime", MS_STRICTATIME, 0},
    {"suid", 0, MS_NOSUID},
    {"sync", MS_SYNCHRONOUS, 0},
    {"private", MS_PRIVATE, 0},
    {"rprivate", MS_PRIVATE | MS_REC, 0},
    {"rshared", MS_SHARED | MS_REC, 0},
    {"rslave", MS_SLAVE | MS_REC, 0},
    {"shared", MS_SHARED, 0},
    {"slave", MS_SLAVE, 0},
    {"runbindable", MS_UNBINDABLE | MS_REC, 0},
    {"unbindable", MS_UNBINDABLE, 0},
};

#define PROPAGATION (MS_PRIVATE | MS_SHARED | MS_SLAVE | MS_UNBINDABLE)

static const struct flag *find_flag(const char *name) {
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(flags[i].name, name) == 0) return &flags[i];
    }
    return NULL;
}

struct wish {
    unsigned long flags, propagation;
    char **data; // options of the file system
    int count;
};

static char *read_options(size_t *size) {
    char *all = malloc(MOST_INPUT + 1);
    ssize_t got;
    *size = 0;
    while (all != NULL && *size < MOST_INPUT && (got = read(0, all + *size, MOST_INPUT - *size)) > 0) *size += got;
    if (all != NULL) all[*size] = 0;
    return all;
}

static int parse(char *options, size_t size, struct wish *wish) {
    *wish = (struct wish){.data = calloc(size + 1, sizeof(char *))};
    if (wish->data == NULL) return -1;
    for (char *at = options; at < options + size; at += strlen(at) + 1) {
        const struct flag *f = find_flag(at);
        if (f == NULL) {
            if (*at != 0) wish->data[wish->count++] = at;
        } else if (f->set & PROPAGATION) {
            wish->propagation = f->set;
        } else {
            wish->flags = (wish->flags & ~f->clear) | f->set;
        }
    }
    return 0;
}

static char *join(const struct wish *wish) {
    size_t size = 1;
    for (int i = 0; i < wish->count; i++) size += strlen(wish->data[i]) + 1;
    char *text = malloc(size), *at = text;
    if (text == NULL) return NULL;
    *at = 0;
    for (int i = 0; i < wish->count; i++) at += sprintf(at, "%s%s", i == 0 ? "" : ",", wish->data[i]);
    return text;
}

// ---- Many layers: the names are made relative to a directory that all of them share.
static size_t common_directory(const char *list) {
    size_t common = strlen(list);
    for (const char *at = list; at != NULL; at = strchr(at, ':'), at = at == NULL ? NULL : at + 1) {
        size_t n = 0;
        while (n < common && at[n] == list[n] && at[n] != 0 && at[n] != ':') n++;
        common = n;
    }
    while (common > 0 && list[common - 1] != '/') common--;
    return common;
}

static int shorten(struct wish *wish) {
    for (int i = 0; i < wish->count; i++) {
        if (strncmp(wish->data[i], "lowerdir=/", 10) != 0) continue;
        const char *list = wish->data[i] + 9;
        size_t common = common_directory(list);
        char directory[PATH_MAX], *text = malloc(strlen(list) + 10), *to;
        if (text == NULL || common <= 1 || common >= sizeof directory) return -1;
        snprintf(directory, sizeof directory, "%.*s", (int)common, list);
        if (chdir(directory) != 0) return -1;
        to = text + sprintf(text, "lowerdir=");
        for (const char *at = list;;) {
            size_t length = strcspn(at, ":");
            to += sprintf(to, "%.*s", (int)(length - common), at + common);
            at += length;
            if (*at == 0) break;
            *to++ = *at++;
        }
        *to = 0;
        wish->data[i] = text;
        return 0;
    }
    return -1;
}

// ---- Still too long: one layer at a time, which hosts can since Linux 6.5.
#ifndef SYS_fsopen
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#define SYS_move_mount 429
#endif
enum { CONFIG_FLAG = 0, CONFIG_STRING = 1, CONFIG_CREATE = 6, FROM_EMPTY_PATH = 4 };

static int configure(int fs, const char *name, const char *value) {
    return (int)syscall(SYS_fsconfig, fs, value == NULL ? CONFIG_FLAG : CONFIG_STRING, name, value, 0);
}

static int configure_layers(int fs, char *list) {
    for (char *save, *layer = strtok_r(list, ":", &save); layer != NULL; layer = strtok_r(NULL, ":", &save)) {
        if (configure(fs, "lowerdir+", layer) != 0) return -1;
    }
    return 0;
}

static int configure_all(int fs, const struct wish *wish) {
    for (int i = 0; i < wish->count; i++) {
        char *value = strchr(wish->data[i], '=');
        if (value != NULL) *value++ = 0;
        int bad = value != NULL && strcmp(wish->data[i], "lowerdir") == 0 ? configure_layers(fs, value) : configure(fs, wish->data[i], value);
        if (bad) return -1;
    }
    return wish->flags & MS_RDONLY ? configure(fs, "ro", NULL) : 0;
}

static int mount_by_parts(const char *type, const char *source, const char *target, const struct wish *wish) {
    static const struct {
        unsigned long flag;
        unsigned attribute;
    } attributes[] = {{MS_RDONLY, 1}, {MS_NOSUID, 2}, {MS_NODEV, 4}, {MS_NOEXEC, 8}, {MS_NOATIME, 0x10}};
    unsigned attribute = 0;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        if (wish->flags & attributes[i].flag) attribute |= attributes[i].attribute;
    }
    int fs = (int)syscall(SYS_fsopen, type, 1);
    if (fs < 0 || configure(fs, "source", source) != 0 || configure_all(fs, wish) != 0) return -1;
    if (syscall(SYS_fsconfig, fs, CONFIG_CREATE, NULL, NULL, 0) != 0) return -1;
    int mounted = (int)syscall(SYS_fsmount, fs, 1, attribute);
    return mounted < 0 ? -1 : (int)syscall(SYS_move_mount, mounted, "", AT_FDCWD, target, FROM_EMPTY_PATH);
}

static int mount_fs(const char *type, const char *source, const char *target, struct wish *wish) {
    char *data = join(wish);
    if (data != NULL && strlen(data) > MOST_DATA && shorten(wish) == 0) data = join(wish);
    if (data == NULL) return complain("cannot mount %s: out of memory", target);
    int bad = strlen(data) > MOST_DATA ? mount_by_parts(type, source, target, wish) : mount(source, target, type, wish->flags, data);
    if (bad == 0) return 0;
    return complain("mount of %s (%s) at %s: %s; options: %.300s%s", type, source, target, strerror(errno), data, strlen(data) > 300 ? "..." : "");
}

static int mount_bind(const char *source, const char *target, const struct wish *wish) {
    if (mount(source, target, NULL, MS_BIND | (wish->flags & MS_REC), NULL) != 0) {
        return complain("bind mount of %s at %s: %s", source, target, strerror(errno));
    }
    unsigned long rest = wish->flags & ~(unsigned long)(MS_BIND | MS_REC);
    if (rest != 0 && mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | rest, NULL) != 0) {
        return complain("bind mount of %s at %s: its options: %s", source, target, strerror(errno));
    }
    return 0;
}

static int mount_one(const char *type, const char *source, const char *target) {
    struct wish wish;
    size_t size;
    char *options = read_options(&size);
    if (options == NULL || parse(options, size, &wish) != 0) return complain("cannot mount %s: out of memory", target);
    int bind = (wish.flags & MS_BIND) || strcmp(type, "bind") == 0;
    int bad = bind ? mount_bind(source, target, &wish) : mount_fs(type, source, target, &wish);
    if (bad || wish.propagation == 0) return bad;
    if (mount(NULL, target, NULL, wish.propagation, NULL) != 0) return complain("propagation of %s: %s", target, strerror(errno));
    return 0;
}

// Whether something is mounted at the path; its name in mountinfo has blanks as \040 and the like.
static int is_mounted(const char *path) {
    char line[3 * PATH_MAX], at[PATH_MAX];
    FILE *f = fopen("/proc/self/mountinfo", "re");
    int found = 0;
    if (f == NULL) return 1;
    while (!found && fgets(line, sizeof line, f) != NULL) {
        if (sscanf(line, "%*d %*d %*s %*s %4095s", at) != 1) continue;
        char *to = at;
        for (char *from = at; *from != 0; to++) {
            if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3') {
                *to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + from[3] - '0');
                from += 4;
            } else {
                *to = *from++;
            }
        }
        *to = 0;
        found = strcmp(at, path) == 0;
    }
    fclose(f);
    return found;
}

static int unmount(const char *given) {
    char path[PATH_MAX];
    if (realpath(given, path) == NULL) return errno == ENOENT ? 0 : complain("cannot unmount %s: %s", given, strerror(errno));
    for (int i = 0; i < 100 && is_mounted(path); i++) {
        if (umount2(path, UMOUNT_NOFOLLOW) == 0) continue;
        if (errno == EINVAL || errno == ENOENT) return 0;
        if (errno != EBUSY) return complain("cannot unmount %s: %s", path, strerror(errno));
        if (i < 20) usleep(5000); // whoever is in there may be going
        else if (umount2(path, UMOUNT_NOFOLLOW | MNT_DETACH) != 0 && errno != EINVAL) return complain("cannot unmount %s: %s", path, strerror(errno));
    }
    return 0;
}

int helper_action(int argc, char **argv);

int helper_action(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[0], "mount") == 0) return mount_one(argv[1], argv[2], argv[3]);
    if (argc == 2 && strcmp(argv[0], "unmount") == 0) return unmount(argv[1]);
    if (argc == 3 && strcmp(argv[0], "signal") == 0) {
        return kill(atoi(argv[1]), atoi(argv[2])) == 0 ? 0 : complain("signal %s to %s: %s", argv[2], argv[1], strerror(errno));
    }
    return complain("usage: mount TYPE SOURCE TARGET | unmount DIRECTORY | signal PID NUMBER");
}
