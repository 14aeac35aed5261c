// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// What belongs to namespaces: chosen numbers of processes, limits of their number, questions to their files, their interfaces.
#include "namespaces.h"
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/inotify.h>
#include <sys/socket.h>

#ifndef NS_GET_MNTNS_ID
#define NS_GET_MNTNS_ID _IOR(NSIO, 0x5, unsigned long long)
#define NS_GET_PID_FROM_PIDNS _IOR(NSIO, 0x6, int)
#define NS_GET_TGID_FROM_PIDNS _IOR(NSIO, 0x7, int)
#define NS_GET_PID_IN_PIDNS _IOR(NSIO, 0x8, int)
#define NS_GET_TGID_IN_PIDNS _IOR(NSIO, 0x9, int)
struct mnt_ns_info {
    unsigned size, nr_mounts;
    unsigned long long mnt_ns_id;
};
#define NS_MNT_GET_INFO _IOR(NSIO, 10, struct mnt_ns_info)
#endif
#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C
#endif

struct args {
    unsigned long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

// A child with these numbers, innermost first: what it is called here, or -errno; its own answer to getpid must be `inside`.
static int with_numbers(unsigned long flags, const int *numbers, int n, int inside) {
    struct args a = {.flags = flags, .exit_signal = SIGCHLD, .set_tid = (unsigned long)numbers, .set_tid_size = n};
    int p = syscall(SYS_clone3, &a, sizeof a), s;
    if (p == 0)
        _exit(getpid() == inside ? 0 : 1);
    if (p < 0)
        return -errno;
    waitpid(p, &s, 0);
    EQ(s, 0);
    return p;
}

static int free_number(int from) {
    while (kill(from, 0) == 0 || errno != ESRCH)
        from++;
    return from;
}

TEST(chosen_numbers) {
    if (getuid())
        SKIP("needs root");
    int outer = free_number(9001), old[] = {1, outer}, none[] = {7, outer}, init[] = {1}, deep[] = {1, outer, 1};
    EQ(with_numbers(CLONE_NEWPID, old, 2, 1), outer);
    EQ(with_numbers(CLONE_NEWPID, none, 2, 0), -EINVAL); // the first one can only be 1
    CHECK(with_numbers(CLONE_NEWPID, init, 1, 1) > 1);
    EQ(with_numbers(CLONE_NEWPID, deep, 3, 0), -EINVAL);
    pid_t p, q;
    CHILD(p) {
        OK(unshare(CLONE_NEWPID));
        CHILD(q) {
            EQ(getpid(), 1);
            outer = 9100;
            int a[] = {500}, b[] = {501, outer}, mine[] = {1}, d[] = {501, outer, 3}, e[] = {40}, f[] = {1, 40}, z[] = {1, 0};
            int high[] = {32767}, over[] = {1 << 22};
            EQ(with_numbers(0, a, 1, 500), 500);
            EQ(with_numbers(0, b, 2, 501), 501);
            EQ(with_numbers(0, mine, 1, 0), -EEXIST);
            EQ(with_numbers(0, d, 3, 0), -EINVAL);
            EQ(with_numbers(CLONE_NEWPID, e, 1, 0), -EINVAL);
            EQ(with_numbers(CLONE_NEWPID, f, 2, 1), 40);
            EQ(with_numbers(CLONE_NEWPID, z, 2, 0), -EINVAL);
            EQ(with_numbers(0, high, 1, 32767), 32767);
            EQ(with_numbers(0, over, 1, 0), -EINVAL);
            pid_t next;
            CHILD(next) {}
            EQ(next, 2); // numbers that were chosen are not counted from
            WAIT_EXIT(next, 0);
        }
        WAIT_EXIT(q, 0);
    }
    WAIT_EXIT(p, 0);
    CHILD(p) {
        OK(become(1000));
        int n[] = {free_number(9200)};
        EQ(with_numbers(0, n, 1, 0), -EPERM);
        OK(be_root_inside());
        EQ(with_numbers(0, n, 1, 0), -EPERM); // the space of pids is not that user namespace's
        int first[] = {1};
        CHECK(with_numbers(CLONE_NEWPID, first, 1, 1) > 0);
        int both[] = {1, n[0]};
        EQ(with_numbers(CLONE_NEWPID, both, 2, 0), -EPERM);
    }
    WAIT_EXIT(p, 0);
}

static int user_limit(const char *name, const char *value) {
    char path[100];
    snprintf(path, sizeof path, "/proc/sys/user/max_%s", name);
    return write_to(path, value);
}
// How many children can have a namespace of a kind at a time, up to 6; errno of the refusal in *why.
static int how_many(int flag, int *why) {
    int n, go[2], up[2], e = 0;
    OK(pipe(go));
    OK(pipe(up));
    for (n = 0; n < 6; n++) {
        if (fork() == 0) {
            close(go[1]);
            e = unshare(flag) ? errno : 0;
            write(up[1], &e, sizeof e);
            read(go[0], &e, 1); // until the parent has closed it
            _exit(0);
        }
        if (read(up[0], &e, sizeof e) != sizeof e || e)
            break;
    }
    *why = e;
    close(go[1]), close(go[0]), close(up[0]), close(up[1]);
    while (wait(0) > 0) {
    }
    return n;
}
TEST(limits_of_namespaces) {
    pid_t p;
    int why;
    CHILD(p) {
        if (getuid() == 0)
            OK(become(1000));
        if (be_root_inside())
            SKIP("no user namespaces");
        STREQ(text_of("/proc/sys/user/max_uts_namespaces"), "2147483647\n");
        OK(user_limit("uts_namespaces", "2"));
        STREQ(text_of("/proc/sys/user/max_uts_namespaces"), "2\n");
        ERR(user_limit("uts_namespaces", "-1"), EINVAL);
        ERR(user_limit("uts_namespaces", "2147483648"), EINVAL);
        ERR(user_limit("uts_namespaces", "x"), EINVAL);
        EQ(how_many(CLONE_NEWUTS, &why), 2);
        EQ(why, ENOSPC);
        EQ(how_many(CLONE_NEWUTS, &why), 2); // those of before are gone
        int fd = -1;
        pid_t q = fork();
        if (q == 0) {
            unshare(CLONE_NEWUTS);
            pause();
        }
        while (ns_ino(q, "uts") == ns_ino(getpid(), "uts"))
            msleep(2);
        fd = OK(ns_open(q, "uts"));
        kill(q, SIGKILL);
        waitpid(q, 0, 0);
        EQ(how_many(CLONE_NEWUTS, &why), 1); // the file keeps one
        close(fd);
        EQ(how_many(CLONE_NEWUTS, &why), 2);
        static const struct { const char *name; int flag; } kinds[] = {
            {"uts", CLONE_NEWUTS}, {"ipc", CLONE_NEWIPC}, {"net", CLONE_NEWNET}, {"mnt", CLONE_NEWNS},
            {"pid", CLONE_NEWPID}, {"cgroup", CLONE_NEWCGROUP}, {"user", CLONE_NEWUSER},
        };
        for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            char name[40];
            snprintf(name, sizeof name, "%s_namespaces", kinds[i].name);
            OK(user_limit(name, "0"));
            EQ(how_many(kinds[i].flag, &why), 0);
            EQ(why, ENOSPC);
        }
    }
    WAIT_EXIT(p, 0);
}
TEST(limits_reach_down) {
    pid_t p;
    CHILD(p) {
        if (getuid() == 0)
            OK(become(1000));
        if (be_root_inside())
            SKIP("no user namespaces");
        OK(user_limit("uts_namespaces", "1"));
        OK(be_root_inside()); // what is made there counts for its owner out here
        STREQ(text_of("/proc/sys/user/max_uts_namespaces"), "2147483647\n");
        int why;
        EQ(how_many(CLONE_NEWUTS, &why), 1);
        EQ(why, ENOSPC);
        OK(user_limit("inotify_instances", "2"));
        int a = OK(inotify_init()), b = OK(inotify_init());
        ERR(inotify_init(), EMFILE);
        close(a);
        a = OK(inotify_init());
        OK(user_limit("inotify_watches", "1"));
        OK(inotify_add_watch(a, "/tmp", IN_CREATE));
        ERR(inotify_add_watch(b, "/var/tmp", IN_CREATE), ENOSPC);
    }
    WAIT_EXIT(p, 0);
    CHILD(p) {
        if (getuid() == 0)
            OK(become(1000));
        ERR(user_limit("uts_namespaces", "5"), EACCES); // of the first, and it is not root there
        ERR(write_to("/proc/sys/fs/inotify/max_user_instances", "5"), EACCES);
    }
    WAIT_EXIT(p, 0);
}

