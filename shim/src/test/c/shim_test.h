// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// What the files of the test of the shim's native half share: shim_test.c has the cases, client.c plays containerd, jvm.c the
// JVM.

#ifndef SHIM_TEST_H
#define SHIM_TEST_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                                                               \
    do {                                                                                               \
        if (!(condition)) stop_test("%s:%d: not so: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno); \
    } while (0)

_Noreturn void stop_test(const char *format, ...) __attribute__((format(printf, 1, 2)));

// jvm.c
int play_jvm(void);

// client.c
extern uint32_t last_stream;
extern char work[64], shim[4096], socket_path[256];
void nap(int ms);
long long now_ms(void);
int run_shim(const char *in, size_t in_size, char *out, size_t size, int *status, char *const *words); // bytes of out
void start_shim(void);       // a supervisor; its socket in socket_path
pid_t supervisor(void);
int connect_shim(void);
void send_all(int s, const void *bytes, size_t size);
void send_frame(int s, uint32_t stream, int type, const void *data, size_t size);
void request(int s, uint32_t stream, const char *method, const void *payload, size_t size);
struct answer {
    uint32_t stream;
    int code; // 0: OK
    size_t size;
    char text[1 << 16]; // message or payload, with a NUL
};
int receive(int s, struct answer *a, int ms); // 0: closed or nothing
const char *call(int s, const char *method, const char *payload); // text of the answer
int call_number(int s, const char *method, const char *payload);
int order(int s, char *answer, size_t size, int count, ...); // words; 1: "ok"
char *log_text(void);

#endif
