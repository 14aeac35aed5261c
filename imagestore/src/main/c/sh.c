// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The shell: pipes, lists, redirection, if, while, until, for, groups, traps.
// No functions, case or job control. Commands are parsed and run in one walk
// over the text: a part that is not to be run is walked over without effect.
#include "sh.h"

#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#define MAX_LOOPS 64

// Where the walk is.
struct walk {
	const char *p;
	bool dry;	 // only walk
	bool incomplete; // the text ended too early
	bool broken;	 // it cannot be understood
	int depth;
};

// What is put where for one command.
struct redirection {
	int fd, from, flags;
	char *raw, *text; // a name; or a text that stands in the script
};

static char *traps[NSIG];
static volatile sig_atomic_t pending[NSIG];
static int breaking; // loops to leave
static bool continuing, interactive;
static pid_t shell;

static int list(struct walk *w);

// ---- words of the script ----

// Texts that stand in a script (<<), which the walk over its lines leaves out.
static struct here {
	const char *from, *to;
} heres[MAX_LOOPS];

static void note_here(const char *from, const char *to)
{
	for (int i = 0; i < MAX_LOOPS; i++)
		if (!heres[i].from || heres[i].from == from) {
			heres[i] = (struct here){from, to};
			return;
		}
}

static void blanks(struct walk *w)
{
	while (*w->p == ' ' || *w->p == '\t' || (*w->p == '\\' && w->p[1] == '\n'))
		w->p += *w->p == '\\' ? 2 : 1;
	if (*w->p == '#')
		w->p += strcspn(w->p, "\n");
}

static void lines(struct walk *w)
{
	for (blanks(w); *w->p == '\n' || *w->p == ';'; blanks(w)) {
		bool newline = *w->p++ == '\n';
		for (int i = 0; i < MAX_LOOPS && newline; i++)
			if (heres[i].from == w->p) {
				w->p = heres[i].to;
				i = -1;
			}
	}
}

// The end of a word with its quotes; w->incomplete when one is open.
static const char *word_end(struct walk *w)
{
	const char *p = w->p;
	int depth = 0;
	char quote = 0;
	for (; *p; p++) {
		if (*p == '\\' && quote != '\'' && p[1]) {
			p++;
		} else if (quote) {
			if (*p == quote)
				quote = 0;
			else if (quote == '"' && !strncmp(p, "$(", 2)) {
				const char *q = p + 1;
				for (int d = 0; *q; q++) {
					d += *q == '(';
					d -= *q == ')';
					if (!d)
						break;
				}
				p = *q ? q : q - 1;
			}
		} else if (*p == '\'' || *p == '"' || *p == '`') {
			quote = *p;
		} else if (!strncmp(p, "$(", 2) || !strncmp(p, "${", 2)) {
			depth++;
			p++;
		} else if (depth && (*p == '(' || *p == '{')) {
			depth++;
		} else if (depth && (*p == ')' || *p == '}')) {
			depth--;
		} else if (!depth && strchr(" \t\n;|&<>()", *p)) {
			break;
		}
	}
	w->incomplete |= quote || depth;
	return p;
}

// Whether a word of the language comes next; takes it.
static bool keyword(struct walk *w, const char *word)
{
	size_t n = strlen(word);
	blanks(w);
	if (strncmp(w->p, word, n) || (w->p[n] && !strchr(" \t\n;|&<>()", w->p[n])))
		return false;
	w->p += n;
	return true;
}

static bool ends_here(struct walk *w)
{
	static const char *const all[] = {"then", "else", "elif", "fi", "do", "done", "}"};
	const char *before = w->p;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (keyword(w, all[i])) {
			w->p = before;
			return true;
		}
	return *w->p == ')';
}

static void want(struct walk *w, const char *word)
{
	lines(w);
	if (keyword(w, word))
		return;
	w->incomplete |= !*w->p;
	w->broken |= *w->p != 0;
}

// ---- redirection ----

