// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Which command; see demo.h.
#include "demo.h"

#include <fcntl.h>

static const struct command {
	const char *name;
	command_fn *fn;
} commands[] = {
	{"[", cmd_test},	 {"cat", cmd_cat},     {"clear", cmd_clear},   {"date", cmd_date},
	{"df", cmd_df},		 {"echo", cmd_echo},   {"env", cmd_env},       {"false", cmd_false},
	{"free", cmd_free},	 {"grep", cmd_grep},   {"head", cmd_head},     {"hostname", cmd_hostname},
	{"id", cmd_id},		 {"kill", cmd_kill},   {"ls", cmd_ls},	       {"mkdir", cmd_mkdir},
	{"mount", cmd_mount},	 {"nproc", cmd_nproc}, {"printf", cmd_printf}, {"ps", cmd_ps},
	{"pwd", cmd_pwd},	 {"rm", cmd_rm},       {"seq", cmd_seq},       {"serve", cmd_serve},
	{"sh", cmd_sh},		 {"sleep", cmd_sleep}, {"sort", cmd_sort},     {"tail", cmd_tail},
	{"tee", cmd_tee},	 {"test", cmd_test},   {"touch", cmd_touch},   {"true", cmd_true},
	{"uname", cmd_uname},	 {"uptime", cmd_uptime}, {"wc", cmd_wc},       {"wget", cmd_wget},
	{"whoami", cmd_whoami},
};

command_fn *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(commands[i].name, name))
			return commands[i].fn;
	return NULL;
}

void list_commands(FILE *to)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		fprintf(to, "%s%s", i ? " " : "", commands[i].name);
	fputc('\n', to);
}

int complain(const char *name, const char *what)
{
	int e = errno;
	fflush(stdout);
	fprintf(stderr, "%s: %s: %s\n", name, what, strerror(e));
	return 1;
}

void *need(void *memory)
{
	if (!memory) {
		fputs("demo: out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

long read_small(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	size_t at = 0;
	ssize_t n;
	while (at < size - 1 && (n = read(fd, buf + at, size - 1 - at)) > 0)
		at += (size_t)n;
	buf[at] = 0;
	close(fd);
	return (long)at;
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

int main(int argc, char **argv)
{
	const char *name = argc > 0 ? base(argv[0]) : "demo";
	if (*name == '-') // a login shell
		name++;
	command_fn *fn = find_command(name);
	if (!fn && argc > 1) {
		fn = find_command(base(argv[1]));
		argc--;
		argv++;
	}
	if (!fn) {
		fputs("usage: demo COMMAND [ARGUMENT]...\nCommands: ", stderr);
		list_commands(stderr);
		return argc > 1 ? 127 : 2;
	}
	int status = fn(argc, argv);
	if (fflush(stdout) == EOF && errno != EPIPE)
		return complain(name, "standard output");
	return status;
}
