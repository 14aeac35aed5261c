// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The demo image's one program: a web server, a shell and small forms of the
// usual commands, chosen by the name that it is called by. Static and without
// anything of a libc that wants files of its own (name services, locales).
//
//	demo.c    which command, what they share
//	serve.c   the web server
//	sh.c      the shell: parser and execution; words.c: expansion of words
//	files.c   commands on files and text
//	system.c  commands on processes and the machine
//	net.c     names of hosts, wget
#ifndef DEMO_H
#define DEMO_H

#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int command_fn(int argc, char **argv);

command_fn cmd_serve, cmd_sh, cmd_wget;
command_fn cmd_ls, cmd_cat, cmd_echo, cmd_head, cmd_tail, cmd_wc, cmd_mkdir, cmd_rm, cmd_touch, cmd_grep, cmd_sort,
	cmd_tee, cmd_df, cmd_printf, cmd_test, cmd_pwd;
command_fn cmd_env, cmd_id, cmd_whoami, cmd_uname, cmd_hostname, cmd_ps, cmd_mount, cmd_free, cmd_kill, cmd_date,
	cmd_sleep, cmd_uptime, cmd_nproc, cmd_seq, cmd_clear, cmd_true, cmd_false;

// The command of a name; NULL: none.
command_fn *find_command(const char *name);
// Prints the names of all.
void list_commands(FILE *to);

// "NAME: WHAT: reason of errno"; returns 1.
int complain(const char *name, const char *what);
void *need(void *memory);
// Reads a small file into a buffer, NUL-terminated; its length or -1.
long read_small(const char *path, char *buf, size_t size);

// Connects to a host by name or address; -1 with a message on stderr.
int connect_host(const char *host, int port);

#endif
