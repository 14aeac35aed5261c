// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The verbs that only ask the sandbox: a few milliseconds each.

#include "runsc.h"
#include <poll.h>
#include <sys/syscall.h>
#include <time.h>

static char text[RECORD + 1];

// Asks for one text. 0: the sandbox is gone or knows nothing of the container.
static int ask_text(const struct container *c, const char *verb, char *into, size_t size) {
    int s = connect_sandbox(c);
    if (s < 0) return 0;
    const char *words[] = {verb, c->id};
    size_t n = 0;
    int kind = send_words(s, words, 2, NULL, 0) == 0, good = 0;
    while (kind != 0 && (kind = next_answer(s, text, sizeof text)) != 0) {
        if (kind == 'O' && n + strlen(text) < size) n += sprintf(into + n, "%s", text);
        if (kind != 'X') continue;
        good = atoi(text) == 0 && n > 0;
        break;
    }
    close(s);
    return good;
}

// As long as the host JVM has not written state.json.
static void creating(const struct container *c, char *into, size_t size) {
    char bundle[PATH_MAX] = "";
    read_small(c->dir, "bundle", bundle, sizeof bundle);
    FILE *f = fmemopen(into, size, "w");
    if (f == NULL) return;
    fprintf(f, "{\n  \"ociVersion\": \"1.2.0\",\n  \"id\": \"%s\",\n  \"status\": \"%s\",\n  \"pid\": %d,\n  \"bundle\": ", c->id,
            c->alive ? "creating" : "stopped", c->alive ? c->pid : 0);
    json_write_string(f, bundle);
    fprintf(f, "\n}\n");
    fclose(f);
}

static void say_paused(char *state) {
    char *at = strstr(state, "\"status\"");
    at = at == NULL ? NULL : strstr(at, "\"running\"");
    if (at == NULL) return;
    memmove(at + 8, at + 9, strlen(at + 9) + 1);
    memcpy(at, "\"paused\"", 8);
}

int container_state(const struct container *c, char *into, size_t size) {
    int saved = read_small(c->dir, "state.json", into, size);
    if (c->alive && saved > 0 && ask_text(c, "state", into, size)) {
        if (is_paused(c)) say_paused(into);
        return 1;
    }
    if (c->alive && saved > 0) read_small(c->dir, "state.json", into, size); // it ends just now
    if (saved <= 0) creating(c, into, size);
    size_t n = strlen(into);
    if (n > 0 && n < size - 1 && into[n - 1] != '\n') strcpy(into + n, "\n");
    return 1;
}

int state_command(void) {
    struct container c;
    static char state[RECORD + 1];
    need_container(options.id, &c);
    container_state(&c, state, sizeof state);
    fputs(state, stdout);
    return 0;
}

int start_command(void) {
    struct container c;
    need_container(options.id, &c);
    char hooks[256];
    if (read_small(c.dir, "hooks", hooks, sizeof hooks) > 0 && (strstr(hooks, "startContainer") != NULL || strstr(hooks, "poststart") != NULL)) {
        exec_host();
    }
    return start_container(&c);
}

int start_container(const struct container *c) {
    if (!c->alive) fail("cannot start container %s: container not running; it has stopped", c->id);
    int s = connect_sandbox(c);
    if (s < 0) fail("cannot start container %s: its sandbox does not answer: %s", c->id, strerror(errno));
    const char *words[] = {"start", c->id};
    int status = send_words(s, words, 2, NULL, 0) == 0 ? ask(s, NULL, NULL) : -1;
    close(s);
    if (status < 0) fail("cannot start container %s: its sandbox died", c->id);
    return status;
}

int kill_command(void) { return 1; }
int delete_command(void) { return 1; }
int wait_command(void) { return 1; }
int list_command(void) { return 1; }
