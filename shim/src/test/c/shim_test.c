// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Tests of the shim's native half: `shim_test IMAGE CASE` runs IMAGE/bin/containerd-shim-runsc-v1 with this very program in the
// JVM's place. Exits with 0, or says what was wrong. Leaves nothing behind.

#include "shim_test.h"
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>

static pid_t tester;

// All that was started comes to us when its parent ends.
static void clean_up(void) {
    char path[64], text[4096], command[128];
    if (getpid() != tester) return;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    for (int round = 0; round < 200; round++) {
        int fd = open(path, O_RDONLY);
        ssize_t n = read(fd, text, sizeof text - 1);
        close(fd);
        if (n <= 0) break;
        text[n] = 0;
        for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) kill(atoi(word), SIGKILL);
        nap(5);
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
    }
    snprintf(command, sizeof command, "rm -rf %s", work);
    if (work[0] != 0 && system(command) != 0) fprintf(stderr, "%s stays\n", work);
}

void stop_test(const char *format, ...) {
    va_list list;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    if (getpid() == tester) fprintf(stderr, "%s", log_text());
    exit(1);
}

static void until(int (*so)(void), const char *what) {
    for (int i = 0; i < 1000; i++) {
        if (so()) return;
        nap(10);
    }
    stop_test("not within ten seconds: %s\n", what);
}

static pid_t watched;
static int watched_gone(void) {
    waitpid(watched, NULL, WNOHANG);
    return kill(watched, 0) != 0;
}
static void until_gone(pid_t pid, const char *what) {
    watched = pid;
    until(watched_gone, what);
}

static void kill_jvm(int s) {
    pid_t jvm = call_number(s, "Which", "");
    kill(jvm, SIGKILL);
    until_gone(jvm, "the JVM is killed");
}

static char *path_in(const char *name) {
    static char paths[4][256];
    static int n;
    char *path = paths[n++ % 4];
    snprintf(path, 256, "%s/%s", work, name);
    return path;
}

static char *new_fifo(const char *name) {
    char *path = path_in(name);
    CHECK(mkfifo(path, 0600) == 0);
    return path;
}

static int read_text(int fd, char *text, size_t size, int ms) { // -1: nothing came, 0: the end
    struct pollfd ready = {fd, POLLIN, 0};
    if (poll(&ready, 1, ms) <= 0) return -1;
    ssize_t n = read(fd, text, size - 1);
    text[n > 0 ? n : 0] = 0;
    return (int)n;
}

static void expect(int fd, const char *text) {
    char got[4096] = "";
    size_t n = 0;
    while (n < strlen(text)) {
        int more = read_text(fd, got + n, sizeof got - n, 3000);
        if (more <= 0) stop_test("\"%s\" was read and not \"%s\"\n", got, text);
        n += (size_t)more;
    }
    if (strcmp(got, text) != 0) stop_test("\"%s\" was read and not \"%s\"\n", got, text);
}

// ---- The actions.

static void test_start(void) {
    char out[4096], first[4096], bootstrap[] = "\x0a\x02w1\x12\x04test";
    int status;
    struct stat about;
    char *words[] = {"containerd-shim-runsc-v1", "-namespace", "test", "-address", "/run/c.sock", "-publish-binary", "/bin/true", "-id", "w1", "start", NULL};
    start_shim();
    snprintf(first, sizeof first, "unix://%s", socket_path);
    CHECK(stat(socket_path, &about) == 0 && (about.st_mode & 0777) == 0600);
    CHECK(stat(path_in("s"), &about) == 0 && (about.st_mode & 0777) == 0700);
    run_shim("", 0, out, sizeof out, &status, words); // it runs already
    CHECK(status == 0 && strcmp(out, first) == 0);
    setenv("MAX_SHIM_VERSION", "2", 1);
    run_shim("", 0, out, sizeof out, &status, words);
    snprintf(first, sizeof first, "{\"version\":2,\"address\":\"unix://%s\",\"protocol\":\"ttrpc\"}", socket_path);
    CHECK(status == 0 && strcmp(out, first) == 0);
    run_shim(bootstrap, sizeof bootstrap - 1, out, sizeof out, &status, words);
    first[11] = '3';
    CHECK(status == 0 && strcmp(out, first) == 0);
    run_shim("\xff\xff\xff garbage", 11, out, sizeof out, &status, words);
    CHECK(status == 0 && strstr(out, "\"version\":2") != NULL);
    words[2] = "other"; // another namespace, another supervisor
    run_shim("", 0, out, sizeof out, &status, words);
    CHECK(status == 0 && strstr(out, socket_path) == NULL);
}

// The socket's name is the hash that sha256sum computes.
static void test_hash(void) {
    char command[512], text[128] = "";
    start_shim();
    snprintf(command, sizeof command, "printf '/run/c.sock/test/%%s' \"$(basename \"$(echo %s/st/*/*)\")\" | sha256sum", work);
    FILE *f = popen(command, "r");
    CHECK(fgets(text, sizeof text, f) != NULL);
    pclose(f);
    CHECK(strncmp(text, strrchr(socket_path, '/') + 1, 64) == 0);
}