static bool redirect(struct walk *w, struct redirection *r)
{
	const char *p = w->p;
	int fd = -1;
	if (isdigit((unsigned char)*p) && (p[1] == '<' || p[1] == '>'))
		fd = *p++ - '0';
	if (*p != '<' && *p != '>')
		return false;
	*r = (struct redirection){.fd = fd >= 0 ? fd : *p == '>', .from = -1};
	bool here = !strncmp(p, "<<", 2), duplicate = !here && p[1] == '&';
	r->flags = *p == '<' ? O_RDONLY : O_WRONLY | O_CREAT | (p[1] == '>' ? O_APPEND : O_TRUNC);
	w->p = p + 1 + (here || duplicate || (*p == '>' && p[1] == '>'));
	blanks(w);
	const char *end = word_end(w);
	if (end == w->p) {
		w->broken = *end != 0;
		w->incomplete |= !*end;
		return false;
	}
	r->raw = need(strndup(w->p, (size_t)(end - w->p)));
	w->p = end;
	if (duplicate)
		r->from = r->raw[0] == '-' ? -2 : atoi(r->raw);
	if (!here)
		return true;
	// the text begins with the next line and ends with the word alone
	char *mark = expand_one(r->raw);
	const char *body = strchr(w->p, '\n'), *line = body ? body + 1 : NULL;
	struct text t = {0};
	size_t n = strlen(mark);
	bool found = false;
	while (line && *line && !found) {
		size_t length = strcspn(line, "\n");
		found = length == n && !strncmp(line, mark, n);
		if (!found)
			for (size_t i = 0; i <= length && line[i]; i++)
				add_char(&t, line[i]);
		line += length + (line[length] == '\n');
	}
	w->incomplete |= !found;
	if (found)
		note_here(body + 1, line);
	r->text = strpbrk(r->raw, "'\"\\") || !t.at ? t.at : expand_one(t.at);
	if (r->text != t.at)
		free(t.at);
	if (!r->text)
		r->text = need(strdup(""));
	free(mark);
	return true;
}

static bool apply(struct redirection *r, int n, int *saved)
{
	for (int i = 0; i < n; i++) {
		if (saved)
			saved[i] = fcntl(r[i].fd, F_DUPFD_CLOEXEC, 20);
		if (r[i].from == -2) {
			close(r[i].fd);
			continue;
		}
		int fd = r[i].from;
		char *name = r[i].text || fd >= 0 ? NULL : expand_one(r[i].raw);
		if (r[i].text) {
			char path[] = "/tmp/.here-XXXXXX";
			fd = mkostemp(path, O_CLOEXEC);
			unlink(path);
			if (fd >= 0 && (write(fd, r[i].text, strlen(r[i].text)) < 0 || lseek(fd, 0, SEEK_SET) < 0))
				return complain("sh", "<<"), false;
		} else if (name) {
			fd = open(name, r[i].flags | O_CLOEXEC, 0666);
		}
		if (fd < 0 || dup2(fd, r[i].fd) < 0) {
			complain("sh", name ? name : r[i].raw);
			free(name);
			return false;
		}
		if (fd != r[i].fd && r[i].from < 0)
			close(fd);
		free(name);
	}
	return true;
}

static void restore(struct redirection *r, int n, int *saved)
{
	fflush(stdout);
	while (n-- > 0) {
		if (saved[n] >= 0) {
			dup2(saved[n], r[n].fd);
			close(saved[n]);
		} else {
			close(r[n].fd);
		}
	}
}

// ---- processes ----

static void on_signal(int sig)
{
	pending[sig] = 1;
}

static void run_traps(void)
{
	for (int s = 1; s < NSIG; s++) {
		if (pending[s]) {
			pending[s] = 0;
			bool incomplete;
			int before = sh_status;
			if (traps[s])
				run_text(traps[s], &incomplete);
			sh_status = before;
		}
	}
}

static int status_of(int w)
{
	return WIFSIGNALED(w) ? 128 + WTERMSIG(w) : WEXITSTATUS(w);
}

static int wait_for(pid_t pid)
{
	int w = 0;
	while (waitpid(pid, &w, 0) < 0 && errno == EINTR)
		;
	run_traps();
	return status_of(w);
}

