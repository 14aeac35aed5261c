// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Tests of the native runsc: `runsc_test IMAGE CASE` runs IMAGE/bin/runsc in an image whose bin/java is this very program,
// which then plays the JVMs: the host's writes state.json, the kernel's answers on the control socket. Exits with 0, or says
// what was wrong.

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

// ---- The part of the host JVM: `create`.

static void write_file(const char *directory, const char *name, const char *text) {
    char path[8192];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "w");
    if (f == NULL) exit(9);
    fputs(text, f);
    fclose(f);
}

static void play_host(int argc, char **argv) {
    char *create = getenv("SANDJAR_CREATE"), *state = create == NULL ? NULL : strstr(create, "state=");
    if (state == NULL) { // everything else: say how we were called
        printf("host");
        for (int i = 1, after = 0; i < argc; i++) {
            if (after == 2) printf(" %s", argv[i]);
            if (after == 1 || strcmp(argv[i], "-m") == 0) after++;
        }
        printf("\n");
        exit(0);
    }
    if (getenv("TEST_FAIL") != NULL) exit(3);
    if (getenv("TEST_SLOW") != NULL) nap(atoi(getenv("TEST_SLOW")));
    write_file(state + 6, "state.json", "{\"ociVersion\":\"1.0.2\",\"status\":\"stopped\",\"pid\":0}");
    exit(0);
}

// ---- The part of the kernel JVM. One container; a process of `exec` ends with the number that its last argument is.

static int ended = -1, waiting[64], waiting_count;

static void answer(int s, const char *format, ...) {
    char text[4096];
    va_list list;
    va_start(list, format);
    int n = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    send(s, text, n, MSG_NOSIGNAL);
}

static void end_container(int status) {
    ended = status;
    for (int i = 0; i < waiting_count; i++) answer(waiting[i], "X%d", status);
    waiting_count = 0;
    answer(4, "exit %d", status);
}

static void serve(int s) {
    static char text[65536];
    static int started;
    ssize_t n = recv(s, text, sizeof text - 1, 0);
    if (n <= 0) return;
    text[n] = 0;
    char *third = text + strlen(text) + 1;
    third += strlen(third) + 1;
    if (strcmp(text, "state") == 0) {
        answer(s, "O{\"status\": \"%s\"}\n", started ? "running" : "created");
        answer(s, "X0");
    } else if (strcmp(text, "start") == 0) {
        started = 1;
        answer(s, "X0");
        if (getenv("SANDJAR_TEST_END") != NULL) end_container(atoi(getenv("SANDJAR_TEST_END")));
    } else if (strcmp(text, "kill") == 0) {
        answer(s, "X0");
        end_container(128 + atoi(third));
    } else if (strcmp(text, "wait") == 0) {
        if (ended >= 0) answer(s, "X%d", ended);
        else waiting[waiting_count++] = s;
    } else if (strcmp(text, "exec") == 0) {
        char *last = strstr(third, "\"args\":[");
        last = last == NULL ? third : strchr(last, ']');
        answer(s, "S");
        if (strstr(third, "\"wait\"") != NULL) {
            n = recv(s, text, sizeof text - 1, 0);
            answer(s, "X%d", n > 0 && text[0] == 'K' ? 128 + atoi(text + 1) : 1);
        } else {
            while (last > third && strchr("\"0123456789", last[-1]) != NULL) last--;
            answer(s, "X%d", atoi(last + 1)); // after the quote
        }
    } else {
        answer(s, "Eunknown request %s", text);
        answer(s, "X1");
    }
}

static void play_kernel(void) {
    char text[64];
    answer(4, "ready");
    if (recv(4, text, sizeof text, 0) <= 0) exit(1);
    for (;;) {
        struct pollfd both[] = {{3, POLLIN, 0}, {4, POLLIN, 0}};
        poll(both, 2, -1);
        if (both[1].revents) {
            ssize_t n = recv(4, text, sizeof text - 1, 0);
            if (n <= 0) exit(1);
            text[n] = 0;
            if (strncmp(text, "signal ", 7) == 0) end_container(128 + atoi(text + 7));
        }
        if (both[0].revents) serve(accept(3, NULL, NULL));
    }
}

// ---- The part of the engine.

static char program[4096], work[] = "/tmp/runsc_test.XXXXXX", root[256], out[65536], err[65536];

static void read_back(FILE *f, char *text, size_t size) {
    rewind(f);
    size_t n = fread(text, 1, size - 1, f);
    text[n] = 0;
    fclose(f);
}

