// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1
/*
 * What each system call answers to bad arguments: every call of the table with good values but for one that is bad, as an ordinary user
 * and as root of namespaces of its own. One line for each: `user read(closed, ok, 16) EBADF`. The lines depend on Linux alone, so
 * those of the host and those inside can be compared.
 *
 *   errors [-c CALL] DIRECTORY
 *
 * A child makes the calls one after the other until one succeeds, since then files and descriptors are no longer what they were; the
 * next child goes on with new ones.
 */
#include "values.h"
#include <dirent.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include "../fuzz/numbers.h"

struct call {
    const char *name;
    int nr;
    const char *kinds;
    int weight;
};
#define CALL(name, kinds, weight) {#name, SYS_##name, kinds, weight}
static const struct call calls[] = {
#include "../fuzz/table.h"
#include "more.h"
};

/* Left out: what ends or changes the machine where it succeeds, and what waits by its nature. */
static const char *const left_out[] = {"pause", "vhangup", "rt_sigsuspend", "syslog", "clock_settime", "adjtimex", "quotactl", "perf_event_open",
        "bpf", "ptrace", "fanotify_init", "fanotify_mark", "add_key", "keyctl", "msgrcv"};
/* Cases that wait for ever. */
static const char *const waiting[] = {"open(\"fifo\", 0, 420)", "openat(AT_FDCWD, \"fifo\", 0, 420)", "creat(\"fifo\", 420)",
        "select(0, ok, ok, ok, NULL)", "select(0, ok, ok, ok, 1000000000 ns)", "pselect6(0, ok, ok, ok, NULL, ok)",
        "ppoll(ok, 256, NULL, ok, 8)", "rt_sigtimedwait(ok, ok, NULL, 8)", "futex(mapped, 0, 0, NULL, mapped, 0)",
        "vmsplice(pipe's reader, ok, 256, 0)"};
/* As root natively these would touch others. */
static const char *const not_as_root[] = {"setpriority", "ioprio_set"};

static struct shared {
    int next; /* the case that is made, counted over the values of a call */
    long result;
    char label[200];
} *shared;
static const char *pass, *directory;
static char work[PATH_MAX];

static int contains(const char *const *list, int count, const char *name) {
    for (int i = 0; i < count; i++)
        if (!strcmp(list[i], name))
            return 1;
    return 0;
}

/* The arguments of case number `which`: which argument is odd, and by which of its values. 0 when there are no more. */
static int arguments(const struct call *c, int which, long *args, char *label, size_t size) {
    int count = (int)strlen(c->kinds), odd = 0, odd_value = 0;
    struct value v;
    if (which > 0) {
        for (odd_value = which; odd < count; odd++) {
            int values = 0;
            while (value(c->kinds[odd], values, odd, &v))
                values++;
            if (odd_value < values)
                break;
            odd_value -= values - 1;
        }
        if (odd == count)
            return 0;
    }
    size_t n = 0;
    for (int i = 0; i < count; i++) {
        if (!value(c->kinds[i], i == odd ? odd_value : 0, i, &v))
            return 0;
        args[i] = v.value;
        n += snprintf(label + n, n < size ? size - n : 0, "%s%s", i ? ", " : "", v.label);
    }
    return 1;
}

static void print(const struct call *c, const char *label, const char *result) {
    printf("%s %s(%s) %s\n", pass, c->name, label, result);
}

/* In a child: cases from shared->next on, to the first that succeeds. 0 when there are no more. */
static void make_calls(const struct call *c) {
    struct itimerval late = {{0, 0}, {10, 0}};
    signal(SIGPIPE, SIG_IGN);
    signal(SIGALRM, SIG_DFL);
    if (!strcmp(pass, "root") && unshare(CLONE_NEWNS) != 0) // what is mounted goes with the child
        _exit(96);
    make_files();
    setitimer(ITIMER_REAL, &late, 0);
    for (;; shared->next++) {
        long a[6] = {0};
        if (!arguments(c, shared->next, a, shared->label, sizeof shared->label))
            _exit(2);
        char text[300];
        snprintf(text, sizeof text, "%s(%s)", c->name, shared->label);
        if (contains(waiting, COUNT(waiting), text))
            continue;
        errno = 0;
        long r = syscall(c->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
        shared->result = r == -1 ? errno : 0;
        if (shared->result == 0)
            _exit(0);
        print(c, shared->label, strerrorname_np((int)shared->result) ?: "odd");
        fflush(stdout);
    }
}

/* What calls left in the directory goes. */
static void empty(const char *path, int depth) {
    char below[PATH_MAX];
    chmod(path, 0700);
    DIR *d = depth < 20 ? opendir(path) : 0;
    for (struct dirent *e; d && (e = readdir(d)) != 0;) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        snprintf(below, sizeof below, "%s/%s", path, e->d_name);
        if (e->d_type == DT_DIR) {
            empty(below, depth + 1);
            rmdir(below);
        } else
            unlink(below);
    }
    if (d)
        closedir(d);
}

