// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Files of /proc/PID that debuggers, profilers and daemons use: timers, pagemap, map_files, numa_maps, autogroup, loginuid and others.
#include "check.h"
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

TEST(timers) {
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_ptr = (void *)0x1234};
    timer_t a, b;
    char want[200];
    if (access("/proc/self/timers", F_OK) != 0)
        SKIP("no such file here");
    STREQ(get("/proc/self/timers"), "");
    OK(timer_create(CLOCK_MONOTONIC, &ev, &a));
    snprintf(want, sizeof want, "ID: %ld\nsignal: %d/%016lx\nnotify: signal/pid.%d\nClockID: 1\n", (long)a, SIGUSR1, 0x1234L, getpid());
    STREQ(get("/proc/self/timers"), want);
    ev.sigev_notify = SIGEV_NONE;
    OK(timer_create(CLOCK_REALTIME, &ev, &b));
    CHECK(strstr(get("/proc/self/timers"), "notify: none/pid.") != 0);
    CHECK(strstr(get("/proc/self/timers"), "ClockID: 0\n") != 0);
    OK(timer_delete(b));
    STREQ(get("/proc/self/timers"), want);
    pid_t pid;
    CHILD(pid) STREQ(get("/proc/self/timers"), "");
    WAIT_EXIT(pid, 0);
    OK(timer_delete(a));
    STREQ(get("/proc/self/timers"), "");
}

static uint64_t page(int f, const void *at) {
    uint64_t entry = ~0ull;
    EQ(pread(f, &entry, 8, (uintptr_t)at / 4096 * 8), 8);
    return entry;
}

TEST(pagemap) {
    char *m = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t two[2];
    int f = open("/proc/self/pagemap", O_RDONLY);
    if (f == -1 && errno == ENOENT)
        SKIP("no such file here");
    CHECK(f >= 0);
    CHECK(page(f, m) >> 63 == 0);
    m[4096] = 1;
    EQ(page(f, m) >> 62, 0);
    EQ(page(f, m + 4096) >> 62, 2);
    OK(munmap(m, 3 * 4096));
    EQ(page(f, m + 4096) >> 62, 0);
    ERR(pread(f, two, 8, 4), EINVAL);
    ERR(pread(f, two, 7, 0), EINVAL);
    EQ(pread(f, two, 16, 0), 16);
    EQ(pread(f, two, 8, 1l << 60), 0);
    EQ(lseek(f, 64, SEEK_SET), 64);
    EQ(read(f, two, 8), 8);
    EQ(lseek(f, 0, SEEK_CUR), 72);
    ERR(write(f, two, 8), EBADF);
}

TEST(map_files) {
    DIR *d = opendir("/proc/self/map_files");
    if (!d && errno == ENOENT)
        SKIP("no such directory here");
    NEED(d);
    struct dirent *e;
    char path[300], target[300], wanted[80];
    int f = OK(open("mapped", O_RDWR | O_CREAT, 0600)), found = 0, links = 0;
    ssize_t n;
    OK(ftruncate(f, 8192));
    char *m = mmap(0, 8192, PROT_READ, MAP_SHARED, f, 0);
    snprintf(wanted, sizeof wanted, "%lx-%lx", (long)m, (long)m + 8192);
    while ((e = readdir(d)))
        if (e->d_name[0] != '.') {
            links++;
            found += !strcmp(e->d_name, wanted);
        }
    EQ(found, 1);
    CHECK(links >= 3); // those of the program
    snprintf(path, sizeof path, "/proc/self/map_files/%s", wanted);
    n = OK(readlink(path, target, sizeof target - 1));
    target[n] = 0;
    CHECK(n > 7 && !strcmp(target + n - 7, "/mapped"));
    ERR(readlink("/proc/self/map_files/1000-2000", target, 10), ENOENT);
    ERR(access("/proc/self/map_files/x", F_OK), ENOENT);
    ERR(access("/proc/thread-self/map_files", F_OK), ENOENT);
    OK(munmap(m, 8192));
    ERR(readlink(path, target, sizeof target), ENOENT);
    closedir(d);
}