static pid_t child(void)
{
	fflush(stdout);
	pid_t pid = fork();
	if (pid < 0)
		complain("sh", "fork");
	if (!pid) {
		interactive = false;
		for (int s = 1; s < NSIG; s++)
			if (traps[s] || s == SIGINT)
				signal(s, SIG_DFL);
		memset(traps, 0, sizeof(traps));
	}
	return pid;
}

static _Noreturn void leave(int status)
{
	char *last = traps[0];
	bool incomplete;
	traps[0] = NULL;
	if (last && getpid() == shell) {
		sh_status = status;
		run_text(last, &incomplete);
	}
	fflush(stdout);
	_exit(status);
}

static _Noreturn void execute(struct words *w)
{
	execvp(w->at[0], w->at);
	int e = errno;
	command_fn *fn = strchr(w->at[0], '/') ? NULL : find_command(w->at[0]);
	if (fn && e == ENOENT) {
		int status = fn(w->count, w->at);
		fflush(stdout);
		_exit(status);
	}
	if (e == ENOENT)
		fprintf(stderr, "sh: %s: not found\n", w->at[0]);
	else
		complain("sh", w->at[0]);
	_exit(e == ENOENT ? 127 : 126);
}

char *output_of(const char *script)
{
	int ends[2];
	struct text t = {0};
	add_text(&t, "");
	if (pipe2(ends, O_CLOEXEC))
		return need(strdup(""));
	pid_t pid = child();
	if (!pid) {
		bool incomplete;
		dup2(ends[1], 1);
		leave(run_text(script, &incomplete));
	}
	close(ends[1]);
	char buf[4096];
	ssize_t n;
	while ((n = read(ends[0], buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))
		for (ssize_t i = 0; i < n; i++)
			if (buf[i])
				add_char(&t, buf[i]);
	close(ends[0]);
	sh_status = wait_for(pid);
	while (t.length && t.at[t.length - 1] == '\n')
		t.at[--t.length] = 0;
	return t.at ? t.at : need(strdup(""));
}

// ---- commands of the shell itself ----

static int signal_of(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} all[] = {{"EXIT", 0}, {"HUP", 1}, {"INT", 2}, {"QUIT", 3}, {"USR1", 10}, {"USR2", 12}, {"TERM", 15}};
	if (isdigit((unsigned char)*name))
		return atoi(name);
	if (!strncmp(name, "SIG", 3))
		name += 3;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (!strcmp(all[i].name, name))
			return all[i].number;
	return -1;
}

static int trap(struct words *w)
{
	for (int i = 2; i < w->count; i++) {
		int s = signal_of(w->at[i]);
		if (s < 0 || s >= NSIG)
			return fprintf(stderr, "sh: trap: %s\n", w->at[i]), 1;
		free(traps[s]);
		traps[s] = strcmp(w->at[1], "-") ? need(strdup(w->at[1])) : NULL;
		struct sigaction sa = {.sa_handler = !traps[s] ? SIG_DFL : *traps[s] ? on_signal : SIG_IGN};
		if (s)
			sigaction(s, &sa, NULL);
	}
	return 0;
}

static int wait_all(struct words *w)
{
	int status = 0, s = 0;
	pid_t pid;
	if (w->count > 1) {
		while ((pid = waitpid(atoi(w->at[1]), &s, 0)) < 0 && errno == EINTR) {
			bool trapped = false;
			for (int i = 1; i < NSIG; i++)
				trapped |= pending[i];
			if (trapped)
				break; // POSIX: a trapped signal ends wait
		}
		status = pid > 0 ? status_of(s) : 127;
	} else {
		while ((pid = waitpid(-1, &s, 0)) > 0)
			;
		status = pid < 0 && errno == EINTR ? 128 + SIGTERM : 0;
	}
	run_traps();
	return status;
}

static int change_directory(const char *to)
{
	char now[4096];
	if (!to || chdir(to))
		return complain("cd", to ? to : "HOME");
	set_variable("PWD", getcwd(now, sizeof(now)) ? now : "?");
	return 0;
}