static void test_starts_at_once(void) {
    char out[4096], first[4096] = "";
    int status;
    pid_t starts[20];
    for (int i = 0; i < 20; i++) {
        if ((starts[i] = fork()) == 0) {
            start_shim();
            int fd = open(path_in("addresses"), O_WRONLY | O_CREAT | O_APPEND, 0600);
            dprintf(fd, "%s\n", socket_path);
            _exit(0);
        }
    }
    for (int i = 0; i < 20; i++) CHECK(waitpid(starts[i], &status, 0) == starts[i] && status == 0);
    FILE *f = fopen(path_in("addresses"), "r");
    for (int i = 0; i < 20; i++) {
        CHECK(fgets(out, sizeof out, f) != NULL && (i == 0 || strcmp(out, first) == 0));
        strcpy(first, out);
    }
    fclose(f);
    char *once = strstr(log_text(), "serves namespace");
    CHECK(once != NULL && strstr(once + 1, "serves namespace") == NULL);
}

static void test_flags(void) {
    char out[8192];
    int status;
    char *unknown[] = {"shim", "-frob", "start", NULL}, *no_id[] = {"shim", "-namespace", "x", "start", NULL};
    char *bad_id[] = {"shim", "-namespace", "x", "-id", "../up", "start", NULL}, *version[] = {"shim", "-v", NULL};
    char *equals[] = {"shim", "--namespace=test", "-debug=true", "-id=w9", "-address=", "start", NULL};
    char *byhand[] = {"shim", "-namespace", "x", "-id", "y", "supervise", NULL};
    run_shim("", 0, out, sizeof out, &status, unknown);
    CHECK(WEXITSTATUS(status) == 1 && strstr(out, "-frob: unknown option") != NULL);
    run_shim("", 0, out, sizeof out, &status, no_id);
    CHECK(WEXITSTATUS(status) == 1 && strstr(out, "-id is missing") != NULL);
    run_shim("", 0, out, sizeof out, &status, bad_id);
    CHECK(WEXITSTATUS(status) == 1 && strstr(out, "not a name") != NULL);
    run_shim("", 0, out, sizeof out, &status, version);
    CHECK(status == 0 && strstr(out, "Version:") != NULL);
    run_shim("", 0, out, sizeof out, &status, byhand);
    CHECK(WEXITSTATUS(status) == 1 && strstr(out, "not for you") != NULL);
    run_shim("", 0, out, sizeof out, &status, equals);
    CHECK(status == 0 && strncmp(out, "unix:///", 8) == 0);
}

static void test_incomplete(void) {
    char out[8192];
    int status;
    char *words[] = {"shim", "-namespace", "test", "-id", "w1", "start", NULL};
    unsetenv("SANDJAR_SHIM_JAVA");
    run_shim("", 0, out, sizeof out, &status, words);
    CHECK(WEXITSTATUS(status) == 1 && strstr(out, "shim.options") != NULL && strstr(out, "reinstall") != NULL);
    CHECK(access(path_in("s"), F_OK) == 0 && system("test -z \"$(ls \"$SANDJAR_SHIM_SOCKETS\")\"") == 0);
}

// A container whose supervisor is gone; the runtime is a script that says how it was called.
static void test_delete(void) {
    char out[4096], *words[] = {"shim", "-namespace", "test", "-address", "/run/c.sock", "-id", "w1", "-bundle", work, "delete", NULL};
    int status;
    start_shim();
    kill(supervisor(), SIGKILL);
    char command[1024];
    snprintf(command, sizeof command,
             "cd %s && printf '#!/bin/sh\\necho \"$@\" >%s/called\\n' >rt && chmod +x rt && "
             "printf '{\"binary\":\"%s/rt\",\"other\":[1,{}],\"root\":\"/some/root\",\"bundle\":\"%s\",\"pid\":4711}' >\"$(echo st/*/*)/w1.json\"",
             work, work, work, work);
    CHECK(system(command) == 0);
    int n = run_shim("", 0, out, sizeof out, &status, words);
    // pid=4711, exit_status=137, exited_at{...}
    CHECK(status == 0 && n > 8 && memcmp(out, "\x08\xe7\x24\x10\x89\x01\x1a", 7) == 0);
    snprintf(command, sizeof command, "cd %s && test \"$(cat called)\" = '--root /some/root delete --force w1' && test ! -e st/*/*/w1.json", work);
    CHECK(system(command) == 0);
    words[6] = "never"; // nobody knows it: containerd gets an answer all the same
    n = run_shim("", 0, out, sizeof out, &status, words);
    CHECK(status == 0 && n > 4 && memcmp(out, "\x10\x89\x01\x1a", 4) == 0);
}

