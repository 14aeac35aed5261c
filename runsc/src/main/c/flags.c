// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Options of the command line as data: those of runc and of gVisor's runsc, so that engines and habits work as they are.
// Syntax as of both: -x, --x, --x=v, --x v; a switch takes a value only after `=`.

#include "runsc.h"

enum kind { SWITCH, VALUE, LISTED };
enum use {
    OURS = 1,    // the native program uses it
    FOR_BOOT = 2, // the kernel JVM gets it
    FOR_HOST = 4, // the host JVM gets it
    NO_USE = 8,  // accepted with a warning: a thing of gVisor that does not exist here
};

struct flag {
    const char *name, *other; // and a second name
    enum kind kind;
    int use;
    size_t at; // offset in struct options
};

#define AT(field) offsetof(struct options, field)
#define NOWHERE SIZE_MAX

static const struct flag global_flags[] = {
    {"root", NULL, VALUE, OURS, AT(root)},
    {"log", NULL, VALUE, OURS | FOR_HOST, AT(log)},
    {"log-format", NULL, VALUE, OURS | FOR_HOST, AT(log_format)},
    {"debug", NULL, SWITCH, OURS | FOR_BOOT | FOR_HOST, AT(debug)},
    {"debug-log", NULL, VALUE, OURS | FOR_HOST, AT(debug_log)},
    {"rootless", NULL, SWITCH, OURS | FOR_HOST, AT(rootless)},
    {"network", NULL, VALUE, OURS | FOR_BOOT | FOR_HOST, AT(network)},
    {"version", "v", SWITCH, OURS, AT(version)},
    {"help", "h", SWITCH, OURS, AT(help)},
    {"systemd-cgroup", NULL, SWITCH, FOR_HOST, NOWHERE},
    {"ignore-cgroups", NULL, SWITCH, FOR_HOST, NOWHERE},
    {"overlay2", NULL, VALUE, FOR_HOST, NOWHERE},
    {"overlay", NULL, SWITCH, FOR_HOST, NOWHERE},
    {"host-uds", NULL, VALUE, FOR_BOOT | FOR_HOST, NOWHERE},
    {"host-fifo", NULL, VALUE, FOR_HOST, NOWHERE},
    {"file-access", NULL, VALUE, FOR_HOST, NOWHERE},
    {"file-access-mounts", NULL, VALUE, FOR_HOST, NOWHERE},
    {"strace", NULL, SWITCH, FOR_BOOT | FOR_HOST, NOWHERE},
    {"strace-syscalls", NULL, VALUE, FOR_BOOT, NOWHERE},
    {"strace-log-size", NULL, VALUE, FOR_BOOT, NOWHERE},
    {"net-raw", NULL, SWITCH, FOR_BOOT | FOR_HOST, NOWHERE},
    {"allow-flag-override", NULL, SWITCH, FOR_HOST, NOWHERE},
    {"criu", NULL, VALUE, NO_USE, NOWHERE},
    {"debug-command", NULL, VALUE, NO_USE, NOWHERE},
    {"panic-log", NULL, VALUE, NO_USE, NOWHERE},
    {"coverage-report", NULL, VALUE, NO_USE, NOWHERE},
    {"log-packets", NULL, SWITCH, NO_USE, NOWHERE},
    {"pcap-log", NULL, VALUE, NO_USE, NOWHERE},
    {"debug-log-format", NULL, VALUE, NO_USE, NOWHERE},
    {"debug-to-user-log", NULL, SWITCH, NO_USE, NOWHERE},
    {"alsologtostderr", NULL, SWITCH, NO_USE, NOWHERE},
    {"traceback", NULL, VALUE, NO_USE, NOWHERE},
    {"log-fd", NULL, VALUE, NO_USE, NOWHERE},
    {"debug-log-fd", NULL, VALUE, NO_USE, NOWHERE},
    {"panic-log-fd", NULL, VALUE, NO_USE, NOWHERE},
    {"metric-server", NULL, VALUE, NO_USE, NOWHERE},
    {"final-metrics-log", NULL, VALUE, NO_USE, NOWHERE},
    {"profiling-metrics", NULL, VALUE, NO_USE, NOWHERE},
    {"profiling-metrics-log", NULL, VALUE, NO_USE, NOWHERE},
    {"profiling-metrics-rate-us", NULL, VALUE, NO_USE, NOWHERE},
    {"strace-event", NULL, SWITCH, NO_USE, NOWHERE},
    {"platform", NULL, VALUE, NO_USE, NOWHERE},
    {"platform_device_path", NULL, VALUE, NO_USE, NOWHERE},
    {"watchdog-action", NULL, VALUE, NO_USE, NOWHERE},
    {"panic-signal", NULL, VALUE, NO_USE, NOWHERE},
    {"profile", NULL, SWITCH, NO_USE, NOWHERE},
    {"profile-block", NULL, VALUE, NO_USE, NOWHERE},
    {"profile-cpu", NULL, VALUE, NO_USE, NOWHERE},
    {"profile-gc-interval", NULL, VALUE, NO_USE, NOWHERE},
    {"profile-heap", NULL, VALUE, NO_USE, NOWHERE},
    {"profile-mutex", NULL, VALUE, NO_USE, NOWHERE},
    {"trace", NULL, VALUE, NO_USE, NOWHERE},
    {"ref-leak-mode", NULL, VALUE, NO_USE, NOWHERE},
    {"cpu-num-from-quota", NULL, SWITCH, NO_USE, NOWHERE},
    {"oci-seccomp", NULL, SWITCH, NO_USE, NOWHERE},
    {"enable-core-tags", NULL, SWITCH, NO_USE, NOWHERE},
    {"signal-unkillable-policy", NULL, VALUE, NO_USE, NOWHERE},
    {"pod-init-config", NULL, VALUE, NO_USE, NOWHERE},
    {"host-settings", NULL, VALUE, NO_USE, NOWHERE},
    {"sidecar-release-enforcement-policy", NULL, VALUE, NO_USE, NOWHERE},
    {"sidecar-usage-policy", NULL, VALUE, NO_USE, NOWHERE},
    {"restore-spec-validation", NULL, VALUE, NO_USE, NOWHERE},
    {"systrap-disable-syscall-patching", NULL, SWITCH, NO_USE, NOWHERE},
    {"systrap-disable-fast-path", NULL, SWITCH, NO_USE, NOWHERE},
    {"allow-suid", NULL, SWITCH, NO_USE, NOWHERE},
    {"kvm-use-cpu-nums", NULL, SWITCH, NO_USE, NOWHERE},
    {"allow-rootfs-tar-annotation", NULL, SWITCH, NO_USE, NOWHERE},
    {"control-rpc-stop-timeout", NULL, VALUE, NO_USE, NOWHERE},
    {"shared-root", NULL, VALUE, NO_USE, NOWHERE},
    {"app-huge-pages", NULL, SWITCH, NO_USE, NOWHERE},
    {"character-device-policy", NULL, VALUE, NO_USE, NOWHERE},
    {"gvisor-marker-file", NULL, SWITCH, NO_USE, NOWHERE},
    {"override-procs", NULL, VALUE, NO_USE, NOWHERE},
    {"in-sandbox-cgroup", NULL, VALUE, NO_USE, NOWHERE},
    {"fdlimit", NULL, VALUE, NO_USE, NOWHERE},
    {"dcache", NULL, VALUE, NO_USE, NOWHERE},
    {"iouring", NULL, SWITCH, NO_USE, NOWHERE},
    {"directfs", NULL, SWITCH, NO_USE, NOWHERE},
    {"lisafs", NULL, SWITCH, NO_USE, NOWHERE},
    {"vfs2", NULL, SWITCH, NO_USE, NOWHERE},
    {"fuse", NULL, SWITCH, NO_USE, NOWHERE},
    {"cgroupfs", NULL, SWITCH, NO_USE, NOWHERE},
    {"fsgofer-host-uds", NULL, SWITCH, NO_USE, NOWHERE},
    {"network-proxy-path", NULL, VALUE, NO_USE, NOWHERE},
    {"gofer-network-namespace", NULL, VALUE, NO_USE, NOWHERE},
    {"allow-packet-socket-write", NULL, SWITCH, NO_USE, NOWHERE},
    {"allow-live-tcp-migration", NULL, SWITCH, NO_USE, NOWHERE},
    {"gso", NULL, SWITCH, NO_USE, NOWHERE},
    {"software-gso", NULL, SWITCH, NO_USE, NOWHERE},
    {"gvisor-gro", NULL, SWITCH, NO_USE, NOWHERE},
    {"tx-checksum-offload", NULL, SWITCH, NO_USE, NOWHERE},
    {"rx-checksum-offload", NULL, SWITCH, NO_USE, NOWHERE},
    {"qdisc", NULL, VALUE, NO_USE, NOWHERE},
    {"qdisc-tbf-rate", NULL, VALUE, NO_USE, NOWHERE},
    {"qdisc-tbf-burst", NULL, VALUE, NO_USE, NOWHERE},
    {"num-network-channels", NULL, VALUE, NO_USE, NOWHERE},
    {"network-processors-per-channel", NULL, VALUE, NO_USE, NOWHERE},
    {"buffer-pooling", NULL, SWITCH, NO_USE, NOWHERE},
    {"EXPERIMENTAL-afxdp", NULL, SWITCH, NO_USE, NOWHERE},
    {"EXPERIMENTAL-xdp", NULL, VALUE, NO_USE, NOWHERE},
    {"EXPERIMENTAL-xdp-need-wakeup", NULL, SWITCH, NO_USE, NOWHERE},
    {"reproduce-nat", NULL, SWITCH, NO_USE, NOWHERE},
    {"reproduce-nftables", NULL, SWITCH, NO_USE, NOWHERE},
    {"net-disconnect-ok", NULL, SWITCH, NO_USE, NOWHERE},
    {"pause-external-networking", NULL, SWITCH, NO_USE, NOWHERE},
    {"allow-connected-on-save", NULL, SWITCH, NO_USE, NOWHERE},
    {"nvproxy", NULL, SWITCH, NO_USE, NOWHERE},
    {"nvproxy-docker", NULL, SWITCH, NO_USE, NOWHERE},
    {"nvproxy-driver-version", NULL, VALUE, NO_USE, NOWHERE},
    {"nvproxy-allow-unsupported-driver", NULL, SWITCH, NO_USE, NOWHERE},
    {"nvproxy-allowed-driver-capabilities", NULL, VALUE, NO_USE, NOWHERE},
    {"cuda-checkpoint-path", NULL, VALUE, NO_USE, NOWHERE},
    {"rdmaproxy", NULL, SWITCH, NO_USE, NOWHERE},
    {"tpuproxy", NULL, SWITCH, NO_USE, NOWHERE},
    {"TESTONLY-unsafe-nonroot", NULL, SWITCH, NO_USE, NOWHERE},
    {"TESTONLY-test-name-env", NULL, VALUE, NO_USE, NOWHERE},
    {"TESTONLY-nftables", NULL, SWITCH, NO_USE, NOWHERE},
    {"TESTONLY-afs-syscall-panic", NULL, SWITCH, NO_USE, NOWHERE},
    {"TESTONLY-autosave-image-path", NULL, VALUE, NO_USE, NOWHERE},
    {"TESTONLY-autosave-resume", NULL, SWITCH, NO_USE, NOWHERE},
    {"TESTONLY-allow-packet-endpoint-write", NULL, SWITCH, NO_USE, NOWHERE},
    {NULL, NULL, SWITCH, 0, 0},
};