static void all_of(const struct call *c) {
    for (shared->next = 0;; shared->next++) {
        int status = 0;
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0)
            make_calls(c);
        if (pid == -1 || waitpid(pid, &status, 0) != pid)
            abort();
        empty(work, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
            return;
        if (WIFEXITED(status) && WEXITSTATUS(status) >= 90) {
            fprintf(stderr, "errors: no files to work on (%d)\n", WEXITSTATUS(status));
            exit(1);
        }
        print(c, shared->label, WIFSIGNALED(status) ? WTERMSIG(status) == SIGALRM ? "waits" : "killed" : "succeeds");
    }
}

static int wanted(const struct call *c, const char *only) {
    if (strpbrk(c->name, " ") && strncmp(c->name, "fcntl", 5))
        return 0; /* special ones of the fuzzer */
    if (c->nr < 0 || contains(left_out, COUNT(left_out), c->name) || (only && strcmp(only, c->name)))
        return 0;
    return strcmp(pass, "root") || !contains(not_as_root, COUNT(not_as_root), c->name);
}

static void run(const char *only) {
    shared = mmap(0, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(long_name, 'n', sizeof long_name - 1);
    for (int i = 0; i < PATH_MAX + 8; i++)
        long_path[i] = i % 2 ? '/' : '.';
    make_memory();
    empty(work, 0);
    for (int i = 0; i < COUNT(calls); i++)
        if (wanted(&calls[i], only))
            all_of(&calls[i]);
}

/* Root makes spaces of its own, so that nothing outside is changed and all that is compared is the kernel's. */
static int own_spaces(void) {
    int status = 0;
    if (unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID) != 0) {
        perror("errors: unshare");
        return 0;
    }
    pid_t pid = fork();
    if (pid != 0) {
        if (waitpid(pid, &status, 0) != pid || status != 0)
            fprintf(stderr, "errors: ended with status 0x%x\n", status);
        exit(status != 0);
    }
    return mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) == 0 && mount("tmpfs", directory, "tmpfs", 0, "mode=1777,size=64m") == 0 &&
            mount("proc", "/proc", "proc", 0, 0) == 0 && chdir(directory) == 0 && mknod("null", S_IFCHR | 0666, makedev(1, 3)) == 0 &&
            chmod("null", 0666) == 0;
}

int main(int argc, char **argv) {
    const char *only = argc > 3 && !strcmp(argv[1], "-c") ? argv[2] : 0;
    int root = geteuid() == 0, failed = 0, status;
    directory = argv[argc - 1];
    umask(022);
    for (int as_root = 0; as_root <= root; as_root++) {
        pid_t pid = fork();
        if (pid == 0) {
            pass = as_root ? "root" : "user";
            if ((root && !own_spaces()) || chdir(directory) != 0 ||
                    (root && !as_root && (setgroups(0, 0) || setgid(65533) || setuid(65533))) || (snprintf(work, sizeof work, "%s/work-of-errors", directory), mkdir(work, 0755), chdir(work) != 0)) {
                perror("errors: nowhere to work");
                return 1;
            }
            setrlimit(RLIMIT_NOFILE, &(struct rlimit){1024, 1024});
            setrlimit(RLIMIT_FSIZE, &(struct rlimit){1 << 24, 1 << 24});
            signal(SIGXFSZ, SIG_IGN);
            prctl(PR_SET_DUMPABLE, 1);
            run(only);
            return 0;
        }
        failed |= waitpid(pid, &status, 0) != pid || status != 0;
    }
    return failed;
}
