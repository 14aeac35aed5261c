// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// What the parts of the shell share.
#ifndef SH_H
#define SH_H

#include "demo.h"

// Words of a command after expansion.
struct words {
	char **at;
	int count, room;
};

struct text {
	char *at;
	size_t length, room;
};

extern int sh_status; // $?
extern int sh_argc;   // $0, $1, ...
extern char **sh_argv;
extern pid_t sh_background; // $!

void add_char(struct text *t, char c);
void add_text(struct text *t, const char *s);
void add_word(struct words *w, char *word);
void free_words(struct words *w);

const char *variable(const char *name);
void set_variable(const char *name, const char *value);
void unset_variable(const char *name);
void export_variable(const char *name);
void print_variables(void);
bool is_name(const char *s, size_t n);

// Expands a word into fields, with splitting and file names.
void expand(const char *raw, struct words *out);
// Expands a word into one text. Not to be freed by anybody but the caller.
char *expand_one(const char *raw);
// What a command prints, without newlines at its end.
char *output_of(const char *script);

// Parses and runs a text; its status. *incomplete: it ends too early, and nothing was run.
int run_text(const char *script, bool *incomplete);

#endif