static void test_info(void) {
    char out[8192], *words[] = {"shim", "-info", NULL};
    int status;
    int n = run_shim("", 0, out, sizeof out, &status, words);
    static const char begin[] = "\x0a\x16io.containerd.runsc.v1\x12";
    CHECK(status == 0 && memcmp(out, begin, sizeof begin - 1) == 0);
    char *url = memmem(out, (size_t)n, "types.containerd.io/opencontainers/runtime-spec/1/features/Features", 67);
    CHECK(url != NULL && url[67] == 0x12 && memcmp(url + 69, "{\"ociVersionMin\":\"1.0.0\"}", url[68]) == 0 && url + 69 + url[68] == out + n);
}

// ---- Frames.

static void test_golden(void) {
    static const unsigned char sent[] = "\x00\x00\x00\x12\x00\x00\x00\x01\x01\x00\x0a\x07service\x12\x04" "Echo\x1a\x01x";
    static const unsigned char want[] = "\x00\x00\x00\x03\x00\x00\x00\x01\x02\x00\x12\x01x";
    unsigned char got[32];
    start_shim();
    int s = connect_shim();
    for (size_t i = 0; i < sizeof sent - 1; i++) {
        send_all(s, sent + i, 1);
        if (i % 5 == 0) nap(1);
    }
    nap(200);
    CHECK(recv(s, got, sizeof got, 0) == sizeof want - 1 && memcmp(got, want, sizeof want - 1) == 0);
    const char *hello = call(s, "Hello", "");
    CHECK(strstr(hello, "\"namespace\":\"test\"") && strstr(hello, "\"ttrpcAddress\":\"/run/c.sock.ttrpc\"") && strstr(hello, "\"version\":1"));
}

static void test_connections(void) {
    static int s[100];
    static struct answer a;
    char text[32];
    start_shim();
    for (int i = 0; i < 100; i++) s[i] = connect_shim();
    for (uint32_t round = 0; round < 10; round++) {
        for (int i = 0; i < 100; i++) {
            int n = snprintf(text, sizeof text, "%d/%u", i, round);
            request(s[i], round * 2 + 1, "Echo", text, (size_t)n);
        }
    }
    for (uint32_t round = 0; round < 10; round++) {
        for (int i = 99; i >= 0; i--) {
            snprintf(text, sizeof text, "%d/%u", i, round);
            CHECK(receive(s[i], &a, 5000) && a.code == 0 && a.stream == round * 2 + 1 && strcmp(a.text, text) == 0);
        }
    }
    for (int i = 1; i < 100; i++) close(s[i]);
    nap(200);
    char *list = strdup(call(s[0], "Connections", ""));
    int opened = 0, closed = 0;
    for (char *c = list; *c != 0; c++) opened += *c == 'O', closed += *c == 'C';
    CHECK(opened == 100 && closed == 99);
}

static void test_streams(void) {
    static struct answer a;
    start_shim();
    int s = connect_shim();
    request(s, 2, "Echo", "x", 1);
    CHECK(receive(s, &a, 3000) && a.code == 3 && a.stream == 2);
    request(s, 5, "Echo", "x", 1);
    CHECK(receive(s, &a, 3000) && a.code == 0);
    request(s, 5, "Echo", "x", 1);
    CHECK(receive(s, &a, 3000) && a.code == 3 && a.stream == 5);
    request(s, 3, "Echo", "x", 1);
    CHECK(receive(s, &a, 3000) && a.code == 3);
    send_frame(s, 7, 77, "whatever", 8); // a type that nobody knows
    send_frame(s, 7, 3, "data", 4);
    request(s, 7, "Echo", "y", 1);
    CHECK(receive(s, &a, 3000) && a.code == 0 && a.stream == 7 && strcmp(a.text, "y") == 0);
}

static void test_oversize(void) {
    static struct answer a;
    static char data[5 << 20];
    start_shim();
    int s = connect_shim();
    send_frame(s, 1, 1, data, sizeof data);
    CHECK(receive(s, &a, 3000) && a.code == 8 && a.stream == 1 && strstr(a.text, "4 MiB") != NULL);
    request(s, 3, "Echo", data, (4 << 20) - 64);
    CHECK(receive(s, &a, 5000) && a.code == 0 && a.stream == 3 && a.size == (4 << 20) - 64);
    send_frame(s, 5, 1, data, (4 << 20) + 1);
    CHECK(receive(s, &a, 3000) && a.code == 8 && a.stream == 5);
    CHECK(strcmp(call(s, "Echo", "still"), "still") == 0);
}

