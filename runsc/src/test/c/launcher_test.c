// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Tests of the launcher: `launcher_test IMAGE CASE` starts IMAGE/bin/sandjar in an image whose bin/java is this very
// program, which then plays the JVM. Exits with 0, or says what was wrong.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static char launcher[4096];

#define CHECK(condition)                                                                     \
    do {                                                                                     \
        if (!(condition)) {                                                                  \
            fprintf(stderr, "line %d: not so: %s (errno %d)\n", __LINE__, #condition, errno); \
            exit(1);                                                                         \
        }                                                                                    \
    } while (0)

static void nap(int ms) {
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

// ---- The part of the JVM. It reports on fd 3, a line each, so that the test need not guess times.

static void report(const char *format, int value) {
    dprintf(3, format, value);
}

static void play_jvm(int argc, char **argv) {
    const char *what = argv[argc - 1];
    sigset_t all;
    sigfillset(&all);
    siginfo_t info;
    if (strcmp(what, "options") == 0) {
        for (int i = 1; i < argc; i++) dprintf(1, "%s\n", argv[i]);
        for (char **env = environ; *env != NULL; env++) dprintf(1, "env %s\n", *env);
        exit(0);
    }
    if (strcmp(what, "status") == 0) exit(7);
    if (strcmp(what, "family") == 0) {
        // A child, a grandchild in a session of its own, and one that is an orphan already.
        if (fork() == 0) {
            if (fork() == 0) {
                setsid();
                report("%d\n", getpid());
                for (;;) pause();
            }
            report("%d\n", getpid());
            for (;;) pause();
        }
        if (fork() == 0) {
            if (fork() == 0) {
                report("%d\n", getpid());
                for (;;) pause();
            }
            _exit(0);
        }
    }
    if (strcmp(what, "raw") == 0) {
        struct termios t;
        tcgetattr(0, &t);
        cfmakeraw(&t);
        tcsetattr(0, TCSANOW, &t);
    }
    if (strcmp(what, "stop") == 0) {
        raise(SIGSTOP);
        report("%d\n", 1);
    }
    report("%d\n", getpid());
    for (;;) {
        sigwaitinfo(&all, &info);
        if (info.si_signo == SIGCHLD) continue;
        report("%d\n", info.si_signo);
        if (info.si_signo == SIGTERM) exit(3);
    }
}

// ---- The part of the user.

static int reports[2], errors[2];

static int next_report(void) {
    char line[32];
    int n = 0;
    while (n < 31 && read(reports[0], line + n, 1) == 1 && line[n] != '\n') n++;
    line[n] = 0;
    return atoi(line);
}

static pid_t start(const char *what, int terminal) {
    CHECK(pipe2(reports, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (terminal >= 0) {
            setsid();
            ioctl(terminal, TIOCSCTTY, 0);
            dup2(terminal, 0);
        }
        dup2(errors[1], 2);
        dup2(reports[1], 3);
        execl(launcher, "sandjar", "do", what, NULL);
        _exit(126);
    }
    close(reports[1]);
    close(errors[1]);
    return pid;
}

static int status_of(pid_t pid) {
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int gone(pid_t pid) {
    for (int i = 0; i < 300 && kill(pid, 0) == 0; i++) {
        waitpid(pid, NULL, WNOHANG); // if it became ours
        nap(10);
    }
    return kill(pid, 0) < 0 && errno == ESRCH;
}

static char state_of(pid_t pid) {
    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *f = fopen(path, "r");
    if (f == NULL) return 0;
    if (fgets(line, sizeof line, f) == NULL) line[0] = 0;
    fclose(f);
    char *end = strrchr(line, ')');
    return end == NULL ? 0 : end[2];
}

static int reaches_state(pid_t pid, char state) {
    for (int i = 0; i < 300 && state_of(pid) != state; i++) nap(10);
    return state_of(pid) == state;
}

static int stays_silent(void) {
    fcntl(reports[0], F_SETFL, O_NONBLOCK);
    nap(100);
    char c;
    int silent = read(reports[0], &c, 1) < 0 && errno == EAGAIN;
    fcntl(reports[0], F_SETFL, 0);
    return silent;
}

static void test_status(void) {
    CHECK(status_of(start("status", -1)) == 7);
}

static void test_options(void) {
    setenv("JAVA_TOOL_OPTIONS", "-Dnot=wanted", 1);
    setenv("SANDJAR_JVM_OPTIONS", "-Dfor=developers -Dtwo=words", 1);
    FILE *out;
    char command[5000], line[5000], image[4096];
    strcpy(image, launcher);
    *strstr(image, "/bin/sandjar") = 0;
    snprintf(command, sizeof command, "%s do @file -XX:foo '' options", launcher);
    CHECK((out = popen(command, "r")) != NULL);
    int cache = 0, developers = 0, home = 0, user = 0;
    while (fgets(line, sizeof line, out) != NULL) {
        line[strcspn(line, "\n")] = 0;
        cache |= strncmp(line, "-XX:AOTCache=", 13) == 0 && strncmp(line + 13, image, strlen(image)) == 0;
        developers += strcmp(line, "-Dfor=developers") == 0 || strcmp(line, "-Dtwo=words") == 0;
        home |= strncmp(line, "-Dsandjar.home=", 15) == 0 && strcmp(line + 15, image) == 0;
        static const char *const after[] = {"do", "@file", "-XX:foo", "", "options"};
        if (strcmp(line, "sandjar.runsc/io.sandjar.runsc.Main") == 0) {
            for (user = 1; user <= 5; user++) {
                CHECK(fgets(line, sizeof line, out) != NULL);
                line[strcspn(line, "\n")] = 0;
                CHECK(strcmp(line, after[user - 1]) == 0);
            }
        }
        CHECK(strncmp(line, "env JAVA_TOOL_OPTIONS", 21) != 0);
    }
    CHECK(cache && developers == 2 && home && user == 6);
    CHECK(pclose(out) == 0);
}

// However the JVM dies, the guest's processes do too, and the user is told.
static void test_jvm_killed(void) {
    pid_t pid = start("family", -1);
    int family[4];
    for (int i = 0; i < 4; i++) CHECK((family[i] = next_report()) > 0);
    pid_t jvm = 0;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    FILE *f = fopen(path, "r");
    if (f != NULL) {
        CHECK(fscanf(f, "%d", &jvm) == 1); // the oldest
        fclose(f);
    }
    kill(jvm, SIGKILL);
    CHECK(status_of(pid) == 137);
    for (int i = 0; i < 4; i++) CHECK(gone(family[i]));
    char text[512] = "";
    CHECK(read(errors[0], text, sizeof text - 1) > 0);
    CHECK(strstr(text, "killed by signal 9") != NULL && strchr(text, '\n') == strrchr(text, '\n'));
}

static void test_launcher_killed(void) {
    pid_t pid = start("wait", -1);
    int jvm = next_report();
    kill(pid, SIGKILL);
    CHECK(status_of(pid) == -SIGKILL);
    CHECK(gone(jvm));
}

static void test_signals_passed_on(void) {
    signal(SIGCHLD, SIG_IGN); // must not confuse the launcher
    pid_t pid = start("wait", -1);
    signal(SIGCHLD, SIG_DFL);
    CHECK(next_report() > 0);
    static const int sent[] = {SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGQUIT};
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        kill(pid, sent[i]);
        CHECK(next_report() == sent[i]);
    }
    kill(pid, SIGTERM);
    CHECK(next_report() == SIGTERM);
    CHECK(status_of(pid) == 3);
}

static void test_stop(void) {
    pid_t pid = start("stop", -1);
    int status;
    CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
    kill(pid, SIGCONT); // the launcher alone: it has to wake the JVM
    CHECK(next_report() == 1);
    CHECK(next_report() > 0);
    kill(pid, SIGTERM);
    int seen = next_report();
    if (seen == SIGCONT) seen = next_report();
    CHECK(seen == SIGTERM);
    CHECK(status_of(pid) == 3);
}

static void test_terminal_restored(void) {
    int master, terminal;
    CHECK(openpty(&master, &terminal, NULL, NULL, NULL) == 0);
    pid_t pid = start("raw", terminal);
    int jvm = next_report();
    struct termios t;
    CHECK(tcgetattr(terminal, &t) == 0 && !(t.c_lflag & ICANON));
    kill(jvm, SIGKILL);
    CHECK(status_of(pid) == 137);
    CHECK(tcgetattr(terminal, &t) == 0 && (t.c_lflag & ICANON) && (t.c_lflag & ECHO));
}

// ^C goes to the whole group: the JVM must see it once, not twice.
static void test_terminal_signal_once(void) {
    int master, terminal;
    CHECK(openpty(&master, &terminal, NULL, NULL, NULL) == 0);
    pid_t pid = start("wait", terminal);
    CHECK(next_report() > 0);
    for (int i = 0; i < 3; i++) {
        CHECK(write(master, "\003", 1) == 1);
        CHECK(next_report() == SIGINT);
        CHECK(stays_silent());
    }
    kill(pid, SIGTERM);
    CHECK(next_report() == SIGTERM);
    CHECK(status_of(pid) == 3);
}

static void test_idle(void) {
    pid_t pid = start("wait", -1);
    CHECK(next_report() > 0);
    CHECK(reaches_state(pid, 'S'));
    kill(pid, SIGTERM);
    CHECK(status_of(pid) == 3);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"status", test_status},
    {"options", test_options},
    {"jvm-killed", test_jvm_killed},
    {"launcher-killed", test_launcher_killed},
    {"signals-passed-on", test_signals_passed_on},
    {"stop", test_stop},
    {"terminal-restored", test_terminal_restored},
    {"terminal-signal-once", test_terminal_signal_once},
    {"idle", test_idle},
};

int main(int argc, char **argv) {
    char self[4096] = "";
    if (readlink("/proc/self/exe", self, sizeof self - 1) > 5 && strcmp(self + strlen(self) - 5, "/java") == 0) {
        play_jvm(argc, argv);
    }
    if (argc != 3) return 2;
    alarm(20);
    prctl(PR_SET_CHILD_SUBREAPER, 1); // whoever escapes the launcher is seen here
    snprintf(launcher, sizeof launcher, "%s/bin/sandjar", argv[1]);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(cases[i].name, argv[2]) == 0) {
            cases[i].run();
            CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
            return 0;
        }
    }
    return 2;
}