TEST(numa_maps) {
    int f = OK(open("name with space", O_RDWR | O_CREAT, 0600));
    char start[40];
    if (access("/proc/self/numa_maps", F_OK) != 0)
        SKIP("no such file here");
    OK(ftruncate(f, 4096));
    char *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
    m[0] = 1;
    snprintf(start, sizeof start, "%lx default file=", (long)m);
    char *line = strstr(get("/proc/self/numa_maps"), start);
    NEED(line);
    CHECK(strstr(line, "/name\\040with\\040space ") != 0);
    CHECK(strstr(get("/proc/self/numa_maps"), " stack ") != 0);
}

TEST(autogroup) {
    int group = -1, nice = -1, other = -1;
    pid_t pid, grandchild;
    if (access("/proc/self/autogroup", F_OK) != 0)
        SKIP("no such file here");
    CHILD(pid) {
        setsid(); // who has had no session of its own since the machine's start is in a group without a name
        EQ(sscanf(get("/proc/self/autogroup"), "/autogroup-%d nice %d", &group, &nice), 2);
        EQ(put_errno("/proc/self/autogroup", "x"), EINVAL);
        EQ(put_errno("/proc/self/autogroup", "20"), EINVAL);
        EQ(put_errno("/proc/self/autogroup", "-21"), EINVAL);
        CHILD(grandchild) {
            setsid();
            EQ(sscanf(get("/proc/self/autogroup"), "/autogroup-%d nice %d", &other, &nice), 2);
            CHECK(other != group);
            EQ(nice, 0);
            EQ(put_errno("/proc/self/autogroup", "5"), 0);
            EQ(sscanf(get("/proc/self/autogroup"), "/autogroup-%d nice %d", &other, &nice), 2);
            EQ(nice, 5);
        }
        WAIT_EXIT(grandchild, 0);
    }
    WAIT_EXIT(pid, 0);
}

TEST(loginuid) {
    pid_t pid;
    if (access("/proc/self/loginuid", F_OK) != 0)
        SKIP("no audit here");
    if (strcmp(get("/proc/self/loginuid"), "4294967295"))
        SKIP("somebody is logged in");
    STREQ(get("/proc/self/sessionid"), "4294967295");
    EQ(put_errno("/proc/self/loginuid", "x"), EINVAL);
    EQ(put_errno("/proc/1/loginuid", "5"), getpid() == 1 ? 0 : getuid() == 0 ? EPERM : EACCES);
    CHILD(pid) {
        int e = put_errno("/proc/self/loginuid", "77");
        EQ(e, 0);
        STREQ(get("/proc/self/loginuid"), "77");
        CHECK(strcmp(get("/proc/self/sessionid"), "4294967295") != 0);
        CHILD(pid) STREQ(get("/proc/self/loginuid"), "77");
        WAIT_EXIT(pid, 0);
    }
    WAIT_EXIT(pid, 0);
    STREQ(get("/proc/self/loginuid"), "4294967295");
}

TEST(timer_slack) {
    char text[40];
    snprintf(text, sizeof text, "%d\n", OK(prctl(PR_GET_TIMERSLACK)));
    STREQ(get("/proc/self/timerslack_ns"), text);
    OK(prctl(PR_SET_TIMERSLACK, 70000));
    STREQ(get("/proc/self/timerslack_ns"), "70000\n");
    pid_t pid;
    CHILD(pid) {
        STREQ(get("/proc/self/timerslack_ns"), "70000\n");
        OK(prctl(PR_SET_TIMERSLACK, 9));
        OK(prctl(PR_SET_TIMERSLACK, 0));
        STREQ(get("/proc/self/timerslack_ns"), "70000\n");
    }
    WAIT_EXIT(pid, 0);
    EQ(put_errno("/proc/self/timerslack_ns", "x"), EINVAL);
    EQ(put_errno("/proc/self/timerslack_ns", "60000\n"), 0);
    STREQ(get("/proc/self/timerslack_ns"), "60000\n");
    ERR(access("/proc/thread-self/timerslack_ns", F_OK), ENOENT);
}