// True: it was one; *status is its.
static bool builtin(struct words *w, int *status)
{
	const char *name = w->at[0];
	int n = w->count, s = 0;
	if (!strcmp(name, "cd"))
		s = change_directory(n > 1 ? w->at[1] : variable("HOME"));
	else if (!strcmp(name, "exit"))
		leave(n > 1 ? atoi(w->at[1]) : sh_status);
	else if (!strcmp(name, "exec") && n > 1) {
		fflush(stdout);
		execute(&(struct words){.at = w->at + 1, .count = n - 1});
	} else if (!strcmp(name, "export"))
		for (int i = 1; i < n; i++) {
			char *equals = strchr(w->at[i], '=');
			if (equals)
				*equals = 0;
			if (equals)
				set_variable(w->at[i], equals + 1);
			export_variable(w->at[i]);
		}
	else if (!strcmp(name, "unset"))
		for (int i = 1; i < n; i++)
			unset_variable(w->at[i]);
	else if (!strcmp(name, "set") && n == 1)
		print_variables();
	else if (!strcmp(name, "set"))
		s = 0; // options are accepted
	else if (!strcmp(name, "shift")) {
		if (sh_argc > 1) {
			memmove(sh_argv + 1, sh_argv + 2, (size_t)(sh_argc - 1) * sizeof(char *));
			sh_argc--;
		}
	} else if (!strcmp(name, "read")) {
		struct text t = {0};
		char c;
		ssize_t got;
		while ((got = read(0, &c, 1)) == 1 && c != '\n')
			add_char(&t, c);
		set_variable(n > 1 ? w->at[n - 1] : "REPLY", t.at ? t.at : "");
		free(t.at);
		s = got != 1;
	} else if (!strcmp(name, "eval") && n > 1) {
		struct text t = {0};
		bool incomplete;
		for (int i = 1; i < n; i++) {
			add_text(&t, w->at[i]);
			add_char(&t, ' ');
		}
		s = run_text(t.at, &incomplete);
		free(t.at);
	} else if (!strcmp(name, "wait"))
		s = wait_all(w);
	else if (!strcmp(name, "trap"))
		s = trap(w);
	else if (!strcmp(name, "break") || !strcmp(name, "continue")) {
		breaking = n > 1 ? atoi(w->at[1]) : 1;
		continuing = *name == 'c';
	} else if (!strcmp(name, "help")) {
		puts("In the shell: cd exit export unset set shift read eval exec wait trap break continue");
		list_commands(stdout);
	} else if (!strcmp(name, ":"))
		s = 0;
	else if (strcmp(name, "echo") && strcmp(name, "test") && strcmp(name, "[") && strcmp(name, "true") &&
		 strcmp(name, "false") && strcmp(name, "pwd") && strcmp(name, "printf"))
		return false;
	else
		s = find_command(name)(n, w->at); // no process needed
	*status = s;
	return true;
}

// ---- commands ----

static int simple(struct walk *w)
{
	struct words raw = {0}, words = {0};
	struct redirection r[16];
	int redirections = 0, assignments = 0;
	while (!w->broken) {
		blanks(w);
		if (redirections < 16 && redirect(w, &r[redirections])) {
			redirections++;
			continue;
		}
		const char *end = word_end(w);
		if (end == w->p)
			break;
		add_word(&raw, need(strndup(w->p, (size_t)(end - w->p))));
		w->p = end;
	}
	w->broken |= !raw.count && !redirections && !w->incomplete;
	int status = sh_status;
	if (!w->dry && !w->broken && !w->incomplete) {
		while (assignments < raw.count) {
			size_t n = strcspn(raw.at[assignments], "=");
			if (!raw.at[assignments][n] || !is_name(raw.at[assignments], n))
				break;
			assignments++;
		}
		for (int i = assignments; i < raw.count; i++)
			expand(raw.at[i], &words);
		bool alone = !words.count;
		int saved[16], before = status;
		status = 0;
		if (alone)
			sh_status = 0;
		pid_t pid = 0;
		static const char *const own = " cd exit exec export unset set shift read eval wait trap break continue help : "
					       "echo test [ true false pwd printf ";
		char key[64];
		snprintf(key, sizeof(key), " %.60s ", alone ? ":" : words.at[0]);
		bool here = strstr(own, key) != NULL;
		if (!alone && !here)
			pid = child();
		if (alone || here || !pid) {
			for (int i = 0; i < assignments; i++) {
				size_t n = strcspn(raw.at[i], "=");
				char *value = expand_one(raw.at[i] + n + 1);
				raw.at[i][n] = 0;
				set_variable(raw.at[i], value);
				if (!alone && !here)
					export_variable(raw.at[i]);
				free(value);
			}
		}
		if (!alone && !here && !pid) {
			if (!apply(r, redirections, NULL))
				_exit(1);
			execute(&words);
		}
		if (alone || here) {
			bool forever = !alone && !strcmp(words.at[0], "exec") && words.count == 1;
			if (alone)
				status = sh_status; // of a command in an assignment
			else
				sh_status = before;
			if (!apply(r, redirections, saved))
				status = 1;
			else if (!alone && !builtin(&words, &status) && !forever)
				status = 127;
			if (!forever)
				restore(r, redirections, saved);
		} else {
			status = wait_for(pid);
		}
	}
	for (int i = 0; i < redirections; i++) {
		free(r[i].raw);
		free(r[i].text);
	}
	free_words(&raw);
	free_words(&words);
	return status;
}

