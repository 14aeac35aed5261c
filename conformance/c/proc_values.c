// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Values of /proc that programs write or count on: settings of a process, checked numbers of /proc/sys, tables of tools.
#include "check.h"
#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static long figure(const char *path, const char *name) {
    const char *at = strstr(get(path), name);
    return at ? atol(at + strlen(name)) : -1;
}

TEST(coredump_filter) {
    if (access("/proc/self/coredump_filter", F_OK) != 0)
        SKIP("no core dumps");
    STREQ(get("/proc/self/coredump_filter"), "00000033\n");
    EQ(put_errno("/proc/self/coredump_filter", "0x7f\n"), 0);
    STREQ(get("/proc/self/coredump_filter"), "0000007f\n");
    EQ(put_errno("/proc/self/coredump_filter", "x"), EINVAL);
    pid_t pid;
    CHILD(pid) {
        STREQ(get("/proc/self/coredump_filter"), "0000007f\n");
        EQ(put_errno("/proc/self/coredump_filter", "16"), 0);
    }
    WAIT_EXIT(pid, 0);
    STREQ(get("/proc/self/coredump_filter"), "0000007f\n");
}

TEST(oom_wishes) {
    EQ(put_errno("/proc/self/oom_score_adj", "200\n"), 0);
    STREQ(get("/proc/self/oom_score_adj"), "200\n");
    STREQ(get("/proc/self/oom_adj"), "3\n");
    EQ(put_errno("/proc/self/oom_adj", "8"), 0);
    STREQ(get("/proc/self/oom_score_adj"), "470\n");
    EQ(put_errno("/proc/self/oom_adj", "15"), 0);
    STREQ(get("/proc/self/oom_score_adj"), "1000\n");
    EQ(put_errno("/proc/self/oom_adj", "16"), EINVAL);
    EQ(put_errno("/proc/self/oom_adj", "x"), EINVAL);
    EQ(put_errno("/proc/self/oom_score_adj", "1001"), EINVAL);
    EQ(put_errno("/proc/self/oom_score_adj", "1 2"), EINVAL);
    CHECK(atol(get("/proc/self/oom_score")) >= 1000);
    pid_t pid;
    CHILD(pid) {
        STREQ(get("/proc/self/oom_score_adj"), "1000\n");
    }
    WAIT_EXIT(pid, 0);
}

TEST(what_was_read_and_written) {
    char b[1000] = "";
    int f = OK(open("f", O_RDWR | O_CREAT, 0600));
    long r = figure("/proc/self/io", "rchar: "), w = figure("/proc/self/io", "wchar: ");
    long cr = figure("/proc/self/io", "syscr: "), cw = figure("/proc/self/io", "syscw: ");
    if (r == -1)
        SKIP("no accounting of I/O");
    for (int i = 0; i < 10; i++) {
        OK(write(f, b, sizeof b));
        OK(pread(f, b, sizeof b, i * 500));
    }
    CHECK(figure("/proc/self/io", "rchar: ") >= r + 10000);
    CHECK(figure("/proc/self/io", "wchar: ") >= w + 10000);
    CHECK(figure("/proc/self/io", "syscr: ") >= cr + 10);
    CHECK(figure("/proc/self/io", "syscw: ") >= cw + 10);
    CHECK(figure("/proc/self/io", "wchar: ") < w + 20000);
}

TEST(schedstat_counts) {
    long long run = -1, later = -1;
    if (sscanf(get("/proc/self/schedstat"), "%lld", &run) != 1)
        SKIP("no figures of the scheduler");
    for (volatile long i = 0; i < 50000000; i++)
        ;
    msleep(20);
    EQ(sscanf(get("/proc/self/schedstat"), "%lld", &later), 1);
    CHECK(later > run + 1000000);
}

TEST(numbers_of_sys_are_checked) {
    if (getuid() != 0)
        SKIP("for root");
    const char *at[] = {"/proc/sys/vm/swappiness", "/proc/sys/net/core/somaxconn", "/proc/sys/kernel/panic"};
    for (int i = 0; i < 3; i++) {
        char old[64];
        snprintf(old, sizeof old, "%s", get(at[i]));
        if (!*old || access(at[i], W_OK) != 0)
            continue;
        EQ(put_errno(at[i], "many\n"), EINVAL);
        EQ(put_errno(at[i], ""), 0);
        STREQ(get(at[i]), old);
        EQ(put_errno(at[i], old), 0);
        STREQ(get(at[i]), old);
    }
    EQ(put_errno("/proc/sys/kernel/ostype", "x"), EACCES);
    EQ(put_errno("/proc/sys/kernel/none", "1"), ENOENT);
}

