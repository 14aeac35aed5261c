// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// What the files of containerd-shim-runsc-v1 share. One program in two parts, see docs/adr/0009-shim.md.
//
//   main.c      the command line
//   place.c     where things lie: the image, the socket, the directory of states
//   start.c     the action `start`: finds or makes the supervisor
//   delete.c    the action `delete`: ends a container without a supervisor
//   info.c      -info and -v
//   child.c     programs that are run for what they print or do
//   proto.c     the few protocol buffers of the actions
//   sha256.c    the name of the socket
//   log.c       lines for containerd's log
//
//   supervisor.c  what lives on: one for all pods of a containerd's namespace
//   loop.c        readiness, timers, buffers
//   conn.c        containerd's connections: ttrpc frames
//   link.c        the JVM: starts it, speaks with it in records, starts it again
//   reap.c        ends of processes
//   order.c       what the JVM asks for
//   console.c     terminals; fifo.c: streams of containers; logger.c: programs that take output
//   oom.c         groups that ran out of memory

#ifndef SHIM_H
#define SHIM_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef BUILD_ID
#define BUILD_ID "none"
#endif
#ifndef VERSION
#define VERSION "unknown"
#endif

#define FRAME_HEADER 10
#define FRAME_MAX (4 << 20) // data in a ttrpc frame
#define MILLI 1000000LL     // in nanoseconds

// main.c: what the command line and the environment say. Strings live as long as the program.
struct flags {
    const char *namespace, *address, *publish_binary, *id, *bundle, *ttrpc_address, *socket_dir;
    int debug;
    const char *action;
};
extern struct flags flags;
int helper_action(int argc, char **argv) __attribute__((weak)); // mount.c: what the JVM cannot do itself

// place.c
struct place {
    char image[PATH_MAX], self[PATH_MAX];
    char socket[108];           // path of the socket
    char state_root[PATH_MAX];  // of all builds
    char state[PATH_MAX];       // of this build
};
extern struct place place;
void find_place(void);
void socket_of_build(const char *build, char *path, size_t size);
char *in_image(const char *text); // with the image's directory for the word IMAGE
int make_directories(const char *path, mode_t mode); // 0, or -1 with errno
int connect_socket(const char *path);
int lock_place(int milliseconds); // a descriptor to be held; -1: somebody else has it
long long milliseconds_from(const char *variable, long long usual);

// start.c, delete.c, info.c
int start_action(void);
int delete_action(void);
int info_action(void);
void read_bootstrap(int *bootstrap); // from stdin; whether it was there

// child.c
struct output {
    uint8_t *bytes;
    size_t size;
    int status; // as of wait
};
int run_program(char *const *args, int milliseconds, size_t most, struct output *output); // -1: it did not start or end in time
int run_silently(char *const *args, int milliseconds); // the same; what takes longer goes on without us
uint8_t *read_input(int fd, int milliseconds, size_t most, size_t *size);
void clean_environment(void);

// proto.c
struct proto {
    uint8_t bytes[65536];
    size_t size;
};
void put_varint(struct proto *p, uint64_t value);
void put_number(struct proto *p, int field, uint64_t value); // 0 is left out
void put_bytes(struct proto *p, int field, const void *bytes, size_t size);
void put_text(struct proto *p, int field, const char *text);
struct field {
    int number, kind; // kind 0: value, 2: bytes
    uint64_t value;
    const uint8_t *bytes;
    size_t size;
};
int next_field(const uint8_t **at, const uint8_t *end, struct field *f); // 0: the end, -1: no protocol buffer

// sha256.c
void sha256_hex(const void *bytes, size_t size, char hex[65]);

// log.c
enum level { DEBUG, INFO, WARNING, ERROR };
void log_open(const char *path);       // a file of bounded size
void log_to(const char *fifo);         // containerd's, of the newest bundle
void say(enum level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void say_line(const char *line);       // of the JVM
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2))); // before there is a supervisor

