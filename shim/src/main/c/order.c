// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// What the JVM asks for: words that end with NUL, the first is the order.

#include "shim.h"

#define WORDS 6

static void quit(char **word) {
    (void)word;
    try_to_quit("nothing is left to do: the shim's supervisor ends");
}

static void console(char **word) { console_open(word[1], word[2], word[3], word[4]); }
static void keep(char **word) { keep_open(word[1], word[2], word[3], word[4]); }
static void oom(char **word) { oom_watch(word[1], word[2]); }

static void resize(char **word) {
    int width = atoi(word[2]), height = atoi(word[3]);
    if (width < 0 || width > 0xffff || height < 0 || height > 0xffff || console_resize(word[1], width, height) != 0) {
        say(DEBUG, "no terminal %s to be made %s x %s", word[1], word[2], word[3]);
    }
}

static void closeio(char **word) {
    if (console_close_input(word[1]) != 0 && keep_close_input(word[1]) != 0) say(DEBUG, "no input of %s to be closed", word[1]);
}

static void drop(char **word) {
    oom_drop(word[1]);
    keep_drop(word[1]);
    if (!console_drop(word[1])) link_say(word[1], "ok");
}

static const struct {
    const char *name;
    int words;
    void (*carry_out)(char **word);
} orders[] = {
    {"console", 5, console}, {"keep", 5, keep}, {"resize", 4, resize}, {"closeio", 2, closeio},
    {"drop", 2, drop},       {"oom", 3, oom},   {"quit", 1, quit},
};

void obey(char *text, size_t size) {
    char *word[WORDS], *end = text + size;
    int count = 0;
    for (char *at = text; at <= end && count < WORDS; at += strlen(at) + 1) word[count++] = at;
    if (count > 1 && size > 0 && end[-1] == 0) count--; // words that each end with NUL are as good
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        if (strcmp(orders[i].name, word[0]) != 0) continue;
        while (count < orders[i].words) word[count++] = end; // empty words at the end
        orders[i].carry_out(word);
        return;
    }
    say(ERROR, "the shim's JVM gave an order that does not exist: %s", word[0]);
}
