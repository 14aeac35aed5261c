// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Commands on files and text.
#include "demo.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

// ---- ls ----

static bool ls_long, ls_all, ls_one;

static void show(const char *dir, const char *name)
{
	struct stat s;
	char path[4200], to[4096];
	snprintf(path, sizeof(path), "%s%s%s", dir ? dir : "", dir ? "/" : "", name);
	if (!ls_long) {
		printf("%s%s", name, ls_one ? "\n" : "  ");
		return;
	}
	if (lstat(path, &s)) {
		complain("ls", path);
		return;
	}
	char mode[11] = "?rwxrwxrwx", when[32];
	mode[0] = S_ISDIR(s.st_mode)	? 'd'
		  : S_ISLNK(s.st_mode)	? 'l'
		  : S_ISCHR(s.st_mode)	? 'c'
		  : S_ISBLK(s.st_mode)	? 'b'
		  : S_ISFIFO(s.st_mode) ? 'p'
		  : S_ISSOCK(s.st_mode) ? 's'
					: '-';
	for (int i = 0; i < 9; i++)
		if (!(s.st_mode & (0400u >> i)))
			mode[1 + i] = '-';
	if (s.st_mode & S_ISVTX)
		mode[9] = 't';
	if (s.st_mode & S_ISUID)
		mode[3] = 's';
	struct tm tm;
	strftime(when, sizeof(when), "%b %e %H:%M", gmtime_r(&s.st_mtime, &tm));
	printf("%s %4lu %5u %5u %9ld %s %s", mode, (unsigned long)s.st_nlink, s.st_uid, s.st_gid, (long)s.st_size, when,
	       name);
	ssize_t n = S_ISLNK(s.st_mode) ? readlink(path, to, sizeof(to) - 1) : -1;
	if (n >= 0)
		printf(" -> %.*s", (int)n, to);
	putchar('\n');
}

static int visible(const struct dirent *e)
{
	return ls_all || e->d_name[0] != '.';
}

static int list(const char *dir, bool titled)
{
	struct dirent **all;
	int n = scandir(dir, &all, visible, alphasort);
	if (n < 0)
		return complain("ls", dir);
	if (titled)
		printf("%s:\n", dir);
	for (int i = 0; i < n; i++) {
		show(dir, all[i]->d_name);
		free(all[i]);
	}
	free(all);
	if (n && !ls_long && !ls_one)
		putchar('\n');
	return 0;
}

int cmd_ls(int argc, char **argv)
{
	int status = 0, names = 0;
	bool self = false;
	ls_long = ls_all = false;
	ls_one = !isatty(1);
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-' && argv[i][1]) {
			ls_long |= strchr(argv[i], 'l') != NULL;
			ls_all |= strchr(argv[i], 'a') != NULL;
			ls_one |= strchr(argv[i], '1') != NULL;
			self |= strchr(argv[i], 'd') != NULL;
		} else {
			names++;
		}
	}
	if (!names)
		return self ? (show(NULL, "."), 0) : list(".", false);
	for (int i = 1; i < argc; i++) {
		struct stat s;
		if (argv[i][0] == '-' && argv[i][1])
			continue;
		if (lstat(argv[i], &s))
			status = complain("ls", argv[i]);
		else if (!self && (S_ISDIR(s.st_mode) || (!stat(argv[i], &s) && S_ISDIR(s.st_mode) && !ls_long)))
			status |= list(argv[i], names > 1);
		else
			show(NULL, argv[i]);
	}
	if (!ls_long && !ls_one && names && self)
		putchar('\n');
	return status;
}

// ---- text ----

static int copy(int from, const char *name)
{
	char buf[65536];
	ssize_t n;
	fflush(stdout);
	while ((n = read(from, buf, sizeof(buf))) > 0)
		for (ssize_t at = 0, w; at < n; at += w)
			if ((w = write(1, buf + at, (size_t)(n - at))) < 0)
				return complain("cat", "standard output");
	return n < 0 ? complain("cat", name) : 0;
}

int cmd_cat(int argc, char **argv)
{
	int status = 0;
	if (argc < 2)
		return copy(0, "standard input");
	for (int i = 1; i < argc; i++) {
		int fd = strcmp(argv[i], "-") ? open(argv[i], O_RDONLY | O_CLOEXEC) : 0;
		if (fd < 0) {
			status = complain("cat", argv[i]);
			continue;
		}
		status |= copy(fd, argv[i]);
		if (fd)
			close(fd);
	}
	return status;
}

