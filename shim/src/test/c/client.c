// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Plays containerd: runs the actions, speaks ttrpc.

#include "shim_test.h"

char work[64], shim[4096], socket_path[256];

void nap(int ms) {
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

long long now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

// Output and errors together, up to their end, as containerd reads them.
int run_shim(const char *in, size_t in_size, char *out, size_t size, int *status, char *const *words) {
    int to[2], from[2];
    CHECK(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (dup2(to[0], 0) < 0 || dup2(from[1], 1) < 0 || dup2(from[1], 2) < 0) _exit(99);
        execv(shim, words);
        _exit(99);
    }
    close(to[0]);
    close(from[1]);
    CHECK(write(to[1], in, in_size) == (ssize_t)in_size);
    close(to[1]);
    size_t n = 0;
    for (long long until = now_ms() + 15000;;) {
        struct pollfd ready = {from[0], POLLIN, 0};
        CHECK(now_ms() < until); // somebody keeps the pipe open
        if (poll(&ready, 1, 100) <= 0) continue;
        ssize_t got = read(from[0], out + n, size - 1 - n);
        if (got <= 0) break;
        n += (size_t)got;
    }
    out[n] = 0;
    close(from[0]);
    CHECK(waitpid(pid, status, 0) == pid);
    return (int)n;
}

void start_shim(void) {
    char out[4096];
    int status;
    char *words[] = {"containerd-shim-runsc-v1", "-namespace", "test", "-address", "/run/c.sock", "-publish-binary", "/bin/true", "-id", "w1", "start", NULL};
    run_shim("", 0, out, sizeof out, &status, words);
    if (status != 0 || strncmp(out, "unix:///", 8) != 0) stop_test("start: %s\n", out);
    snprintf(socket_path, sizeof socket_path, "%.*s", (int)sizeof socket_path - 1, out + 7);
}

pid_t supervisor(void) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    int s = connect_shim(), pid = 0;
    char text[16384], *at;
    CHECK(getsockopt(s, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0); // of who listened: `start`
    snprintf(text, sizeof text, "%s", call(s, "Hello", ""));
    at = strstr(text, "\"pid\":");
    if (at != NULL) pid = atoi(at + 6);
    CHECK(pid > 1 && kill(pid, 0) == 0);
    close(s);
    return pid;
}

int connect_shim(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%.107s", socket_path);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(connect(s, (struct sockaddr *)&address, sizeof address) == 0);
    return s;
}

void send_all(int s, const void *bytes, size_t size) {
    for (size_t n = 0; n < size;) {
        ssize_t sent = send(s, (const char *)bytes + n, size - n, MSG_NOSIGNAL);
        CHECK(sent > 0);
        n += (size_t)sent;
    }
}

void send_frame(int s, uint32_t stream, int type, const void *data, size_t size) {
    uint8_t head[10] = {0};
    for (int i = 0; i < 4; i++) head[i] = (uint8_t)(size >> (24 - 8 * i)), head[4 + i] = (uint8_t)(stream >> (24 - 8 * i));
    head[8] = (uint8_t)type;
    send_all(s, head, 10);
    send_all(s, data, size);
}

void request(int s, uint32_t stream, const char *method, const void *payload, size_t size) {
    uint8_t *data = malloc(size + 300);
    size_t n = (size_t)sprintf((char *)data, "\x0a\x07service\x12%c%s\x1a", (int)strlen(method), method);
    for (size_t left = size;; left >>= 7) {
        data[n++] = (uint8_t)(left > 127 ? left | 128 : left);
        if (left <= 127) break;
    }
    memcpy(data + n, payload, size);
    n += size;
    send_frame(s, stream, 1, data, n);
    free(data);
}

static int read_all(int s, void *bytes, size_t size, int ms) {
    for (size_t n = 0; n < size;) {
        struct pollfd ready = {s, POLLIN, 0};
        if (poll(&ready, 1, ms) <= 0) return 0;
        ssize_t got = read(s, (char *)bytes + n, size - n);
        if (got <= 0) return 0;
        n += (size_t)got;
    }
    return 1;
}

// Response{status=1{code=1,message=2}, payload=2}, in the fields' order.
int receive(int s, struct answer *a, int ms) {
    uint8_t head[10];
    if (!read_all(s, head, 10, ms)) return 0;
    size_t size = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3], n = 0;
    a->stream = (uint32_t)head[4] << 24 | (uint32_t)head[5] << 16 | (uint32_t)head[6] << 8 | head[7];
    a->code = 0;
    uint8_t *data = malloc(size + 1);
    CHECK(head[8] == 2);
    if (!read_all(s, data, size, 5000)) return 0;
    int failed = size > 0 && data[0] == 0x0a;
    if (size > 0) n++;
    size_t length = 0, shift = 0;
    while (n < size) {
        length |= (size_t)(data[n] & 127) << shift;
        shift += 7;
        if ((data[n++] & 128) == 0) break;
    }
    if (failed) {
        CHECK(data[n] == 8);
        a->code = data[n + 1];
        n += data[n + 3] & 128 ? 5 : 4;
        length = size - n;
    }
    CHECK(n + length <= size);
    a->size = length;
    if (length > sizeof a->text - 1) length = sizeof a->text - 1;
    memcpy(a->text, data + n, length);
    a->text[length] = 0;
    free(data);
    return 1;
}

uint32_t last_stream = 99999; // calls are counted up, over all connections

const char *call(int s, const char *method, const char *payload) {
    static struct answer a;
    last_stream += 2;
    request(s, last_stream, method, payload, strlen(payload));
    if (!receive(s, &a, 10000)) stop_test("no answer to %s\n", method);
    CHECK(a.stream == last_stream);
    if (a.code != 0) stop_test("%s: code %d, %s\n", method, a.code, a.text);
    return a.text;
}

int call_number(int s, const char *method, const char *payload) { return atoi(call(s, method, payload)); }

int order(int s, char *answer, size_t size, int count, ...) {
    static struct answer a;
    char text[8192];
    size_t n = 0;
    va_list words;
    va_start(words, count);
    for (int i = 0; i < count; i++) n += (size_t)snprintf(text + n, sizeof text - n, "%s", va_arg(words, const char *)) + 1;
    va_end(words);
    last_stream += 2;
    request(s, last_stream, "Order", text, n - 1); // NUL between words
    CHECK(receive(s, &a, 15000) && a.stream == last_stream && a.code == 0);
    if (answer != NULL) memcpy(answer, a.text, a.size + 1 < size ? a.size + 1 : size);
    const char *space = strchr(a.text, ' ');
    return space != NULL && strcmp(space, " ok") == 0;
}

char *log_text(void) {
    static char text[65536];
    char command[256];
    snprintf(command, sizeof command, "cat %s/st/*/*/log", work);
    FILE *f = popen(command, "r");
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    pclose(f);
    return text;
}