TEST(modes) {
    struct stat st;
    const struct {
        const char *name;
        unsigned mode;
    } t[] = {{"limits", 0444}, {"io", 0400}, {"stat", 0444}, {"environ", 0400}, {"auxv", 0400}, {"comm", 0644},
            {"oom_score_adj", 0644}, {"maps", 0444}, {"mem", 0600}, {"fd", 0500}, {"task", 0555}, {"syscall", 0400}};
    for (unsigned i = 0; i < sizeof t / sizeof *t; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/%s", t[i].name);
        if (stat(path, &st) == 0 && (st.st_mode & 07777) != t[i].mode)
            chk_fail(__LINE__, "%s has mode %o", path, st.st_mode & 07777);
    }
}

TEST(sockets_are_counted) {
    long before = figure("/proc/net/sockstat", "TCP: inuse ");
    CHECK(before >= 0);
    int s = OK(socket(AF_INET, SOCK_STREAM, 0));
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    OK(bind(s, (void *)&a, sizeof a));
    OK(listen(s, 1));
    CHECK(figure("/proc/net/sockstat", "TCP: inuse ") >= 1);
    CHECK(figure("/proc/net/sockstat", "sockets: used ") >= 1);
    CHECK(strstr(get("/proc/net/snmp"), "\nTcp: 1 200 120000 -1 ") != 0);
    CHECK(strstr(get("/proc/net/snmp"), "\nUdp: InDatagrams ") != 0);
    CHECK(strncmp(get("/proc/net/netstat"), "TcpExt: ", 8) == 0);
}

