// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// What the files of the native program share. One program under two names: `sandjar` and `runsc`.
//
//   main.c      finds the verb
//   flags.c     options of the command line, as tables
//   help.c      help for the verbs
//   java.c      the image and the JVM's options
//   node.c      verbs of pods and nodes, for the image's other JVM
//   parent.c    `do`: the process that the user's shell sees
//   report.c    errors and warnings, to stderr and to --log
//   state.c     the directory of a container
//   channel.c   records to and from the sandbox
//   json.c      a scanner; spec.c: the few facts of config.json that are needed before a JVM runs
//   create.c    `create`, `run`; launcher.c: the process that stands for the container
//   walls.c     namespaces, ids, capabilities, the empty root
//   console.c   pseudo terminals
//   run.c       `run` after `create`
//   exec.c      `exec`; waiter.c: processes that stand for what runs inside a sandbox
//   client.c    the verbs that only ask the sandbox
//   delete.c    `delete`; list.c: `list`
//   cgroup.c    `ps`, `pause`, `resume`
//   signals.c   names of signals

#ifndef RUNSC_H
#define RUNSC_H

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
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"

#define FAILED 125 // our own failure of `do`, as docker and chroot do
#define LIST 256   // options that may be given more than once, per command
#define RECORD 65536

struct list {
    const char *item[LIST];
    int count;
};

// What the command line says. Strings point into argv.
struct options {
    // global
    const char *root, *log, *log_format, *debug_log, *network;
    int debug, rootless, version, help;
    struct list boot; // options for the kernel JVM, --name=value
    struct list host; // global options for the host JVM, --name=value
    // of a verb
    const char *bundle, *pid_file, *console_socket, *cwd, *user, *process, *format, *signal, *preserve_fds, *console_size;
    int detach, tty, force, all, quiet, no_new_privs, ignore_paused, keep, by_pid;
    struct list env, caps, gids;
    const char *verb;
    char **verb_args; // after the verb, as given
    int verb_count;
    const char *id;
    char **args; // after the id
    int arg_count;
};

extern struct options options;
extern const char *program; // `runsc` or `sandjar`
extern char **arguments;    // main's argv

// flags.c
void parse_flags(int argc, char **argv);
int native_verb(const char *name);

// help.c
void print_help(const char *verb);

// java.c
enum role { ROLE_DO, ROLE_BOOT, ROLE_HOST };
extern const int jvm_reads[];
extern const int jvm_reads_count;
void find_image(void);
char **java_arguments(enum role role, char *const *words); // words end with NULL
_Noreturn void exec_java(char **args);
void clean_environment(void); // what the JVM's own programs would read is not for them
_Noreturn void exec_host(void); // `Main VERB ...` of the host JVM, as the caller
char *in_image(const char *text); // with the image's directory for the word IMAGE
void record_image(int dir); // in the directory of a container: which image it runs from
void follow_image(const char *id, char **argv); // becomes that image's program, if it is another one than ours

// node.c
int node_verb(const char *word);
int node_command(int argc, char **argv); // a verb of pods or nodes, under the name `sandjar`

// parent.c
int do_command(char **words); // `do` and its arguments

// report.c
void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2))); // exits with 1
int open_debug_log(const char *what); // -1: none

// state.c
struct container {
    const char *id;
    int dir;             // O_PATH of its directory
    pid_t pid;           // of the launcher or waiter; 0: unknown
    int alive;           // it runs
    int first;           // the first container of its sandbox: has the socket
    char sandbox[256];   // id of the sandbox
};
void check_id(const char *id);
int make_directory(const char *id); // O_PATH; says what was wrong and exits
void remove_directory(const char *id);
int find_container(const char *id, struct container *c); // 0: there is none
void need_container(const char *id, struct container *c);
int read_small(int dir, const char *name, char *text, size_t size); // length, -1
int write_small(int dir, const char *name, const char *text);
int write_pid(int dir, pid_t pid);
int make_status(int dir); // the file that the exit status goes to
int read_status(const struct container *c); // -1: none yet
void write_pid_file(const char *path, pid_t pid);
long long start_time(pid_t pid); // -1: there is no such process
const char *root_directory(void);

// channel.c
struct record {
    size_t size;
    int fds[32];
    int fd_count;
};
int listen_at(int dir);
int connect_to(int dir); // -1
int connect_sandbox(const struct container *c);
int send_words(int socket, const char *const *words, int count, const int *fds, int fd_count);
int ask(int socket, FILE *out, int *refused); // status of the answer; -1: the sandbox is gone
int next_answer(int socket, char *text, size_t size); // kind, 0: gone; text without the kind

// spec.c
struct spec {
    int terminal, new_net, new_namespaces, member; // member: a further container of a sandbox
    int rows, columns;
    char net[PATH_MAX];
    char sandbox[256];
};
int read_spec(const char *bundle, struct spec *spec); // 0: not to be had

// create.c
int create_command(void);
int run_command(void);

// run.c
int run_created(pid_t launcher, int master, int foreground); // starts, waits, deletes; status
void raw_terminal(void);
void restore_terminal(void);
void copy_size(int master);
int bridge(int from, int to, int input);

// signals.c
int signal_number(const char *text); // -1: there is none of that name

// launcher.c
struct plan {
    const char *id;
    int listen, report, life, net, tty, log, status;
    int new_net, host_net;
    struct list boot;
};
struct launched {
    pid_t launcher, kernel;
};
pid_t start_launcher(struct plan *plan);

// walls.c
void walls_prepare(void); // forks the writer of the maps
const char *walls_raise(const struct plan *plan); // NULL, or what failed (errno)
int walls_enter(void); // in the child that becomes the JVM
int walls_pivot(char *error, size_t size);
void walls_drop(void);
void walls_own_mounts(void);

// console.c
int open_console(const char *socket_path, int rows, int columns, int *master); // the slave

// waiter.c
int signal_set(void); // blocks all signals, gives a signalfd
pid_t fork_waiter(const char *id, int socket, int tty, int status, int *life); // begins when it reads a `k` from LIFE
int follow(int socket, int signals, FILE *out, int started_fd); // forwards until the end; status
int follow_bridged(int socket, int signals, int master);

// client.c
int state_command(void);
int start_command(void);
int start_container(const struct container *c);
int kill_command(void);
int wait_command(void);
int container_state(const struct container *c, char *text, size_t size); // OCI state as JSON; 0: no
int has_hook(const struct container *c, const char *a, const char *b);
int status_of(const struct container *c, char *status, size_t size); // the word in its state

// delete.c
int delete_command(void);
void remove_container(const struct container *c, int force);

// list.c
int list_command(void);

// exec.c
int exec_command(void);

// cgroup.c
int ps_command(void);
int pause_command(void);
int resume_command(void);
int is_paused(const struct container *c);
void thaw_if_paused(const struct container *c);
void remove_cgroups(const struct container *c, int force);
void remove_groups(char *text, int force); // lines "CONTROLLER PATH"

#endif