static const struct flag create_flags[] = {
    {"bundle", "b", VALUE, OURS, AT(bundle)},
    {"pid-file", NULL, VALUE, OURS, AT(pid_file)},
    {"console-socket", NULL, VALUE, OURS, AT(console_socket)},
    {"preserve-fds", NULL, VALUE, OURS, AT(preserve_fds)},
    {"detach", "d", SWITCH, OURS, AT(detach)}, // of run
    {"keep", NULL, SWITCH, OURS, AT(keep)},    // of run
    {"no-pivot", NULL, SWITCH, OURS, NOWHERE},
    {"no-new-keyring", NULL, SWITCH, OURS, NOWHERE},
    {"no-subreaper", NULL, SWITCH, OURS, NOWHERE},
    {"user-log", NULL, VALUE, OURS, NOWHERE},
    {"pidfd-socket", NULL, VALUE, OURS, NOWHERE},
    {"pass-fd", NULL, VALUE, OURS, NOWHERE},
    {"exec-fd", NULL, VALUE, OURS, NOWHERE},
    {NULL, NULL, SWITCH, 0, 0},
};

static const struct flag exec_flags[] = {
    {"process", "p", VALUE, OURS, AT(process)},
    {"tty", "t", SWITCH, OURS, AT(tty)},
    {"cwd", NULL, VALUE, OURS, AT(cwd)},
    {"env", "e", LISTED, OURS, AT(env)},
    {"user", "u", VALUE, OURS, AT(user)},
    {"additional-gids", "g", LISTED, OURS, AT(gids)},
    {"cap", "c", LISTED, OURS, AT(caps)},
    {"detach", "d", SWITCH, OURS, AT(detach)},
    {"pid-file", NULL, VALUE, OURS, AT(pid_file)},
    {"internal-pid-file", NULL, VALUE, OURS, NOWHERE},
    {"console-socket", NULL, VALUE, OURS, AT(console_socket)},
    {"console-size", NULL, VALUE, OURS, AT(console_size)},
    {"no-new-privs", NULL, SWITCH, OURS, AT(no_new_privs)},
    {"preserve-fds", NULL, VALUE, OURS, AT(preserve_fds)},
    {"ignore-paused", NULL, SWITCH, OURS, AT(ignore_paused)},
    {"process-label", NULL, VALUE, OURS, NOWHERE},
    {"apparmor", NULL, VALUE, OURS, NOWHERE},
    {"no-subreaper", NULL, SWITCH, OURS, NOWHERE},
    {"cgroup", NULL, VALUE, OURS, NOWHERE},
    {"pidfd-socket", NULL, VALUE, OURS, NOWHERE},
    {"clear-status", NULL, SWITCH, OURS, NOWHERE},
    {"KSPUSER", NULL, VALUE, OURS, NOWHERE},
    {"KSPGROUP", NULL, VALUE, OURS, NOWHERE},
    {NULL, NULL, SWITCH, 0, 0},
};