int cmd_echo(int argc, char **argv)
{
	int i = 1;
	bool line = true;
	if (argc > 1 && !strcmp(argv[1], "-n")) {
		line = false;
		i++;
	}
	for (int first = i; i < argc; i++)
		printf("%s%s", i > first ? " " : "", argv[i]);
	if (line)
		putchar('\n');
	return 0;
}

// printf FORMAT [ARGUMENT]...: %s %d %% and \n \t \\.
int cmd_printf(int argc, char **argv)
{
	int at = 2;
	if (argc < 2)
		return 2;
	do {
		for (const char *p = argv[1]; *p; p++) {
			if (*p == '\\' && p[1]) {
				p++;
				putchar(*p == 'n' ? '\n' : *p == 't' ? '\t' : *p == 'r' ? '\r' : *p);
			} else if (*p == '%' && p[1]) {
				p++;
				const char *v = *p == '%' ? "" : at < argc ? argv[at++] : "";
				if (*p == '%')
					putchar('%');
				else if (*p == 'd')
					printf("%ld", strtol(v, NULL, 0));
				else
					fputs(v, stdout);
			} else {
				putchar(*p);
			}
		}
	} while (at > 2 && at < argc);
	return 0;
}

// The files of a command's arguments from a place on, or standard input.
static FILE *next_file(const char *command, int argc, char **argv, int *at, int first, int *status)
{
	while (true) {
		if (*at == first && first >= argc) {
			(*at)++;
			return stdin;
		}
		if (*at >= argc)
			return NULL;
		const char *name = argv[(*at)++];
		FILE *f = strcmp(name, "-") ? fopen(name, "re") : stdin;
		if (f)
			return f;
		*status = complain(command, name);
	}
}

static void done_with(FILE *f)
{
	if (f != stdin)
		fclose(f);
}

// The number of "-n N", "-nN" or "-N"; where the files begin goes to *first.
static long lines_option(int argc, char **argv, int *first)
{
	long n = 10;
	*first = 1;
	while (*first < argc && argv[*first][0] == '-' && argv[*first][1]) {
		const char *o = argv[(*first)++];
		if (!strcmp(o, "-n") && *first < argc)
			n = atol(argv[(*first)++]);
		else
			n = atol(o[1] == 'n' ? o + 2 : o + 1);
	}
	return n;
}

int cmd_head(int argc, char **argv)
{
	int first, status = 0;
	bool bytes = argc > 2 && !strcmp(argv[1], "-c");
	long most = bytes ? atol(argv[2]) : lines_option(argc, argv, &first);
	if (bytes)
		first = 3;
	int at = first;
	FILE *f;
	while ((f = next_file("head", argc, argv, &at, first, &status))) {
		int c;
		for (long n = 0; n < most && (c = getc(f)) != EOF; n += bytes || c == '\n')
			putchar(c);
		done_with(f);
	}
	return status;
}

int cmd_tail(int argc, char **argv)
{
	int first, status = 0;
	long most = lines_option(argc, argv, &first);
	int at = first;
	FILE *f;
	if (most < 1 || most > 100000)
		return 2;
	char **ring = need(calloc((size_t)most, sizeof(char *)));
	while ((f = next_file("tail", argc, argv, &at, first, &status))) {
		long n = 0;
		size_t size = 0;
		char *line = NULL;
		while (getline(&line, &size, f) > 0) {
			free(ring[n % most]);
			ring[n++ % most] = line;
			line = NULL;
			size = 0;
		}
		free(line);
		for (long i = n > most ? n - most : 0; i < n; i++)
			fputs(ring[i % most], stdout);
		for (long i = 0; i < most; i++) {
			free(ring[i]);
			ring[i] = NULL;
		}
		done_with(f);
	}
	free(ring);
	return status;
}

int cmd_wc(int argc, char **argv)
{
	const char *options = argc > 1 && argv[1][0] == '-' && argv[1][1] ? argv[1] : "-lwc";
	int first = options == argv[1] ? 2 : 1, at = first, status = 0;
	FILE *f;
	while ((f = next_file("wc", argc, argv, &at, first, &status))) {
		long lines = 0, words = 0, bytes = 0;
		bool in = false;
		int c;
		while ((c = getc(f)) != EOF) {
			bool space = c == ' ' || (c >= '\t' && c <= '\r');
			bytes++;
			lines += c == '\n';
			words += !space && !in;
			in = !space;
		}
		const char *sep = "";
		for (const char *o = "lwc"; *o; o++)
			if (strchr(options, *o)) {
				printf("%s%ld", sep, *o == 'l' ? lines : *o == 'w' ? words : bytes);
				sep = " ";
			}
		printf("%s%s\n", first < argc ? " " : "", first < argc ? argv[at - 1] : "");
		done_with(f);
	}
	return status;
}