TEST(what_clear_refs_takes) {
    EQ(put_errno("/proc/self/clear_refs", "0"), EINVAL);
    EQ(put_errno("/proc/self/clear_refs", "6"), EINVAL);
    EQ(put_errno("/proc/self/clear_refs", "many"), EINVAL);
    EQ(put_errno("/proc/self/clear_refs", "1\n"), 0);
}

TEST(sched_has_figures) {
    char head[80];
    if (access("/proc/self/sched", F_OK) != 0)
        SKIP("no figures of the scheduler");
    OK(prctl(PR_SET_NAME, "a name"));
    snprintf(head, sizeof head, "a name (%d, #threads: 1)\n", getpid());
    const char *text = get("/proc/self/sched");
    EQ(strncmp(text, head, strlen(head)), 0);
    CHECK(strstr(text, "nr_voluntary_switches") != 0);
    CHECK(strstr(text, "\nprio ") != 0);
    EQ(put_errno("/proc/self/sched", "0"), 0);
}

TEST(call_that_waits) {
    char path[40], want[40];
    int p[2];
    pid_t pid;
    OK(pipe(p));
    pid = fork();
    if (pid == 0) {
        char c;
        close(p[1]);
        _exit(read(p[0], &c, 1) == 0 ? 0 : 1);
    }
    close(p[0]);
    snprintf(path, sizeof path, "/proc/%d/syscall", (int)pid);
    snprintf(want, sizeof want, "0 0x%x ", p[0]); // read
    int seen = 0;
    for (int i = 0; i < 500 && !seen; i++, msleep(10)) {
        const char *text = get(path);
        if (!*text) // Linux may refuse it
            break;
        seen = !strncmp(text, want, strlen(want)) && strstr(text, " 0x1 ");
    }
    int refused = access(path, R_OK) != 0 || !*get(path);
    close(p[1]);
    WAIT_EXIT(pid, 0);
    if (refused)
        SKIP("not told here");
    CHECK(seen);
}

static void *waits(void *gate) {
    pthread_barrier_wait(gate);
    pthread_barrier_wait(gate);
    return 0;
}

TEST(children_of_threads) {
    char text[40];
    if (access("/proc/thread-self/children", F_OK) != 0)
        SKIP("no such file here");
    STREQ(get("/proc/thread-self/children"), "");
    ERR(access("/proc/self/children", F_OK), ENOENT);
    pid_t pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    snprintf(text, sizeof text, "%d ", (int)pid);
    STREQ(get("/proc/thread-self/children"), text);
    pthread_barrier_t gate;
    pthread_t t;
    pthread_barrier_init(&gate, 0, 2);
    EQ(pthread_create(&t, 0, waits, &gate), 0);
    pthread_barrier_wait(&gate);
    STREQ(get("/proc/thread-self/children"), text);
    pthread_barrier_wait(&gate);
    pthread_join(t, 0);
    kill(pid, SIGKILL);
    WAIT_SIG(pid, SIGKILL);
    STREQ(get("/proc/thread-self/children"), "");
}

TEST(attributes_of_no_module) {
    char b[10];
    if (access("/sys/kernel/security/lsm", F_OK) == 0)
        SKIP("there are security modules");
    const char *names[] = {"current", "exec", "fscreate", "keycreate", "prev", "sockcreate"};
    for (int i = 0; i < 6; i++) {
        char path[60];
        snprintf(path, sizeof path, "/proc/self/attr/%s", names[i]);
        if (access(path, F_OK) != 0)
            SKIP("no attributes");
        int f = OK(open(path, O_RDONLY));
        ERR(read(f, b, 10), EINVAL);
        close(f);
        if (strcmp(names[i], "prev"))
            EQ(put_errno(path, "x"), EINVAL);
    }
}

