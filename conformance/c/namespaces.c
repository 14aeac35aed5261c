// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -lrt
// Namespaces of names, IPC, networks, mounts and control groups; their files; setns(2) and who may.
#include "namespaces.h"
#include <mqueue.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
static const int KINDS[] = {CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWCGROUP};
static const char *NAMES[] = {"uts", "ipc", "net", "mnt", "cgroup"};

TEST(links) {
    static const char *all[] = {"cgroup", "ipc", "mnt", "net", "pid", "pid_for_children", "user", "uts"};
    for (unsigned i = 0; i < 8; i++) {
        char p[64], l[64] = "", want[64];
        struct stat st;
        struct statfs fs;
        snprintf(p, sizeof p, "/proc/self/ns/%s", all[i]);
        OK(stat(p, &st));
        EQ(st.st_mode, S_IFREG | 0444);
        CHECK(readlink(p, l, sizeof l - 1) > 0);
        snprintf(want, sizeof want, "%s:[%lu]", i == 5 ? "pid" : all[i], (unsigned long)st.st_ino);
        STREQ(l, want);
        OK(statfs(p, &fs));
        EQ(fs.f_type, 0x6e736673);
        int fd = OK(open(p, O_RDONLY));
        char b[8];
        ERR(read(fd, b, 8), EINVAL);
        ERR(ioctl(fd, 0x5401, b), ENOTTY);
        EQ(ioctl(fd, NS_GET_NSTYPE) != 0, 1);
        snprintf(p, sizeof p, "/proc/self/fd/%d", fd);
        memset(l, 0, sizeof l);
        CHECK(readlink(p, l, sizeof l - 1) > 0);
        STREQ(l, want);
        int again = OK(open(p, O_RDONLY));
        EQ(ioctl(again, NS_GET_NSTYPE), ioctl(fd, NS_GET_NSTYPE));
        close(again);
        close(fd);
        EQ(open(want, O_RDONLY), -1);
    }
    ERR(open("/proc/self/ns/uts", O_RDWR), EPERM);
}
TEST(new_ones_by_unshare_and_clone) {
    for (unsigned i = 0; i < 5; i++) {
        pid_t pid, me = getpid();
        CHILD(pid) {
            OK(unshare(KINDS[i]));
            CHECK(ns_ino(getpid(), NAMES[i]) != ns_ino(me, NAMES[i]));
            for (unsigned k = 0; k < 5; k++)
                if (k != i)
                    EQ(ns_ino(getpid(), NAMES[k]), ns_ino(me, NAMES[k]));
        }
        WAIT_EXIT(pid, 0);
        pid = syscall(SYS_clone, KINDS[i] | SIGCHLD, 0, 0, 0, 0);
        if (pid == 0)
            _exit(ns_ino(getpid(), NAMES[i]) == ns_ino(me, NAMES[i]));
        WAIT_EXIT(pid, 0);
        CHILD(pid) {
            OK(become(1000));
            ERR(unshare(KINDS[i]), EPERM);
            ERR(syscall(SYS_clone, KINDS[i] | SIGCHLD, 0, 0, 0, 0), EPERM);
            OK(unshare(CLONE_NEWUSER | KINDS[i]));
        }
        WAIT_EXIT(pid, 0);
    }
    ERR(syscall(SYS_clone, CLONE_NEWNS | CLONE_FS | SIGCHLD, 0, 0, 0, 0), EINVAL);
    ERR(syscall(SYS_clone, CLONE_NEWIPC | CLONE_SYSVSEM | SIGCHLD, 0, 0, 0, 0), EINVAL);
}
TEST(uts) {
    struct utsname before, after;
    OK(uname(&before));
    pid_t pid;
    CHILD(pid) {
        struct utsname u;
        OK(unshare(CLONE_NEWUTS));
        OK(uname(&u));
        STREQ(u.nodename, before.nodename);
        OK(sethostname("other", 5));
        OK(setdomainname("domain", 6));
        STREQ(text_of("/proc/sys/kernel/hostname"), "other\n");
    }
    WAIT_EXIT(pid, 0);
    OK(uname(&after));
    STREQ(after.nodename, before.nodename);
    STREQ(after.domainname, before.domainname);
    CHILD(pid) {
        OK(become(1000));
        OK(unshare(CLONE_NEWUSER));
        ERR(sethostname("x", 1), EPERM);
        OK(unshare(CLONE_NEWUTS));
        OK(sethostname("x", 1)); // that of its own user namespace
    }
    WAIT_EXIT(pid, 0);
}
TEST(ipc) {
    int key = 0x5a0000 + getpid() % 0x10000;
    int shm = OK(shmget(key, 4096, IPC_CREAT | 0600)), sem = OK(semget(key, 1, IPC_CREAT | 0600)), msg = OK(msgget(key, IPC_CREAT | 0600));
    char *mem = shmat(shm, 0, 0), name[64];
    NEED(mem != (void *)-1);
    strcpy(mem, "outer");
    snprintf(name, sizeof name, "/ns%d", getpid());
    mqd_t q = OK(mq_open(name, O_CREAT | O_RDWR, 0600, 0));
    pid_t pid;
    CHILD(pid) {
        OK(unshare(CLONE_NEWIPC));
        ERR(shmget(key, 0, 0), ENOENT);
        ERR(semget(key, 0, 0), ENOENT);
        ERR(msgget(key, 0), ENOENT);
        ERR(shmat(shm, 0, 0) == (void *)-1 ? -1 : 0, EINVAL);
        ERR(mq_open(name, O_RDWR), ENOENT);
        STREQ(mem, "outer"); // what is attached stays
        int own = OK(shmget(key, 4096, IPC_CREAT | 0600));
        CHECK(strstr(text_of("/proc/sysvipc/sem"), "\n") != 0);
        EQ(strchr(strchr(text_of("/proc/sysvipc/msg"), '\n') + 1, '\n') == 0, 1); // the head and nothing else
        OK(shmctl(own, IPC_RMID, 0));
        EQ(mq_send(q, "x", 1, 0), 0); // an open one as well
    }
    WAIT_EXIT(pid, 0);
    char b[8192];
    EQ(mq_receive(q, b, sizeof b, 0), 1);
    OK(mq_unlink(name));
    shmctl(shm, IPC_RMID, 0);
    semctl(sem, 0, IPC_RMID);
    msgctl(msg, IPC_RMID, 0);
}
static int loopback_up(int up) {
    struct ifreq r;
    int s = socket(AF_INET, SOCK_DGRAM, 0), e;
    memset(&r, 0, sizeof r);
    strcpy(r.ifr_name, "lo");
    if (s < 0 || ioctl(s, SIOCGIFFLAGS, &r))
        return -1;
    int was = r.ifr_flags & IFF_UP;
    if (up) {
        r.ifr_flags |= IFF_UP;
        e = ioctl(s, SIOCSIFFLAGS, &r);
        if (e)
            return -1;
    }
    close(s);
    return was != 0;
}
TEST(net) {
    struct sockaddr_un u = {AF_UNIX, ""};
    int n = sprintf(u.sun_path + 1, "ns-%d", getpid()) + 1 + (int)offsetof(struct sockaddr_un, sun_path);
    int s = OK(socket(AF_UNIX, SOCK_STREAM, 0)), t = OK(socket(AF_INET, SOCK_STREAM, 0));
    OK(bind(s, (struct sockaddr *)&u, n));
    OK(listen(s, 5));
    struct sockaddr_in a = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {0}};
    socklen_t len = sizeof a;
    OK(bind(t, (struct sockaddr *)&a, sizeof a));
    OK(listen(t, 5));
    OK(getsockname(t, (struct sockaddr *)&a, &len));
    pid_t pid;
    CHILD(pid) {
        OK(unshare(CLONE_NEWNET));
        int c = OK(socket(AF_UNIX, SOCK_STREAM, 0)), d = OK(socket(AF_INET, SOCK_STREAM, 0));
        ERR(connect(c, (struct sockaddr *)&u, n), ECONNREFUSED); // abstract names are the network's
        OK(bind(c, (struct sockaddr *)&u, n));
        EQ(loopback_up(0), 0);
        ERR(connect(d, (struct sockaddr *)&a, sizeof a), ENETUNREACH); // the loopback is down
        EQ(loopback_up(1), 0);
        EQ(loopback_up(0), 1);
        close(d);
        d = OK(socket(AF_INET, SOCK_STREAM, 0));
        ERR(connect(d, (struct sockaddr *)&a, sizeof a), ECONNREFUSED);
        int l = OK(socket(AF_INET, SOCK_STREAM, 0));
        OK(bind(l, (struct sockaddr *)&a, sizeof a)); // the same port once more
        OK(listen(l, 1));
        close(d);
        d = OK(socket(AF_INET, SOCK_STREAM, 0));
        OK(connect(d, (struct sockaddr *)&a, sizeof a));
        char *dev = strstr(text_of("/proc/net/dev"), "lo:");
        CHECK(dev != 0);
        char line[64];
        snprintf(line, sizeof line, "0100007F:%04X", ntohs(a.sin_port));
        CHECK(strstr(text_of("/proc/net/tcp"), line) != 0);
    }
    WAIT_EXIT(pid, 0);
    CHILD(pid) {
        OK(become(1000));
        OK(be_root_inside());
        OK(unshare(CLONE_NEWNET));
        EQ(loopback_up(1), 0);
        EQ(loopback_up(0), 1);
        struct sockaddr_in low = {AF_INET, htons(80), {htonl(INADDR_LOOPBACK)}, {0}};
        int l = OK(socket(AF_INET, SOCK_STREAM, 0));
        OK(bind(l, (struct sockaddr *)&low, sizeof low));
    }
    WAIT_EXIT(pid, 0);
    CHILD(pid) {
        OK(become(1000));
        OK(be_root_inside());
        struct ifreq r;
        memset(&r, 0, sizeof r);
        strcpy(r.ifr_name, "lo");
        int l = OK(socket(AF_INET, SOCK_DGRAM, 0));
        r.ifr_flags = IFF_UP;
        ERR(ioctl(l, SIOCSIFFLAGS, &r), EPERM); // the network belongs outside
    }
    WAIT_EXIT(pid, 0);
}
TEST(mnt) {
    OK(mkdir("m", 0755));
    pid_t pid;
    CHILD(pid) {
        OK(unshare(CLONE_NEWNS));
        OK(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0));
        OK(mount("x", "m", "tmpfs", 0, 0));
        OK(close(open("m/f", O_CREAT | O_RDWR, 0600)));
        EQ(access("m/f", F_OK), 0);
    }
    WAIT_EXIT(pid, 0);
    EQ(access("m/f", F_OK), -1);
    OK(chmod(".", 0777));
    CHILD(pid) {
        OK(become(1000));
        OK(be_root_inside());
        ERR(mount("x", "m", "tmpfs", 0, 0), EPERM);
        OK(unshare(CLONE_NEWNS));
        OK(mount("x", "m", "tmpfs", 0, 0));
        OK(close(open("m/f", O_CREAT | O_RDWR, 0600))); // its root is the mounter's
        struct stat st;
        OK(stat("m", &st));
        EQ(st.st_uid, 0);
        ERR(umount("/proc"), EINVAL); // came with the namespace
        OK(umount("m"));
    }
    WAIT_EXIT(pid, 0);
}
TEST(bound_file) {
    OK(close(open("keep", O_CREAT | O_RDWR, 0600)));
    OK(mkdir("d", 0755));
    pid_t pid;
    CHILD(pid) {
        unsigned long inner = 0;
        OK(unshare(CLONE_NEWNS));
        OK(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0));
        int p[2];
        OK(pipe(p));
        pid_t c;
        CHILD(c) {
            OK(unshare(CLONE_NEWUTS));
            OK(sethostname("kept", 4));
            unsigned long n = ns_ino(getpid(), "uts");
            EQ(write(p[1], &n, sizeof n), sizeof n);
            char b;
            EQ(read(p[0], &b, 0), 0);
            sleep(1);
        }
        EQ(read(p[0], &inner, sizeof inner), sizeof inner);
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/ns/uts", c);
        ERR(mount(path, "d", 0, MS_BIND, 0), ENOTDIR);
        OK(mount(path, "keep", 0, MS_BIND, 0));
        kill(c, SIGKILL);
        EQ(waitpid(c, 0, 0), c);
        struct stat st;
        OK(stat("keep", &st));
        EQ(st.st_ino, inner);
        int fd = OK(open("keep", O_RDONLY));
        OK(setns(fd, CLONE_NEWUTS));
        char name[65];
        OK(gethostname(name, sizeof name));
        STREQ(name, "kept");
        close(fd);
        OK(umount("keep"));
    }
    WAIT_EXIT(pid, 0);
}
TEST(questions) {
    pid_t pid;
    CHILD(pid) {
        int first = OK(ns_open(getpid(), "user"));
        ERR(ioctl(first, NS_GET_PARENT), EPERM);
        ERR(ioctl(first, NS_GET_USERNS), EPERM);
        unsigned uid = 5;
        OK(ioctl(first, NS_GET_OWNER_UID, &uid));
        EQ(uid, 0);
        int p = OK(ns_open(getpid(), "pid"));
        ERR(ioctl(p, NS_GET_PARENT), EPERM);
        ERR(ioctl(p, NS_GET_OWNER_UID, &uid), EINVAL);
        EQ(ioctl(p, NS_GET_NSTYPE), CLONE_NEWPID);
        int u = OK(ns_open(getpid(), "uts"));
        ERR(ioctl(u, NS_GET_PARENT), EINVAL);
        int o = OK(ioctl(u, NS_GET_USERNS));
        struct stat a, b;
        OK(fstat(o, &a));
        OK(fstat(first, &b));
        EQ(a.st_ino, b.st_ino);
        EQ(fcntl(o, F_GETFD), FD_CLOEXEC);
        EQ(ioctl(o, NS_GET_NSTYPE), CLONE_NEWUSER);
        OK(become(1000));
        OK(be_root_inside());
        ERR(ioctl(u, NS_GET_USERNS), EPERM); // outside of what it is in
        int own = OK(ns_open(getpid(), "user"));
        ERR(ioctl(own, NS_GET_PARENT), EPERM);
        OK(ioctl(own, NS_GET_OWNER_UID, &uid));
        EQ(uid, 0);
        OK(unshare(CLONE_NEWUSER));
        int below = OK(ns_open(getpid(), "user"));
        ERR(ioctl(below, NS_GET_PARENT), EPERM);
    }
    WAIT_EXIT(pid, 0);
}
TEST(setns_errors) {
    ERR(setns(-1, 0), EBADF);
    ERR(setns(999, CLONE_NEWUTS), EBADF);
    ERR(setns(0, 0), EINVAL);
    int fd = OK(open("f", O_CREAT | O_RDWR, 0600));
    ERR(setns(fd, 0), EINVAL);
    int u = OK(ns_open(getpid(), "uts")), user = OK(ns_open(getpid(), "user")), mnt = OK(ns_open(getpid(), "mnt"));
    ERR(setns(u, CLONE_NEWNET), EINVAL);
    ERR(setns(u, CLONE_NEWUTS | CLONE_NEWNET), EINVAL);
    ERR(setns(user, 0), EINVAL);
    OK(setns(u, 0));
    int p = OK(open("/proc/self/ns/uts", O_PATH));
    ERR(setns(p, 0), EBADF);
    pid_t pid;
    CHILD(pid) {
        OK(become(1000));
        ERR(setns(u, 0), EPERM);
        ERR(setns(mnt, 0), EPERM);
        OK(be_root_inside());
        ERR(setns(u, 0), EPERM);
        ERR(setns(user, 0), EPERM);
    }
    WAIT_EXIT(pid, 0);
}
static int shares_fs(void *x) {
    (void)x;
    int mnt = ns_open(getpid(), "mnt");
    if (setns(mnt, 0) != -1 || errno != EINVAL)
        return 1;
    return unshare(CLONE_NEWNS) ? 2 : 0; // has its own from here on
}
TEST(mnt_and_a_shared_root) {
    char *stack = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pid_t pid = OK(clone(shares_fs, stack + 65536, CLONE_FS | SIGCHLD, 0));
    WAIT_EXIT(pid, 0);
}
TEST(setns_by_pidfd) {
    int p[2], q[2];
    char c;
    OK(pipe(p));
    OK(pipe(q));
    pid_t pid, k;
    CHILD(pid) {
        OK(unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS));
        OK(sethostname("mate", 4));
        EQ(write(q[1], "x", 1), 1);
        EQ(read(p[0], &c, 1), 1);
    }
    EQ(read(q[0], &c, 1), 1);
    int fd = OK(syscall(SYS_pidfd_open, pid, 0));
    CHILD(k) {
        ERR(setns(fd, 0), EINVAL);
        ERR(setns(fd, 0x1), EINVAL);
        ERR(setns(fd, CLONE_FS), EINVAL);
        ERR(setns(fd, CLONE_NEWUTS | CLONE_NEWUSER), EINVAL); // the same user namespace: all or nothing
        CHECK(ns_ino(getpid(), "uts") != ns_ino(pid, "uts"));
        OK(setns(fd, CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWNET));
        EQ(ns_ino(getpid(), "uts"), ns_ino(pid, "uts"));
        EQ(ns_ino(getpid(), "ipc"), ns_ino(pid, "ipc"));
        EQ(ns_ino(getpid(), "mnt"), ns_ino(pid, "mnt"));
        char name[65];
        OK(gethostname(name, sizeof name));
        STREQ(name, "mate");
    }
    WAIT_EXIT(k, 0);
    CHILD(k) {
        OK(become(1000));
        ERR(setns(fd, CLONE_NEWUTS), EPERM);
    }
    WAIT_EXIT(k, 0);
    EQ(write(p[1], "x", 1), 1);
    WAIT_EXIT(pid, 0);
    ERR(setns(fd, CLONE_NEWUTS), ESRCH);
}
TEST(cgroup) {
    pid_t pid;
    CHILD(pid) {
        OK(unshare(CLONE_NEWCGROUP));
        for (const char *at = text_of("/proc/self/cgroup"); at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : 0) {
            const char *path = strchr(strchr(at, ':') + 1, ':') + 1;
            EQ(path[0], '/');
            EQ(path[1], '\n'); // what it is in is the root
        }
    }
    WAIT_EXIT(pid, 0);
}
TEST(working_directory_in_a_copy) {
    OK(mkdir("sub", 0755));
    OK(chdir("sub"));
    char before[512], after[512];
    CHECK(getcwd(before, sizeof before) != 0);
    pid_t pid;
    CHILD(pid) {
        OK(unshare(CLONE_NEWNS));
        CHECK(getcwd(after, sizeof after) != 0);
        STREQ(after, before);
        OK(close(open("file", O_CREAT | O_RDWR, 0600)));
        int fd = OK(ns_open(getppid(), "mnt"));
        OK(setns(fd, CLONE_NEWNS));
        CHECK(getcwd(after, sizeof after) != 0);
        STREQ(after, "/");
    }
    WAIT_EXIT(pid, 0);
    EQ(access("file", F_OK), 0);
}
MAIN()