static int branches(struct walk *w)
{
	bool outer = w->dry, done = false;
	int status = 0;
	do {
		w->dry = outer || done;
		int condition = list(w);
		want(w, "then");
		w->dry |= condition != 0;
		bool taken = !w->dry;
		int s = list(w);
		status = taken ? s : status;
		done |= taken;
		lines(w);
	} while (keyword(w, "elif"));
	w->dry = outer || done;
	if (keyword(w, "else")) {
		int s = list(w);
		status = w->dry ? status : s;
	}
	w->dry = outer;
	want(w, "fi");
	return status;
}

// The body of a loop, from "do" to "done"; true: once more.
static bool body(struct walk *w, int *status)
{
	want(w, "do");
	int s = list(w);
	want(w, "done");
	if (!w->dry)
		*status = s;
	if (!breaking)
		return true;
	bool more = continuing && breaking == 1;
	breaking--;
	continuing &= breaking > 0;
	return more;
}

static int loop(struct walk *w, bool until)
{
	const char *start = w->p;
	bool outer = w->dry;
	int status = 0;
	while (!w->broken && !w->incomplete) {
		w->p = start;
		bool stop = (list(w) != 0) != until;
		w->dry = outer || stop;
		bool again = body(w, &status);
		w->dry = outer;
		if (outer || stop || !again)
			break;
	}
	return status;
}

static int each(struct walk *w)
{
	struct words values = {0};
	int status = 0;
	blanks(w);
	const char *end = word_end(w);
	char *name = need(strndup(w->p, (size_t)(end - w->p)));
	w->broken |= !is_name(name, strlen(name));
	w->p = end;
	if (keyword(w, "in")) {
		for (blanks(w); *w->p && *w->p != '\n' && *w->p != ';' && !w->broken; blanks(w)) {
			end = word_end(w);
			w->broken |= end == w->p;
			char *raw = need(strndup(w->p, (size_t)(end - w->p)));
			if (!w->dry && !w->incomplete)
				expand(raw, &values);
			free(raw);
			w->p = end;
		}
	} else {
		for (int i = 1; i < sh_argc && !w->dry; i++)
			add_word(&values, need(strdup(sh_argv[i])));
	}
	const char *start = w->p;
	bool outer = w->dry, again = true;
	for (int i = 0; i < values.count && again && !w->broken && !w->incomplete; i++) {
		w->p = start;
		set_variable(name, values.at[i]);
		again = body(w, &status);
	}
	if (!values.count) {
		w->dry = true;
		body(w, &status);
		w->dry = outer;
	}
	free(name);
	free_words(&values);
	return status;
}

static int group(struct walk *w, const char *end, bool apart)
{
	int status = 0;
	bool outer = w->dry;
	const char *start = w->p;
	w->dry |= apart;
	status = list(w);
	w->dry = outer;
	blanks(w);
	if (*end == ')' && *w->p == ')')
		w->p++;
	else
		want(w, end);
	if (!apart || outer || w->broken || w->incomplete)
		return status;
	pid_t pid = child();
	if (!pid) {
		struct walk inner = {.p = start};
		leave(list(&inner));
	}
	return wait_for(pid);
}