static const struct flag kill_flags[] = {
    {"all", "a", SWITCH, OURS, AT(all)},
    {"pid", NULL, VALUE, OURS, AT(by_pid)},
    {"regex", "r", VALUE, OURS, NOWHERE},
    {NULL, NULL, SWITCH, 0, 0},
};

static const struct flag delete_flags[] = {
    {"force", "f", SWITCH, OURS, AT(force)},
    {"regex", "r", VALUE, OURS, NOWHERE},
    {NULL, NULL, SWITCH, 0, 0},
};

static const struct flag format_flags[] = { // ps, list
    {"format", "f", VALUE, OURS, AT(format)},
    {"quiet", "q", SWITCH, OURS, AT(quiet)},
    {"sandbox", NULL, SWITCH, OURS, NOWHERE},
    {NULL, NULL, SWITCH, 0, 0},
};

static const struct flag wait_flags[] = {
    {"rootpid", NULL, VALUE, OURS, NOWHERE},
    {"pid", NULL, VALUE, OURS, AT(by_pid)},
    {"checkpoint", NULL, VALUE, OURS, NOWHERE},
    {"restore", NULL, SWITCH, OURS, NOWHERE},
    {NULL, NULL, SWITCH, 0, 0},
};

static const struct flag no_flags[] = {{NULL, NULL, SWITCH, 0, 0}};