// grep [-ivcqn] TEXT [FILE]...: the text as it is, "^" at its beginning and "$" at its end excepted.
int cmd_grep(int argc, char **argv)
{
	bool fold = false, invert = false, count = false, quiet = false, number = false;
	int first = 1, status = 1, errors = 0;
	for (; first < argc && argv[first][0] == '-' && argv[first][1]; first++) {
		fold |= strchr(argv[first], 'i') != NULL;
		invert |= strchr(argv[first], 'v') != NULL;
		count |= strchr(argv[first], 'c') != NULL;
		quiet |= strchr(argv[first], 'q') != NULL;
		number |= strchr(argv[first], 'n') != NULL;
	}
	if (first >= argc) {
		fputs("usage: grep [-ivcqn] TEXT [FILE]...\n", stderr);
		return 2;
	}
	char *text = need(strdup(argv[first++]));
	bool begin = *text == '^', end = *text && text[strlen(text) - 1] == '$';
	if (end)
		text[strlen(text) - 1] = 0;
	if (begin)
		text++;
	int at = first;
	FILE *f;
	while ((f = next_file("grep", argc, argv, &at, first, &errors))) {
		char *line = NULL;
		size_t size = 0, n = strlen(text);
		ssize_t length;
		long hits = 0, lineno = 0;
		while ((length = getline(&line, &size, f)) > 0) {
			lineno++;
			if (line[length - 1] == '\n')
				line[--length] = 0;
			char *p = begin ? line : fold ? strcasestr(line, text) : strstr(line, text);
			bool hit = p && (!begin || !(fold ? strncasecmp(p, text, n) : strncmp(p, text, n)));
			if (hit && end) {
				char *tail = line + length - n;
				hit = (size_t)length >= n && !(fold ? strcasecmp(tail, text) : strcmp(tail, text)) &&
				      (!begin || tail == line);
			}
			if (hit == invert)
				continue;
			status = 0;
			hits++;
			if (!count && !quiet && number)
				printf("%ld:", lineno);
			if (!count && !quiet)
				puts(line);
		}
		if (count)
			printf("%ld\n", hits);
		free(line);
		done_with(f);
	}
	return errors ? 2 : status;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int by_value(const void *a, const void *b)
{
	double x = strtod(*(char *const *)a, NULL), y = strtod(*(char *const *)b, NULL);
	return x < y ? -1 : x > y ? 1 : by_text(a, b);
}

int cmd_sort(int argc, char **argv)
{
	bool numeric = false, reverse = false, unique = false;
	int first = 1, status = 0;
	for (; first < argc && argv[first][0] == '-' && argv[first][1]; first++) {
		numeric |= strchr(argv[first], 'n') != NULL;
		reverse |= strchr(argv[first], 'r') != NULL;
		unique |= strchr(argv[first], 'u') != NULL;
	}
	char **lines = NULL;
	size_t n = 0, room = 0;
	int at = first;
	FILE *f;
	while ((f = next_file("sort", argc, argv, &at, first, &status))) {
		char *line = NULL;
		size_t size = 0;
		while (getline(&line, &size, f) > 0) {
			if (n == room)
				lines = need(realloc(lines, (room = room * 2 + 64) * sizeof(char *)));
			line[strcspn(line, "\n")] = 0;
			lines[n++] = line;
			line = NULL;
			size = 0;
		}
		free(line);
		done_with(f);
	}
	if (n)
		qsort(lines, n, sizeof(char *), numeric ? by_value : by_text);
	for (size_t i = 0; i < n; i++) {
		size_t k = reverse ? n - 1 - i : i;
		if (!unique || !i || strcmp(lines[k], lines[reverse ? k + 1 : k - 1]))
			puts(lines[k]);
	}
	return status;
}

int cmd_tee(int argc, char **argv)
{
	bool append = argc > 1 && !strcmp(argv[1], "-a");
	FILE *to[16];
	int n = 0, status = 0, c;
	for (int i = append ? 2 : 1; i < argc && n < 16; i++) {
		if ((to[n] = fopen(argv[i], append ? "ae" : "we")))
			n++;
		else
			status = complain("tee", argv[i]);
	}
	while ((c = getchar()) != EOF) {
		putchar(c);
		for (int i = 0; i < n; i++)
			putc(c, to[i]);
	}
	for (int i = 0; i < n; i++)
		if (fclose(to[i]))
			status = complain("tee", "write");
	return status;
}

// ---- names ----

int cmd_pwd(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	char dir[4096];
	if (!getcwd(dir, sizeof(dir)))
		return complain("pwd", "current directory");
	puts(dir);
	return 0;
}

int cmd_mkdir(int argc, char **argv)
{
	int status = 0;
	bool parents = false;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-p")) {
			parents = true;
			continue;
		}
		for (char *p = strchr(argv[i] + 1, '/'); parents && p; p = strchr(p + 1, '/')) {
			*p = 0;
			mkdir(argv[i], 0777);
			*p = '/';
		}
		if (mkdir(argv[i], 0777) && !(parents && errno == EEXIST))
			status = complain("mkdir", argv[i]);
	}
	return status;
}