// loop.c
struct watch {
    int fd;
    uint32_t wanted;
    void (*ready)(struct watch *watch, uint32_t events);
};
struct timer {
    struct timer *next;
    int64_t when; // 0: off
    void (*fire)(struct timer *timer);
};
struct buffer {
    uint8_t *bytes;
    size_t from, to, room;
};
#define OUTER(type, member, pointer) ((type *)((char *)(pointer)-offsetof(type, member)))
void loop_init(void);
void loop_run(void); // until loop_over
extern int loop_over;
int watch_for(struct watch *watch, uint32_t events); // 0: not watched; -1: fd cannot be watched
void watch_close(struct watch *watch);
void timer_set(struct timer *timer, int64_t delay_ns);
void timer_off(struct timer *timer);
int64_t now_ns(void);
void *need(size_t size); // zeroed memory, or the end
static inline size_t held(const struct buffer *b) { return b->to - b->from; }
void buffer_add(struct buffer *b, const void *bytes, size_t size);
void buffer_taken(struct buffer *b, size_t size);
void buffer_free(struct buffer *b);
int buffer_write(struct buffer *b, int fd); // 0: all went or it has to wait; -1: broken
uint32_t big32(const uint8_t *bytes);
void put_big32(uint8_t *bytes, uint32_t value);

// supervisor.c
int supervise(int listening, int ready);
void try_to_quit(const char *why);
extern int64_t linger_ns;

// conn.c
struct request {
    struct request *next, *previous; // by arrival, of all connections
    uint32_t conn, stream;
    int waits;          // Task.Wait: is never answered with an error of ours
    uint64_t sent_at;   // where it ends in what this JVM was sent; 0: not yet
    int seen;           // an earlier JVM had it
    size_t size;
    uint8_t frame[];
};
extern struct request *requests; // unanswered
void conns_listen(int listening);
void conns_stop(void);
void conns_flow(void);                 // reads or stops reading, by what the JVM can take
int conns_recent(void);                // somebody connected a moment ago
int conns_pending(void);               // somebody is about to
void conns_greet(void);                // tells a new JVM of connections
void conn_answer(uint32_t conn, const uint8_t *frame, size_t size);
void conns_refuse(int code, const char *why); // all that wait, but Wait

// link.c
void link_start(void);
void link_stop(int milliseconds);
int link_full(void);
int link_asked(struct request *r); // -1: there is no JVM and will be none for a while
void link_send(char type, uint32_t number, const void *payload, size_t size);
void link_say(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3))); // 'P'
pid_t link_pid(void);
int link_up(void);
void link_ended(int status);

// reap.c
void reap_init(void);
void reap_children(void);
void reap_greet(void);
void reap_forget(pid_t pid);
int reap_holds(void); // processes that are still ours, but for the JVM and loggers

// order.c
void obey(char *text, size_t size);

// console.c
void console_open(const char *name, const char *socket, const char *in, const char *out);
int console_resize(const char *name, int width, int height);
int console_close_input(const char *name);
int console_drop(const char *name); // 1: there is one; it says so itself when it is done
void consoles_flush(void);

// fifo.c
int open_out(const char *path, char *why, size_t size); // -1; a FIFO that never ends, or a file
void keep_open(const char *name, const char *in, const char *out, const char *err);
int keep_close_input(const char *name);
void keep_drop(const char *name);

// logger.c
struct logger;
struct logger *logger_start(const char *uri, const char *name, int out, int err, void (*ready)(void *, const char *why), void *with);
void logger_end(struct logger *logger);
int logger_ended(pid_t pid);
int logger_is(pid_t pid);
int uri_is(const char *text, const char *scheme);
void percent_decode(const char *text, const char *stop, char *plain, size_t size);
void uri_path(const char *uri, char *path, size_t size);

// oom.c
void oom_watch(const char *name, const char *directory);
void oom_drop(const char *name);
void oom_greet(void);

#endif
