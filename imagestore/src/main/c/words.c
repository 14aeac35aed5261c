// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The shell's variables and the expansion of words.
#include "sh.h"

#include <ctype.h>
#include <glob.h>

static struct variable {
	struct variable *next;
	char *name, *value;
	bool exported;
} *variables;

int sh_status, sh_argc;
char **sh_argv;
pid_t sh_background;

void add_char(struct text *t, char c)
{
	if (t->length + 2 > t->room)
		t->at = need(realloc(t->at, t->room = t->room * 2 + 32));
	t->at[t->length++] = c;
	t->at[t->length] = 0;
}

void add_text(struct text *t, const char *s)
{
	while (*s)
		add_char(t, *s++);
}

void add_word(struct words *w, char *word)
{
	if (w->count + 2 > w->room)
		w->at = need(realloc(w->at, (size_t)(w->room = w->room * 2 + 8) * sizeof(char *)));
	w->at[w->count++] = word;
	w->at[w->count] = NULL;
}

void free_words(struct words *w)
{
	for (int i = 0; i < w->count; i++)
		free(w->at[i]);
	free(w->at);
	*w = (struct words){0};
}

// ---- variables ----

static struct variable *find(const char *name)
{
	for (struct variable *v = variables; v; v = v->next)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

const char *variable(const char *name)
{
	struct variable *v = find(name);
	return v ? v->value : getenv(name);
}

void set_variable(const char *name, const char *value)
{
	struct variable *v = find(name);
	if (!v) {
		v = need(calloc(1, sizeof(*v)));
		v->name = need(strdup(name));
		v->exported = getenv(name) != NULL;
		v->next = variables;
		variables = v;
	}
	char *copy = need(strdup(value));
	free(v->value);
	v->value = copy;
	if (v->exported)
		setenv(name, value, 1);
}

void unset_variable(const char *name)
{
	for (struct variable **p = &variables; *p; p = &(*p)->next) {
		if (!strcmp((*p)->name, name)) {
			struct variable *v = *p;
			*p = v->next;
			free(v->name);
			free(v->value);
			free(v);
			break;
		}
	}
	unsetenv(name);
}

void export_variable(const char *name)
{
	const char *value = variable(name);
	set_variable(name, value ? value : "");
	find(name)->exported = true;
	setenv(name, variable(name), 1);
}

void print_variables(void)
{
	for (struct variable *v = variables; v; v = v->next)
		printf("%s='%s'\n", v->name, v->value);
}

bool is_name(const char *s, size_t n)
{
	if (!n || isdigit((unsigned char)*s))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '_')
			return false;
	return true;
}

// ---- arithmetic: + - * / % ( ) and comparisons ----

static long sum(const char **p);

static void skip(const char **p)
{
	while (isspace((unsigned char)**p))
		++*p;
}

static long factor(const char **p)
{
	skip(p);
	if (**p == '(') {
		++*p;
		long v = sum(p);
		skip(p);
		*p += **p == ')';
		return v;
	}
	if (**p == '-') {
		++*p;
		return -factor(p);
	}
	*p += **p == '$';
	if (isdigit((unsigned char)**p))
		return strtol(*p, (char **)p, 0);
	size_t n = 0;
	char name[128];
	while (isalnum((unsigned char)(*p)[n]) || (*p)[n] == '_')
		n++;
	snprintf(name, sizeof(name), "%.*s", (int)n, *p);
	*p += n;
	const char *v = variable(name);
	return v ? strtol(v, NULL, 0) : 0;
}

static long product(const char **p)
{
	long v = factor(p);
	for (skip(p); **p && strchr("*/%", **p); skip(p)) {
		char o = *(*p)++;
		long w = factor(p);
		v = o == '*' ? v * w : !w ? 0 : o == '/' ? v / w : v % w;
	}
	return v;
}

static long sum(const char **p)
{
	long v = product(p);
	for (skip(p); **p && strchr("+-<>", **p); skip(p)) {
		char o = *(*p)++;
		long w = product(p);
		v = o == '+' ? v + w : o == '-' ? v - w : o == '<' ? v < w : v > w;
	}
	return v;
}

// ---- words ----

// A word while it is put together.
struct field {
	struct text text;    // what it says
	struct text pattern; // the same for glob(3): what was quoted is escaped
	bool any, wild;
};

static void put(struct field *f, char c, bool quoted)
{
	add_char(&f->text, c);
	bool special = strchr("*?[\\", c) != NULL;
	if (quoted && special)
		add_char(&f->pattern, '\\');
	add_char(&f->pattern, c);
	f->wild |= !quoted && special && c != '\\';
	f->any = true;
}

static void finish(struct field *f, struct words *out)
{
	glob_t g;
	if (!f->any)
		return;
	if (f->wild && !glob(f->pattern.at, 0, NULL, &g)) {
		for (size_t i = 0; i < g.gl_pathc; i++)
			add_word(out, need(strdup(g.gl_pathv[i])));
		globfree(&g);
		free(f->text.at);
	} else {
		add_word(out, f->text.at ? f->text.at : need(strdup("")));
	}
	free(f->pattern.at);
	*f = (struct field){0};
}

static void put_value(struct field *f, const char *v, bool quoted, bool split, struct words *out)
{
	f->any |= quoted;
	for (; *v; v++) {
		if (!quoted && split && isspace((unsigned char)*v))
			finish(f, out);
		else
			put(f, *v, quoted);
	}
}