TEST(questions_to_files) {
    unsigned long long id = 0, again = 0;
    int mnt = OK(ns_open(getpid(), "mnt")), pid = OK(ns_open(getpid(), "pid")), uts = OK(ns_open(getpid(), "uts"));
    if (ioctl(mnt, NS_GET_MNTNS_ID, &id) && errno == ENOTTY)
        SKIP("an old kernel");
    CHECK(id != 0);
    ERR(ioctl(mnt, NS_GET_MNTNS_ID, (void *)8), EFAULT);
    ERR(ioctl(uts, NS_GET_MNTNS_ID, &id), EINVAL);
    OK(ioctl(mnt, NS_GET_MNTNS_ID, &again));
    EQ(id, again);
    struct mnt_ns_info info = {.size = sizeof info};
    OK(ioctl(mnt, NS_MNT_GET_INFO, &info));
    EQ(info.size, sizeof info);
    EQ(info.mnt_ns_id, id);
    int lines = 0;
    FILE *f = fopen("/proc/self/mountinfo", "r");
    for (int c; f && (c = getc(f)) != EOF;)
        lines += c == '\n';
    if (f)
        fclose(f);
    CHECK(info.nr_mounts >= (unsigned)lines); // some may lie outside of our root
    ERR(ioctl(mnt, NS_MNT_GET_INFO, 0), EINVAL);
    ERR(ioctl(uts, NS_MNT_GET_INFO, &info), EINVAL);
    ERR(ioctl(uts, NS_GET_PID_IN_PIDNS, 1), EINVAL);
    EQ(ioctl(pid, NS_GET_PID_IN_PIDNS, getpid()), getpid());
    EQ(ioctl(pid, NS_GET_TGID_FROM_PIDNS, getpid()), getpid());
    ERR(ioctl(pid, NS_GET_PID_FROM_PIDNS, 1 << 29), ESRCH);
    ERR(ioctl(mnt, 0xb7ff, 0), ENOTTY);
}
TEST(numbers_in_another_space) {
    pid_t p;
    CHILD(p) {
        if (getuid() && be_root_inside())
            SKIP("no user namespaces");
        pid_t q = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
        if (q == 0)
            for (;;)
                pause();
        CHECK(q > 0);
        int fd = OK(ns_open(q, "pid"));
        int r = ioctl(fd, NS_GET_PID_IN_PIDNS, q);
        if (r == -1 && errno == ENOTTY)
            SKIP("an old kernel");
        EQ(r, 1);
        EQ(ioctl(fd, NS_GET_TGID_IN_PIDNS, q), 1);
        EQ(ioctl(fd, NS_GET_PID_FROM_PIDNS, 1), q);
        EQ(ioctl(fd, NS_GET_TGID_FROM_PIDNS, 1), q);
        ERR(ioctl(fd, NS_GET_PID_IN_PIDNS, getpid()), ESRCH);
        ERR(ioctl(fd, NS_GET_PID_FROM_PIDNS, 2), ESRCH);
        kill(q, SIGKILL);
        WAIT_SIG(q, SIGKILL);
    }
    WAIT_EXIT(p, 0);
}
TEST(network_of_a_socket) {
    pid_t p;
    CHILD(p) {
        if (getuid() && be_root_inside())
            SKIP("no user namespaces");
        int old = OK(socket(AF_INET, SOCK_DGRAM, 0));
        unsigned long before = ns_ino(getpid(), "net");
        OK(unshare(CLONE_NEWNET));
        int fresh = OK(socket(AF_UNIX, SOCK_STREAM, 0)), fd = OK(ioctl(fresh, SIOCGSKNS, 0));
        struct stat st;
        OK(fstat(fd, &st));
        EQ(st.st_ino, ns_ino(getpid(), "net"));
        EQ(ioctl(fd, NS_GET_NSTYPE), CLONE_NEWNET);
        EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
        if (geteuid() == 0 && (fd = ioctl(old, SIOCGSKNS, 0)) >= 0) { // unless that network is another user namespace's
            OK(fstat(fd, &st));
            EQ(st.st_ino, before);
        }
        ERR(ioctl(0x7fff, SIOCGSKNS, 0), EBADF);
        int pfd[2];
        OK(pipe(pfd));
        ERR(ioctl(pfd[0], SIOCGSKNS, 0), ENOTTY);
    }
    WAIT_EXIT(p, 0);
    CHILD(p) {
        if (getuid() == 0)
            OK(become(1000));
        int s = OK(socket(AF_INET, SOCK_DGRAM, 0));
        ERR(ioctl(s, SIOCGSKNS, 0), EPERM);
    }
    WAIT_EXIT(p, 0);
}