static pid_t launch(char *const *words, FILE *o, FILE *e) {
    pid_t pid = fork();
    if (pid == 0) {
        char *args[32] = {"runsc", "--root", root};
        int n = 3;
        while (*words != NULL) args[n++] = *words++;
        args[n] = NULL;
        int null = open("/dev/null", O_RDONLY);
        dup2(null, 0);
        dup2(fileno(o), 1);
        dup2(fileno(e), 2);
        execv(program, args);
        _exit(126);
    }
    return pid;
}

static int end_of(pid_t pid) {
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int run(char *const *words) {
    FILE *o = tmpfile(), *e = tmpfile();
    int status = end_of(launch(words, o, e));
    read_back(o, out, sizeof out);
    read_back(e, err, sizeof err);
    return status;
}

#define RUNSC(...) run((char *[]){__VA_ARGS__, NULL})

static int pid_of(const char *id) {
    char path[512];
    int pid = 0;
    snprintf(path, sizeof path, "%s/%s/pid", root, id);
    FILE *f = fopen(path, "r");
    if (f == NULL) return 0;
    CHECK(fscanf(f, "%d", &pid) == 1);
    fclose(f);
    return pid;
}

// JVMs whose parent was killed: they die with it, and become ours.
static void drain(void) {
    while (waitpid(-1, NULL, 0) > 0) {
    }
}

// A test that fails leaves no sandbox behind.
static pid_t engine;

static void clean_up(void) {
    char path[512];
    int pid = 0;
    snprintf(path, sizeof path, "%s/c/pid", root);
    FILE *f = getpid() == engine ? fopen(path, "r") : NULL;
    if (f != NULL && fscanf(f, "%d", &pid) == 1 && pid > 0) kill(pid, SIGKILL);
}

static int entries(const char *directory) {
    DIR *list = opendir(directory);
    int count = 0;
    if (list == NULL) return 0;
    for (struct dirent *entry; (entry = readdir(list)) != NULL;) count += entry->d_name[0] != '.';
    closedir(list);
    return count;
}

static void in_container(const char *id, const char *name, const char *text) {
    char directory[512];
    snprintf(directory, sizeof directory, "%s/%s", root, id);
    write_file(directory, name, text);
}

static void test_life(void) {
    char pid_file[512], text[32] = "";
    snprintf(pid_file, sizeof pid_file, "%s/pid", work);
    CHECK(RUNSC("create", "--bundle", work, "--pid-file", pid_file, "c") == 0);
    int pid = pid_of("c");
    FILE *f = fopen(pid_file, "r");
    CHECK(f != NULL && fgets(text, sizeof text, f) != NULL && atoi(text) == pid && kill(pid, 0) == 0);
    fclose(f);
    CHECK(RUNSC("state", "c") == 0 && strstr(out, "created") != NULL);
    CHECK(RUNSC("start", "c") == 0);
    CHECK(RUNSC("state", "c") == 0 && strstr(out, "running") != NULL);
    CHECK(RUNSC("delete", "c") == 1 && strstr(err, "not stopped") != NULL);
    CHECK(RUNSC("list", "--quiet") == 0 && strcmp(out, "c\n") == 0);
    CHECK(RUNSC("kill", "c", "sigusr1") == 0);
    CHECK(end_of(pid) == 128 + SIGUSR1); // the launcher became ours when `create` went
    CHECK(RUNSC("state", "c") == 0 && strstr(out, "stopped") != NULL);
    CHECK(RUNSC("kill", "c", "9") == 1 && strstr(err, "container not running") != NULL && strstr(err, "process already finished") != NULL);
    CHECK(RUNSC("kill", "--all", "c", "9") == 0);
    CHECK(RUNSC("wait", "c") == 0 && strstr(out, "\"exitStatus\":138}") != NULL);
    CHECK(RUNSC("delete", "c") == 0 && entries(root) == 0);
}

static void test_missing(void) {
    static char *const verbs[] = {"start", "state", "kill", "delete", "ps", "wait", "pause", "resume"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        CHECK(RUNSC(verbs[i], "none") == 1 && strstr(err, "container does not exist") != NULL && strchr(err, '\n')[1] == 0);
    }
    CHECK(RUNSC("exec", "none", "true") == 255 && strstr(err, "container does not exist") != NULL);
    CHECK(RUNSC("delete", "--force", "none") == 0 && *err == 0);
    CHECK(RUNSC("state", "../etc") == 1 && strstr(err, "invalid container ID") != NULL);
    CHECK(RUNSC("state") == 1 && strstr(err, "needs the ID") != NULL);
    CHECK(RUNSC("list") == 0);
}

static void test_two_creates(void) {
    char *words[] = {"create", "--bundle", work, "c", NULL};
    setenv("TEST_SLOW", "300", 1);
    FILE *all[] = {tmpfile(), tmpfile(), tmpfile(), tmpfile()};
    pid_t a = launch(words, all[0], all[1]), b = launch(words, all[2], all[3]);
    int first = end_of(a), second = end_of(b);
    CHECK(first + second == 1);
    read_back(first == 1 ? all[1] : all[3], err, sizeof err);
    CHECK(strstr(err, "container with id exists") != NULL);
    int pid = pid_of("c");
    CHECK(RUNSC("delete", "--force", "c") == 0 && end_of(pid) != 0 && entries(root) == 0);
    drain();
}

static void test_failed_create(void) {
    setenv("TEST_FAIL", "1", 1);
    CHECK(RUNSC("create", "--bundle", work, "c") == 3);
    CHECK(entries(root) == 0);
}

// Without its creator a half made container does not stay alive.
static void test_killed_create(void) {
    setenv("TEST_SLOW", "60000", 1);
    FILE *o = tmpfile(), *e = tmpfile();
    pid_t pid = launch((char *[]){"create", "--bundle", work, "c", NULL}, o, e);
    int launcher = 0;
    for (int i = 0; i < 500 && (launcher = pid_of("c")) == 0; i++) nap(10);
    CHECK(launcher > 0);
    CHECK(RUNSC("state", "c") == 0 && strstr(out, "creating") != NULL);
    kill(pid, SIGKILL);
    CHECK(end_of(pid) == -SIGKILL && end_of(launcher) == 1);
    drain();
    CHECK(RUNSC("delete", "c") == 0 && entries(root) == 0);
}

static void test_killed_launcher(void) {
    CHECK(RUNSC("create", "--bundle", work, "c") == 0);
    int pid = pid_of("c");
    kill(pid, SIGKILL);
    CHECK(end_of(pid) == -SIGKILL);
    drain();
    CHECK(RUNSC("state", "c") == 0 && strstr(out, "stopped") != NULL);
    CHECK(RUNSC("start", "c") == 1 && strstr(err, "stopped") != NULL);
    CHECK(RUNSC("delete", "c") == 0 && entries(root) == 0);
}

// As after a loss of power: files of no length, or of anything.
static void test_damaged(void) {
    static char *const contents[] = {"", "{", "nonsense \xff", "-1 -1\n", "99999999999999 1"};
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        char directory[512];
        snprintf(directory, sizeof directory, "%s/c", root);
        mkdir(root, 0700);
        CHECK(mkdir(directory, 0700) == 0);
        static char *const names[] = {"pid", "state.json", "cgroups", "sandbox", "bundle", "hooks"};
        for (size_t n = 0; n < 6; n++) in_container("c", names[n], contents[i]);
        CHECK(RUNSC("state", "c") <= 1 && RUNSC("list") == 0 && RUNSC("list", "--format", "json") == 0);
        CHECK(RUNSC("start", "c") == 1 && RUNSC("ps", "c") == 1 && RUNSC("exec", "c", "x") == 255);
        CHECK(RUNSC("delete", "--force", "c") == 0 && entries(root) == 0);
    }
}

