// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/*
 * The whole test framework of conformance/c.
 *
 *   TEST(name) { EQ(dup(99), -1); ERR(dup(99), EBADF); }
 *   MAIN()
 *
 * Every TEST runs in a forked child of its own, in a fresh directory (below /tmp), with a time limit,
 * so that a hang or a crash costs one test only. One line per test: `ok NAME`, `not ok NAME: detail`, `skip NAME: why`;
 * the last line is `N passed, N failed`; exit status 1 if one failed.
 *
 *   prog [-l] [-n] [-dDIR] [NAME...]   -l lists, -n does not fork (for a debugger), -d instead of /tmp, NAME is a prefix
 *
 * Checks print the first failures of a test and go on; NEED returns from the test.
 */
#ifndef CHECK_H
#define CHECK_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHK_UNUSED __attribute__((unused))

struct chk_state {
    int passed, failed, test_failed, test_skipped;
};
static struct chk_state *chk; /* shared between the parent and the children */
static const char *chk_name = "main";
static volatile pid_t chk_child;
static volatile int chk_late;
CHK_UNUSED static const char *chk_base = "/tmp";
CHK_UNUSED static char chk_dir[512];

CHK_UNUSED static void chk_print(const char *fmt, ...) {
    char line[2048];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line - 1, fmt, ap);
    va_end(ap);
    if (n > (int)sizeof line - 2)
        n = sizeof line - 2;
    line[n++] = '\n';
    ssize_t r = write(1, line, n);
    (void)r;
}

CHK_UNUSED static void chk_fail(int line, const char *fmt, ...) {
    char text[1500];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (__atomic_add_fetch(&chk->test_failed, 1, __ATOMIC_SEQ_CST) <= 8)
        chk_print("not ok %s: line %d: %s", chk_name, line, text);
}

CHK_UNUSED static const char *chk_errno(int e) {
    const char *s = strerrorname_np(e);
    return s ? s : "?";
}

