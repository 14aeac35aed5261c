// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The command line, as containerd and CRI-O write it.

#include "shim.h"

struct flags flags = {.namespace = "", .address = "", .publish_binary = "", .id = "", .bundle = "", .ttrpc_address = ""};
static int show_version, show_info;

static const char usage[] =
    "containerd-shim-runsc-v1 " VERSION ": containerd's runtime io.containerd.runsc.v1. It is run by containerd, not by hand:\n"
    "  -namespace NS -address CONTAINERD-SOCKET -publish-binary FILE -id ID [-debug] start\n"
    "  -namespace NS -address CONTAINERD-SOCKET -id ID -bundle DIRECTORY delete\n"
    "  -info    writes what the runtime can do, as a protocol buffer\n"
    "  -v       writes the version\n"
    "See docs/kubernetes.md for how to tell containerd about it.\n";

static const struct {
    const char *name;
    const char **value; // NULL: a switch
    int *on;
} options[] = {
    {"namespace", &flags.namespace, NULL},
    {"address", &flags.address, NULL},
    {"publish-binary", &flags.publish_binary, NULL},
    {"id", &flags.id, NULL},
    {"bundle", &flags.bundle, NULL},
    {"socket", &(const char *){0}, NULL},       // where a shim that is not ours would listen
    {"debug-socket", &(const char *){0}, NULL}, // profiles of Go programs
    {"debug", NULL, &flags.debug},
    {"v", NULL, &show_version},
    {"version", NULL, &show_version},
    {"info", NULL, &show_info},
};

// One option of the form -name, -name=value or -name value; one or two dashes, as Go's. How many words it took.
static int option(char **words) {
    const char *name = words[0] + 1 + (words[0][1] == '-');
    size_t length = strcspn(name, "=");
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strlen(options[i].name) != length || strncmp(options[i].name, name, length) != 0) continue;
        if (options[i].on != NULL) {
            *options[i].on = value == NULL || strcmp(value, "false") != 0;
            return 1;
        }
        if (value == NULL && words[1] == NULL) fail("%s wants a value", words[0]);
        *options[i].value = value != NULL ? value : words[1];
        return value != NULL ? 1 : 2;
    }
    fail("%s: unknown option\n%s", words[0], usage);
}

static void parse(char **argv) {
    char **word = argv + 1;
    while (*word != NULL && **word == '-' && (*word)[1] != 0) {
        if (strcmp(*word, "-h") == 0 || strcmp(*word, "-help") == 0 || strcmp(*word, "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        word += option(word);
    }
    flags.action = *word == NULL ? "" : *word;
    if (*word != NULL && word[1] != NULL) fail("%s: a word too many\n%s", word[1], usage);
}

// Names become parts of paths.
static void check_name(const char *option, const char *name) {
    size_t length = strlen(name);
    if (length == 0) fail("%s is missing\n%s", option, usage);
    if (length > 200) fail("%s is longer than 200 bytes", option);
    for (const char *c = name; *c != 0; c++) {
        int letter = (*c >= '0' && *c <= '9') || ((*c | 32) >= 'a' && (*c | 32) <= 'z');
        if (!letter && (c == name || strchr("_.-", *c) == NULL)) fail("%s %s: not a name of letters, digits, \"_\", \".\" and \"-\"", option, name);
    }
}

// CRI-O gives no namespace and no containerd.
static void check_flags(void) {
    const char *ttrpc = getenv("TTRPC_ADDRESS"), *namespace = getenv("NAMESPACE");
    if (*flags.namespace == 0) flags.namespace = namespace != NULL && *namespace != 0 ? namespace : "default";
    check_name("-namespace", flags.namespace);
    check_name("-id", flags.id);
    if (*flags.bundle == 0) flags.bundle = getcwd(NULL, 0);
    if (flags.bundle == NULL) fail("the bundle's directory cannot be found: %s", strerror(errno));
    char *derived = NULL;
    if (ttrpc != NULL) flags.ttrpc_address = ttrpc;
    else if (*flags.address != 0 && asprintf(&derived, "%s.ttrpc", flags.address) > 0) flags.ttrpc_address = derived;
}

int main(int argc, char **argv) {
    if (argc > 1 && helper_action != NULL && (strcmp(argv[1], "mount") == 0 || strcmp(argv[1], "unmount") == 0 || strcmp(argv[1], "signal") == 0)) {
        return helper_action(argc - 1, argv + 1);
    }
    signal(SIGPIPE, SIG_IGN);
    parse(argv);
    if (show_version) {
        printf("containerd-shim-runsc-v1:\n  Version:  " VERSION "\n  Runtime:  io.containerd.runsc.v1 (Sandjar)\n");
        return 0;
    }
    if (show_info) {
        flags.namespace = "default";
        find_place();
        return info_action();
    }
    if (*flags.action == 0) fail("an action is missing: start or delete\n%s", usage);
    check_flags();
    if (strcmp(flags.action, "start") == 0) return start_action();
    find_place();
    if (strcmp(flags.action, "delete") == 0) return delete_action();
    if (strcmp(flags.action, "supervise") == 0) return supervise(3, 4);
    fail("%s: unknown action\n%s", flags.action, usage);
}