static void test_exec(void) {
    char pid_file[512], text[32] = "";
    snprintf(pid_file, sizeof pid_file, "%s/pid", work);
    CHECK(RUNSC("create", "--bundle", work, "c") == 0 && RUNSC("start", "c") == 0);
    CHECK(RUNSC("exec", "c", "exit", "7") == 7);
    CHECK(RUNSC("exec", "--env", "A=\"\\", "--user", "1:2", "c", "--", "exit", "9") == 9);
    CHECK(RUNSC("exec", "c") == 255 && strstr(err, "needs a command") != NULL);
    CHECK(RUNSC("exec", "--detach", "--pid-file", pid_file, "c", "wait") == 0);
    FILE *f = fopen(pid_file, "r");
    CHECK(f != NULL && fgets(text, sizeof text, f) != NULL);
    fclose(f);
    nap(50);
    kill(atoi(text), SIGTERM);
    CHECK(end_of(atoi(text)) == 128 + SIGTERM);
    int pid = pid_of("c");
    CHECK(RUNSC("delete", "--force", "c") == 0 && end_of(pid) == -SIGKILL);
    drain();
    CHECK(RUNSC("exec", "c", "x") == 255);
}

static void test_run(void) {
    setenv("SANDJAR_TEST_END", "5", 1);
    CHECK(RUNSC("run", "--bundle", work, "c") == 5 && entries(root) == 0);
    unsetenv("SANDJAR_TEST_END");
    FILE *o = tmpfile(), *e = tmpfile();
    pid_t pid = launch((char *[]){"run", "-b", work, "c", NULL}, o, e);
    for (int i = 0; i < 500; i++) {
        nap(10);
        if (pid_of("c") != 0 && RUNSC("state", "c") == 0 && strstr(out, "running") != NULL) break;
    }
    kill(pid, SIGTERM); // is the container's
    CHECK(end_of(pid) == 128 + SIGTERM && entries(root) == 0);
}