static int told_id[2];
static void *stays(void *end) {
    char c;
    pid_t tid = syscall(SYS_gettid);
    prctl(PR_SET_NAME, "another one");
    if (write(told_id[1], &tid, sizeof tid) < 0 || read(*(int *)end, &c, 1) < 0)
        return end;
    return 0;
}
TEST(by_the_number_of_a_thread) { /* not listed, but there: its own figures, in a directory like a process' */
    int end[2];
    pid_t tid = 0;
    pthread_t t;
    char path[80], want[80];
    EQ(pipe(told_id), 0);
    EQ(pipe(end), 0);
    EQ(pthread_create(&t, 0, stays, end), 0);
    EQ(read(told_id[0], &tid, sizeof tid), sizeof tid);
    CHECK(tid != getpid());
    snprintf(path, sizeof path, "/proc/%d/stat", tid);
    snprintf(want, sizeof want, "%d (another one) ", tid);
    CHECK(!strncmp(get(path), want, strlen(want)));
    snprintf(path, sizeof path, "/proc/%d/status", tid);
    snprintf(want, sizeof want, "\nTgid:\t%d\n", getpid());
    CHECK(strstr(get(path), want));
    snprintf(want, sizeof want, "\nPid:\t%d\n", tid);
    CHECK(strstr(get(path), want));
    snprintf(path, sizeof path, "/proc/%d/task/%d/comm", tid, getpid());
    CHECK(strcmp(get(path), "another one\n"));
    snprintf(path, sizeof path, "/proc/%d/task/%d/task", getpid(), tid);
    ERR(access(path, F_OK), ENOENT);
    snprintf(path, sizeof path, "/proc/%d/fd", tid);
    EQ(access(path, F_OK), 0);
    struct stat process, thread; /* find(1) takes a directory within itself for a loop */
    snprintf(path, sizeof path, "/proc/%d", tid);
    EQ(stat(path, &process), 0);
    snprintf(path, sizeof path, "/proc/%d/task/%d", tid, tid);
    EQ(stat(path, &thread), 0);
    CHECK(process.st_ino != thread.st_ino);
    EQ(write(end[1], "x", 1), 1);
    EQ(pthread_join(t, 0), 0);
}

TEST(asked_at_each_reading) { /* not only when it was opened: the process may be another program now */
    static const struct {
        const char *name;
        int want;
    } of[] = {{"io", EACCES}, {"personality", EPERM}, {"stack", EACCES}, {"syscall", EPERM}};
    enum { N = sizeof of / sizeof *of };
    int go[2], gone[2], fd[N];
    char path[80], b[100];
    pid_t reader, other;
    if (geteuid() != 0)
        SKIP("needs root");
    CHILD(reader) {
        EQ(setresgid(1234, 1234, 1234), 0);
        EQ(setresuid(1234, 1234, 1234), 0);
        EQ(prctl(PR_SET_DUMPABLE, 1), 0);
        EQ(pipe(go), 0);
        EQ(pipe(gone), 0);
        CHILD(other) {
            EQ(read(go[0], b, 1), 1);
            EQ(prctl(PR_SET_DUMPABLE, 0), 0);
            EQ(write(gone[1], "x", 1), 1);
            pause();
        }
        for (int i = 0; i < N; i++) {
            snprintf(path, sizeof path, "/proc/%d/%s", other, of[i].name);
            fd[i] = open(path, O_RDONLY);
            CHECK(fd[i] >= 0 || errno == ENOENT); /* as the kernel was built */
        }
        EQ(write(go[1], "x", 1), 1);
        EQ(read(gone[0], b, 1), 1);
        for (int i = 0; i < N; i++)
            if (fd[i] >= 0)
                ERR(read(fd[i], b, sizeof b), of[i].want);
        EQ(kill(other, SIGKILL), 0);
        EQ(waitpid(other, 0, 0), other);
    }
    WAIT_EXIT(reader, 0);
}

MAIN()
