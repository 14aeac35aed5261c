// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// watch - runs a command and says what it leaves behind.
//
//   watch SECONDS [-k jvm|launcher|all] [-a MS] COMMAND [ARGUMENT]...
//
// It makes itself the reaper of all orphans below it, so that whatever the command started is either gone at the end or still a
// descendant of this process. -k kills the JVM, its parent (the launcher) or both by SIGKILL after MS milliseconds, or as soon as there is
// one. Prints `status N`, a line `left PID COMM` for each process that is there GRACE later (and kills it), and ends with 0 if there was none
// and the command ended within SECONDS, 3 if some were left, 4 if time was over.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GRACE_MS 3000

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}
static void nap(int ms) {
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, 0);
}
struct proc {
    int pid, ppid;
    char state, comm[64];
};
static struct proc all[20000];
static int count;
static int below[20000], n_below;

static void snapshot(void) {
    DIR *d = opendir("/proc");
    count = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[300], text[600] = "";
        int fd, pid = atoi(e->d_name);
        if (pid <= 0 || count >= 20000)
            continue;
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        fd = open(path, O_RDONLY);
        if (fd < 0 || read(fd, text, sizeof text - 1) <= 0) {
            close(fd);
            continue;
        }
        close(fd);
        struct proc *p = &all[count++];
        char *open_ = strchr(text, '('), *close_ = strrchr(text, ')');
        p->pid = pid;
        snprintf(p->comm, sizeof p->comm, "%.*s", (int)(close_ - open_ - 1), open_ + 1);
        sscanf(close_ + 1, " %c %d", &p->state, &p->ppid);
    }
    closedir(d);
    n_below = 0;
    int known = 1;
    below[0] = getpid();
    for (int i = 0; i < known; i++)
        for (int k = 0; k < count; k++)
            if (all[k].ppid == below[i] && all[k].state != 'Z' && all[k].state != 'X')
                below[known++] = all[k].pid;
    n_below = known;
}
static struct proc *find(int pid) {
    for (int i = 0; i < count; i++)
        if (all[i].pid == pid)
            return &all[i];
    return 0;
}
static int is_jvm(int pid) {
    char path[60], line[1000];
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    FILE *f = fopen(path, "r");
    int hit = 0;
    while (f && !hit && fgets(line, sizeof line, f))
        hit = strstr(line, "libjvm.so") != 0;
    if (f)
        fclose(f);
    if (hit)
        return 1;
    // another user's, without CAP_SYS_PTRACE: its words may be read all the same
    snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    f = fopen(path, "r");
    size_t n = f ? fread(line, 1, sizeof line - 1, f) : 0;
    if (f)
        fclose(f);
    line[n] = 0;
    for (size_t at = 0; at < n; at += strlen(line + at) + 1)
        hit |= !strncmp(line + at, "-XX:", 4);
    return hit;
}
int main(int argc, char **argv) {
    int seconds = argc > 2 ? atoi(argv[1]) : 0, i = 2, after = 1500, st = 0, status = -1, killed = 0, late = 0;
    const char *target = 0;
    while (i + 1 < argc && argv[i][0] == '-') {
        if (!strcmp(argv[i], "-k"))
            target = argv[i + 1];
        else if (!strcmp(argv[i], "-a"))
            after = atoi(argv[i + 1]);
        i += 2;
    }
    if (!seconds || i >= argc)
        return 2;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    setvbuf(stdout, 0, _IOLBF, 0);
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[i], argv + i);
        _exit(127);
    }
    long long start = now();
    while (status < 0) {
        pid_t got = waitpid(-1, &st, WNOHANG);
        if (got == pid)
            status = WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
        if (got > 0)
            continue;
        if (target && !killed && now() - start >= after) {
            snapshot();
            for (int k = 1; k < n_below && !killed; k++)
                if (is_jvm(below[k])) { // else it has not begun yet
                    killed = 1;
                    int up = find(below[k])->ppid;
                    printf("killed %s: jvm %d launcher %d, %d processes below\n", target, below[k], up, n_below - 1);
                    if (strcmp(target, "launcher"))
                        kill(below[k], SIGKILL);
                    if (strcmp(target, "jvm") && up != getpid() && up > 1)
                        kill(up, SIGKILL);
                }
        }
        if (now() - start > seconds * 1000LL) {
            late = 1;
            printf("late: still running after %d s\n", seconds);
            kill(pid, SIGTERM);
            nap(500);
            kill(pid, SIGKILL);
            break;
        }
        nap(20);
    }
    printf("status %d\n", status);
    long long end = now() + GRACE_MS;
    do {
        while (waitpid(-1, &st, WNOHANG) > 0)
            ;
        snapshot();
        if (n_below == 1)
            break;
        nap(50);
    } while (now() < end);
    for (int k = 1; k < n_below; k++) {
        struct proc *p = find(below[k]);
        printf("left %d %s state %c parent %d\n", below[k], p->comm, p->state, p->ppid);
        kill(below[k], SIGKILL);
    }
    nap(50);
    while (waitpid(-1, &st, WNOHANG) > 0)
        ;
    return n_below > 1 ? 3 : late ? 4 : 0;
}
