// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// TIMEOUT: 60
// /proc, /sys and /dev: the files that programs read, and whether their fields make sense.
#include "check.h"
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

static const char *self(const char *leaf, pid_t pid) {
    static char p[100];
    snprintf(p, sizeof p, "/proc/%d/%s", pid, leaf);
    return p;
}
TEST(self) {
    char b[PATH_MAX] = "", w[40];
    OK(readlink("/proc/self", b, sizeof b));
    EQ(atoi(b), getpid());
    snprintf(w, sizeof w, "%d/task/%ld", getpid(), syscall(SYS_gettid));
    memset(b, 0, sizeof b);
    OK(readlink("/proc/thread-self", b, sizeof b));
    STREQ(b, w);
    struct stat st;
    EQ(stat(self("", getpid()), &st), 0);
    CHECK(S_ISDIR(st.st_mode));
    ERR(stat("/proc/99999999", &st), ENOENT);
    EQ(lstat("/proc/self", &st), 0);
    CHECK(S_ISLNK(st.st_mode));
}
TEST(stat) {
    int pid, ppid, pgrp, session, tty, tpgid, n;
    char comm[64], state;
    unsigned long flags, f[4], utime, stime;
    long cut, cst, prio, nice, threads, itreal;
    unsigned long long start;
    unsigned long vsize, rss;
    const char *t = get("/proc/self/stat");
    n = sscanf(t, "%d (%63[^)]) %c %d %d %d %d %d %lu %lu %lu %lu %lu %lu %lu %ld %ld %ld %ld %ld %ld %llu %lu %lu", &pid, comm,
            &state, &ppid, &pgrp, &session, &tty, &tpgid, &flags, f, f + 1, f + 2, f + 3, &utime, &stime, &cut, &cst, &prio,
            &nice, &threads, &itreal, &start, &vsize, &rss);
    EQ(n, 24);
    EQ(pid, getpid());
    EQ(state, 'R');
    EQ(ppid, getppid());
    EQ(pgrp, getpgrp());
    EQ(session, getsid(0));
    EQ(threads, 1);
    EQ(nice, getpriority(PRIO_PROCESS, 0));
    EQ(prio, 20 + nice);
    CHECK(vsize > 100000 && rss > 10);
    CHECK(start > 0);
    int fields = 1;
    for (const char *c = strrchr(t, ')'); *c; c++)
        fields += *c == ' ';
    EQ(fields + 1, 52);
}
TEST(status) {
    const char *t = get("/proc/self/status");
    char w[100];
    CHECK(!strncmp(t, "Name:\t", 6));
    snprintf(w, sizeof w, "\nPid:\t%d\n", getpid());
    CHECK(strstr(t, w));
    snprintf(w, sizeof w, "\nPPid:\t%d\n", getppid());
    CHECK(strstr(t, w));
    snprintf(w, sizeof w, "\nUid:\t%d\t%d\t%d\t%d\n", getuid(), geteuid(), geteuid(), geteuid());
    CHECK(strstr(t, w));
    static const char *const keys[] = {"\nUmask:\t0022", "\nState:\tR (running)", "\nTgid:\t", "\nGid:\t", "\nFDSize:\t",
            "\nGroups:\t", "\nVmPeak:\t", "\nVmSize:\t", "\nVmRSS:\t", "\nThreads:\t1\n", "\nSigPnd:\t0000000000000000", "\nSigBlk:\t",
            "\nSigIgn:\t", "\nSigCgt:\t", "\nCapEff:\t", "\nCapBnd:\t", "\nNoNewPrivs:\t", "\nCpus_allowed:\t",
            "\nCpus_allowed_list:\t", "\nvoluntary_ctxt_switches:\t"};
    for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strstr(t, keys[i]))
            chk_fail(__LINE__, "no %s in status", keys[i] + 1);
}
TEST(maps) {
    const char *t = get("/proc/self/maps");
    static int data;
    unsigned long a, e;
    char prot[5];
    int stack = 0, text = 0, dat = 0, vdso = strstr(t, "[vdso]") != 0;
    unsigned long last = 0;
    for (const char *l = t; *l; l = strchr(l, '\n') + 1) {
        if (sscanf(l, "%lx-%lx %4s", &a, &e, prot) != 3 || a < last || e <= a) {
            chk_fail(__LINE__, "odd line %.100s", l);
            break;
        }
        last = e;
        unsigned long p = (unsigned long)&prot, f = (unsigned long)get, d = (unsigned long)&data;
        stack |= a <= p && p < e && strstr(l, "[stack]");
        text |= a <= f && f < e && prot[2] == 'x' && strstr(l, "/");
        dat |= a <= d && d < e && !strcmp(prot, "rw-p");
        if (!strchr(l, '\n'))
            break;
    }
    CHECK(stack && text && dat && vdso);
}
TEST(memory_files) {
    long a, b, c;
    EQ(sscanf(get("/proc/self/statm"), "%ld %ld %ld", &a, &b, &c), 3);
    CHECK(a >= b && b > 10);
    CHECK(strstr(get("/proc/self/smaps"), "Rss:"));
    const char *t = get("/proc/meminfo");
    EQ(sscanf(t, "MemTotal: %ld kB\nMemFree: %ld kB\nMemAvailable: %ld kB", &a, &b, &c), 3);
    CHECK(a > b && a >= c);
    CHECK(strstr(t, "\nBuffers:") && strstr(t, "\nCached:") && strstr(t, "\nSwapTotal:"));
}
TEST(mem) {
    static char text[] = "own memory";
    char b[20] = "";
    int fd = OK(open("/proc/self/mem", O_RDWR));
    EQ(pread(fd, b, 10, (long)text), 10);
    STREQ(b, "own memory");
    EQ(pwrite(fd, "OWN", 3, (long)text), 3);
    STREQ(text, "OWN memory");
    ERR(pread(fd, b, 10, 8), EIO);
}
TEST(cmdline_environ_auxv) {
    int fd = OK(open("/proc/self/cmdline", O_RDONLY));
    char b[5000];
    ssize_t n = OK(read(fd, b, sizeof b));
    CHECK(n > 1 && b[n - 1] == 0 && strstr(b, "proc"));
    fd = OK(open("/proc/self/environ", O_RDONLY));
    n = OK(read(fd, b, sizeof b));
    CHECK(n > 5 && b[n - 1] == 0);
    fd = OK(open("/proc/self/auxv", O_RDONLY));
    n = OK(read(fd, b, sizeof b));
    CHECK(n > 100 && n % 16 == 0);
}
TEST(links) {
    char b[PATH_MAX] = "", cwd[PATH_MAX];
    OK(readlink("/proc/self/exe", b, sizeof b - 1));
    CHECK(strstr(b, "/proc"));
    memset(b, 0, sizeof b);
    OK(readlink("/proc/self/cwd", b, sizeof b - 1));
    CHECK(getcwd(cwd, sizeof cwd));
    STREQ(b, cwd);
    memset(b, 0, sizeof b);
    OK(readlink("/proc/self/root", b, sizeof b - 1));
    STREQ(b, "/");
    struct stat x, y;
    EQ(stat("/proc/self/exe", &x), 0);
    CHECK(x.st_mode & 0100);
    EQ(stat("/proc/self/cwd/.", &x), 0);
    EQ(stat(".", &y), 0);
    EQ(x.st_ino, y.st_ino);
    static const char *const ns[] = {"mnt", "pid", "net", "uts", "ipc", "user"};
    for (int i = 0; i < 6; i++) {
        snprintf(cwd, sizeof cwd, "/proc/self/ns/%s", ns[i]);
        memset(b, 0, sizeof b);
        OK(readlink(cwd, b, sizeof b - 1));
        CHECK(strstr(b, ":["));
    }
}
TEST(fd_and_fdinfo) {
    put("f", "12345");
    int fd = OK(open("f", O_RDONLY | O_CLOEXEC)), d = dirfd(opendir("/proc/self/fd"));
    EQ(lseek(fd, 3, SEEK_SET), 3);
    char p[60];
    DIR *dir = fdopendir(d);
    NEED(dir);
    int seen = 0;
    for (struct dirent *e; (e = readdir(dir));)
        seen += atoi(e->d_name) == fd && e->d_name[0] != '.';
    EQ(seen, 1);
    snprintf(p, sizeof p, "/proc/self/fdinfo/%d", fd);
    int pos, fl;
    EQ(sscanf(get(p), "pos:\t%d\nflags:\t%o", &pos, &fl), 2);
    EQ(pos, 3);
    EQ(fl & O_ACCMODE, O_RDONLY);
    CHECK(fl & O_CLOEXEC);
}
TEST(other_process) {
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    msleep(20);
    CHECK(strstr(get(self("stat", pid)), ") S "));
    CHECK(strstr(get(self("status", pid)), "State:\tS (sleeping)"));
    char b[PATH_MAX] = "";
    OK(readlink(self("exe", pid), b, sizeof b - 1));
    CHECK(get(self("maps", pid))[0]);
    int fd = OK(open(self("status", pid), O_RDONLY));
    int seen = 0;
    DIR *d = opendir("/proc");
    NEED(d);
    for (struct dirent *e; (e = readdir(d));)
        seen |= atoi(e->d_name) == pid;
    EQ(seen, 1);
    kill(pid, SIGKILL);
    WAIT_SIG(pid, SIGKILL);
    ERR(read(fd, b, 10), ESRCH);
    ERR(open(self("status", pid), O_RDONLY), ENOENT);
}
TEST(system_files) {
    static const char *const want[][2] = {{"/proc/cpuinfo", "processor\t: 0"}, {"/proc/cpuinfo", "flags\t\t:"},
            {"/proc/stat", "cpu  "}, {"/proc/stat", "\nbtime "}, {"/proc/stat", "\nprocesses "}, {"/proc/version", "Linux version "},
            {"/proc/filesystems", "nodev\tproc"}, {"/proc/mounts", " /proc proc "}, {"/proc/self/mountinfo", " / / "},
            {"/proc/self/mounts", " / "}, {"/proc/self/cgroup", ":/"}, {"/proc/self/limits", "Max open files"},
            {"/proc/self/oom_score_adj", "0"}, {"/proc/sys/kernel/ostype", "Linux"}, {"/proc/sys/kernel/pid_max", ""},
            {"/proc/sys/kernel/ngroups_max", "65536"}, {"/proc/sys/vm/overcommit_memory", ""},
            {"/proc/sys/net/core/somaxconn", ""}, {"/proc/sys/kernel/random/uuid", "-"}, {"/proc/sys/fs/file-max", ""},
            {"/proc/net/tcp", "local_address"}, {"/proc/net/unix", "Inode"}, {"/proc/net/dev", "lo:"},
            {"/sys/devices/system/cpu/online", "0"}, {"/sys/devices/system/cpu/possible", "0"},
            {"/proc/sys/kernel/cap_last_cap", ""}, {"/proc/self/io", "rchar"}, {"/proc/self/wchan", ""}};
    for (unsigned i = 0; i < sizeof want / sizeof *want; i++) {
        int fd = open(want[i][0], O_RDONLY);
        if (fd == -1)
            chk_fail(__LINE__, "cannot open %s: %s", want[i][0], chk_errno(errno));
        else if (!strstr(get(want[i][0]), want[i][1]))
            chk_fail(__LINE__, "no \"%s\" in %s", want[i][1], want[i][0]);
        close(fd);
    }
    double up, idle, l;
    EQ(sscanf(get("/proc/uptime"), "%lf %lf", &up, &idle), 2);
    CHECK(up > 0);
    int run, all, last;
    EQ(sscanf(get("/proc/loadavg"), "%lf %lf %lf %d/%d %d", &l, &up, &idle, &run, &all, &last), 6);
    char h[100];
    EQ(gethostname(h, sizeof h), 0);
    strcat(h, "\n");
    STREQ(get("/proc/sys/kernel/hostname"), h);
}
TEST(read_in_pieces) {
    char a[5000], b[5000];
    int fd = OK(open("/proc/self/status", O_RDONLY)), n = 0, r;
    while ((r = read(fd, a + n, 7)) > 0)
        n += r;
    CHECK(n > 200);
    EQ(lseek(fd, 0, SEEK_SET), 0);
    int m = OK(read(fd, b, sizeof b));
    CHECK(m > 200 && !memcmp(a, b, 6));
    EQ(pread(fd, b, 3, 6), 3);
    struct stat st;
    EQ(fstat(fd, &st), 0);
    EQ(st.st_size, 0);
}
TEST(comm_write) {
    int fd = OK(open("/proc/self/comm", O_WRONLY));
    EQ(write(fd, "renamed", 7), 7);
    STREQ(get("/proc/self/comm"), "renamed\n");
    EQ(mkdir("/proc/x", 0755) == -1, 1);
    ERR(unlink("/proc/self/stat"), EPERM);
    ERR(unlink("/proc/self/none"), ENOENT);
    ERR(rmdir("/proc/self/task"), EPERM);
    ERR(unlink("/proc/self/fd/0"), EPERM);
    ERR(mkdir("/proc/none", 0755), ENOENT);
    ERR(mkdir("/proc/self/none", 0755), ENOENT);
    ERR(symlink("a", "/proc/self/fd/none"), ENOENT);
    ERR(open("/proc/self/none", O_CREAT | O_WRONLY, 0600), ENOENT);
    if (getuid())
        ERR(unlink("/proc/version"), EACCES);
}
TEST(devices) {
    char b[100];
    struct stat st;
    static const struct {
        const char *n;
        int maj, min;
    } d[] = {{"/dev/null", 1, 3}, {"/dev/zero", 1, 5}, {"/dev/full", 1, 7}, {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9},
            {"/dev/tty", 5, 0}, {"/dev/ptmx", 5, 2}};
    for (unsigned i = 0; i < sizeof d / sizeof *d; i++)
        if (stat(d[i].n, &st) != 0 || !S_ISCHR(st.st_mode) || st.st_rdev != (unsigned long)(d[i].maj << 8 | d[i].min))
            chk_fail(__LINE__, "%s is not right", d[i].n);
    int fd = OK(open("/dev/full", O_RDWR));
    ERR(write(fd, "x", 1), ENOSPC);
    EQ(read(fd, b, 10), 10);
    fd = OK(open("/dev/null", O_RDWR));
    EQ(write(fd, b, 100), 100);
    EQ(read(fd, b, 100), 0);
    EQ(lseek(fd, 5, SEEK_SET), 0);
    ERR(ioctl(fd, FIONREAD, b), ENOTTY);
    fd = OK(open("/dev/zero", O_RDWR));
    memset(b, 1, 100);
    EQ(read(fd, b, 100), 100);
    EQ(b[99], 0);
    EQ(write(fd, b, 100), 100);
    memset(b, 0, 100);
    char last[16];
    memset(b, 0, 100);
    EQ(readlink("/dev/fd", b, 99), 13);
    STREQ(b, "/proc/self/fd");
    memset(b, 0, 100);
    EQ(readlink("/dev/stdin", b, 99), 15);
    (void)last;
    EQ(stat("/dev/shm", &st), 0);
    EQ(st.st_mode & 07777, 01777);
    EQ(stat("/dev/pts", &st), 0);
    CHECK(S_ISDIR(st.st_mode));
}
TEST(truncation_is_accepted) {
    int fd = open("/proc/self/comm", O_RDWR);
    CHECK(fd >= 0);
    OK(ftruncate(fd, 0));
    OK(ftruncate(fd, 100));
    close(fd);
    fd = open("/proc/self/comm", O_RDONLY);
    ERR(ftruncate(fd, 0), EINVAL);
    close(fd);
}
MAIN()