/* The condition holds. */
#define CHECK(cond)                                                                      \
    ({                                                                                   \
        int c_ = !!(cond);                                                               \
        if (!c_)                                                                         \
            chk_fail(__LINE__, "%s is false (errno %s)", #cond, chk_errno(errno));       \
        c_;                                                                              \
    })
/* The same, and the test ends here when it does not. */
#define NEED(cond)                                                                       \
    do {                                                                                 \
        if (!CHECK(cond))                                                                \
            return;                                                                      \
    } while (0)
/* Two integers are equal. */
#define EQ(a, b)                                                                         \
    ({                                                                                   \
        long long a_ = (long long)(a), e_ = errno, b_ = (long long)(b);                  \
        if (a_ != b_)                                                                    \
            chk_fail(__LINE__, "%s is %lld (0x%llx, errno %s), want %s = %lld", #a, a_, a_, chk_errno(e_), #b, b_); \
        a_ == b_;                                                                        \
    })
/* The call succeeds (any result but -1). */
#define OK(expr)                                                                         \
    ({                                                                                   \
        errno = 0;                                                                       \
        long r_ = (long)(expr);                                                          \
        if (r_ == -1)                                                                    \
            chk_fail(__LINE__, "%s fails with %s", #expr, chk_errno(errno));             \
        r_;                                                                              \
    })
/* The call fails with this errno. */
#define ERR(expr, want)                                                                  \
    ({                                                                                   \
        errno = 0;                                                                       \
        long r_ = (long)(expr);                                                          \
        int e_ = errno;                                                                  \
        if (r_ != -1)                                                                    \
            chk_fail(__LINE__, "%s returns %ld, want %s", #expr, r_, chk_errno(want));   \
        else if (e_ != (want))                                                           \
            chk_fail(__LINE__, "%s fails with %s, want %s", #expr, chk_errno(e_), chk_errno(want)); \
        r_ == -1 && e_ == (want);                                                        \
    })
/* Two strings are equal. */
#define STREQ(a, b)                                                                      \
    ({                                                                                   \
        const char *a_ = (a), *b_ = (b);                                                 \
        int c_ = strcmp(a_, b_) == 0;                                                    \
        if (!c_)                                                                         \
            chk_fail(__LINE__, "%s is \"%.200s\", want \"%.200s\"", #a, a_, b_);         \
        c_;                                                                              \
    })
#define SKIP(why)                                                                        \
    do {                                                                                 \
        chk->test_skipped = 1;                                                           \
        chk_print("skip %s: %s", chk_name, why);                                         \
        return;                                                                          \
    } while (0)

/* Fork; CHILD(pid) { ... } runs in the child, which then exits with 0, or 1 if one of its checks failed. */
#define CHILD(pid) for (int chk_once_ = ((pid) = fork()) == 0; chk_once_; _exit(chk->test_failed ? 1 : 0))
/* The child `pid` ends with exit status `want`. */
#define WAIT_EXIT(pid, want)                                                             \
    ({                                                                                   \
        int st_ = -1;                                                                    \
        pid_t p_ = (pid), g_;                                                            \
        do                                                                               \
            g_ = waitpid(p_, &st_, 0);                                                   \
        while (g_ == -1 && errno == EINTR);                                              \
        int c_ = g_ == p_ && WIFEXITED(st_) && WEXITSTATUS(st_) == (want);               \
        if (!c_)                                                                         \
            chk_fail(__LINE__, "child: waitpid gives %d (errno %s), status 0x%x, want exit %d", g_, chk_errno(errno), st_, want); \
        c_;                                                                              \
    })
/* The child `pid` dies of signal `want`. */
#define WAIT_SIG(pid, want)                                                              \
    ({                                                                                   \
        int st_ = -1;                                                                    \
        pid_t p_ = (pid), g_;                                                            \
        do                                                                               \
            g_ = waitpid(p_, &st_, 0);                                                   \
        while (g_ == -1 && errno == EINTR);                                              \
        int c_ = g_ == p_ && WIFSIGNALED(st_) && WTERMSIG(st_) == (want);                \
        if (!c_)                                                                         \
            chk_fail(__LINE__, "child: waitpid gives %d, status 0x%x, want signal %d", g_, st_, want); \
        c_;                                                                              \
    })

struct chk_test {
    const char *name;
    void (*run)(void);
    struct chk_test *next;
};
CHK_UNUSED static struct chk_test *chk_first;
CHK_UNUSED static struct chk_test **chk_last = &chk_first;

#define TEST(name_)                                                                      \
    static void test_##name_(void);                                                      \
    static struct chk_test chk_test_##name_ = {#name_, test_##name_, 0};                 \
    __attribute__((constructor)) static void chk_add_##name_(void) {                     \
        *chk_last = &chk_test_##name_;                                                   \
        chk_last = &chk_test_##name_.next;                                               \
    }                                                                                    \
    static void test_##name_(void)

static struct chk_state chk_own;

/*
 * What who starts us hands down and tests take for granted: no open files but the streams, no signal that is ignored or blocked, no
 * files that others cannot read. Errors do not matter: a kernel without that call hands nothing down either.
 */
CHK_UNUSED static void chk_as_usual(void) {
    sigset_t none;
    sigemptyset(&none);
    umask(022);
    close_range(3, ~0U, 0);
    for (int s = 1; s <= SIGRTMAX; s++)
        signal(s, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, 0);
}

CHK_UNUSED static void chk_start(void) {
    chk_as_usual();
    struct chk_state *p =
            mmap(0, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    chk = p == MAP_FAILED ? &chk_own : p;
}

CHK_UNUSED static void chk_end_test(void) {
    if (chk->test_failed)
        chk->failed++;
    else if (!chk->test_skipped) {
        chk->passed++;
        chk_print("ok %s", chk_name);
    }
    chk->test_failed = chk->test_skipped = 0;
}

CHK_UNUSED static int chk_summary(void) {
    chk_print("%d passed, %d failed", chk->passed, chk->failed);
    return chk->failed != 0;
}

CHK_UNUSED static void chk_alarm(int sig) {
    (void)sig;
    chk_late = 1;
    kill(-chk_child, SIGKILL);
    kill(chk_child, SIGKILL);
}

CHK_UNUSED static int chk_seconds(void) {
    const char *s = getenv("CHECK_SECONDS");
    return s ? atoi(s) : 10;
}

/* A kernel without files yet: the tests that need none still run, where they are. */
CHK_UNUSED static void chk_in_directory(struct chk_test *t) {
    if (*chk_dir && (chdir(chk_dir) != 0 || chmod(chk_dir, 0755) != 0)) {
        chk_fail(__LINE__, "cannot use the directory %s: %s", chk_dir, chk_errno(errno));
        return;
    }
    t->run();
}

static void chk_remove(const char *path, int depth);

CHK_UNUSED static void chk_run(struct chk_test *t) {
    int status = 0;
    pid_t pid, got;
    chk_name = t->name;
    snprintf(chk_dir, sizeof chk_dir, "%s/check.XXXXXX", chk_base);
    if (!mkdtemp(chk_dir)) {
        if (errno != ENOSYS)
            chk_fail(__LINE__, "cannot make the directory %s: %s", chk_dir, chk_errno(errno));
        *chk_dir = 0;
    }
    chk_child = pid = fork();
    if (pid == -1) {
        chk_fail(__LINE__, "fork: %s", chk_errno(errno));
        chk_end_test();
        return;
    }
    if (pid == 0) {
        setpgid(0, 0);
        signal(SIGALRM, SIG_DFL);
        chk_in_directory(t);
        _exit(0);
    }
    chk_late = 0;
    alarm(chk_seconds());
    do
        got = waitpid(pid, &status, 0);
    while (got == -1 && errno == EINTR);
    alarm(0);
    kill(-pid, SIGKILL);
    if (*chk_dir)
        chk_remove(chk_dir, 0);
    if (got != pid)
        chk_fail(__LINE__, "waitpid gives %d, %s", got, chk_errno(errno));
    else if (chk_late)
        chk_fail(__LINE__, "still running after %d s", chk_seconds());
    else if (status != 0)
        chk_fail(__LINE__, "ended with status 0x%x", status);
    chk_end_test();
}

#include <dirent.h>
CHK_UNUSED static void chk_remove(const char *path, int depth) {
    char sub[1024];
    DIR *d = depth < 40 ? opendir(path) : 0;
    if (d) {
        struct dirent *e;
        while ((e = readdir(d)) != 0) {
            if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
                continue;
            snprintf(sub, sizeof sub, "%s/%s", path, e->d_name);
            if (e->d_type == DT_DIR) {
                chmod(sub, 0700);
                chk_remove(sub, depth + 1);
            } else
                unlink(sub);
        }
        closedir(d);
    }
    rmdir(path);
}

CHK_UNUSED static int chk_main(int argc, char **argv) {
    int list = 0, nofork = 0, first = 1;
    while (first < argc && argv[first][0] == '-') {
        list |= argv[first][1] == 'l';
        nofork |= argv[first][1] == 'n';
        if (argv[first][1] == 'd')
            chk_base = argv[first] + 2;
        first++;
    }
    chk_start();
    struct sigaction sa = {.sa_handler = chk_alarm};
    sigaction(SIGALRM, &sa, 0);
    for (struct chk_test *t = chk_first; t; t = t->next) {
        int wanted = first >= argc;
        for (int i = first; i < argc; i++)
            wanted |= strncmp(t->name, argv[i], strlen(argv[i])) == 0;
        if (!wanted)
            continue;
        if (list)
            chk_print("%s", t->name);
        else if (nofork) {
            chk_name = t->name;
            t->run();
            chk_end_test();
        } else
            chk_run(t);
    }
    return list ? 0 : chk_summary();
}

#define MAIN()                                                                           \
    int main(int argc, char **argv) {                                                    \
        return chk_main(argc, argv);                                                     \
    }

/* Small helpers that many families need. */

CHK_UNUSED static void msleep(int ms) {
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    while (nanosleep(&t, &t) == -1 && errno == EINTR)
        ;
}

CHK_UNUSED static long long now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Make a file with this text. */
CHK_UNUSED static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd == -1 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        chk_fail(__LINE__, "cannot write %s: %s", path, chk_errno(errno));
    close(fd);
}

/* Write to a file that is there: 0, or what open or write said. */
CHK_UNUSED static int put_errno(const char *path, const char *text) {
    int fd = open(path, O_WRONLY), e = 0;
    if (fd == -1)
        return errno;
    if (write(fd, text, strlen(text)) == -1)
        e = errno;
    close(fd);
    return e;
}

/* The text of a file (static buffer), "" if it cannot be read. */
CHK_UNUSED static const char *get(const char *path) {
    static char text[65536];
    int fd = open(path, O_RDONLY);
    ssize_t n = 0, r;
    while (fd != -1 && n < (ssize_t)sizeof text - 1 && (r = read(fd, text + n, sizeof text - 1 - n)) > 0)
        n += r;
    text[n] = 0;
    if (fd != -1)
        close(fd);
    return text;
}

/*
 * Waits until another process, or a thread of this one, that is about to wait in a call does, however busy the machine is. Some time
 * passes then, in case it slept on its way there.
 */
CHK_UNUSED static void sleeps(pid_t tid) {
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    if (access(path, F_OK) != 0)
        snprintf(path, sizeof path, "/proc/%d/stat", tid);
    for (int i = 0; i < 4000 && state != 'S'; i++) {
        msleep(2);
        const char *t = strrchr(get(path), ')');
        state = t ? t[2] : 0;
    }
    CHECK(state == 'S');
    msleep(20);
}

#endif
