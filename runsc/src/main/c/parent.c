// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// `do`: starts the kernel's JVM and stays as its parent.
//
// A parent outside the JVM is what makes an end of the JVM by any means (kill -9, the OOM killer, a crash) harmless:
// the guest's processes are re-parented to it (child subreaper), it kills and reaps them, puts the terminal back and
// says in one line what happened. The other way round the JVM dies with its parent (PDEATHSIG).
//
// It also is the job that the user's shell sees: it passes on signals and stops when the JVM stops. Signals that the
// terminal sends go to the whole foreground process group, thus to the JVM directly; only those that a user or another
// process sent to this process alone are passed on.

#include "runsc.h"
#include <dirent.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <termios.h>
#include <time.h>

static pid_t jvm;
static struct termios terminal;
static int terminal_fd = -1;
static int groups = -1; // where the JVM writes which control groups it made

static void give_up(const char *what) {
    fprintf(stderr, "sandjar: %s: %s\n", what, strerror(errno));
    exit(FAILED);
}

// In the child: becomes the JVM.
static void become_jvm(pid_t parent, char **args) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(FAILED); // it died before it could have killed us
    sigset_t mask;
    sigemptyset(&mask);
    for (int i = 0; i < jvm_reads_count; i++) sigaddset(&mask, jvm_reads[i]);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    // A JVM does not start in a directory that is gone, and the guest could not have it anyway.
    char cwd[PATH_MAX];
    if (getcwd(cwd, sizeof cwd) == NULL && chdir("/") != 0) give_up("/");
    exec_java(args);
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

// Has the JVM know where to write down its control groups: it may be killed before it could remove them.
static void make_group_list(void) {
    char number[16];
    groups = memfd_create("groups", 0);
    snprintf(number, sizeof number, "%d", groups);
    if (groups >= 0) setenv("SANDJAR_GROUPS", number, 1);
    else unsetenv("SANDJAR_GROUPS");
}

static void remove_listed_groups(void) {
    static char text[32768];
    ssize_t n = groups < 0 ? 0 : pread(groups, text, sizeof text - 1, 0);
    if (n > 0) remove_groups(text, 1);
}

static int end(int status) {
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    // The JVM had no chance to put the terminal back.
    if (terminal_fd >= 0) tcsetattr(terminal_fd, TCSADRAIN, &terminal);
    int sig = WTERMSIG(status);
    fprintf(stderr, "sandjar: the kernel was killed by signal %d (%s); the sandbox is gone\n", sig, strsignal(sig));
    return 128 + sig;
}

int do_command(char **words) {
    char **args = java_arguments(ROLE_DO, words);
    save_terminal();
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signal(SIGCHLD, SIG_DFL); // an inherited SIG_IGN would hide the JVM's status
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    make_group_list();
    pid_t self = getpid();
    jvm = fork();
    if (jvm < 0) give_up("cannot fork");
    if (jvm == 0) become_jvm(self, args);
    int status = stay_as_parent();
    kill_the_rest();
    remove_listed_groups();
    return end(status);
}