// The verbs that the native program understands.
static const struct {
    const char *name;
    const struct flag *flags;
} verbs[] = {
    {"create", create_flags}, {"run", create_flags}, {"exec", exec_flags},  {"kill", kill_flags},
    {"delete", delete_flags}, {"ps", format_flags},  {"list", format_flags}, {"wait", wait_flags},
    {"start", no_flags},      {"state", no_flags},   {"pause", no_flags},   {"resume", no_flags},
};

struct options options;

static const struct flag *flags_of(const char *verb) {
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(verbs[i].name, verb) == 0) return verbs[i].flags;
    }
    return NULL;
}

int native_verb(const char *name) {
    return flags_of(name) != NULL;
}

static const struct flag *find_flag(const struct flag *flags, const char *name, size_t length) {
    for (; flags->name != NULL; flags++) {
        if (strncmp(flags->name, name, length) == 0 && flags->name[length] == 0) return flags;
        if (flags->other != NULL && strncmp(flags->other, name, length) == 0 && flags->other[length] == 0) return flags;
    }
    return NULL;
}

static void add(struct list *list, const char *text) {
    if (list->count == LIST) fail("more than %d options of one kind", LIST);
    list->item[list->count++] = text;
}

static int truth(const char *name, const char *value) {
    static const char *const yes[] = {"true", "1", "t", "T", "TRUE", "True"};
    static const char *const no[] = {"false", "0", "f", "F", "FALSE", "False"};
    for (int i = 0; i < 6; i++) {
        if (strcmp(value, yes[i]) == 0) return 1;
        if (strcmp(value, no[i]) == 0) return 0;
    }
    fail("invalid boolean value \"%s\" for --%s; write --%s or --%s=false", value, name, name, name);
}

