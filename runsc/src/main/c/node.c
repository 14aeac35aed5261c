// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The verbs of pods and nodes: they are carried out by the image's other JVM (IMAGE/node), whose arguments for each part
// lie in IMAGE/node/lib/PART.options, one a line, the main class last.

#include "runsc.h"

// What stands in PART.options of these is enough to run the verb; all others of `sandjar` go to the host JVM.
static const struct {
    const char *verb, *part;
} verbs[] = {
    {"kubelet", "kubelet"},   {"node", "installer"},   {"api-resources", "command"}, {"apply", "command"},
    {"attach", "command"},    {"cp", "command"},       {"create", "command"},        {"delete", "command"},
    {"describe", "command"},  {"events", "command"},   {"exec", "command"},          {"get", "command"},
    {"images", "command"},    {"logs", "command"},     {"port-forward", "command"},  {"pull", "command"},
    {"replace", "command"},   {"rmi", "command"},      {"rollout", "command"},       {"run", "command"},
    {"scale", "command"},     {"top", "command"},      {"wait", "command"},          {"expose", "command"},
    {"edit", "command"},      {"patch", "command"},    {"label", "command"},         {"annotate", "command"},
    {"cluster-info", "command"}, {"explain", "command"},  {"version", "command"},         {"drain", "command"},
    {"cordon", "command"},
};

static const char *part_of(const char *word) {
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(verbs[i].verb, word) == 0) return verbs[i].part;
    }
    return NULL;
}

int node_verb(const char *word) { return part_of(word) != NULL; }

static char *slurp(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat stat;
    if (fd < 0 || fstat(fd, &stat) != 0) fail("%s: %s; the installation is incomplete", path, strerror(errno));
    char *text = malloc((size_t)stat.st_size + 1);
    if (text == NULL) fail("out of memory");
    ssize_t size = read(fd, text, (size_t)stat.st_size);
    if (size != stat.st_size) fail("%s: cannot be read", path);
    close(fd);
    text[size] = 0;
    return text;
}

// The words for the JVM: its options, developers' options from SANDJAR_NODE_JVM_OPTIONS, the main class, the command line's.
static char **node_arguments(const char *part, char **argv) {
    char path[128];
    snprintf(path, sizeof path, "IMAGE/node/lib/%s.options", part);
    char *text = slurp(in_image(path));
    char *extra = getenv("SANDJAR_NODE_JVM_OPTIONS");
    size_t most = 4 + (extra == NULL ? 0 : strlen(extra) / 2 + 1);
    for (const char *c = text; *c != 0; c++) most += *c == '\n';
    for (char **word = argv; *word != NULL; word++) most++;
    char **args = calloc(most, sizeof *args);
    if (args == NULL) fail("out of memory");
    size_t n = 0;
    args[n++] = "sandjar";
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) args[n++] = in_image(line);
    char *main_class = args[--n];
    for (char *word = extra == NULL ? NULL : strtok(strdup(extra), " "); word != NULL; word = strtok(NULL, " ")) args[n++] = word;
    args[n++] = main_class;
    while (*argv != NULL) args[n++] = *argv++;
    return args;
}

static _Noreturn void exec_node(char **args) {
    clean_environment();
    unsetenv("SANDJAR_NODE_JVM_OPTIONS");
    char cwd[PATH_MAX]; // a JVM does not start in a directory that is gone
    if (getcwd(cwd, sizeof cwd) == NULL && chdir("/") != 0) fail("/: %s", strerror(errno));
    char *java = in_image("IMAGE/node/bin/java");
    execv(java, args);
    fail("%s: %s; the installation is incomplete", java, strerror(errno));
}

// A JVM cannot become another program. `exec` and `run` write what is to be run in its place, words that each end with NUL,
// to the descriptor that SANDJAR_PLAN names, and end with status 0.
static int run_plan(char **args) {
    int plan[2];
    if (pipe2(plan, O_CLOEXEC) != 0) fail("pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child < 0) fail("fork: %s", strerror(errno));
    if (child == 0) {
        char number[16];
        int end = dup(plan[1]); // without close-on-exec
        snprintf(number, sizeof number, "%d", end);
        setenv("SANDJAR_PLAN", number, 1);
        exec_node(args);
    }
    close(plan[1]);
    static char text[1 << 20];
    size_t size = 0;
    for (ssize_t got; size < sizeof text - 1 && (got = read(plan[0], text + size, sizeof text - 1 - size)) != 0;) {
        if (got > 0) size += (size_t)got;
        else if (errno != EINTR) break;
    }
    close(plan[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        // the terminal's signals go to both
    }
    if (WIFSIGNALED(status)) return 128 + WTERMSIG(status);
    if (WEXITSTATUS(status) != 0 || size == 0) return WEXITSTATUS(status);
    size_t count = 0;
    for (size_t i = 0; i < size; i++) count += text[i] == 0;
    char **words = calloc(count + 1, sizeof *words);
    if (words == NULL) fail("out of memory");
    char *at = text;
    for (size_t i = 0; i < count; i++, at += strlen(at) + 1) words[i] = at;
    if (strcmp(words[0], "stdin=null") == 0) { // the command is not to read what the user types
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (null < 0 || dup2(null, 0) < 0) fail("/dev/null: %s", strerror(errno));
        words++;
    }
    if (words[0] == NULL) fail("there is nothing to run");
    execvp(words[0], words);
    fail("%s: %s", words[0], strerror(errno));
}

int node_command(int argc, char **argv) {
    (void)argc;
    const char *part = part_of(argv[1]);
    // The node agent and the installer are programs of their own with the verb as the first word, as are the commands.
    char **args = node_arguments(part, argv + 1);
    if (strcmp(argv[1], "exec") == 0 || strcmp(argv[1], "run") == 0) return run_plan(args);
    exec_node(args);
}
