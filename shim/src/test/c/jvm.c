// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// A program in the JVM's place. What it does is up to the method of a request: see `answer_to`.

#include "shim_test.h"

static uint8_t record[(4 << 20) + 8192];
static char hello[4096], exits[16384], memory[4096], connections[4096];
static struct {
    uint32_t conn, stream;
} held[1000];
static int held_count, order_waits;
static uint32_t order_conn, order_stream;

static uint32_t get32(const uint8_t *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void put32(uint8_t *b, uint32_t v) {
    for (int i = 0; i < 4; i++) b[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void write_all(const void *bytes, size_t size) {
    for (size_t n = 0; n < size;) {
        ssize_t got = write(1, (const char *)bytes + n, size - n);
        if (got <= 0) exit(0);
        n += (size_t)got;
    }
}

static void read_all(uint8_t *bytes, size_t size) {
    for (size_t n = 0; n < size;) {
        ssize_t got = read(0, bytes + n, size - n);
        if (got <= 0) exit(0);
        n += (size_t)got;
    }
}

static void say(char type, uint32_t number, const void *payload, size_t size) {
    uint8_t head[9];
    put32(head, (uint32_t)size + 5);
    head[4] = (uint8_t)type;
    put32(head + 5, number);
    write_all(head, 9);
    write_all(payload, size);
}

static size_t varint(uint8_t *b, uint64_t v) {
    size_t n = 0;
    for (; v > 127; v >>= 7) b[n++] = (uint8_t)(v | 128);
    b[n++] = (uint8_t)v;
    return n;
}

static void answer(uint32_t conn, uint32_t stream, const void *payload, size_t size) {
    uint8_t *frame = calloc(1, size + 32);
    size_t n = 10;
    frame[n++] = 2 << 3 | 2;
    n += varint(frame + n, size);
    if (size > 0) memcpy(frame + n, payload, size);
    n += size;
    put32(frame, (uint32_t)n - 10);
    put32(frame + 4, stream);
    frame[8] = 2;
    say('F', conn, frame, n);
    free(frame);
}

static void answer_text(uint32_t conn, uint32_t stream, const char *text) {
    answer(conn, stream, text, strlen(text));
}

static int spawn(int ms, int status) { // a process that is not our child
    int ends[2];
    pid_t pid;
    if (pipe(ends) != 0) exit(9);
    if (fork() == 0) {
        pid = fork();
        if (pid != 0) {
            if (write(ends[1], &pid, sizeof pid) < 0) _exit(1);
            _exit(0);
        }
        for (int fd = 0; fd < 10; fd++) close(fd);
        struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
        nanosleep(&t, NULL);
        _exit(status);
    }
    if (read(ends[0], &pid, sizeof pid) != sizeof pid) exit(9);
    close(ends[0]);
    close(ends[1]);
    while (waitpid(-1, NULL, WNOHANG) == 0) {
    }
    return pid;
}

static void answer_to(char type, uint32_t conn, uint32_t stream, const char *method, uint8_t *payload, size_t size) {
    char text[64], *words = (char *)payload;
    if (strcmp(method, "Echo") == 0) return answer(conn, stream, payload, size);
    words[size] = 0; // it is followed by other fields at most
    if (strcmp(method, "Hold") == 0 || strcmp(method, "Wait") == 0) {
        held[held_count].conn = conn;
        held[held_count++].stream = stream;
    } else if (strcmp(method, "Release") == 0) {
        for (int i = 0; i < held_count; i++) answer_text(held[i].conn, held[i].stream, "released");
        held_count = 0;
        answer_text(conn, stream, "done");
    } else if (strcmp(method, "Crash") == 0) {
        if (type == 'F') abort();
        answer_text(conn, stream, "again");
    } else if (strcmp(method, "Poison") == 0) {
        abort();
    } else if (strcmp(method, "Which") == 0) {
        snprintf(text, sizeof text, "%d", getpid());
        answer_text(conn, stream, text);
    } else if (strcmp(method, "Hello") == 0) {
        answer_text(conn, stream, hello);
    } else if (strcmp(method, "Exits") == 0) {
        answer_text(conn, stream, exits);
    } else if (strcmp(method, "Memory") == 0) {
        answer_text(conn, stream, memory);
    } else if (strcmp(method, "Connections") == 0) {
        answer_text(conn, stream, connections);
    } else if (strcmp(method, "Spawn") == 0) { // MS STATUS
        int ms = 0, status = 0;
        sscanf(words, "%d %d", &ms, &status);
        snprintf(text, sizeof text, "%d", spawn(ms, status));
        answer_text(conn, stream, text);
    } else if (strcmp(method, "Take") == 0) { // an exit, by pid
        say('A', (uint32_t)atoi(words), NULL, 0);
        answer_text(conn, stream, "taken");
    } else if (strcmp(method, "Order") == 0) { // is answered by the supervisor's word
        order_waits = 1;
        order_conn = conn;
        order_stream = stream;
        say('T', 0, payload, size);
    } else if (strcmp(method, "Tell") == 0) { // an order without one
        answer_text(conn, stream, "told");
        say('T', 0, payload, size);
    } else if (strcmp(method, "Garbage") == 0) {
        write_all("Picked up something: hello there\n", 33);
        sleep(5);
    } else if (strcmp(method, "Big") == 0) {
        size_t many = (size_t)atol(words);
        char *bytes = calloc(1, many);
        answer(conn, stream, bytes, many);
        free(bytes);
    } else if (strcmp(method, "Nap") == 0) {
        nap(atoi(words));
        answer_text(conn, stream, "awake");
    }
}

static void take_request(char type, uint32_t conn, uint8_t *frame, size_t size) {
    char method[64] = "";
    uint8_t *at = frame + 10, *end = frame + size, *payload = end;
    size_t payload_size = 0;
    while (at < end) { // a request's first three fields are all strings
        int field = *at++ >> 3;
        size_t length = 0, shift = 0;
        do length |= (size_t)(*at & 127) << shift, shift += 7;
        while (*at++ & 128);
        if (field > 3) break;
        if (field == 2) snprintf(method, sizeof method, "%.*s", (int)length, at);
        if (field == 3) payload = at, payload_size = length;
        at += length;
    }
    answer_to(type, conn, get32(frame + 4), method, payload, payload_size);
}

static void append(char *list, size_t size, const char *format, ...) {
    size_t n = strlen(list);
    va_list args;
    va_start(args, format);
    vsnprintf(list + n, size - n, format, args);
    va_end(args);
}

int play_jvm(void) {
    for (;;) {
        uint8_t head[4];
        read_all(head, 4);
        size_t size = get32(head);
        read_all(record, size);
        record[size] = 0;
        char type = (char)record[0];
        uint32_t number = get32(record + 1);
        uint8_t *payload = record + 5;
        size -= 5;
        if (type == 'H') snprintf(hello, sizeof hello, "%.4000s", (char *)payload);
        if (type == 'O' || type == 'C') append(connections, sizeof connections, "%c", type);
        if (type == 'X') append(exits, sizeof exits, "%u=%u ", number, get32(payload));
        if (type == 'M') append(memory, sizeof memory, "%s ", (char *)payload);
        if (type == 'P' && order_waits) {
            order_waits = 0;
            answer(order_conn, order_stream, payload, size);
        }
        if (type == 'F' || type == 'R') take_request(type, number, payload, size);
    }
}