static void test_garbage(void) {
    uint8_t bytes[2048];
    unsigned seed = 20261123;
    start_shim();
    pid_t before = supervisor();
    for (int round = 0; round < 300; round++) {
        int s = connect_shim();
        size_t n = 1 + (size_t)rand_r(&seed) % sizeof bytes;
        for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)rand_r(&seed);
        if (round % 3 == 0) memcpy(bytes, "\0\0\1", 3); // a length that could be
        if (round % 3 == 1) memcpy(bytes, "\0\0\0\5\0\0\0\1\1\0", 10), bytes[7] = (uint8_t)(round | 1); // a request of nonsense
        if (send(s, bytes, n, MSG_NOSIGNAL) < 0) nap(1);
        if (round % 2 == 0) shutdown(s, SHUT_WR);
        if (round % 7 == 0) nap(2);
        close(s);
    }
    int s = connect_shim();
    CHECK(strcmp(call(s, "Echo", "alive"), "alive") == 0 && supervisor() == before);
    CHECK(strstr(call(s, "Hello", ""), "\"restarts\":0") != NULL || strstr(log_text(), "JVM was killed") != NULL);
}

static void test_never_reads(void) {
    static struct answer a;
    start_shim();
    int bad = connect_shim(), good = connect_shim();
    for (uint32_t i = 0; i < 40; i++) request(bad, i * 2 + 1, "Big", "1000000", 7);
    for (int i = 0; i < 20; i++) CHECK(strcmp(call(good, "Echo", "good"), "good") == 0);
    int n = 0;
    while (receive(bad, &a, 3000)) n++;
    CHECK(n < 40);
    CHECK(strstr(log_text(), "does not read its answers") != NULL);
    CHECK(strcmp(call(good, "Echo", "good"), "good") == 0);
}

// A JVM that is busy holds up those who send, not the supervisor's memory.
static void test_slow_jvm(void) {
    static char data[1 << 20];
    static struct answer a;
    char path[64], text[4096];
    start_shim();
    pid_t pid = supervisor();
    int s = connect_shim();
    request(s, 1, "Nap", "1500", 4);
    fcntl(s, F_SETFL, O_NONBLOCK);
    size_t took = 0;
    for (int i = 0; i < 100; i++) {
        ssize_t n = send(s, data, sizeof data, MSG_NOSIGNAL); // zeros: empty frames of type 0
        if (n > 0) took += (size_t)n;
        nap(2);
    }
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    int fd = open(path, O_RDONLY), pages = 0;
    CHECK(read(fd, text, sizeof text - 1) > 0 && sscanf(text, "%d", &pages) == 1 && pages < 64 << 8); // 64 MiB
    fcntl(s, F_SETFL, 0);
    close(s);
    s = connect_shim();
    for (uint32_t i = 0; i < 10; i++) request(s, i * 2 + 1, "Echo", data, 1 << 20);
    for (uint32_t i = 0; i < 10; i++) CHECK(receive(s, &a, 10000) && a.code == 0 && a.size == 1 << 20);
}

// ---- The JVM's ends.

static void test_replay(void) {
    static struct answer a;
    start_shim();
    int s = connect_shim(), t = connect_shim();
    request(s, 1, "Hold", "", 0);
    request(s, 3, "Wait", "", 0);
    request(t, 1, "Hold", "", 0);
    for (int i = 0; i < 3; i++) kill_jvm(connect_shim());
    int u = connect_shim();
    call(u, "Release", "");
    CHECK(receive(s, &a, 3000) && a.code == 0 && a.stream == 1 && strcmp(a.text, "released") == 0);
    CHECK(receive(s, &a, 3000) && a.code == 0 && a.stream == 3);
    CHECK(receive(t, &a, 3000) && a.code == 0 && a.stream == 1);
    CHECK(!receive(s, &a, 200) && !receive(t, &a, 1)); // once
    CHECK(strstr(call(u, "Hello", ""), "\"restarts\":3") != NULL);
    CHECK(strcmp(call(s, "Crash", ""), "again") == 0);
    for (int i = 0; i < 12; i++) kill_jvm(u); // somebody kills it and kills it: it is not ill
    CHECK(strcmp(call(u, "Echo", "well"), "well") == 0);
    kill_jvm(u);
    size_t before = strlen(call(u, "Connections", ""));
    request(t, 3, "Hold", "", 0);
    close(t); // nobody waits any more
    nap(50);
    kill_jvm(u);
    CHECK(strlen(call(u, "Connections", "")) == before - 1);
}

static void test_jvm_garbage(void) {
    static struct answer a;
    start_shim();
    int s = connect_shim(), t = connect_shim();
    request(s, 1, "Garbage", "", 0);
    nap(300);
    close(s); // else it would be asked for again
    CHECK(strcmp(call(t, "Echo", "back"), "back") == 0);
    CHECK(strstr(log_text(), "is no record") != NULL);
    CHECK(!receive(t, &a, 50));
}

