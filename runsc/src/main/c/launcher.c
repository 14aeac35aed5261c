// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The program `sandjar`: starts the run-time image's JVM and stays as its parent.
//
// A parent outside the JVM is what makes an end of the JVM by any means (kill -9, the OOM killer, a crash) harmless:
// the guest's processes are re-parented to it (child subreaper), it kills and reaps them, puts the terminal back and
// says in one line what happened. The other way round the JVM dies with its parent (PDEATHSIG).
//
// It also is the job that the user's shell sees: it passes on signals and stops when the JVM stops. Signals that the
// terminal sends go to the whole foreground process group, thus to the JVM directly; only those that a user or another
// process sent to this process alone are passed on.

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#ifndef BUILD_ID
#define BUILD_ID "none"
#endif

#define FAILED 125 // our own failure, as docker and chroot do

// Options of the JVM, see docs/adr/0001. IMAGE stands for the image's directory.
static const char *const jvm_options[] = {
    // The cache of loaded and linked classes, made by a training run of this very build. Errors only, on stderr.
    "-XX:AOTCache=IMAGE/lib/sandjar-" BUILD_ID ".aot",
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "-XX:+DisplayVMOutputToStderr",
    "-Xrs", // signals are ours, see jvm_reads
    "-XX:+UseSerialGC",
    "-XX:CompileThresholdScaling=4", // a start meets most methods a few times only
    "-Xms16m",
    "-Xmx128m",
    "-Xss256k",
    "-XX:-UsePerfData",
    "-XX:+DisableAttachMechanism",
    "-XX:+CrashOnOutOfMemoryError",
    "-XX:ErrorFile=/tmp/sandjar-crash-%p.log",
    "-Dsandjar.build=" BUILD_ID,
    "-Dsandjar.home=IMAGE",
    "-Dsandjar.stub=IMAGE/lib/stub",
    "--enable-native-access=sandjar.host",
    "-m",
    "sandjar.runsc/io.sandjar.runsc.Main",
};
#define OPTIONS (sizeof jvm_options / sizeof *jvm_options)

// Signals that the JVM reads by signalfd and therefore must never be delivered to one of its threads. HotSpot needs the
// synchronous ones and the one it suspends threads with (USR2, moved away by _JAVA_SR_SIGNUM).
static const int jvm_reads[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,  SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGCONT,
                                SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH, SIGURG,  SIGIO,   SIGPWR,  SIGCHLD};

static char image[PATH_MAX];
static pid_t jvm;
static struct termios terminal;
static int terminal_fd = -1;

static void fail(const char *what) {
    fprintf(stderr, "sandjar: %s: %s\n", what, strerror(errno));
    exit(FAILED);
}

// The image is the directory above the one that this program lies in.
static void find_image(void) {
    ssize_t length = readlink("/proc/self/exe", image, sizeof image - 1);
    if (length <= 0) fail("cannot read /proc/self/exe");
    image[length] = 0;
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(image, '/');
        if (slash == NULL) fail(image);
        *slash = 0;
    }
}

static char *in_image(const char *text) {
    const char *mark = strstr(text, "IMAGE");
    if (mark == NULL) return (char *)text;
    char *whole = malloc(strlen(text) + strlen(image) + 1);
    if (whole == NULL) fail("out of memory");
    sprintf(whole, "%.*s%s%s", (int)(mark - text), text, image, mark + 5);
    return whole;
}

// The JVM's arguments: ours, those in SANDJAR_JVM_OPTIONS (split at blanks, for developers; if they are about the AOT
// cache, ours is not used), then the user's.
static char **jvm_arguments(int argc, char **argv) {
    char *extra = getenv("SANDJAR_JVM_OPTIONS");
    size_t most = OPTIONS + argc + 2 + (extra == NULL ? 0 : strlen(extra) / 2 + 1);
    char **args = malloc(most * sizeof *args);
    if (args == NULL) fail("out of memory");
    size_t n = 0;
    args[n++] = "sandjar";
    for (size_t i = extra != NULL && strstr(extra, "-XX:AOT"); i < OPTIONS - 2; i++) args[n++] = in_image(jvm_options[i]);
    for (char *word = extra == NULL ? NULL : strtok(strdup(extra), " "); word != NULL; word = strtok(NULL, " ")) {
        args[n++] = word;
    }
    args[n++] = (char *)jvm_options[OPTIONS - 2];
    args[n++] = (char *)jvm_options[OPTIONS - 1];
    for (int i = 1; i < argc; i++) args[n++] = argv[i];
    args[n] = NULL;
    return args;
}

