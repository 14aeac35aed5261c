// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Commands on processes and the machine.
#include "demo.h"

#include <ctype.h>
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>

extern char **environ;

int cmd_true(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int cmd_false(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

// env [NAME=VALUE]... [COMMAND...]
int cmd_env(int argc, char **argv)
{
	int i = 1;
	for (; i < argc && strchr(argv[i], '='); i++)
		putenv(argv[i]);
	if (i < argc) {
		execvp(argv[i], argv + i);
		complain("env", argv[i]);
		return errno == ENOENT ? 127 : 126;
	}
	for (char **e = environ; *e; e++)
		puts(*e);
	return 0;
}

// The name of a number in /etc/passwd or /etc/group; "" if there is none.
static const char *name_of(const char *file, unsigned id, char *name, size_t size)
{
	char text[16384];
	*name = 0;
	if (read_small(file, text, sizeof(text)) < 0)
		return name;
	char *rest = text, *line;
	while ((line = strsep(&rest, "\n"))) {
		char *n = strsep(&line, ":");
		strsep(&line, ":");
		char *number = strsep(&line, ":");
		if (number && *number && strtoul(number, NULL, 10) == id) {
			snprintf(name, size, "%s", n);
			break;
		}
	}
	return name;
}

static void print_id(const char *label, const char *file, unsigned id)
{
	char name[64];
	printf("%s%u", label, id);
	if (*name_of(file, id, name, sizeof(name)))
		printf("(%s)", name);
}

int cmd_id(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "-u")) {
		printf("%u\n", geteuid());
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "-g")) {
		printf("%u\n", getegid());
		return 0;
	}
	print_id("uid=", "/etc/passwd", geteuid());
	print_id(" gid=", "/etc/group", getegid());
	gid_t groups[256];
	int n = getgroups(256, groups);
	for (int i = 0; i < n; i++)
		print_id(i ? "," : " groups=", "/etc/group", groups[i]);
	putchar('\n');
	return 0;
}

int cmd_whoami(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	char name[64];
	if (*name_of("/etc/passwd", geteuid(), name, sizeof(name)))
		puts(name);
	else
		printf("%u\n", geteuid());
	return 0;
}

int cmd_uname(int argc, char **argv)
{
	struct utsname u;
	uname(&u);
	const char *options = argc > 1 && argv[1][0] == '-' ? argv[1] + 1 : "s";
	const struct {
		char option;
		const char *text;
	} all[] = {{'s', u.sysname}, {'n', u.nodename}, {'r', u.release}, {'v', u.version}, {'m', u.machine}};
	bool first = true, every = strchr(options, 'a');
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (every || strchr(options, all[i].option)) {
			printf("%s%s", first ? "" : " ", all[i].text);
			first = false;
		}
	}
	puts(every ? " Linux" : "");
	return 0;
}

int cmd_hostname(int argc, char **argv)
{
	char name[256] = "";
	if (argc > 1) // not our business to change
		return errno = EPERM, complain("hostname", argv[1]);
	gethostname(name, sizeof(name) - 1);
	puts(name);
	return 0;
}