// Requests that kill each JVM are refused in the end; Wait is not.
static void test_poison(void) {
    static struct answer a;
    start_shim();
    int s = connect_shim(), t = connect_shim();
    request(t, 1, "Wait", "", 0);
    request(s, 1, "Poison", "", 0);
    CHECK(receive(s, &a, 20000) && a.code == 14 && strstr(a.text, "does not stay up") != NULL);
    request(s, 3, "Echo", "x", 1);
    CHECK(receive(s, &a, 3000) && a.code == 14);
    CHECK(!receive(t, &a, 50));
    CHECK(strstr(log_text(), "Containers go on") != NULL && strstr(log_text(), "Requests of containerd are refused") != NULL);
}

// ---- Ends of processes.

static void test_exits(void) {
    char want[64];
    start_shim();
    int s = connect_shim();
    int pid = call_number(s, "Spawn", "50 7");
    nap(300);
    snprintf(want, sizeof want, "%d=%d ", pid, 7 << 8);
    CHECK(strcmp(call(s, "Exits", ""), want) == 0);
    kill_jvm(s);
    CHECK(strcmp(call(s, "Exits", ""), want) == 0); // again, since nobody took it
    int later = call_number(s, "Spawn", "300 9");
    kill_jvm(s);
    nap(400);
    snprintf(want, sizeof want, "%d=%d %d=%d ", pid, 7 << 8, later, 9 << 8);
    CHECK(strcmp(call(s, "Exits", ""), want) == 0);
    snprintf(want, sizeof want, "%d", pid);
    call(s, "Take", want);
    kill_jvm(s);
    snprintf(want, sizeof want, "%d=%d ", later, 9 << 8);
    CHECK(strcmp(call(s, "Exits", ""), want) == 0);
    int killed = call_number(s, "Spawn", "60000 0");
    kill(killed, SIGKILL);
    nap(100);
    snprintf(want, sizeof want, "%d=%d %d=9 ", later, 9 << 8, killed);
    CHECK(strcmp(call(s, "Exits", ""), want) == 0);
}

// ---- The supervisor's end.

static void test_quit(void) {
    setenv("SANDJAR_SHIM_LINGER", "300", 1);
    start_shim();
    pid_t pid = supervisor();
    int s = connect_shim();
    call(s, "Tell", "quit"); // just connected
    nap(400);
    CHECK(kill(pid, 0) == 0);
    int child = call_number(s, "Spawn", "60000 0");
    call(s, "Tell", "quit"); // a process is left
    nap(100);
    CHECK(kill(pid, 0) == 0);
    kill(child, SIGKILL);
    request(s, 200001, "Hold", "", 0);
    nap(50);
    int t = connect_shim();
    nap(350);
    call(t, "Tell", "quit"); // a request is unanswered
    nap(100);
    CHECK(kill(pid, 0) == 0);
    close(s);
    nap(50);
    call(t, "Tell", "quit");
    until_gone(pid, "the supervisor ends");
    CHECK(access(socket_path, F_OK) != 0 && system("test -z \"$(ls \"$SANDJAR_SHIM_STATE\")\"") == 0);
    start_shim();
    CHECK(supervisor() != pid);
}

static void test_term(void) {
    start_shim();
    int s = connect_shim();
    pid_t pid = supervisor(), jvm = call_number(s, "Which", ""), child = call_number(s, "Spawn", "60000 0");
    kill(pid, SIGTERM);
    until_gone(pid, "the supervisor ends");
    until_gone(jvm, "its JVM ends");
    CHECK(kill(child, 0) == 0 && access(socket_path, F_OK) != 0);
}

static void test_killed(void) {
    start_shim();
    int s = connect_shim();
    pid_t pid = supervisor(), jvm = call_number(s, "Which", "");
    kill(pid, SIGKILL);
    until_gone(pid, "the supervisor ends");
    until_gone(jvm, "its JVM ends");
    start_shim(); // its socket is still there
    CHECK(supervisor() != pid);
}

static long switches(pid_t pid) {
    char path[64], text[8192], *at;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    int fd = open(path, O_RDONLY);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    CHECK(n > 0);
    text[n] = 0;
    at = strstr(text, "\nvoluntary_ctxt_switches:");
    CHECK(at != NULL);
    return atol(at + 25);
}

static void test_idle(void) {
    start_shim();
    int s = connect_shim();
    pid_t pid = supervisor();
    char *in = new_fifo("in"), *out = new_fifo("out");
    CHECK(order(s, NULL, 0, 5, "keep", "k", in, out, ""));
    CHECK(order(s, NULL, 0, 5, "console", "c", path_in("socket"), in, out));
    nap(200);
    long before = switches(pid);
    nap(1000);
    CHECK(switches(pid) == before);
}

// ---- Streams.

static int open_pty(int *slave) {
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), unlocked = 0;
    CHECK(master >= 0 && ioctl(master, TIOCSPTLCK, &unlocked) == 0);
    *slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    CHECK(*slave >= 0);
    struct termios raw;
    tcgetattr(*slave, &raw);
    cfmakeraw(&raw);
    tcsetattr(*slave, TCSANOW, &raw);
    return master;
}

