// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// User namespaces: maps of ids and who may write them, ids inside, capabilities there and outside, exec.
#include "namespaces.h"
#include <linux/capability.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/wait.h>

static const unsigned long long ALL = 0x1ffffffffffULL;

TEST(unmapped) {
    pid_t pid;
    CHILD(pid) {
        OK(unshare(CLONE_NEWUSER));
        EQ(getuid(), 65534);
        EQ(getegid(), 65534);
        STREQ(text_of("/proc/self/uid_map"), "");
        STREQ(text_of("/proc/self/setgroups"), "allow\n");
        EQ(caps("CapEff"), ALL);
        EQ(caps("CapPrm"), ALL);
        EQ(caps("CapInh"), 0);
        EQ(caps("CapBnd"), ALL);
        EQ(caps("CapAmb"), 0);
        ERR(setuid(0), EINVAL);
        ERR(setresgid(-1, 5, -1), EINVAL);
        gid_t g = 0;
        ERR(setgroups(1, &g), EPERM);
        ERR(setgroups(0, 0), EPERM);
        struct stat st;
        OK(stat("/", &st));
        EQ(st.st_uid, 65534);
        ERR(chown(".", 0, 0), EINVAL);
        ERR(sethostname("x", 1), EPERM); // of a namespace that belongs outside
        ERR(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0), EPERM);
    }
    WAIT_EXIT(pid, 0);
}
TEST(who_is_mapped_by_oneself) {
    pid_t pid;
    CHILD(pid) {
        OK(become(1000));
        OK(unshare(CLONE_NEWUSER));
        ERR(write_to("/proc/self/uid_map", "0 0 1"), EPERM);       // not one's own
        ERR(write_to("/proc/self/uid_map", "0 1000 2"), EPERM);    // more than oneself
        ERR(write_to("/proc/self/uid_map", "0 1000 1\n1 1001 1"), EPERM);
        OK(write_to("/proc/self/uid_map", "0 1000 1"));
        ERR(write_to("/proc/self/uid_map", "0 1000 1"), EPERM); // once
        EQ(getuid(), 0);
        ERR(write_to("/proc/self/gid_map", "0 1000 1"), EPERM); // setgroups first
        OK(write_to("/proc/self/setgroups", "deny"));
        STREQ(text_of("/proc/self/setgroups"), "deny\n");
        OK(write_to("/proc/self/gid_map", "0 1000 1"));
        EQ(getgid(), 0);
        ERR(write_to("/proc/self/setgroups", "allow"), EPERM);
        ERR(write_to("/proc/self/setgroups", "deny"), EPERM); // even so, once there are groups
        gid_t g = 0;
        ERR(setgroups(1, &g), EPERM);
        STREQ(text_of("/proc/self/uid_map"), "         0       1000          1\n");
        EQ(caps("CapEff"), ALL);
        STREQ(status("Uid"), "0\t0\t0\t0");
        ERR(setuid(1000), EINVAL);
        OK(setuid(0));
    }
    WAIT_EXIT(pid, 0);
}
TEST(map_syntax) {
    static const char *bad[] = {"", "\n", "0", "0 0", "0 0 0", "0 0 x", "a 0 1", "0 0 1 2", "4294967295 0 1", "0 4294967295 1",
            "1 0 4294967295", "0 0 1\n0 1 1", "0 0 2\n1 5 1", "0 0 2\n5 1 1", "0 0 1\n\n1 1 1", "-1 0 1", "0 0 1 \n x"};
    pid_t pid;
    CHILD(pid) {
        OK(unshare(CLONE_NEWUSER));
        for (unsigned i = 1; i < sizeof bad / sizeof *bad; i++)
            if (write_to("/proc/self/uid_map", bad[i]) != -1 || errno != EINVAL)
                chk_fail(__LINE__, "map '%s': errno %s", bad[i], chk_errno(errno));
        int fd = OK(open("/proc/self/uid_map", O_RDWR));
        char many[5000];
        memset(many, ' ', sizeof many);
        ERR(write(fd, many, 4096), EINVAL);
        int n = 0;
        for (int i = 0; i < 341; i++)
            n += sprintf(many + n, "%d %d 1\n", i, i);
        ERR(write(fd, many, n), EINVAL); // one line too many
        close(fd);
        ERR(write_to("/proc/self/setgroups", "maybe"), EINVAL);
        ERR(write_to("/proc/self/setgroups", "denydeny"), EINVAL);
        OK(write_to("/proc/self/setgroups", "deny \n"));
        OK(write_to("/proc/self/uid_map", " 0\t0   1\n"));
        OK(write_to("/proc/self/projid_map", "0 0 1"));
        ERR(write_to("/proc/self/projid_map", "0 0 1"), EPERM);
    }
    WAIT_EXIT(pid, 0);
}
TEST(map_by_the_parent) {
    int to[2], back[2];
    char c, p[64];
    OK(pipe(to));
    OK(pipe(back));
    pid_t pid;
    CHILD(pid) {
        OK(unshare(CLONE_NEWUSER));
        EQ(write(back[1], "x", 1), 1);
        EQ(read(to[0], &c, 1), 1);
        EQ(getuid(), 0);
        EQ(getgid(), 0);
        gid_t g[2] = {7, 3}, got[2];
        OK(setgroups(2, g));
        EQ(getgroups(2, got), 2);
        EQ(got[0], 3);
        g[0] = 20;
        ERR(setgroups(1, g), EINVAL);
        OK(setresuid(5, 5, 5));
        EQ(getuid(), 5);
        EQ(caps("CapEff"), 0);
        ERR(setuid(6), EPERM);
        ERR(setuid(10), EINVAL); // beyond the map
        EQ(setfsuid(10), 5);
        EQ(setfsuid(-1), 5);
    }
    EQ(read(back[0], &c, 1), 1);
    snprintf(p, sizeof p, "/proc/%d/uid_map", pid);
    OK(write_to(p, "0 0 1\n1 100001 9\n"));
    STREQ(text_of(p), "         0          0          1\n         1     100001          9\n");
    ERR(write_to(p, "0 0 1"), EPERM);
    snprintf(p, sizeof p, "/proc/%d/gid_map", pid);
    OK(write_to(p, "0 0 1\n1 100001 9"));
    EQ(write(to[1], "x", 1), 1);
    WAIT_EXIT(pid, 0);
    ERR(write_to("/proc/self/uid_map", "0 0 1"), EPERM); // of the first one
}
TEST(files_inside) {
    OK(chmod(".", 0777));
    int fd = OK(open("rootfile", O_CREAT | O_RDWR, 0600));
    OK(close(fd));
    OK(close(open("mine", O_CREAT | O_RDWR, 0600)));
    OK(chown("mine", 1000, 1000));
    OK(close(open("other", O_CREAT | O_RDWR, 0600)));
    OK(chown("other", 1000, 0)); // its group is unknown inside
    pid_t pid;
    CHILD(pid) {
        OK(become(1000));
        OK(be_root_inside());
        struct stat st;
        OK(stat("mine", &st));
        EQ(st.st_uid, 0);
        EQ(st.st_gid, 0);
        OK(stat("other", &st));
        EQ(st.st_uid, 0);
        EQ(st.st_gid, 65534);
        OK(stat("rootfile", &st));
        EQ(st.st_uid, 65534);
        ERR(open("rootfile", O_RDONLY), EACCES);
        ERR(chmod("rootfile", 0644), EPERM);
        ERR(chown("mine", 1, -1), EINVAL);
        OK(chown("mine", 0, 0));
        OK(chmod("mine", 0));
        OK(close(open("mine", O_RDWR))); // CAP_DAC_OVERRIDE over what is mapped
        OK(chmod("other", 0));
        ERR(open("other", O_RDWR), EACCES);
        ERR(mknod("null", S_IFCHR | 0600, 0x103), EPERM);
        OK(close(open("made", O_CREAT | O_RDWR, 0600)));
        OK(stat("made", &st));
        EQ(st.st_uid, 0);
    }
    WAIT_EXIT(pid, 0);
    struct stat st;
    OK(stat("made", &st));
    EQ(st.st_uid, 1000);
    EQ(st.st_gid, 1000);
}
TEST(exec_and_capabilities) {
    pid_t pid;
    CHILD(pid) {
        OK(become(1000));
        OK(unshare(CLONE_NEWUSER));
        EQ(caps("CapEff"), ALL);
        // nobody inside: exec takes all capabilities away
        int st = system("grep -q 'CapEff:.0000000000000000' /proc/self/status");
        EQ(st, 0);
    }
    WAIT_EXIT(pid, 0);
    CHILD(pid) {
        OK(become(1000));
        OK(be_root_inside());
        EQ(system("grep -q 'CapEff:.000001ffffffffff' /proc/self/status"), 0); // root inside keeps them
        OK(prctl(PR_SET_SECUREBITS, 1));                                      // SECBIT_NOROOT
        EQ(system("grep -q 'CapEff:.0000000000000000' /proc/self/status"), 0);
    }
    WAIT_EXIT(pid, 0);
    CHILD(pid) {
        OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        OK(become(1000));
        OK(be_root_inside());
        struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
        struct __user_cap_data_struct d[2] = {{0, 0, 0}, {0, 0, 0}};
        OK(syscall(SYS_capset, &h, d));
        EQ(system("grep -q 'CapEff:.0000000000000000' /proc/self/status"), 0); // no_new_privs holds for root as well
    }
    WAIT_EXIT(pid, 0);
}
TEST(securebits_go) {
    pid_t pid;
    CHILD(pid) {
        OK(prctl(PR_SET_KEEPCAPS, 1));
        OK(unshare(CLONE_NEWUSER));
        EQ(prctl(PR_GET_SECUREBITS), 0);
        EQ(prctl(PR_GET_KEEPCAPS), 0);
        EQ(prctl(PR_CAPBSET_READ, CAP_SYS_RESOURCE), 1);
    }
    WAIT_EXIT(pid, 0);
}
TEST(signals_across) {
    int go[2];
    char c;
    OK(pipe(go));
    pid_t victim, pid;
    CHILD(victim) {
        OK(become(1001));
        close(go[1]);
        if (read(go[0], &c, 1) < 0)
            _exit(1);
    }
    CHILD(pid) {
        OK(become(1000));
        OK(be_root_inside());
        ERR(kill(victim, 0), EPERM); // all capabilities, but not over somebody outside
        ERR(kill(victim, SIGTERM), EPERM);
        OK(kill(getpid(), 0));
    }
    WAIT_EXIT(pid, 0);
    close(go[0]);
    close(go[1]);
    WAIT_EXIT(victim, 0);
}
static void on_usr1(int s, siginfo_t *i, void *u) {
    (void)u;
    if (i->si_uid != 65534 || s != SIGUSR1)
        _exit(9);
    _exit(7);
}
TEST(ids_in_signals) {
    int ready[2];
    char c;
    OK(pipe(ready));
    pid_t pid;
    CHILD(pid) {
        struct sigaction a = {.sa_sigaction = on_usr1, .sa_flags = SA_SIGINFO};
        OK(become(1000));
        OK(be_root_inside());
        sigaction(SIGUSR1, &a, 0);
        EQ(write(ready[1], "x", 1), 1);
        for (;;)
            pause();
    }
    EQ(read(ready[0], &c, 1), 1);
    OK(kill(pid, SIGUSR1)); // from root outside, whom it has no number for
    WAIT_EXIT(pid, 7);
}
TEST(socket_credentials) {
    int s[2];
    OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    int one = 1;
    OK(setsockopt(s[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof one));
    pid_t pid;
    CHILD(pid) {
        OK(become(1000));
        OK(be_root_inside());
        struct ucred u = {getpid(), 0, 0};
        char control[CMSG_SPACE(sizeof u)] = "", b = 'x';
        struct iovec v = {&b, 1};
        struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        struct cmsghdr *h = CMSG_FIRSTHDR(&m);
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SCM_CREDENTIALS;
        h->cmsg_len = CMSG_LEN(sizeof u);
        memcpy(CMSG_DATA(h), &u, sizeof u);
        EQ(sendmsg(s[1], &m, 0), 1);
        u.uid = 5;
        memcpy(CMSG_DATA(h), &u, sizeof u);
        ERR(sendmsg(s[1], &m, 0), EINVAL);
        socklen_t n = sizeof u;
        OK(getsockopt(s[1], SOL_SOCKET, SO_PEERCRED, &u, &n));
        EQ(u.uid, 65534); // made by root outside
    }
    WAIT_EXIT(pid, 0);
    char control[256], b;
    struct iovec v = {&b, 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    EQ(recvmsg(s[0], &m, 0), 1);
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    NEED(h && h->cmsg_type == SCM_CREDENTIALS);
    struct ucred u;
    memcpy(&u, CMSG_DATA(h), sizeof u);
    EQ(u.uid, 1000);
    EQ(u.gid, 1000);
    EQ(u.pid, pid);
}
static void *sleeper(void *x) {
    (void)x;
    pause();
    return 0;
}
TEST(rules_of_unshare) {
    pid_t pid;
    CHILD(pid) {
        pthread_t t;
        EQ(pthread_create(&t, 0, sleeper, 0), 0);
        ERR(unshare(CLONE_NEWUSER), EINVAL);
        _exit(0);
    }
    WAIT_EXIT(pid, 0);
    CHILD(pid) {
        OK(chroot("."));
        ERR(unshare(CLONE_NEWUSER), EPERM);
    }
    WAIT_EXIT(pid, 0);
    ERR(unshare(0x10), EINVAL);
    ERR(syscall(SYS_clone, CLONE_NEWUSER | CLONE_FS | SIGCHLD, 0, 0, 0, 0), EINVAL);
    ERR(syscall(SYS_clone, CLONE_NEWUSER | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, 0, 0, 0), EINVAL);
    CHILD(pid) {
        OK(unshare(CLONE_NEWUSER));
        ERR(unshare(CLONE_NEWUSER), EPERM); // whoever has no number cannot own one
    }
    WAIT_EXIT(pid, 0);
}
TEST(depth) {
    pid_t pid;
    CHILD(pid) {
        int n = 0;
        while (n < 40 && be_root_inside() == 0)
            n++;
        EQ(errno, ENOSPC);
        EQ(n, 33);
        EQ(getuid(), 0);
    }
    WAIT_EXIT(pid, 0);
}
TEST(owner_from_outside) {
    // the user who made a namespace has all capabilities over it, though none of his own
    int to[2], back[2];
    char c;
    OK(pipe(to));
    OK(pipe(back));
    pid_t pid, mate;
    CHILD(mate) {
        OK(become(1000));
        CHILD(pid) {
            OK(be_root_inside());
            OK(unshare(CLONE_NEWUTS));
            OK(sethostname("inner", 5));
            EQ(write(back[1], "x", 1), 1);
            EQ(read(to[0], &c, 1), 1);
        }
        EQ(read(back[0], &c, 1), 1);
        EQ(caps("CapEff"), 0);
        int user = OK(ns_open(pid, "user")), uts = OK(ns_open(pid, "uts"));
        ERR(setns(uts, CLONE_NEWUTS), EPERM);
        ERR(setns(user, CLONE_NEWUTS), EINVAL);
        OK(setns(user, CLONE_NEWUSER));
        EQ(getuid(), 0);
        EQ(caps("CapEff"), ALL);
        ERR(setns(user, 0), EINVAL); // the one that it is in
        OK(setns(uts, 0));
        char name[65];
        OK(gethostname(name, sizeof name));
        STREQ(name, "inner");
        EQ(write(to[1], "x", 1), 1);
        WAIT_EXIT(pid, 0);
    }
    WAIT_EXIT(mate, 0);
}
TEST(chroot_and_limits_inside) {
    OK(chmod(".", 0777));
    pid_t pid;
    CHILD(pid) {
        OK(become(1000));
        ERR(chroot("."), EPERM);
        OK(be_root_inside());
        OK(chroot("."));
        ERR(setpriority(0, 0, -5), EACCES);
        ERR(unshare(CLONE_NEWUSER), EPERM);
        OK(unshare(CLONE_NEWUTS));
    }
    WAIT_EXIT(pid, 0);
}
MAIN()