// In the child: becomes the JVM.
static void become_jvm(pid_t parent, char **args) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(FAILED); // it died before it could have killed us
    sigset_t mask;
    sigemptyset(&mask);
    for (size_t i = 0; i < sizeof jvm_reads / sizeof *jvm_reads; i++) sigaddset(&mask, jvm_reads[i]);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    // A crash is to end in SIGABRT, which we can tell from a guest's exit status, but without a core file.
    struct rlimit core;
    if (getrlimit(RLIMIT_CORE, &core) == 0) {
        core.rlim_cur = 0;
        setrlimit(RLIMIT_CORE, &core);
    }
    // A JVM does not start in a directory that is gone, and the guest could not have it anyway.
    char cwd[PATH_MAX];
    if (getcwd(cwd, sizeof cwd) == NULL && chdir("/") != 0) fail("/");
    // What the JVM's own programs would read from the environment is not for them but at most for the guest.
    unsetenv("JAVA_TOOL_OPTIONS");
    unsetenv("_JAVA_OPTIONS");
    unsetenv("JDK_JAVA_OPTIONS");
    unsetenv("JDK_AOT_VM_OPTIONS");
    unsetenv("CLASSPATH");
    unsetenv("SANDJAR_JVM_OPTIONS");
    setenv("_JAVA_SR_SIGNUM", "50", 1);
    char *java = in_image("IMAGE/bin/java");
    execv(java, args);
    fail(java);
}

static void save_terminal(void) {
    for (int fd = 0; fd <= 2 && terminal_fd < 0; fd++) {
        if (tcgetattr(fd, &terminal) == 0) terminal_fd = fd;
    }
}

// Passes a signal on unless the terminal sent it (si_code SI_KERNEL), for then the JVM has it already. SIGCONT comes
// here after we continued.
static void pass_on(const siginfo_t *info) {
    if (info->si_code <= 0 && info->si_pid != jvm && info->si_signo != SIGCONT) kill(jvm, info->si_signo);
}

// Continues the JVM, unless whoever continued us meant the whole process group.
static void continue_jvm(void) {
    siginfo_t info = {0};
    if (waitid(P_PID, jvm, &info, WCONTINUED | WNOHANG) < 0 || info.si_pid == 0) kill(jvm, SIGCONT);
}

// Waits until the JVM has ended and returns its wait status. All signals are blocked and taken here one by one.
static int stay_as_parent(void) {
    sigset_t all;
    sigfillset(&all);
    for (;;) {
        siginfo_t info;
        if (sigwaitinfo(&all, &info) < 0) continue;
        if (info.si_signo != SIGCHLD) {
            pass_on(&info);
            continue;
        }
        int status;
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
            if (pid != jvm) continue;
            if (!WIFSTOPPED(status)) return status;
            raise(SIGSTOP); // as the JVM: the user's shell gets its prompt
            continue_jvm();
        }
    }
}

// Kills every child by the list in /proc; returns false if that list cannot be read.
static int kill_children(void) {
    FILE *list = fopen("/proc/thread-self/children", "re");
    if (list == NULL) return 0;
    int pid;
    while (fscanf(list, "%d", &pid) == 1) kill(pid, SIGKILL);
    fclose(list);
    return 1;
}

// The same by the parents of all processes, for kernels without the list.
static void kill_by_scan(void) {
    DIR *proc = opendir("/proc");
    if (proc == NULL) return;
    struct dirent *entry;
    while ((entry = readdir(proc)) != NULL) {
        char path[64], line[512];
        int pid = atoi(entry->d_name), parent;
        if (pid <= 0) continue;
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE *stat = fopen(path, "re");
        if (stat == NULL) continue;
        char *name_end = fgets(line, sizeof line, stat) == NULL ? NULL : strrchr(line, ')');
        if (name_end != NULL && sscanf(name_end, ") %*c %d", &parent) == 1 && parent == getpid()) kill(pid, SIGKILL);
        fclose(stat);
    }
    closedir(proc);
}

// Ends what is left of the guest. Whose parent dies becomes our child, so this goes on until there is none.
static void kill_the_rest(void) {
    while (waitpid(-1, NULL, WNOHANG) >= 0 || errno == EINTR) {
        if (!kill_children()) kill_by_scan();
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
        struct timespec nap = {0, 1000000};
        nanosleep(&nap, NULL);
    }
}

static int end(int status) {
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    // The JVM had no chance to put the terminal back.
    if (terminal_fd >= 0) tcsetattr(terminal_fd, TCSADRAIN, &terminal);
    int sig = WTERMSIG(status);
    fprintf(stderr, "sandjar: the kernel was killed by signal %d (%s); the sandbox is gone\n", sig, strsignal(sig));
    return 128 + sig;
}

int main(int argc, char **argv) {
    for (int fd = open("/dev/null", O_RDWR); fd >= 0 && fd <= 2; fd = dup(fd)) {
        // nothing that the JVM opens may become a standard stream
    }
    find_image();
    char **args = jvm_arguments(argc, argv);
    save_terminal();
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signal(SIGCHLD, SIG_DFL); // an inherited SIG_IGN would hide the JVM's status
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t self = getpid();
    jvm = fork();
    if (jvm < 0) fail("cannot fork");
    if (jvm == 0) become_jvm(self, args);
    int status = stay_as_parent();
    kill_the_rest();
    return end(status);
}