static void send_master(const char *path, int master) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct iovec part = {"pty", 3};
    union {
        char space[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &master, sizeof(int));
    snprintf(address.sun_path, sizeof address.sun_path, "%.107s", path);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(connect(s, (struct sockaddr *)&address, sizeof address) == 0 && sendmsg(s, &message, 0) == 3);
    close(s);
    close(master);
}

static int console_of(int s, const char *name, const char *in, const char *out) {
    char path[256];
    int slave, master = open_pty(&slave);
    snprintf(path, sizeof path, "%s/%s.sock", work, name);
    CHECK(order(s, NULL, 0, 5, "console", name, path, in, out));
    send_master(path, master);
    nap(50);
    CHECK(access(path, F_OK) != 0);
    return slave;
}

static void tell(int s, const char *a, const char *b, const char *c, const char *d) {
    static struct answer answer;
    char text[512];
    size_t n = (size_t)sprintf(text, "%s%c%s", a, 0, b);
    if (c != NULL) n += (size_t)sprintf(text + n, "%c%s%c%s", 0, c, 0, d);
    last_stream += 2;
    request(s, last_stream, "Tell", text, n);
    CHECK(receive(s, &answer, 3000) && answer.stream == last_stream);
    nap(30);
}

static void test_console(void) {
    struct winsize size;
    char text[64];
    start_shim();
    int s = connect_shim(), t = connect_shim();
    char *in = new_fifo("in"), *out = new_fifo("out");
    int reader = open(out, O_RDONLY | O_NONBLOCK);
    int slave = console_of(s, "w1", in, out);
    int writer = open(in, O_WRONLY | O_NONBLOCK);
    CHECK(writer >= 0 && write(slave, "hello\n", 6) == 6);
    expect(reader, "hello\n");
    CHECK(write(writer, "typed", 5) == 5);
    expect(slave, "typed");
    tell(t, "resize", "w1", "132", "43");
    nap(50);
    CHECK(ioctl(slave, TIOCGWINSZ, &size) == 0 && size.ws_col == 132 && size.ws_row == 43);
    close(writer); // a client went away: not the end of input
    CHECK(read_text(slave, text, sizeof text, 100) == -1);
    writer = open(in, O_WRONLY | O_NONBLOCK);
    CHECK(writer >= 0 && write(writer, "back", 4) == 4);
    expect(slave, "back");
    close(reader); // nor does a reader that goes end output
    nap(20);
    CHECK(write(slave, "kept", 4) == 4);
    nap(50);
    reader = open(out, O_RDONLY | O_NONBLOCK);
    expect(reader, "kept");
    kill_jvm(t); // nobody notices
    CHECK(write(slave, "on", 2) == 2);
    expect(reader, "on");
    tell(connect_shim(), "closeio", "w1", NULL, NULL);
    close(writer);
    nap(50);
    CHECK(open(in, O_WRONLY | O_NONBLOCK) < 0 && errno == ENXIO); // its reader has seen the end
    CHECK(write(slave, "tail", 4) == 4);
    int u = connect_shim();
    CHECK(order(u, NULL, 0, 2, "drop", "w1"));
    CHECK(read_text(reader, text, sizeof text, 0) == 4 && strcmp(text, "tail") == 0); // it was there before the answer
    CHECK(read_text(reader, text, sizeof text, 100) == 0);
}

// A reader that does not read stops the writer and nothing else.
static void test_console_full(void) {
    static char block[4096], got[8192];
    start_shim();
    int s = connect_shim();
    char *out = new_fifo("out");
    int reader = open(out, O_RDONLY | O_NONBLOCK), slave = console_of(s, "w1", "", out);
    fcntl(slave, F_SETFL, O_NONBLOCK);
    memset(block, 'x', sizeof block);
    size_t sent = 0, read_back = 0;
    for (int i = 0; i < 300; i++) {
        ssize_t n = write(slave, block, sizeof block);
        if (n > 0) sent += (size_t)n;
        else nap(1);
    }
    CHECK(sent > 65536 && sent < 300000);
    CHECK(strcmp(call(s, "Echo", "alive"), "alive") == 0);
    long long before = now_ms();
    char answer[64];
    int dropped = 0;
    if (fork() == 0) { // reads from the middle of the drop on
        nap(300);
        while (read_text(reader, got, sizeof got, 1000) > 0) read_back += strlen(got);
        _exit(read_back == sent ? 0 : 1);
    }
    dropped = order(s, answer, sizeof answer, 2, "drop", "w1");
    CHECK(dropped && now_ms() - before < 1450);
    int status;
    CHECK(wait(&status) > 0 && status == 0);
    slave = console_of(s, "w2", "", new_fifo("out2")); // nobody ever reads this one
    fcntl(slave, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 100; i++) {
        if (write(slave, block, sizeof block) < 0) nap(1);
    }
    before = now_ms();
    CHECK(order(s, NULL, 0, 2, "drop", "w2") && now_ms() - before < 2500);
    CHECK(strstr(log_text(), "had no reader") != NULL);
}

