// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The program `runsc`, also called `sandjar`. Verbs that an engine calls often or that make processes are carried out
// here, without a JVM; every other one by the host JVM.

#include "runsc.h"

#ifndef VERSION
#define VERSION "0"
#endif

const char *program = "runsc";
char **arguments;

static const struct {
    const char *name;
    int (*run)(void);
    int needs_id;
} commands[] = {
    {"create", create_command, 1}, {"run", run_command, 1},       {"start", start_command, 1}, {"state", state_command, 1},
    {"kill", kill_command, 1},     {"delete", delete_command, 1}, {"exec", exec_command, 1},   {"ps", ps_command, 1},
    {"wait", wait_command, 1},     {"list", list_command, 0},     {"pause", pause_command, 1}, {"resume", resume_command, 1},
};

static int one_of(const char *word, const char *a, const char *b) {
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

static int run_verb(void) {
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, options.verb) != 0) continue;
        if (commands[i].needs_id) {
            if (options.id == NULL) fail("%s needs the ID of a container: %s %s ID", options.verb, program, options.verb);
            check_id(options.id);
            if (strcmp(options.verb, "create") != 0 && strcmp(options.verb, "run") != 0) follow_image(options.id, arguments);
        }
        return commands[i].run();
    }
    exec_host();
}

int main(int argc, char **argv) {
    for (int fd = open("/dev/null", O_RDWR); fd >= 0 && fd <= 2; fd = dup(fd)) {
        // nothing that is opened later may become a standard stream
    }
    arguments = argv;
    const char *slash = strrchr(argv[0], '/');
    if (strcmp(slash == NULL ? argv[0] : slash + 1, "sandjar") == 0) program = "sandjar";
    find_image();
    const char *first = argc > 1 ? argv[1] : "--help";
    if (strcmp(program, "sandjar") == 0 && node_verb(first)) return node_command(argc, argv);
    if (strcmp(program, "sandjar") == 0 && strcmp(first, "help") == 0 && argc == 3 && node_verb(argv[2])) {
        char *words[] = {argv[0], argv[2], "--help", NULL};
        return node_command(3, words);
    }
    if (strcmp(first, "do") == 0) options.verb = "do"; // its options are its own
    if (options.verb != NULL || one_of(first, "--help", "-h") || (one_of(first, "--version", "-V") && strcmp(program, "sandjar") == 0)) {
        if (options.verb == NULL) exec_java(java_arguments(ROLE_HOST, argv + 1));
        return do_command(argv + 1);
    }
    parse_flags(argc, argv);
    if (options.version) { // engines read the first line
        printf("runsc version %s\nspec: 1.3.0\n", VERSION);
        return 0;
    }
    if (options.verb == NULL) {
        char *words[] = {"--help", NULL};
        exec_java(java_arguments(ROLE_HOST, words));
    }
    if (strcmp(options.verb, "do") == 0) return do_command(options.verb_args - 1);
    if (native_verb(options.verb) && options.help) {
        print_help(options.verb);
        return 0;
    }
    if (native_verb(options.verb)) return run_verb();
    if (one_of(options.verb, "update", "events")) {
        for (int i = 0; i < options.verb_count; i++) follow_image(options.verb_args[i], argv);
    }
    exec_host();
}
