// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The run-time image and the JVM's options, one list for each part that a JVM plays, see docs/adr/0001.

#include "runsc.h"
#include <sys/prctl.h>
#include <sys/resource.h>

#ifndef BUILD_ID
#define BUILD_ID "none"
#endif

#define DO 1
#define BOOT 2
#define HOST 4
#define KERNEL (DO | BOOT)
#define ANY (KERNEL | HOST)

// IMAGE stands for the image's directory.
static const struct {
    int role;
    const char *text;
} jvm_options[] = {
    // The caches of loaded and linked classes, made by training runs of this very build. Errors only, on stderr.
    {DO, "-XX:AOTCache=IMAGE/lib/sandjar-" BUILD_ID ".aot"},
    {BOOT, "-XX:AOTCache=IMAGE/lib/sandjar-" BUILD_ID "-boot.aot"},
    {HOST, "-XX:AOTCache=IMAGE/lib/sandjar-" BUILD_ID "-host.aot"},
    {ANY, "-Xlog:disable"},
    {ANY, "-Xlog:all=error:stderr"},
    {ANY, "-XX:+DisplayVMOutputToStderr"},
    {ANY, "-Xrs"}, // signals are ours, see jvm_reads
    {ANY, "-XX:+UseSerialGC"},
    {KERNEL, "-XX:CompileThresholdScaling=4"}, // a start meets most methods a few times only
    {HOST, "-XX:TieredStopAtLevel=1"},
    {KERNEL, "-Xms16m"},
    {BOOT, "-Xmx128m"}, // of `do` see heap_option
    {HOST, "-Xmx64m"},
    {ANY, "-Xss256k"},
    {ANY, "-XX:-UsePerfData"},
    {ANY, "-XX:+DisableAttachMechanism"},
    {ANY, "-XX:+CrashOnOutOfMemoryError"},
    {DO | HOST, "-XX:ErrorFile=/tmp/sandjar-crash-%p.log"},
    {BOOT, "-XX:+ErrorFileToStderr"}, // there is no /tmp behind the walls; stderr is the debug log
    {BOOT, "-XX:-UseContainerSupport"}, // reads files of control groups by path, now and then
    {ANY, "-Dsandjar.build=" BUILD_ID},
    {ANY, "-Dsandjar.home=IMAGE"},
    {ANY, "-Dsandjar.stub=IMAGE/lib/stub"},
    {HOST, "-Dsandjar.program=IMAGE/bin/runsc"},
    {ANY, "--enable-native-access=sandjar.host"},
};
#define OPTIONS (sizeof jvm_options / sizeof *jvm_options)

// Signals that the JVM reads by signalfd and therefore must never be delivered to one of its threads. HotSpot needs the
// synchronous ones and the one it suspends threads with (USR2, moved away by _JAVA_SR_SIGNUM).
const int jvm_reads[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,  SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGCONT,
                         SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH, SIGURG,  SIGIO,   SIGPWR,  SIGCHLD};
const int jvm_reads_count = sizeof jvm_reads / sizeof *jvm_reads;

static char image[PATH_MAX];

// The image is the directory above the one that this program lies in.
void find_image(void) {
    ssize_t length = readlink("/proc/self/exe", image, sizeof image - 1);
    if (length <= 0) fail("cannot read /proc/self/exe: %s; is /proc mounted?", strerror(errno));
    image[length] = 0;
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(image, '/');
        if (slash == NULL) fail("%s: not in an image", image);
        *slash = 0;
    }
}

char *in_image(const char *text) {
    size_t marks = 0;
    for (const char *mark = text; (mark = strstr(mark, "IMAGE")) != NULL; mark += 5) marks++;
    if (marks == 0) return (char *)text;
    char *whole = malloc(strlen(text) + marks * strlen(image) + 1);
    if (whole == NULL) fail("out of memory");
    char *end = whole;
    for (const char *mark; (mark = strstr(text, "IMAGE")) != NULL; text = mark + 5) {
        end += sprintf(end, "%.*s%s", (int)(mark - text), text, image);
    }
    strcpy(end, text);
    return whole;
}

// A sandbox and what talks to it are of one version: after an upgrade, the containers that run are still served by the
// programs that they were made with, for as long as those are there.
void record_image(int dir) {
    if (write_small(dir, "image", image) != 0) say_warning("cannot note the version of container %s: %s", options.id, strerror(errno));
}

