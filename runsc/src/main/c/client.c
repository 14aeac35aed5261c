// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The verbs that only ask the sandbox: a few milliseconds each.

#include "runsc.h"
#include <sys/socket.h>
#include <sys/time.h>

static char text[RECORD + 1];

// Asks for one text. 0: the sandbox is gone or knows nothing of the container.
static int ask_text(const struct container *c, const char *verb, char *into, size_t size) {
    int s = connect_sandbox(c);
    if (s < 0) return 0;
    struct timeval patience = {10, 0};
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
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
    fprintf(f, "{\n  \"ociVersion\": \"1.3.0\",\n  \"id\": \"%s\",\n  \"status\": \"%s\",\n  \"pid\": %d,\n  \"bundle\": ", c->id,
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

// Whether who stands for the container goes within a second: then its sandbox ended while we asked.
static int ends_now(const struct container *c) {
    for (int i = 0; i < 100; i++) {
        struct container again;
        if (!find_container(c->id, &again)) return 1;
        close(again.dir);
        if (!again.alive) return 1;
        usleep(10000);
    }
    return 0;
}

// 0: the sandbox is there and does not answer.
int container_state(const struct container *c, char *into, size_t size) {
    int saved = read_small(c->dir, "state.json", into, size);
    if (c->alive && saved > 0) {
        if (ask_text(c, "state", into, size)) {
            if (is_paused(c)) say_paused(into);
            return 1;
        }
        if (!ends_now(c)) return 0;
        read_small(c->dir, "state.json", into, size);
    }
    if (saved <= 0) creating(c, into, size);
    size_t n = strlen(into);
    if (n > 0 && n < size - 1 && into[n - 1] != '\n') strcpy(into + n, "\n");
    return 1;
}

int state_command(void) {
    struct container c;
    static char state[RECORD + 1];
    need_container(options.id, &c);
    if (!container_state(&c, state, sizeof state)) fail("the sandbox of container %s does not answer; %s delete --force %s ends it", c.id, program, c.id);
    fputs(state, stdout);
    return 0;
}

// The word after "status" in the state; "stopped" if there is none.
int status_of(const struct container *c, char *status, size_t size) {
    static char state[RECORD + 1];
    if (!container_state(c, state, sizeof state)) return snprintf(status, size, "unknown"), 0;
    struct json j = {.at = state, .end = state + strlen(state)};
    char name[32];
    snprintf(status, size, "stopped");
    if (!json_object(&j)) return 0;
    while (json_member(&j, name, sizeof name)) {
        if (strcmp(name, "status") != 0 || !json_string(&j, status, size)) json_skip(&j);
    }
    return !j.bad;
}

// The host JVM runs the hooks; it comes back here for the rest.
int has_hook(const struct container *c, const char *a, const char *b) {
    char hooks[256];
    if (getenv("SANDJAR_HOOKS_DONE") != NULL || read_small(c->dir, "hooks", hooks, sizeof hooks) <= 0) return 0;
    return strstr(hooks, a) != NULL || strstr(hooks, b) != NULL;
}

int start_command(void) {
    struct container c;
    need_container(options.id, &c);
    if (has_hook(&c, "startContainer", "poststart")) exec_host();
    return start_container(&c);
}

int start_container(const struct container *c) {
    if (!c->alive) fail("cannot start a container that has stopped: %s", c->id);
    int s = connect_sandbox(c);
    if (s < 0) fail("cannot start container %s: its sandbox does not answer: %s", c->id, strerror(errno));
    const char *words[] = {"start", c->id};
    int status = send_words(s, words, 2, NULL, 0) == 0 ? ask(s, NULL, NULL) : -1;
    close(s);
    if (status < 0) fail("cannot start container %s: its sandbox died", c->id);
    return status;
}

// Engines look for these words to tell a container that has ended from an error.
static _Noreturn void not_running(const struct container *c) {
    fail("cannot signal container %s: container not running (os: process already finished)", c->id);
}

int kill_command(void) {
    struct container c;
    need_container(options.id, &c);
    const char *name = options.arg_count > 0 ? options.args[0] : "TERM";
    int number = signal_number(name);
    if (number < 0) fail("unknown signal \"%s\": give a name as KILL or SIGKILL, or a number from 0 to 64", name);
    if (!c.alive) {
        if (options.all) return 0;
        not_running(&c);
    }
    char digits[16];
    sprintf(digits, "%d", number);
    const char *words[] = {"kill", c.id, digits, options.all ? "all" : "one"};
    int s = connect_sandbox(&c);
    int status = s < 0 || send_words(s, words, 4, NULL, 0) != 0 ? -1 : ask(s, NULL, NULL);
    if (number == SIGKILL) thaw_if_paused(&c);
    if (status < 0 && !options.all) not_running(&c);
    return status < 0 ? 0 : status;
}

// As gVisor's: waits for the end and prints it; the container stays.
int wait_command(void) {
    struct container c;
    need_container(options.id, &c);
    int status = -1, refused = 0, s = c.alive ? connect_sandbox(&c) : -1;
    const char *words[] = {"wait", c.id};
    if (s >= 0 && send_words(s, words, 2, NULL, 0) == 0) status = ask(s, NULL, &refused);
    if (refused) return 1;
    // Gone already, or going just now: whoever stood for it has noted the status, unless it was killed.
    for (int i = 0; status < 0 && i < 1000 && (status = read_status(&c)) < 0 && c.alive; i++) {
        usleep(10000);
        close(c.dir);
        need_container(options.id, &c);
    }
    printf("{\"id\":\"%s\",\"exitStatus\":%d}\n", c.id, status < 0 ? 128 + SIGKILL : status);
    return 0;
}