static void test_flags(void) {
    char log[512], text[4096] = "";
    CHECK(RUNSC("features") == 0 && strstr(out, "host --root=") != NULL && strstr(out, " features\n") != NULL);
    CHECK(RUNSC("-debug=false", "--network", "host", "-strace", "update", "--memory", "1", "c") == 0);
    CHECK(strstr(out, "host --network=host --strace --root=") != NULL && strstr(out, " update --memory 1 c\n") != NULL);
    CHECK(RUNSC("--version") == 0 && strncmp(out, "runsc version ", 14) == 0 && strstr(out, "\nspec: 1.") != NULL);
    CHECK(RUNSC("exec", "--help") == 0 && strncmp(out, "runsc exec - ", 13) == 0 && strstr(out, "--process, -p FILE") != NULL);
    CHECK(RUNSC("--nonsense", "list") == 1 && strstr(err, "flag provided but not defined") != NULL);
    CHECK(RUNSC("--platform") == 1 && strstr(err, "needs an argument") != NULL);
    CHECK(RUNSC("--platform=kvm", "--directfs", "list") == 0 && strstr(err, "--platform, --directfs") != NULL);
    CHECK(strchr(err, '\n')[1] == 0);
    snprintf(log, sizeof log, "%s/log", work);
    CHECK(RUNSC("--log", log, "--log-format", "json", "--platform=kvm", "state", "none") == 1 && strstr(err, "platform") == NULL);
    FILE *f = fopen(log, "r");
    CHECK(f != NULL && fread(text, 1, sizeof text - 1, f) > 0);
    CHECK(strstr(text, "{\"level\":\"error\",\"msg\":\"container does not exist") != NULL && strstr(text, ",\"time\":\"20") != NULL);
    CHECK(strstr(text, "\"level\":\"warning\"") != NULL);
}

// What the scanner cannot read is for the host JVM to complain about, before anything is made.
static void test_bad_json(void) {
    static char *const bad[] = {"", "{", "[]", "{\"a\":}", "{\"a\":1,}", "{\"a\" 1}", "{\"a\":[1 2]}", "{\"a\":tru}", "{\"\\u12\":1}", "{,}", "{\"a\":01}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_file(work, "config.json", bad[i]);
        CHECK(RUNSC("create", "--bundle", work, "c") == 0 && strncmp(out, "host ", 5) == 0 && entries(root) == 0);
    }
    char path[512];
    snprintf(path, sizeof path, "%s/config.json", work);
    FILE *f = fopen(path, "w"); // a bomb
    for (int i = 0; i < 1000000; i++) fputs(i == 0 ? "{\"a\":" : "[", f);
    fclose(f);
    CHECK(RUNSC("create", "--bundle", work, "c") == 0 && strncmp(out, "host ", 5) == 0);
    write_file(work, "config.json", " {\"x\" : [ { } , [ ] , -1.5e3 , \"\\u00e9\\ud83d\\ude00\\n\" , null ] , \"process\" : { \"terminal\" : true } }\n");
    CHECK(RUNSC("create", "--bundle", work, "c") == 1 && strstr(err, "console socket") != NULL && entries(root) == 0);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"life", test_life},
    {"missing", test_missing},
    {"two-creates", test_two_creates},
    {"failed-create", test_failed_create},
    {"killed-create", test_killed_create},
    {"killed-launcher", test_killed_launcher},
    {"damaged", test_damaged},
    {"exec", test_exec},
    {"run", test_run},
    {"flags", test_flags},
    {"bad-json", test_bad_json},
};

int main(int argc, char **argv) {
    char self[4096] = "";
    if (readlink("/proc/self/exe", self, sizeof self - 1) > 5 && strcmp(self + strlen(self) - 5, "/java") == 0) {
        for (int i = 1; i + 2 < argc; i++) {
            if (strcmp(argv[i], "-m") == 0 && strcmp(argv[i + 2], "boot") == 0) play_kernel();
        }
        play_host(argc, argv);
    }
    if (argc != 3) return 2;
    alarm(60);
    engine = getpid();
    atexit(clean_up);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    CHECK(mkdtemp(work) != NULL);
    snprintf(program, sizeof program, "%s/bin/runsc", argv[1]);
    snprintf(root, sizeof root, "%s/root", work);
    write_file(work, "config.json", "{\"linux\":{\"namespaces\":[{\"type\":\"pid\"}]}}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(cases[i].name, argv[2]) != 0) continue;
        cases[i].run();
        CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
        char command[300];
        snprintf(command, sizeof command, "rm -rf %s", work);
        return system(command) != 0;
    }
    return 2;
}