// The end of what begins with an opening bracket, quotes being minded.
static const char *closing(const char *p, char open, char close)
{
	int depth = 0;
	for (; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '\'' && (open != '{'))
			p = strchr(p + 1, '\'') ? strchr(p + 1, '\'') : p;
		else if (*p == open)
			depth++;
		else if (*p == close && !--depth)
			return p;
	}
	return p;
}

static char *part(const char *from, const char *to)
{
	return need(strndup(from, (size_t)(to - from)));
}

// ${...}: what is between the braces.
static char *braces(const char *inner)
{
	if (*inner == '#' && inner[1]) {
		const char *v = variable(inner + 1);
		char n[24];
		snprintf(n, sizeof(n), "%zu", v ? strlen(v) : 0);
		return need(strdup(n));
	}
	size_t n = strcspn(inner, ":-=+");
	char *name = part(inner, inner + n);
	const char *v = isdigit((unsigned char)*name) ? (atoi(name) < sh_argc ? sh_argv[atoi(name)] : NULL) : variable(name);
	bool colon = inner[n] == ':';
	char o = inner[n + colon];
	bool unset = !v || (colon && !*v);
	char *result;
	if (o == '+')
		result = unset ? need(strdup("")) : expand_one(inner + n + colon + 1);
	else if (unset && (o == '-' || o == '=')) {
		result = expand_one(inner + n + colon + 1);
		if (o == '=')
			set_variable(name, result);
	} else
		result = need(strdup(v ? v : ""));
	free(name);
	return result;
}

// What follows a "$"; the place after it.
static const char *dollar(const char *p, struct field *f, bool quoted, bool split, struct words *out)
{
	char small[24];
	if (!strncmp(p, "((", 2)) {
		const char *end = closing(p, '(', ')'), *at;
		char *inner = part(p + 2, *end ? end - 1 : end);
		at = inner;
		snprintf(small, sizeof(small), "%ld", sum(&at));
		free(inner);
		put_value(f, small, quoted, split, out);
		return *end ? end + 1 : end;
	}
	if (*p == '(' || *p == '{') {
		const char *end = closing(p, *p, *p == '(' ? ')' : '}');
		char *inner = part(p + 1, end);
		char *v = *p == '(' ? output_of(inner) : braces(inner);
		put_value(f, v, quoted, split, out);
		free(v);
		free(inner);
		return *end ? end + 1 : end;
	}
	if (*p == '@' || *p == '*') {
		for (int i = 1; i < sh_argc; i++) {
			put_value(f, sh_argv[i], quoted, split, out);
			if (i + 1 < sh_argc && *p == '@' && split)
				finish(f, out);
			else if (i + 1 < sh_argc)
				put_value(f, " ", quoted, split, out);
		}
		return p + 1;
	}
	if (*p && strchr("?$#!", *p)) {
		int n = *p == '?' ? sh_status : *p == '$' ? getpid() : *p == '#' ? sh_argc - 1 : sh_background;
		snprintf(small, sizeof(small), "%d", n);
		put_value(f, small, quoted, split, out);
		return p + 1;
	}
	if (isdigit((unsigned char)*p)) {
		put_value(f, *p - '0' < sh_argc ? sh_argv[*p - '0'] : "", quoted, split, out);
		return p + 1;
	}
	size_t n = 0;
	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	if (!n) {
		put(f, '$', quoted);
		return p;
	}
	char *name = part(p, p + n);
	const char *v = variable(name);
	char *copy = need(strdup(v ? v : ""));
	put_value(f, copy, quoted, split, out);
	free(copy);
	free(name);
	return p + n;
}

static void walk(const char *p, bool split, struct field *f, struct words *out)
{
	bool quoted = false;
	if (*p == '~' && (!p[1] || p[1] == '/')) {
		put_value(f, variable("HOME") ? variable("HOME") : "/", true, false, out);
		p++;
	}
	while (*p) {
		if (*p == '"') {
			quoted = !quoted;
			f->any |= strcmp(p, "\"$@\"") != 0 || sh_argc > 1;
			p++;
		} else if (*p == '\'' && !quoted) {
			f->any = true;
			for (p++; *p && *p != '\''; p++)
				put(f, *p, true);
			p += *p == '\'';
		} else if (*p == '\\' && p[1] && (!quoted || strchr("$\"\\`", p[1]))) {
			put(f, p[1], true);
			p += 2;
		} else if (*p == '`') {
			const char *end = strchr(p + 1, '`');
			char *inner = part(p + 1, end ? end : p + strlen(p)), *v = output_of(inner);
			put_value(f, v, quoted, split, out);
			free(v);
			free(inner);
			p = end ? end + 1 : p + strlen(p);
		} else if (*p == '$') {
			p = dollar(p + 1, f, quoted, split, out);
		} else {
			put(f, *p++, quoted);
		}
	}
}

void expand(const char *raw, struct words *out)
{
	struct field f = {0};
	walk(raw, true, &f, out);
	finish(&f, out);
}

char *expand_one(const char *raw)
{
	struct field f = {0};
	struct words none = {0};
	walk(raw, false, &f, &none);
	free_words(&none);
	free(f.pattern.at);
	return f.text.at ? f.text.at : need(strdup(""));
}