static int remove_at(int dir, const char *name, bool force, bool recursive)
{
	if (!unlinkat(dir, name, 0) || (force && errno == ENOENT))
		return 0;
	if (errno != EISDIR || !recursive)
		return complain("rm", name);
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return complain("rm", name);
	int status = 0;
	struct dirent *e;
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			status |= remove_at(dirfd(d), e->d_name, force, true);
	closedir(d);
	return unlinkat(dir, name, AT_REMOVEDIR) ? complain("rm", name) : status;
}

int cmd_rm(int argc, char **argv)
{
	int status = 0;
	bool force = false, recursive = false;
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-' && argv[i][1]) {
			force |= strchr(argv[i], 'f') != NULL;
			recursive |= strchr(argv[i], 'r') || strchr(argv[i], 'R');
		} else {
			status |= remove_at(AT_FDCWD, argv[i], force, recursive);
		}
	}
	return status;
}

int cmd_touch(int argc, char **argv)
{
	int status = 0;
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (fd < 0 || futimens(fd, NULL))
			status = complain("touch", argv[i]);
		if (fd >= 0)
			close(fd);
	}
	return status;
}

int cmd_df(int argc, char **argv)
{
	printf("%-20s %12s %12s %12s %s\n", "Filesystem", "1K-blocks", "Used", "Available", "Mounted on");
	for (int i = argc > 1 ? 1 : 0; i < (argc > 1 ? argc : 1); i++) {
		struct statvfs s;
		const char *path = argc > 1 ? argv[i] : "/";
		if (statvfs(path, &s))
			return complain("df", path);
		unsigned long k = s.f_frsize / 1024 ? s.f_frsize / 1024 : 1;
		printf("%-20s %12lu %12lu %12lu %s\n", "-", s.f_blocks * k, (s.f_blocks - s.f_bfree) * k, s.f_bavail * k,
		       path);
	}
	return 0;
}

// ---- test ----

static int unary(char what, const char *v)
{
	struct stat s;
	switch (what) {
	case 'n':
		return !*v;
	case 'z':
		return !!*v;
	case 'e':
		return !!stat(v, &s);
	case 'f':
		return stat(v, &s) || !S_ISREG(s.st_mode);
	case 'd':
		return stat(v, &s) || !S_ISDIR(s.st_mode);
	case 'L':
	case 'h':
		return lstat(v, &s) || !S_ISLNK(s.st_mode);
	case 's':
		return stat(v, &s) || !s.st_size;
	case 'r':
		return !!access(v, R_OK);
	case 'w':
		return !!access(v, W_OK);
	case 'x':
		return !!access(v, X_OK);
	}
	return 2;
}

int cmd_test(int argc, char **argv)
{
	if (!strcmp(argv[0], "["))
		argc -= strcmp(argv[argc - 1], "]") == 0;
	if (argc > 1 && !strcmp(argv[1], "!")) {
		char *rest[8] = {"test"};
		int n = argc - 1 < 7 ? argc - 1 : 7;
		for (int i = 1; i < n; i++)
			rest[i] = argv[i + 1];
		return !cmd_test(n, rest);
	}
	if (argc < 2)
		return 1;
	if (argc == 2)
		return !*argv[1];
	if (argc == 3 && argv[1][0] == '-')
		return unary(argv[1][1], argv[2]);
	if (argc == 4) {
		const char *a = argv[1], *o = argv[2], *b = argv[3];
		if (!strcmp(o, "=") || !strcmp(o, "=="))
			return !!strcmp(a, b);
		if (!strcmp(o, "!="))
			return !strcmp(a, b);
		long x = atol(a), y = atol(b);
		const char *names[] = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge"};
		bool values[] = {x == y, x != y, x < y, x <= y, x > y, x >= y};
		for (int i = 0; i < 6; i++)
			if (!strcmp(o, names[i]))
				return !values[i];
	}
	fputs("test: not understood\n", stderr);
	return 2;
}