static void test_console_end(void) {
    char text[256];
    start_shim();
    int s = connect_shim();
    char *out = new_fifo("out");
    CHECK(mkdir(path_in("a"), 0700) == 0);
    int reader = open(out, O_RDONLY | O_NONBLOCK), slave = console_of(s, "a/exec", "", out);
    CHECK(write(slave, "bye", 3) == 3);
    close(slave); // the process has ended
    expect(reader, "bye");
    CHECK(order(s, NULL, 0, 2, "drop", "a/exec"));
    CHECK(read_text(reader, text, sizeof text, 100) == 0);
    CHECK(order(s, NULL, 0, 2, "drop", "a/exec")); // nothing to drop is fine
    snprintf(text, sizeof text, "file://%s/deep/er/log%%20file", work);
    slave = console_of(s, "f", "/dev/null", text);
    CHECK(write(slave, "to a file", 9) == 9);
    CHECK(order(s, NULL, 0, 2, "drop", "f"));
    CHECK(system("test \"$(cat \"$SANDJAR_SHIM_STATE/../deep/er/log file\")\" = 'to a file'") == 0);
    char answer[512];
    CHECK(!order(s, answer, sizeof answer, 5, "console", "g", path_in("g"), path_in("nothing"), ""));
    CHECK(strstr(answer, "g error") != NULL && strstr(answer, "No such file") != NULL);
}

static void test_keep(void) {
    char text[512];
    start_shim();
    int s = connect_shim();
    char *in = new_fifo("in"), *out = new_fifo("out"), *err = new_fifo("err");
    int reader = open(out, O_RDONLY | O_NONBLOCK);
    CHECK(order(s, text, sizeof text, 5, "keep", "w1", in, out, err) && strcmp(text, "w1 ok") == 0);
    int container_in = open(in, O_RDONLY | O_NONBLOCK), container_out = open(out, O_WRONLY | O_NONBLOCK);
    int writer = open(in, O_WRONLY | O_NONBLOCK);
    CHECK(container_in >= 0 && container_out >= 0 && writer >= 0);
    CHECK(write(writer, "in", 2) == 2 && write(container_out, "out", 3) == 3);
    expect(container_in, "in");
    expect(reader, "out");
    close(writer);
    close(container_out);
    CHECK(read_text(reader, text, sizeof text, 50) == -1); // no end: it is held
    CHECK(read_text(container_in, text, sizeof text, 50) == -1);
    kill_jvm(connect_shim());
    CHECK(read_text(reader, text, sizeof text, 50) == -1);
    CHECK(order(connect_shim(), NULL, 0, 5, "keep", "w1", in, out, err)); // once more: no end in between
    CHECK(read_text(reader, text, sizeof text, 50) == -1);
    tell(connect_shim(), "closeio", "w1", NULL, NULL);
    CHECK(read_text(container_in, text, sizeof text, 1000) == 0);
    CHECK(order(connect_shim(), NULL, 0, 2, "drop", "w1"));
    CHECK(read_text(reader, text, sizeof text, 1000) == 0);
    CHECK(!order(s, text, sizeof text, 5, "keep", "w2", "", path_in("none"), "") && strstr(text, "w2 error") == text);
    CHECK(order(s, NULL, 0, 5, "keep", "w3", "", "", ""));
    CHECK(order(s, NULL, 0, 5, "keep", "w4", "/dev/null", "/dev/null", "file:///x"));
}

static void test_logger(void) {
    char text[1024], uri[512], *out, *err, command[2048];
    start_shim();
    int s = connect_shim();
    snprintf(command, sizeof command,
             "cd %s && printf '#!/bin/sh\\necho \"$@\" $CONTAINER_ID $CONTAINER_NAMESPACE >%s/begun\\nexec 5>&-\\ncat <&3 >%s/o & cat <&4 >%s/e\\nwait\\n"
             "echo ended >>%s/begun' >logger && chmod +x logger",
             work, work, work, work, work);
    CHECK(system(command) == 0);
    snprintf(uri, sizeof uri, "binary://%s/logger?to=a%%20b&x=http://y?z", work);
    CHECK(order(s, text, sizeof text, 5, "keep", "w1/run", "", uri, uri));
    out = text + strlen(text) + 1;
    err = out + strlen(out) + 1;
    int o = open(out, O_WRONLY | O_NONBLOCK), e = open(err, O_WRONLY | O_NONBLOCK);
    CHECK(o >= 0 && e >= 0 && write(o, "one", 3) == 3 && write(e, "two", 3) == 3);
    close(o);
    close(e);
    CHECK(order(s, NULL, 0, 2, "drop", "w1/run"));
    CHECK(access(out, F_OK) != 0);
    nap(300);
    snprintf(command, sizeof command, "cd %s && test \"$(cat o)\" = one && test \"$(cat e)\" = two && test \"$(cat begun)\" = 'to a b x http://y?z run test\nended'", work);
    CHECK(system(command) == 0);
    snprintf(uri, sizeof uri, "binary://%s/nothing", work);
    CHECK(!order(s, text, sizeof text, 5, "keep", "w2", "", uri, uri) && strstr(text, "w2 error") == text);
    CHECK(!order(s, text, sizeof text, 5, "keep", "w3", "", "binary:///bin/false", "") && strstr(text, "before it was ready") != NULL);
    snprintf(uri, sizeof uri, "binary://%s/logger", work);
    CHECK(order(s, text, sizeof text, 5, "console", "w4", path_in("s4"), "", uri));
    CHECK(order(s, NULL, 0, 2, "drop", "w4"));
}