static int compound(struct walk *w)
{
	blanks(w);
	if (w->depth++ > MAX_LOOPS) {
		w->broken = true;
		return 2;
	}
	bool nested = true;
	int status;
	const char *begin = w->p;
	if (keyword(w, "if"))
		status = branches(w);
	else if (keyword(w, "while"))
		status = loop(w, false);
	else if (keyword(w, "until"))
		status = loop(w, true);
	else if (keyword(w, "for"))
		status = each(w);
	else if (keyword(w, "{"))
		status = group(w, "}", false);
	else if (*w->p == '(') {
		w->p++;
		status = group(w, ")", true);
	} else {
		nested = false;
		status = simple(w);
	}
	w->depth--;
	blanks(w);
	bool digits = isdigit((unsigned char)*w->p) && (w->p[1] == '>' || w->p[1] == '<');
	if (nested && (*w->p == '<' || *w->p == '>' || digits) && !w->broken && !w->incomplete) {
		fprintf(stderr, "sh: redirection of if, while, for and groups is not supported; put it on the commands\n");
		w->broken = true;
	}
	(void)begin;
	return status;
}

static int pipeline(struct walk *w)
{
	bool negate = keyword(w, "!"), outer = w->dry;
	blanks(w);
	const char *start = w->p;
	w->dry = true; // is it one command or several?
	compound(w);
	blanks(w);
	bool several = *w->p == '|' && w->p[1] != '|';
	while (*w->p == '|' && w->p[1] != '|' && !w->broken) {
		w->p++;
		lines(w);
		w->incomplete |= !*w->p;
		if (w->incomplete)
			break;
		compound(w);
		blanks(w);
	}
	w->dry = outer;
	if (outer || w->broken || w->incomplete)
		return 0;
	const char *end = w->p;
	w->p = start;
	int status = 0;
	if (!several) {
		status = compound(w);
	} else {
		int in = -1, ends[2];
		pid_t last = 0;
		while (true) {
			const char *here = w->p;
			w->dry = true;
			compound(w);
			w->dry = false;
			blanks(w);
			bool more = w->p < end && *w->p == '|';
			if (more && pipe2(ends, O_CLOEXEC)) {
				complain("sh", "pipe");
				break;
			}
			last = child();
			if (!last) {
				if (in >= 0)
					dup2(in, 0);
				if (more)
					dup2(ends[1], 1);
				struct walk inner = {.p = here};
				leave(compound(&inner));
			}
			if (in >= 0)
				close(in);
			if (!more)
				break;
			close(ends[1]);
			in = ends[0];
			w->p++;
			lines(w);
		}
		status = wait_for(last);
		while (waitpid(-1, NULL, WNOHANG) > 0) // the others of the pipe; and what ran in the background
			;
	}
	return negate ? !status : status;
}

static int and_or(struct walk *w)
{
	bool outer = w->dry;
	int status = pipeline(w);
	if (!w->dry)
		sh_status = status;
	for (blanks(w); !w->broken && !w->incomplete; blanks(w)) {
		bool both = !strncmp(w->p, "&&", 2), either = !strncmp(w->p, "||", 2);
		if (!both && !either)
			break;
		w->p += 2;
		lines(w);
		w->incomplete |= !*w->p;
		w->dry = outer || breaking || (both ? status != 0 : status == 0);
		int s = pipeline(w);
		if (!w->dry)
			sh_status = status = s;
		w->dry = outer;
	}
	return status;
}