TEST(interfaces_in_sysfs) {
    pid_t p;
    CHILD(p) {
        if (getuid() && be_root_inside())
            SKIP("no user namespaces");
        OK(unshare(CLONE_NEWNET | CLONE_NEWNS));
        OK(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0));
        OK(mkdir("sys", 0755));
        if (mount("sysfs", "sys", "sysfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, 0))
            SKIP("no sysfs here");
        STREQ(text_of("sys/class/net/lo/operstate"), "down\n");
        STREQ(text_of("sys/class/net/lo/flags"), "0x8\n");
        STREQ(text_of("sys/class/net/lo/carrier"), ""); // EINVAL
        int s = OK(socket(AF_INET, SOCK_DGRAM, 0));
        struct ifreq r = {.ifr_name = "lo"};
        OK(ioctl(s, SIOCGIFFLAGS, &r));
        r.ifr_flags |= IFF_UP;
        OK(ioctl(s, SIOCSIFFLAGS, &r));
        STREQ(text_of("sys/class/net/lo/operstate"), "unknown\n");
        STREQ(text_of("sys/class/net/lo/flags"), "0x9\n");
        STREQ(text_of("sys/class/net/lo/carrier"), "1\n");
        STREQ(text_of("sys/class/net/lo/uevent"), "INTERFACE=lo\nIFINDEX=1\n");
        STREQ(text_of("sys/class/net/lo/statistics/rx_bytes"), "0\n");
        STREQ(text_of("sys/class/net/lo/mtu"), "65536\n");
        char to[200];
        ssize_t n = OK(readlink("sys/class/net/lo", to, sizeof to - 1));
        to[n < 0 ? 0 : n] = 0;
        STREQ(to, "../../devices/virtual/net/lo");
        ERR(access("sys/class/net/none", F_OK), ENOENT);
        EQ(system("ls sys/class/net | wc -l >out"), 0);
        STREQ(text_of("out"), "1\n");
        if (access("/sbin/ip", X_OK) == 0 && system("/sbin/ip link add v0 type veth peer name v1 2>err") == 0) {
            STREQ(text_of("sys/class/net/v0/type"), "1\n");
            char own[20];
            snprintf(own, sizeof own, "%s", text_of("sys/class/net/v1/ifindex"));
            STREQ(text_of("sys/class/net/v0/iflink"), own);
            EQ(system("/sbin/ip link set v0 name v2"), 0);
            ERR(access("sys/class/net/v0/mtu", F_OK), ENOENT);
            STREQ(text_of("sys/class/net/v2/mtu"), "1500\n");
            EQ(system("/sbin/ip link del v1"), 0);
            ERR(access("sys/class/net/v2/mtu", F_OK), ENOENT);
        }
    }
    WAIT_EXIT(p, 0);
}
// Clocks are read without a call, by a page that the host shares: so there are none here, and nothing says that there are.
TEST(time_namespaces_or_none) {
    pid_t p;
    CHILD(p) {
        if (getuid() && be_root_inside())
            SKIP("no user namespaces");
        if (access("/proc/self/ns/time", F_OK) == 0) {
            OK(unshare(0x80));
            return;
        }
        ERR(unshare(0x80), EINVAL);
        struct args a = {.flags = 0x80, .exit_signal = SIGCHLD};
        ERR(syscall(SYS_clone3, &a, sizeof a), EINVAL);
        ERR(access("/proc/self/ns/time_for_children", F_OK), ENOENT);
        ERR(access("/proc/self/timens_offsets", F_OK), ENOENT);
        ERR(access("/proc/sys/user/max_time_namespaces", F_OK), ENOENT);
        int me = OK(syscall(SYS_pidfd_open, getpid(), 0));
        ERR(setns(me, 0x80), EINVAL);
    }
    WAIT_EXIT(p, 0);
}
MAIN()
