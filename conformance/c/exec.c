// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// TIMEOUT: 60
// execve: errors, #! scripts, from a thread, close-on-exec, what is kept and what is reset, argument sizes, fexecve, auxv.
#include "check.h"
#include <pthread.h>
#include <sys/auxv.h>

extern char **environ;
static const char *self = "/proc/self/exe";
static char self_path[512];

/* Run this program again as `child WHAT ARG` and give its exit status. */
#define REEXEC(what, arg) execl(self_path, "check", "--child", what, arg, (char *)0)

TEST(arguments_and_environment) {
    pid_t pid = fork();
    if (pid == 0) {
        char *argv[] = {"check", "--child", "args", "", "two words", "\xff\x01", 0};
        char *envp[] = {"A=1", "EMPTY=", "noequals", 0};
        execve(self_path, argv, envp);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
}
TEST(errors) {
    char *a[] = {"x", 0};
    ERR(execve("/no/such", a, environ), ENOENT);
    ERR(execve("", a, environ), ENOENT);
    ERR(execve("/etc/passwd/x", a, environ), ENOTDIR);
    ERR(execve("/", a, environ), EACCES);
    put("noexec", "#!/bin/sh\n");
    ERR(execve("./noexec", a, environ), EACCES);
    put("empty", "");
    chmod("empty", 0755);
    ERR(execve("./empty", a, environ), ENOEXEC);
    put("text", "hello\n");
    chmod("text", 0755);
    ERR(execve("./text", a, environ), ENOEXEC);
    put("short", "\x7f" "ELF");
    chmod("short", 0755);
    ERR(execve("./short", a, environ), ENOEXEC);
    put("noint", "#!/no/such/interpreter\n");
    chmod("noint", 0755);
    ERR(execve("./noint", a, environ), ENOENT);
    EQ(symlink("loop", "loop"), 0);
    ERR(execve("loop", a, environ), ELOOP);
    ERR(execve((char *)8, a, environ), EFAULT);
    ERR(execve("/bin/true", (char **)8, environ), EFAULT);
    int fd = OK(open("text", O_WRONLY));
    (void)fd;
    ERR(execve("./text", a, environ), ETXTBSY);
}
TEST(too_big) {
    static char big[140000];
    memset(big, 'x', sizeof big - 1);
    char *one[] = {"x", big, 0};
    ERR(execve("/bin/true", one, environ), E2BIG); /* one string above 128 KiB */
    static char *many[3000];
    static char k[4096];
    memset(k, 'y', sizeof k - 1);
    for (int i = 0; i < 2999; i++)
        many[i] = k;
    ERR(execve("/bin/true", many, environ), E2BIG);
    many[300] = 0; /* 1.2 MB is fine */
    pid_t pid = fork();
    if (pid == 0) {
        execve("/bin/true", many, environ);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
}
TEST(scripts) {
    int p[2];
    char b[300] = "";
    put("s", "#!/bin/echo one two three  \nrest\n");
    chmod("s", 0755);
    EQ(pipe(p), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(p[1], 1);
        execl("./s", "ignored", "arg", (char *)0);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
    OK(read(p[0], b, 299));
    STREQ(b, "one two three ./s arg\n");
    put("t", "#! ./s\n"); /* a script run by a script */
    chmod("t", 0755);
    pid = fork();
    if (pid == 0) {
        dup2(p[1], 1);
        execl("./t", "t", "arg", (char *)0);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
    memset(b, 0, sizeof b);
    OK(read(p[0], b, 299));
    STREQ(b, "one two three ./s ./t arg\n");
    put("l", "#!./l\n");
    chmod("l", 0755);
    ERR(execl("./l", "l", (char *)0), ELOOP);
}
TEST(descriptors) {
    int a = OK(open("/dev/null", O_RDONLY | O_CLOEXEC)), b = OK(open("/dev/null", O_RDONLY));
    char s[40];
    snprintf(s, sizeof s, "%d %d", a, b);
    pid_t pid = fork();
    if (pid == 0) {
        REEXEC("fds", s);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
    EQ(fcntl(a, F_GETFD), FD_CLOEXEC); /* ours stays */
}
static void nothing(int s) {
    (void)s;
}
TEST(signals_across) {
    pid_t pid = fork();
    if (pid == 0) {
        sigset_t set;
        signal(SIGUSR1, nothing);
        signal(SIGUSR2, SIG_IGN);
        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigprocmask(SIG_SETMASK, &set, 0);
        raise(SIGTERM); /* stays pending */
        alarm(100);
        REEXEC("signals", "");
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
}
TEST(kept) {
    char s[60];
    umask(031);
    nice(3);
    snprintf(s, sizeof s, "%d %d %d", getpid(), getppid(), getpgrp());
    pid_t pid = fork();
    if (pid == 0) {
        snprintf(s, sizeof s, "%d %d %d", getpid(), getppid(), getpgrp());
        REEXEC("kept", s);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
}
static void *exec_thread(void *arg) {
    REEXEC("thread", arg);
    _exit(98);
}
static void *blocked(void *arg) {
    char c;
    if (read(*(int *)arg, &c, 1) < 0)
        return 0;
    return 0;
}
static void *spinning(void *arg) {
    for (;;)
        __asm__ volatile("pause");
    return arg;
}
TEST(from_another_thread) {
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t t;
        int p[2];
        char s[20];
        if (pipe(p))
            _exit(97);
        snprintf(s, sizeof s, "%d", getpid());
        pthread_create(&t, 0, blocked, &p[0]);
        pthread_create(&t, 0, spinning, 0);
        msleep(20);
        pthread_create(&t, 0, exec_thread, s);
        for (;;)
            pause();
    }
    WAIT_EXIT(pid, 0);
}
TEST(from_the_leader_with_threads) {
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t t;
        int p[2];
        char s[20];
        if (pipe(p))
            _exit(97);
        snprintf(s, sizeof s, "%d", getpid());
        for (int i = 0; i < 3; i++)
            pthread_create(&t, 0, blocked, &p[0]);
        msleep(20);
        exec_thread(s);
    }
    WAIT_EXIT(pid, 0);
}
static void *calling(void *arg) {
    for (;;)
        getppid();
    return arg;
}
TEST(while_other_threads_make_calls) {
    for (int i = 0; i < 20; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            pthread_t t;
            char s[20];
            snprintf(s, sizeof s, "%d", getpid());
            for (int k = 0; k < 3; k++)
                pthread_create(&t, 0, calling, 0);
            msleep(5);
            if (i & 1)
                exec_thread(s);
            pthread_create(&t, 0, exec_thread, s);
            calling(0);
        }
        if (!WAIT_EXIT(pid, 0))
            break;
    }
}
TEST(failed_exec_leaves_threads) {
    pthread_t t;
    int p[2];
    EQ(pipe(p), 0);
    pthread_create(&t, 0, blocked, &p[0]);
    msleep(10);
    ERR(execl("/no/such", "x", (char *)0), ENOENT);
    EQ(write(p[1], "x", 1), 1);
    EQ(pthread_join(t, 0), 0);
}
TEST(fexecve_and_empty_path) {
    char *argv[] = {"check", "--child", "ok", "", 0};
    pid_t pid = fork();
    if (pid == 0) {
        int fd = open(self_path, O_RDONLY | O_CLOEXEC);
        fexecve(fd, argv, environ);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
    pid = fork();
    if (pid == 0) {
        int fd = open(self_path, O_PATH);
        syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
    EQ(symlink(self_path, "l"), 0);
    ERR(syscall(SYS_execveat, AT_FDCWD, "l", argv, environ, AT_SYMLINK_NOFOLLOW), ELOOP);
}
TEST(by_proc_self_exe) {
    pid_t pid = fork();
    if (pid == 0) {
        execl(self, "check", "--child", "ok", "", (char *)0);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
}
TEST(vfork_exec_wakes_parent) {
    pid_t pid = vfork();
    if (pid == 0) {
        execl("/bin/sleep", "sleep", "1000", (char *)0);
        _exit(99);
    }
    EQ(waitpid(pid, 0, WNOHANG), 0);
    kill(pid, SIGKILL);
    WAIT_SIG(pid, SIGKILL);
}
TEST(memory_is_gone) {
    pid_t pid = fork();
    if (pid == 0) {
        void *p = mmap((void *)0x200000000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (p == MAP_FAILED)
            _exit(98);
        REEXEC("memory", "");
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
}
TEST(comm_and_cmdline) {
    pid_t pid = fork();
    if (pid == 0) {
        execl(self_path, "odd name", "--child", "comm", "a b", (char *)0);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
}
TEST(auxv) {
    EQ(getauxval(AT_PAGESZ), 4096);
    EQ(getauxval(AT_CLKTCK), 100);
    EQ(getauxval(AT_UID), getuid());
    EQ(getauxval(AT_EGID), getegid());
    EQ(getauxval(AT_SECURE), 0);
    CHECK(getauxval(AT_PHDR) && getauxval(AT_ENTRY) && getauxval(AT_BASE));
    CHECK(getauxval(AT_RANDOM));
    CHECK(getauxval(AT_HWCAP));
    const char *pl = (const char *)getauxval(AT_PLATFORM), *fn = (const char *)getauxval(AT_EXECFN);
    CHECK(pl && !strcmp(pl, "x86_64"));
    CHECK(fn && strstr(fn, "exec"));
    CHECK(getauxval(AT_SYSINFO_EHDR));
}
TEST(unlinked_program) {
    int in = OK(open(self_path, O_RDONLY)), out = OK(open("copy", O_WRONLY | O_CREAT, 0755));
    static char b[65536];
    ssize_t n;
    while ((n = read(in, b, sizeof b)) > 0)
        EQ(write(out, b, n), n);
    close(out);
    pid_t pid = fork();
    if (pid == 0) {
        execl("./copy", "check", "--child", "unlinked", "copy", (char *)0);
        _exit(99);
    }
    WAIT_EXIT(pid, 0);
}
TEST(forty_execs) {
    for (int i = 0; i < 40; i++) {
        pid_t pid = vfork();
        if (pid == 0) {
            execl("/bin/true", "true", (char *)0);
            _exit(99);
        }
        if (!WAIT_EXIT(pid, 0))
            break;
    }
}

static int child(int argc, char **argv) {
    const char *what = argv[2], *arg = argv[3];
    if (!strcmp(what, "ok"))
        return 0;
    if (!strcmp(what, "args"))
        return !(argc == 6 && !*argv[3] && !strcmp(argv[4], "two words") && !strcmp(argv[5], "\xff\x01") && !argv[6]
                && !strcmp(environ[0], "A=1") && !strcmp(environ[1], "EMPTY=") && !strcmp(environ[2], "noequals")
                && !environ[3]);
    if (!strcmp(what, "fds")) {
        int a, b;
        sscanf(arg, "%d %d", &a, &b);
        return !(fcntl(a, F_GETFD) == -1 && errno == EBADF && fcntl(b, F_GETFD) == 0);
    }
    if (!strcmp(what, "signals")) {
        struct sigaction sa;
        sigset_t set;
        sigaction(SIGUSR1, 0, &sa);
        if (sa.sa_handler != SIG_DFL)
            return 1;
        sigaction(SIGUSR2, 0, &sa);
        if (sa.sa_handler != SIG_IGN)
            return 2;
        sigprocmask(SIG_BLOCK, 0, &set);
        if (!sigismember(&set, SIGTERM) || sigismember(&set, SIGINT))
            return 3;
        sigpending(&set);
        if (!sigismember(&set, SIGTERM))
            return 4;
        return alarm(0) > 90 ? 0 : 5;
    }
    if (!strcmp(what, "kept")) {
        int a, b, c;
        sscanf(arg, "%d %d %d", &a, &b, &c);
        return !(a == getpid() && b == getppid() && c == getpgrp() && umask(0) == 031);
    }
    if (!strcmp(what, "thread")) {
        DIR *d = opendir("/proc/self/task");
        int n = 0;
        while (d && readdir(d))
            n++;
        return atoi(arg) != getpid() || syscall(SYS_gettid) != getpid() ? 1 : n != 3 ? 2 : 0;
    }
    if (!strcmp(what, "memory")) {
        char v;
        return !(mincore((void *)0x200000000, 4096, (void *)&v) == -1 && errno == ENOMEM);
    }
    if (!strcmp(what, "comm")) {
        char want[] = "odd name\0--child\0comm\0a b";
        char b[100] = "";
        int fd = open("/proc/self/cmdline", O_RDONLY);
        ssize_t n = read(fd, b, sizeof b);
        return n != sizeof want || memcmp(b, want, n) ? 1 : strncmp(get("/proc/self/comm"), "exec\n", 5) ? 2 : 0;
    }
    if (!strcmp(what, "unlinked")) {
        char b[300] = "";
        if (unlink(arg) || readlink("/proc/self/exe", b, 299) < 0)
            return 1;
        return strstr(b, "/copy (deleted)") ? 0 : 2;
    }
    return 77;
}
int main(int argc, char **argv) {
    if (argc >= 4 && !strcmp(argv[1], "--child"))
        return child(argc, argv);
    if (readlink(self, self_path, sizeof self_path - 1) < 0)
        strcpy(self_path, argv[0]);
    return chk_main(argc, argv);
}