static int list(struct walk *w)
{
	int status = 0;
	bool outer = w->dry;
	for (lines(w); *w->p && !w->broken && !w->incomplete && !ends_here(w); lines(w)) {
		const char *start = w->p;
		bool later = w->dry;
		w->dry = true;
		and_or(w);
		w->dry = later;
		blanks(w);
		bool background = *w->p == '&' && w->p[1] != '&';
		const char *end = w->p;
		if (w->broken || w->incomplete)
			break;
		if (!w->dry && background) {
			pid_t pid = child();
			if (!pid) {
				struct walk inner = {.p = start};
				leave(and_or(&inner));
			}
			sh_background = pid;
			status = 0;
		} else if (!w->dry) {
			w->p = start;
			status = and_or(w);
			end = w->p;
			run_traps();
		}
		w->p = end + (background ? 1 : 0);
		w->dry |= breaking != 0;
		if (*w->p && !strchr("\n;)", *w->p) && !background && !ends_here(w))
			w->broken = true;
	}
	w->dry = outer;
	return status;
}

int run_text(const char *script, bool *incomplete)
{
	char *copy = need(strdup(script));
	struct walk look = {.p = copy, .dry = true};
	list(&look);
	*incomplete = look.incomplete && !look.broken;
	if (look.broken || (!look.incomplete && *look.p)) {
		*incomplete = false;
		fprintf(stderr, "sh: syntax error near \"%.20s\"\n", look.p);
		free(copy);
		return 2;
	}
	int status = sh_status;
	if (!*incomplete) {
		struct walk w = {.p = copy};
		status = list(&w);
		sh_status = status;
	}
	for (int i = 0; i < MAX_LOOPS; i++)
		if (heres[i].from >= copy && heres[i].from <= copy + strlen(copy))
			heres[i].from = NULL;
	free(copy);
	return status;
}

// ---- the loop ----

// A line without taking more than it: what follows may be for a command. False: nothing is left.
static bool line_of(struct text *t)
{
	char c;
	ssize_t n;
	while ((n = read(0, &c, 1)) == 1 || (n < 0 && errno == EINTR)) {
		if (n < 0) { // interrupted by the user: a new line
			t->length = 0;
			add_text(t, "");
			putchar('\n');
			return true;
		}
		add_char(t, c);
		if (c == '\n')
			return true;
	}
	return t->length > 0;
}

static void prompt(bool more)
{
	char dir[4096];
	if (!interactive)
		return;
	if (more)
		fputs("> ", stdout);
	else
		printf("%s %c ", getcwd(dir, sizeof(dir)) ? dir : "?", geteuid() ? '$' : '#');
	fflush(stdout);
}

static int converse(void)
{
	struct text t = {0};
	interactive = isatty(0) && isatty(1);
	if (interactive) {
		struct sigaction sa = {.sa_handler = on_signal};
		sigaction(SIGINT, &sa, NULL);
	}
	prompt(false);
	while (line_of(&t)) {
		bool incomplete = false;
		if (t.length)
			sh_status = run_text(t.at, &incomplete);
		breaking = 0;
		fflush(stdout);
		if (!incomplete)
			t.length = 0;
		if (t.at)
			t.at[t.length] = 0;
		prompt(incomplete);
	}
	if (interactive)
		putchar('\n');
	return sh_status;
}

int cmd_sh(int argc, char **argv)
{
	bool incomplete = false;
	int i = 1;
	shell = getpid();
	while (i < argc && argv[i][0] == '-' && !strchr(argv[i], 'c') && argv[i][1])
		i++;
	if (i < argc && argv[i][0] == '-') {
		if (i + 1 >= argc)
			return fputs("sh: -c wants a command\n", stderr), 2;
		const char *script = argv[i + 1];
		sh_argv = i + 2 < argc ? argv + i + 2 : argv;
		sh_argc = i + 2 < argc ? argc - i - 2 : 1;
		int status = run_text(script, &incomplete);
		if (incomplete)
			fputs("sh: the command ends too early\n", stderr);
		leave(incomplete ? 2 : status);
	}
	sh_argv = i < argc ? argv + i : argv;
	sh_argc = i < argc ? argc - i : 1;
	if (i >= argc)
		leave(converse());
	static char text[1 << 20];
	if (read_small(argv[i], text, sizeof(text)) < 0)
		return complain("sh", argv[i]) + 126;
	int status = run_text(text, &incomplete);
	if (incomplete)
		fprintf(stderr, "sh: %s ends too early\n", argv[i]);
	leave(incomplete ? 2 : status);
}