// Engines make gVisor's flags that have no meaning here; one line tells about all of them.
static char ignored[1024];
static const char *host_uds = "none";

static void apply(const struct flag *flag, const char *value) {
    int on = flag->kind == SWITCH ? truth(flag->name, value) : 0;
    if (flag->at != NOWHERE) {
        char *place = (char *)&options + flag->at;
        if (flag->kind == SWITCH) *(int *)place = on;
        else if (flag->kind == LISTED) add((struct list *)place, value);
        else if (flag->at == AT(by_pid)) *(int *)place = atoi(value);
        else *(const char **)place = value;
    }
    if (flag->use & NO_USE && strlen(ignored) + strlen(flag->name) + 5 < sizeof ignored) {
        sprintf(ignored + strlen(ignored), "%s--%s", *ignored == 0 ? "" : ", ", flag->name);
    }
    if (strcmp(flag->name, "host-uds") == 0) host_uds = value;
    if ((flag->use & (FOR_BOOT | FOR_HOST)) == 0 || (flag->kind == SWITCH && !on)) return;
    char *text = malloc(strlen(flag->name) + strlen(value) + 4);
    if (text == NULL) fail("out of memory");
    if (flag->kind == SWITCH) sprintf(text, "--%s", flag->name);
    else sprintf(text, "--%s=%s", flag->name, value);
    if (flag->use & FOR_BOOT) add(&options.boot, text);
    if (flag->use & FOR_HOST) add(&options.host, text);
}

// Takes one option with its value off the list; 0 if there is none. Short switches cannot be joined, as in Go.
static int take_flag(const struct flag *flags, char ***words, int *left) {
    const char *word = **words;
    if (*left == 0 || word[0] != '-' || word[1] == 0) return 0;
    const char *name = word + (word[1] == '-' ? 2 : 1);
    ++*words, --*left;
    if (*name == 0) return 0; // `--` ends the options
    size_t length = strcspn(name, "=");
    const struct flag *flag = find_flag(flags, name, length);
    if (flag == NULL && (strcmp(name, "help") == 0 || strcmp(name, "h") == 0)) return options.help = 1;
    if (flag == NULL) fail("flag provided but not defined: %s; %s --help lists the options", word, program);
    if (name[length] == '=') {
        apply(flag, name + length + 1);
    } else if (flag->kind == SWITCH) {
        apply(flag, "true");
    } else {
        if (*left == 0) fail("flag needs an argument: %s", word);
        apply(flag, **words);
        ++*words, --*left;
    }
    return 1;
}

// Options end at the ID, as in Go: what follows may be the container's.
static void parse_verb(const struct flag *flags) {
    char **words = options.verb_args;
    int left = options.verb_count;
    while (take_flag(flags, &words, &left)) {
    }
    if (left == 0) return;
    options.id = words[0];
    options.args = words + 1;
    options.arg_count = left - 1;
    if (options.arg_count > 0 && flags == exec_flags && strcmp(options.args[0], "--") == 0) {
        options.args++;
        options.arg_count--;
    }
}

void parse_flags(int argc, char **argv) {
    char **words = argv + 1;
    int left = argc - 1;
    while (left > 0 && take_flag(global_flags, &words, &left)) {
    }
    if (options.root == NULL || *options.root == 0) options.root = root_directory();
    char *root = malloc(strlen(options.root) + PATH_MAX + 8), here[PATH_MAX] = "";
    if (root == NULL) fail("out of memory");
    if (options.root[0] != '/' && getcwd(here, sizeof here - 1) != NULL) strcat(here, "/");
    sprintf(root, "--root=%s%s", here, options.root);
    options.root = root + strlen("--root=");
    add(&options.host, root);
    if (left > 0) {
        options.verb = *words;
        options.verb_args = words + 1;
        options.verb_count = left - 1;
    }
    const struct flag *flags = options.verb == NULL ? NULL : flags_of(options.verb);
    if (flags != NULL) parse_verb(flags);
    if (strcmp(host_uds, "create") == 0 || strcmp(host_uds, "all") == 0) {
        say_warning("--host-uds=%s: sockets that guests make in mounted directories are not for programs of the host", host_uds);
    }
    if (*ignored != 0) say_warning("%s: of gVisor, without meaning here, ignored", ignored);
}