TEST(tables_of_tools) {
    CHECK(strncmp(get("/proc/stat"), "cpu  ", 5) == 0);
    CHECK(figure("/proc/stat", "\nctxt ") > 0);
    CHECK(figure("/proc/stat", "\nprocesses ") > 0);
    CHECK(figure("/proc/stat", "\nbtime ") > 1000000000);
    CHECK(strncmp(get("/proc/diskstats"), "", 0) == 0);
    CHECK(strncmp(get("/proc/swaps"), "Filename\t", 9) == 0);
    CHECK(strstr(get("/proc/vmstat"), "pgfault ") != 0);
    if (getuid() == 0)
        CHECK(strncmp(get("/proc/slabinfo"), "slabinfo - version: 2.1\n# name ", 31) == 0);
    ERR(open("/proc/stat", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST);
    ERR(open("/proc/none", O_WRONLY | O_CREAT, 0600), ENOENT);
    ERR(mkdir("/proc/none", 0700), ENOENT);
    ERR(unlink("/proc/stat"), EPERM);
}

TEST(faults_and_forks_are_counted) {
    long faults = figure("/proc/vmstat", "\npgfault "), forks = figure("/proc/stat", "\nprocesses ");
    CHECK(faults >= 0 && forks > 0);
    pid_t pid;
    CHILD(pid) {
        char *m = mmap(0, 400 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        madvise(m, 400 * 4096, MADV_NOHUGEPAGE);
        for (int i = 0; i < 400; i++)
            m[i * 4096] = 1;
        long mine = 0;
        EQ(sscanf(strrchr(get("/proc/self/stat"), ')'), ") R %*d %*d %*d %*d %*d %*u %ld", &mine), 1);
        CHECK(mine >= 400);
    }
    WAIT_EXIT(pid, 0);
    long children = 0;
    for (int i = 0; i < 100 && children < 400; i++) {
        EQ(sscanf(strrchr(get("/proc/self/stat"), ')'), ") R %*d %*d %*d %*d %*d %*u %*d %ld", &children), 1);
        msleep(20);
    }
    CHECK(children >= 400);
    for (int i = 0; i < 200 && figure("/proc/vmstat", "\npgfault ") < faults + 400; i++)
        msleep(20); /* Linux adds up its processors' sums now and then */
    CHECK(figure("/proc/vmstat", "\npgfault ") >= faults + 400);
    CHECK(figure("/proc/stat", "\nprocesses ") > forks);
}

TEST(nice_and_policy_are_shown) {
    pid_t pid;
    CHILD(pid) {
        errno = 0;
        int was = getpriority(PRIO_PROCESS, 0), now = -1, prio = -1, policy = -1;
        OK(setpriority(PRIO_PROCESS, 0, 12));
        struct sched_param p = {0};
        OK(sched_setscheduler(0, SCHED_BATCH, &p));
        CHECK(was <= 12);
        EQ(sscanf(strrchr(get("/proc/self/stat"), ')'),
                   ") R %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %d %d %*d %*d %*u %*u %*d %*u %*u %*u %*u"
                   " %*u %*u %*u %*u %*u %*u %*u %*u %*u %*d %*d %*u %d",
                   &prio, &now, &policy), 3);
        EQ(now, 12);
        EQ(prio, 32);
        EQ(policy, SCHED_BATCH);
    }
    WAIT_EXIT(pid, 0);
}

TEST(zones_and_blocks) {
    long pages = 0, sum = 0;
    for (const char *at = get("/proc/zoneinfo"); (at = strstr(at, "\n        managed")); at += 9)
        pages += atol(at + 16);
    CHECK(pages > 1000);
    CHECK(figure("/proc/meminfo", "MemTotal:") / 4 <= pages + pages / 8);
    CHECK(figure("/proc/zoneinfo", "\n        low ") > figure("/proc/zoneinfo", "\n        min "));
    const char *t = get("/proc/buddyinfo");
    for (const char *l = t; l && *l; l = strchr(l, '\n') ? strchr(l, '\n') + 1 : 0) {
        long n[11];
        EQ(sscanf(l, "Node %*d, zone %*s %ld %ld %ld %ld %ld %ld %ld %ld %ld %ld %ld", n, n + 1, n + 2, n + 3, n + 4, n + 5,
                   n + 6, n + 7, n + 8, n + 9, n + 10), 11);
        for (int i = 0; i < 11; i++)
            sum += n[i] << i;
    }
    CHECK(sum > 0 && sum <= pages);
}

TEST(loads) {
    double l[3], g[3];
    int running, all, last;
    EQ(sscanf(get("/proc/loadavg"), "%lf %lf %lf %d/%d %d", l, l + 1, l + 2, &running, &all, &last), 6);
    CHECK(running >= 1 && all >= running && last >= getpid());
    EQ(getloadavg(g, 3), 3);
    for (int i = 0; i < 3; i++)
        CHECK(l[i] >= 0 && g[i] > l[i] / 2 - 1 && g[i] < l[i] * 2 + 1);
    struct sysinfo s;
    OK(sysinfo(&s));
    for (int i = 0; i < 3; i++)
        CHECK(s.loads[i] / 65536.0 < g[i] * 2 + 1 && s.loads[i] / 65536.0 > g[i] / 2 - 1);
}

TEST(settings_of_a_network_have_an_effect) {
    if (getuid() != 0)
        SKIP("for root");
    pid_t pid;
    CHILD(pid) {
        OK(unshare(CLONE_NEWNET));
        const char *range = "/proc/sys/net/ipv4/ip_local_port_range", *start = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
        EQ(put_errno(range, "40000 40003\n"), 0);
        STREQ(get(range), "40000\t40003\n");
        EQ(put_errno(range, "40003 40000\n"), EINVAL);
        EQ(put_errno(range, "0 70000\n"), EINVAL);
        int seen = 0;
        struct sockaddr_in a = {.sin_family = AF_INET};
        socklen_t n = sizeof a;
        for (int i = 0; i < 4; i++) {
            int s = OK(socket(AF_INET, SOCK_DGRAM, 0));
            a.sin_port = 0;
            OK(bind(s, (void *)&a, sizeof a));
            OK(getsockname(s, (void *)&a, &n));
            CHECK(ntohs(a.sin_port) >= 40000 && ntohs(a.sin_port) <= 40003);
            seen |= 1 << (ntohs(a.sin_port) - 40000);
        }
        EQ(seen, 15);
        a.sin_port = 0;
        ERR(bind(OK(socket(AF_INET, SOCK_DGRAM, 0)), (void *)&a, sizeof a), EADDRINUSE);
        EQ(put_errno("/proc/sys/net/core/somaxconn", "7\n"), 0);
        STREQ(get("/proc/sys/net/core/somaxconn"), "7\n");
        STREQ(get(start), "1024\n");
        EQ(put_errno(start, "80\n"), 0);
        STREQ(get(start), "80\n");
        EQ(put_errno(start, "70000\n"), EINVAL);
        OK(seteuid(1));
        a.sin_port = htons(81);
        OK(bind(OK(socket(AF_INET, SOCK_STREAM, 0)), (void *)&a, sizeof a));
        a.sin_port = htons(79);
        ERR(bind(OK(socket(AF_INET, SOCK_STREAM, 0)), (void *)&a, sizeof a), EACCES);
        OK(seteuid(0));
        EQ(put_errno(start, "1024\n"), 0);
    }
    WAIT_EXIT(pid, 0);
    CHECK(atoi(get("/proc/sys/net/core/somaxconn")) != 7);
}

MAIN()