void follow_image(const char *id, char **argv) {
    struct container c;
    char path[PATH_MAX + 16];
    if (!find_container(id, &c)) return;
    int n = read_small(c.dir, "image", path, PATH_MAX);
    close(c.dir);
    if (n <= 0 || *path != '/' || strcmp(path, image) == 0) return;
    strcat(path, "/bin/runsc");
    if (access(path, X_OK) == 0) execv(path, argv);
}

// The kernel's heap of `do`: where names, attributes and sockets of the guest lie. What is not used takes no memory. A 32nd
// of the machine's, so that a guest cannot take much of it that way; enough for a million files from 20 GB on.
static char *heap_option(void) {
    enum { LEAST_MB = 128, MOST_MB = 640, SHARE = 32 };
    static char option[32];
    long megabytes = (sysconf(_SC_PHYS_PAGES) / SHARE) * (sysconf(_SC_PAGESIZE) / 1024) / 1024;
    sprintf(option, "-Xmx%ldm", megabytes < LEAST_MB ? LEAST_MB : megabytes > MOST_MB ? MOST_MB : megabytes);
    return option;
}

// The JVM's arguments: ours, those in SANDJAR_JVM_OPTIONS or SANDJAR_HOST_JVM_OPTIONS (split at blanks, for developers; if
// they are about the AOT cache, ours is not used), then the words for Main.
char **java_arguments(enum role role, char *const *words) {
    char *extra = getenv(role == ROLE_HOST ? "SANDJAR_HOST_JVM_OPTIONS" : "SANDJAR_JVM_OPTIONS");
    size_t count = 0;
    while (words[count] != NULL) count++;
    size_t most = OPTIONS + count + 5 + (extra == NULL ? 0 : strlen(extra) / 2 + 1);
    char **args = malloc(most * sizeof *args);
    if (args == NULL) fail("out of memory");
    size_t n = 0;
    args[n++] = "sandjar";
    int own_cache = extra != NULL && strstr(extra, "-XX:AOT") != NULL;
    for (size_t i = 0; i < OPTIONS; i++) {
        if ((jvm_options[i].role & 1 << role) == 0) continue;
        if (own_cache && strncmp(jvm_options[i].text, "-XX:AOT", 7) == 0) continue;
        args[n++] = in_image(jvm_options[i].text);
    }
    if (role == ROLE_DO) args[n++] = heap_option();
    for (char *word = extra == NULL ? NULL : strtok(strdup(extra), " "); word != NULL; word = strtok(NULL, " ")) {
        args[n++] = word;
    }
    args[n++] = "-m";
    args[n++] = "sandjar.runsc/io.sandjar.runsc.Main";
    for (size_t i = 0; i <= count; i++) args[n++] = words[i];
    return args;
}

void clean_environment(void) {
    unsetenv("JAVA_TOOL_OPTIONS");
    unsetenv("_JAVA_OPTIONS");
    unsetenv("JDK_JAVA_OPTIONS");
    unsetenv("JDK_AOT_VM_OPTIONS");
    unsetenv("CLASSPATH");
    unsetenv("SANDJAR_JVM_OPTIONS");
    unsetenv("SANDJAR_HOST_JVM_OPTIONS");
    setenv("_JAVA_SR_SIGNUM", "50", 1);
}

// A crash is to end in SIGABRT, which we can tell from a guest's exit status, but without a core file.
void exec_java(char **args) {
    struct rlimit core;
    if (getrlimit(RLIMIT_CORE, &core) == 0) {
        core.rlim_cur = 0;
        setrlimit(RLIMIT_CORE, &core);
    }
    clean_environment();
    char *java = in_image("IMAGE/bin/java");
    execv(java, args);
    fail("%s: %s; the installation is incomplete", java, strerror(errno));
}

// The host JVM gets the global options that it knows, each as --name=value, the verb, and what was given after it.
void exec_host(void) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    char **words = calloc(options.host.count + options.verb_count + 2, sizeof *words);
    if (words == NULL) fail("out of memory");
    int n = 0;
    for (int i = 0; i < options.host.count; i++) words[n++] = (char *)options.host.item[i];
    words[n++] = (char *)options.verb;
    for (int i = 0; i < options.verb_count; i++) words[n++] = options.verb_args[i];
    char cwd[PATH_MAX]; // a JVM does not start in a directory that is gone
    if (getcwd(cwd, sizeof cwd) == NULL && chdir("/") != 0) fail("/: %s", strerror(errno));
    exec_java(java_arguments(ROLE_HOST, words));
}
