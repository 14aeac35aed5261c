// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// `list`: a table, JSON, or the IDs only.

#include "runsc.h"
#include <dirent.h>

struct row {
    char id[256], status[32], bundle[PATH_MAX], created[64], owner[64];
    int pid;
};

static void read_row(const struct container *c, struct row *row) {
    static char state[RECORD + 1];
    char name[64];
    *row = (struct row){.pid = c->alive ? c->pid : 0};
    snprintf(row->id, sizeof row->id, "%s", c->id);
    strcpy(row->status, "stopped");
    if (!container_state(c, state, sizeof state)) {
        strcpy(row->status, "unknown");
        return;
    }
    struct json j = {.at = state, .end = state + strlen(state)};
    if (!json_object(&j)) return;
    while (json_member(&j, name, sizeof name)) {
        int known = strcmp(name, "status") == 0    ? json_string(&j, row->status, sizeof row->status)
                    : strcmp(name, "bundle") == 0  ? json_string(&j, row->bundle, sizeof row->bundle)
                    : strcmp(name, "created") == 0 ? json_string(&j, row->created, sizeof row->created)
                    : strcmp(name, "owner") == 0   ? json_string(&j, row->owner, sizeof row->owner)
                                                   : 0;
        if (!known) json_skip(&j);
    }
    if (strcmp(row->owner, "0") == 0) strcpy(row->owner, "root");
    if (*row->owner != 0) return;
    struct stat status;
    if (fstat(c->dir, &status) == 0) snprintf(row->owner, sizeof row->owner, status.st_uid == 0 ? "root" : "#%u", status.st_uid);
}

static void print_json(const struct row *row, const char *before) {
    printf("%s{\"ociVersion\":\"1.3.0\",\"id\":\"%s\",\"pid\":%d,\"status\":", before, row->id, row->pid);
    json_write_string(stdout, row->status);
    printf(",\"bundle\":");
    json_write_string(stdout, row->bundle);
    printf(",\"created\":");
    json_write_string(stdout, row->created);
    printf(",\"owner\":");
    json_write_string(stdout, row->owner);
    printf("}");
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int names(char ***all) {
    DIR *list = opendir(options.root);
    int count = 0, room = 0;
    *all = NULL;
    if (list == NULL) {
        if (errno != ENOENT) fail("cannot read %s: %s", options.root, strerror(errno));
        return 0;
    }
    struct dirent *entry;
    while ((entry = readdir(list)) != NULL) {
        if (entry->d_name[0] == '.') continue;
        if (count == room) *all = realloc(*all, (room = 2 * room + 64) * sizeof **all);
        if (*all == NULL || ((*all)[count++] = strdup(entry->d_name)) == NULL) fail("out of memory");
    }
    closedir(list);
    if (count > 0) qsort(*all, count, sizeof **all, by_name);
    return count;
}

int list_command(void) {
    const char *format = options.format == NULL ? "table" : options.format;
    int json = strcmp(format, "json") == 0;
    if (!json && strcmp(format, "table") != 0) fail("invalid format option \"%s\": table or json", format);
    char **all;
    int count = names(&all), printed = 0;
    if (!json && !options.quiet) printf("%-24s %-9s %-9s %-40s %-30s %s\n", "ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER");
    if (json && !options.quiet) printf("[");
    for (int i = 0; i < count; i++) {
        struct container c;
        static struct row row;
        if (!find_container(all[i], &c)) continue;
        if (options.quiet) {
            printf("%s\n", all[i]);
            close(c.dir);
            continue;
        }
        read_row(&c, &row);
        if (json) print_json(&row, printed++ == 0 ? "" : ",");
        else printf("%-24s %-9d %-9s %-40s %-30s %s\n", row.id, row.pid, row.status, row.bundle, row.created, row.owner);
        close(c.dir);
    }
    if (json && !options.quiet) printf("]\n");
    return 0;
}