// A process' line: pid, user, time, command.
static void show_process(int pid)
{
	char path[64], stat[1024], line[4096], name[64];
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (read_small(path, stat, sizeof(stat)) < 0)
		return;
	char *end = strrchr(stat, ')'), *begin = strchr(stat, '(');
	unsigned long user = 0, system = 0;
	char state = '?';
	if (!end || !begin ||
	    sscanf(end + 2, "%c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &state, &user, &system) < 1)
		return;
	*end = 0;
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	long n = read_small(path, line, sizeof(line));
	for (long i = 0; i < n - 1; i++)
		if (!line[i])
			line[i] = ' ';
	unsigned uid = 0;
	char status[2048];
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (read_small(path, status, sizeof(status)) > 0) {
		char *u = strstr(status, "\nUid:");
		uid = u ? (unsigned)strtoul(u + 5, NULL, 10) : 0;
	}
	if (!*name_of("/etc/passwd", uid, name, sizeof(name)))
		snprintf(name, sizeof(name), "%u", uid);
	unsigned long seconds = (user + system) / (unsigned long)sysconf(_SC_CLK_TCK);
	printf("%5d %-8s %3lu:%02lu %c ", pid, name, seconds / 60, seconds % 60, state);
	if (n > 0)
		printf("%s\n", line);
	else
		printf("[%s]\n", begin + 1);
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int cmd_ps(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	DIR *d = opendir("/proc");
	if (!d)
		return complain("ps", "/proc");
	static int pids[32768];
	size_t n = 0;
	struct dirent *e;
	while ((e = readdir(d)))
		if (isdigit((unsigned char)*e->d_name) && n < sizeof(pids) / sizeof(*pids))
			pids[n++] = atoi(e->d_name);
	closedir(d);
	qsort(pids, n, sizeof(*pids), by_number);
	puts("  PID USER       TIME S COMMAND");
	for (size_t i = 0; i < n; i++)
		show_process(pids[i]);
	return 0;
}

int cmd_mount(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return errno = EPERM, complain("mount", argv[1]);
	FILE *f = fopen("/proc/mounts", "r");
	if (!f)
		return complain("mount", "/proc/mounts");
	char line[4096], from[1024], at[1024], type[256], options[1024];
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%1023s %1023s %255s %1023s", from, at, type, options) == 4)
			printf("%s on %s type %s (%s)\n", from, at, type, options);
	fclose(f);
	return 0;
}

int cmd_free(int argc, char **argv)
{
	bool mega = argc > 1 && !strcmp(argv[1], "-m");
	char text[8192];
	if (read_small("/proc/meminfo", text, sizeof(text)) < 0)
		return complain("free", "/proc/meminfo");
	unsigned long total = 0, unused = 0, available = 0;
	char *p;
	if ((p = strstr(text, "MemTotal:")))
		total = strtoul(p + 9, NULL, 10);
	if ((p = strstr(text, "MemFree:")))
		unused = strtoul(p + 8, NULL, 10);
	if ((p = strstr(text, "MemAvailable:")))
		available = strtoul(p + 13, NULL, 10);
	unsigned long by = mega ? 1024 : 1;
	printf("%19s %11s %11s %11s\n", "total", "used", "free", "available");
	printf("Mem:    %11lu %11lu %11lu %11lu\n", total / by, (total - unused) / by, unused / by, available / by);
	return 0;
}

static int signal_number(const char *s)
{
	static const struct {
		const char *name;
		int number;
	} all[] = {{"HUP", SIGHUP},   {"INT", SIGINT},	 {"QUIT", SIGQUIT}, {"KILL", SIGKILL}, {"USR1", SIGUSR1},
		   {"USR2", SIGUSR2}, {"TERM", SIGTERM}, {"STOP", SIGSTOP}, {"CONT", SIGCONT}};
	if (isdigit((unsigned char)*s))
		return atoi(s);
	if (!strncasecmp(s, "SIG", 3))
		s += 3;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (!strcasecmp(s, all[i].name))
			return all[i].number;
	return -1;
}

int cmd_kill(int argc, char **argv)
{
	int sig = SIGTERM, i = 1, status = 0;
	if (argc > 2 && !strcmp(argv[1], "-s")) {
		sig = signal_number(argv[2]);
		i = 3;
	} else if (argc > 1 && argv[1][0] == '-') {
		sig = signal_number(argv[1] + 1);
		i = 2;
	}
	if (sig < 0 || i >= argc) {
		fputs("usage: kill [-SIGNAL] PID...\n", stderr);
		return 2;
	}
	for (; i < argc; i++)
		if (kill(atoi(argv[i]), sig))
			status = complain("kill", argv[i]);
	return status;
}

// date [-u] [+FORMAT]
int cmd_date(int argc, char **argv)
{
	char text[256] = "";
	time_t now = time(NULL);
	struct tm tm;
	gmtime_r(&now, &tm);
	const char *format = "%a %b %e %H:%M:%S UTC %Y";
	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '+')
			format = argv[i] + 1;
	strftime(text, sizeof(text), format, &tm);
	puts(text);
	return 0;
}

// sleep SECONDS[s|m|h|d]
int cmd_sleep(int argc, char **argv)
{
	char *end = NULL;
	double s = argc > 1 ? strtod(argv[1], &end) : -1;
	if (argc > 1 && !strcmp(argv[1], "infinity")) {
		while (true)
			pause();
	}
	if (s < 0 || end == argv[1]) {
		fputs("usage: sleep SECONDS\n", stderr);
		return 2;
	}
	s *= *end == 'm' ? 60 : *end == 'h' ? 3600 : *end == 'd' ? 86400 : 1;
	struct timespec t = {.tv_sec = (time_t)s, .tv_nsec = (long)((s - (double)(time_t)s) * 1e9)};
	while (nanosleep(&t, &t) && errno == EINTR)
		;
	return 0;
}

int cmd_uptime(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	struct sysinfo s;
	sysinfo(&s);
	printf(" up %ld:%02ld:%02ld, load average: %.2f, %.2f, %.2f\n", s.uptime / 3600, s.uptime / 60 % 60, s.uptime % 60,
	       (double)s.loads[0] / 65536, (double)s.loads[1] / 65536, (double)s.loads[2] / 65536);
	return 0;
}

int cmd_nproc(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	cpu_set_t set;
	printf("%d\n", sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set));
	return 0;
}

// seq [FROM] TO
int cmd_seq(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: seq [FROM] TO\n", stderr);
		return 2;
	}
	long from = argc > 2 ? atol(argv[1]) : 1, to = atol(argv[argc > 2 ? 2 : 1]);
	for (long i = from; i <= to; i++)
		printf("%ld\n", i);
	return 0;
}

int cmd_clear(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	fputs("\033[H\033[J", stdout);
	return 0;
}