static void test_memory(void) {
    start_shim();
    int s = connect_shim();
    char directory[256], file[300];
    snprintf(directory, sizeof directory, "%s/group", work);
    snprintf(file, sizeof file, "%s/memory.events", directory);
    CHECK(mkdir(directory, 0700) == 0);
    FILE *f = fopen(file, "w");
    fputs("low 0\noom 0\noom_kill 3\n", f);
    fclose(f);
    tell(s, "oom", "w1", directory, "");
    CHECK(strcmp(call(connect_shim(), "Memory", ""), "") == 0);
    int fd = open(file, O_WRONLY); // in place, as the kernel does
    CHECK(write(fd, "low 1\noom 0\noom_kill 3\n", 23) == 23);
    nap(100);
    CHECK(strcmp(call(connect_shim(), "Memory", ""), "") == 0);
    CHECK(pwrite(fd, "low 1\noom 1\noom_kill 4\n", 23, 0) == 23);
    nap(100);
    CHECK(strcmp(call(connect_shim(), "Memory", ""), "w1 ") == 0);
    unlink(file);
    close(fd);
    nap(100);
    tell(connect_shim(), "oom", "w2", "/nowhere", "");
    CHECK(strstr(log_text(), "will not be told when w2 runs out of memory") != NULL);
    CHECK(order(connect_shim(), NULL, 0, 2, "drop", "w1"));
}

// Orders that make no sense harm nobody.
static void test_orders(void) {
    start_shim();
    int s = connect_shim();
    pid_t pid = supervisor();
    const char *orders[] = {"", "frob", "resize", "resize\0x", "closeio", "drop", "oom", "console", "keep", "resize\0a\0-1\0999999", "quit\0now"};
    size_t sizes[] = {0, 4, 6, 8, 7, 4, 3, 7, 4, 18, 8};
    static struct answer a;
    for (uint32_t i = 0; i < 11; i++) {
        request(s, 2 * i + 1, "Tell", orders[i], sizes[i]);
        CHECK(receive(s, &a, 3000) && a.code == 0);
    }
    CHECK(strcmp(call(s, "Echo", "alive"), "alive") == 0 && supervisor() == pid);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"start", test_start},           {"hash", test_hash},           {"starts-at-once", test_starts_at_once},
    {"flags", test_flags},           {"incomplete", test_incomplete}, {"delete", test_delete},
    {"info", test_info},             {"golden", test_golden},       {"connections", test_connections},
    {"streams", test_streams},       {"oversize", test_oversize},   {"garbage", test_garbage},
    {"never-reads", test_never_reads}, {"slow-jvm", test_slow_jvm}, {"replay", test_replay},
    {"jvm-garbage", test_jvm_garbage}, {"poison", test_poison},     {"exits", test_exits},
    {"quit", test_quit},             {"term", test_term},           {"killed", test_killed},
    {"idle", test_idle},             {"console", test_console},     {"console-full", test_console_full},
    {"console-end", test_console_end}, {"keep", test_keep},         {"logger", test_logger},
    {"memory", test_memory},         {"orders", test_orders},
};

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "jvm") == 0) return play_jvm();
    if (argc != 3) return 2;
    char java[4200];
    tester = getpid();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    signal(SIGPIPE, SIG_IGN);
    strcpy(work, "/tmp/shim_test.XXXXXX");
    if (mkdtemp(work) == NULL) return 2;
    atexit(clean_up);
    snprintf(shim, sizeof shim, "%s/bin/containerd-shim-runsc-v1", argv[1]);
    snprintf(java, sizeof java, "%s/shim_test jvm", argv[1]);
    setenv("SANDJAR_SHIM_JAVA", java, 1);
    setenv("SANDJAR_SHIM_SOCKETS", path_in("s"), 1);
    setenv("SANDJAR_SHIM_STATE", path_in("st"), 1);
    unsetenv("MAX_SHIM_VERSION");
    unsetenv("TTRPC_ADDRESS");
    if (chdir(work) != 0) return 2;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(cases[i].name, argv[2]) != 0) continue;
        cases[i].run();
        return 0;
    }
    fprintf(stderr, "no case %s\n", argv[2]);
    return 2;
}
