// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The few facts of config.json that have to be known before a JVM has started: which namespaces, a terminal or not, whose
// sandbox. Everything else, and every complaint, is the host JVM's.

#include "runsc.h"
#include <sys/stat.h>

#define LARGEST (16 << 20)

static char *load(const char *path, size_t *size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > LARGEST) {
        if (fd >= 0) close(fd);
        return NULL;
    }
    char *text = malloc(status.st_size + 1);
    ssize_t got;
    *size = 0;
    while (text != NULL && *size < (size_t)status.st_size && (got = read(fd, text + *size, status.st_size - *size)) > 0) *size += got;
    close(fd);
    if (text != NULL) text[*size] = 0;
    return text;
}

static void read_process(struct json *j, struct spec *spec) {
    char name[32], part[32];
    if (!json_object(j)) {
        json_skip(j);
        return;
    }
    while (json_member(j, name, sizeof name)) {
        if (strcmp(name, "terminal") == 0) {
            spec->terminal = json_true(j);
        } else if (strcmp(name, "consoleSize") == 0 && json_object(j)) {
            while (json_member(j, part, sizeof part)) {
                if (strcmp(part, "height") == 0) spec->rows = (int)json_number(j);
                else if (strcmp(part, "width") == 0) spec->columns = (int)json_number(j);
                else json_skip(j);
            }
        } else {
            json_skip(j);
        }
    }
}

static void read_namespaces(struct json *j, struct spec *spec) {
    if (!json_array(j)) {
        json_skip(j);
        return;
    }
    while (json_element(j)) {
        char name[32], type[32] = "", path[PATH_MAX] = "";
        if (!json_object(j)) {
            json_skip(j);
            continue;
        }
        while (json_member(j, name, sizeof name)) {
            int known = strcmp(name, "type") == 0 ? json_string(j, type, sizeof type)
                        : strcmp(name, "path") == 0 ? json_string(j, path, sizeof path)
                                                    : 0;
            if (!known) json_skip(j);
        }
        if (strcmp(type, "network") != 0) continue;
        spec->new_net = *path == 0;
        strcpy(spec->net, path);
    }
}

static void read_linux(struct json *j, struct spec *spec) {
    char name[32];
    if (!json_object(j)) {
        json_skip(j);
        return;
    }
    while (json_member(j, name, sizeof name)) {
        if (strcmp(name, "namespaces") == 0) read_namespaces(j, spec);
        else json_skip(j);
    }
}

static void read_annotations(struct json *j, struct spec *spec) {
    char name[128], value[256];
    if (!json_object(j)) {
        json_skip(j);
        return;
    }
    while (json_member(j, name, sizeof name)) {
        if (!json_string(j, value, sizeof value)) {
            json_skip(j);
        } else if (strcmp(name, "io.kubernetes.cri.container-type") == 0 || strcmp(name, "io.kubernetes.cri-o.ContainerType") == 0) {
            spec->member = strcmp(value, "container") == 0;
        } else if (strcmp(name, "io.kubernetes.cri.sandbox-id") == 0 || strcmp(name, "io.kubernetes.cri-o.SandboxID") == 0) {
            strcpy(spec->sandbox, value);
        }
    }
}

int read_spec(const char *bundle, struct spec *spec) {
    *spec = (struct spec){0};
    char path[PATH_MAX], name[64];
    size_t size;
    if (snprintf(path, sizeof path, "%s/config.json", bundle) >= (int)sizeof path) return 0;
    char *text = load(path, &size);
    if (text == NULL) return 0;
    struct json j = {.at = text, .end = text + size};
    if (!json_object(&j)) j.bad = 1;
    while (json_member(&j, name, sizeof name)) {
        if (strcmp(name, "process") == 0) read_process(&j, spec);
        else if (strcmp(name, "linux") == 0) read_linux(&j, spec);
        else if (strcmp(name, "annotations") == 0) read_annotations(&j, spec);
        else json_skip(&j);
    }
    free(text);
    return !j.bad;
}
