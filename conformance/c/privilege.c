// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// Ways from an ordinary user to more: through programs with set-user-ID, through user namespaces of one's own, and through
// mounts, descriptors and debuggers that were there before.
#include "namespaces.h"
#include <linux/mount.h>
#include <sys/ptrace.h>
#include <sys/statvfs.h>

#define USER 1000

/* Called "who", this program tells who it is; called "wait", it waits for the end of its input first. */
__attribute__((constructor)) static void who(int argc, char **argv) {
    char c;
    if (argc < 1 || (strcmp(argv[0], "who") && strcmp(argv[0], "wait")))
        return;
    if (argv[0][1] == 'a')
        while (read(0, &c, 1) > 0)
            ;
    _exit(geteuid() == 0 ? 10 : geteuid() == USER ? 11 : 12);
}
/* This program as ./who, of root's and with set-user-ID; false where that has no effect. */
static int make_who(void) {
    char b[65536];
    struct statvfs v;
    if (statvfs(".", &v) || (v.f_flag & (ST_NOSUID | ST_NOEXEC))) {
        if (unshare(CLONE_NEWNS) || mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) || mount("none", chk_dir, "tmpfs", 0, "mode=755")
                || chdir(chk_dir))
            return 0;
    }
    int in = OK(open("/proc/self/exe", O_RDONLY)), out = OK(open("who", O_CREAT | O_WRONLY, 0700));
    ssize_t n;
    while ((n = read(in, b, sizeof b)) > 0)
        EQ(write(out, b, n), n);
    close(in);
    close(out);
    OK(chown("who", 0, 0));
    OK(chmod("who", 04755));
    pid_t pid;
    CHILD(pid) {
        OK(become(USER));
        execl("./who", "who", (char *)0);
    }
    int st;
    waitpid(pid, &st, 0);
    return st == 10 << 8;
}
#define NEED_WHO                                                              \
    if (!make_who())                                                          \
    SKIP("set-user-ID has no effect here")

/* The exit status of a traced child that executes ./who. */
static int traced(int user, long how) {
    int st, to[2], back[2];
    char c;
    if (pipe(to) || pipe(back))
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        if (become(USER) || write(back[1], "x", 1) != 1)
            _exit(1);
        if ((how == PTRACE_TRACEME ? ptrace(PTRACE_TRACEME, 0, 0, 0) : read(to[0], &c, 1)) < 0)
            _exit(1);
        execl("./who", "who", (char *)0);
        _exit(2);
    }
    if (user)
        OK(become(user));
    if (how != PTRACE_TRACEME) {
        EQ(read(back[0], &c, 1), 1);
        OK(ptrace(PTRACE_SEIZE, pid, 0, 0));
        EQ(write(to[1], "x", 1), 1);
    }
    for (;;) {
        if (waitpid(pid, &st, __WALL) != pid)
            return -1;
        if (!WIFSTOPPED(st))
            return WIFEXITED(st) ? WEXITSTATUS(st) : -st;
        ptrace(PTRACE_CONT, pid, 0, WSTOPSIG(st) == SIGTRAP ? 0 : WSTOPSIG(st));
    }
}
TEST(a_traced_program_gets_nothing) {
    NEED_WHO;
    pid_t pid;
    CHILD(pid) {
        EQ(traced(USER, PTRACE_TRACEME), 11);
    }
    WAIT_EXIT(pid, 0);
    CHILD(pid) {
        EQ(traced(USER, PTRACE_SEIZE), 11);
    }
    WAIT_EXIT(pid, 0);
    EQ(traced(0, PTRACE_SEIZE), 10); // who traces may do it all
}
static int share(void *stack_end) {
    (void)stack_end;
    execl("./who", "who", (char *)0);
    return 2;
}
TEST(a_shared_root_gets_nothing) {
    NEED_WHO;
    static char stack[65536] __attribute__((aligned(16)));
    pid_t pid;
    int st;
    CHILD(pid) {
        OK(become(USER));
        pid_t other = OK(clone(share, stack + sizeof stack, CLONE_FS | SIGCHLD, 0));
        EQ(waitpid(other, &st, 0), other);
        EQ(st, 11 << 8);
    }
    WAIT_EXIT(pid, 0);
}
TEST(no_new_privileges) {
    NEED_WHO;
    pid_t pid;
    CHILD(pid) {
        OK(become(USER));
        OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        execl("./who", "who", (char *)0);
    }
    WAIT_EXIT(pid, 11);
}
/* What was opened of a process is of the program that it ran then. */
TEST(memory_of_the_program_before) {
    NEED_WHO;
    pid_t pid, it;
    CHILD(pid) {
        int to[2], go[2], st;
        char p[64], c;
        OK(become(USER));
        OK(pipe(to));
        OK(pipe(go));
        CHILD(it) {
            close(to[1]);
            OK(dup2(to[0], 0));
            EQ(read(go[0], &c, 1), 1);
            execl("./who", "wait", (char *)0);
        }
        close(to[0]);
        static const char *files[] = {"maps", "pagemap"};
        int fds[2];
        for (int i = 0; i < 2; i++) {
            snprintf(p, sizeof p, "/proc/%d/%s", it, files[i]);
            fds[i] = OK(open(p, O_RDONLY));
        }
        snprintf(p, sizeof p, "/proc/%d/mem", it);
        int mem = OK(open(p, O_RDWR));
        EQ(pread(mem, &c, 1, (long)&chk_base), 1);
        EQ(write(go[1], "x", 1), 1);
        snprintf(p, sizeof p, "/proc/%d/status", it);
        for (int i = 0; i < 500 && !strstr(text_of(p), "Uid:\t1000\t0"); i++)
            msleep(10);
        char lines[8192];
        unsigned long from = (unsigned long)&chk_base;
        ssize_t n = read(fds[0], lines, sizeof lines - 1);
        if (n > 0) {
            lines[n] = 0;
            CHECK(!strstr(lines, "/who\n"));
        }
        CHECK(pread(mem, &c, 1, from) <= 0);
        CHECK(pwrite(mem, "x", 1, from) <= 0);
        long pages;
        CHECK(pread(fds[1], &pages, 8, from / 4096 * 8) <= 0);
        /* nor is it opened again */
        snprintf(p, sizeof p, "/proc/%d/mem", it);
        ERR(open(p, O_RDWR), EACCES);
        ERR(ptrace(PTRACE_ATTACH, it, 0, 0), EPERM);
        snprintf(p, sizeof p, "/proc/%d/fd/0", it);
        ERR(open(p, O_RDONLY), EACCES);
        close(to[1]);
        EQ(waitpid(it, &st, 0), it);
        EQ(st, 10 << 8);
    }
    WAIT_EXIT(pid, 0);
}
/* The classic: the program writes its own memory, being told that this is its standard error. */
TEST(own_memory_as_standard_error) {
    NEED_WHO;
    pid_t pid;
    CHILD(pid) {
        OK(become(USER));
        int mem = OK(open("/proc/self/mem", O_RDWR));
        OK(dup2(mem, 0));
        OK(lseek(0, (long)&chk_base & ~4095L, SEEK_SET));
        execl("./who", "wait", (char *)0);
    }
    WAIT_EXIT(pid, 10); // the first read finds nothing
}
/* Who enters a namespace of somebody else's lets nobody in there look into it. */
TEST(who_enters_a_namespace) {
    int ready[2], done[2], in[2];
    char c, p[64];
    OK(pipe(ready));
    OK(pipe(done));
    OK(pipe(in));
    pid_t user, root;
    CHILD(user) {
        OK(become(USER));
        OK(be_root_inside());
        EQ(write(ready[1], "x", 1), 1);
        pid_t it;
        EQ(read(in[0], &it, sizeof it), (long)sizeof it);
        ERR(ptrace(PTRACE_ATTACH, it, 0, 0), EPERM);
        snprintf(p, sizeof p, "/proc/%d/mem", it);
        ERR(open(p, O_RDWR), EACCES);
        snprintf(p, sizeof p, "/proc/%d/root", it);
        ERR(open(p, O_RDONLY), EACCES);
        EQ(write(done[1], "x", 1), 1);
    }
    EQ(read(ready[0], &c, 1), 1);
    CHILD(root) {
        OK(setns(ns_open(user, "user"), CLONE_NEWUSER));
        EQ(getuid(), 65534);
        EQ(prctl(PR_GET_DUMPABLE), 0);
        root = getpid();
        EQ(write(in[1], &root, sizeof root), (long)sizeof root);
        EQ(read(done[0], &c, 1), 1);
    }
    WAIT_EXIT(user, 0);
    WAIT_EXIT(root, 0);
}

// ---- mounts ----

static int in_own_namespaces(int more) {
    return become(USER) || be_root_inside() || unshare(CLONE_NEWNS | more) ? -1 : 0;
}
/* A file system is its owner's, whoever has a mount of it. */
TEST(file_systems_of_others) {
    OK(unshare(CLONE_NEWNS));
    OK(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0));
    OK(mkdir("m", 0777));
    OK(mount("none", "m", "tmpfs", 0, 0));
    OK(chmod("m", 0777));
    pid_t pid;
    CHILD(pid) {
        OK(in_own_namespaces(0));
        OK(mkdir("m/place", 0777));
        OK(mount("m", "m/place", 0, MS_BIND, 0));
        ERR(mount("none", "m/place", 0, MS_REMOUNT | MS_RDONLY, 0), EPERM);
        OK(mount("none", "m/place", 0, MS_REMOUNT | MS_BIND | MS_RDONLY, 0));
        int fd = syscall(SYS_fspick, AT_FDCWD, "m", 0);
        if (fd >= 0) {
            syscall(SYS_fsconfig, fd, 0, "ro", 0, 0);
            ERR(syscall(SYS_fsconfig, fd, 7, 0, 0, 0), EPERM);
        } else
            EQ(errno, EPERM);
        OK(mkdir("m/root", 0777));
        OK(mount("m", "m/root", 0, MS_BIND, 0));
        OK(chroot("m/root"));
        OK(chdir("/"));
        CHECK(umount2("/", 0) == -1);
    }
    WAIT_EXIT(pid, 0);
    OK(close(OK(creat("m/still", 0600)))); // can be written to
    OK(umount2("m", MNT_DETACH));
}
/* What shows a namespace is mounted by who has a say in that one. */
TEST(file_systems_of_namespaces) {
    static const struct { const char *type; int flag; } kinds[] = {
            {"proc", CLONE_NEWPID}, {"sysfs", CLONE_NEWNET}, {"mqueue", CLONE_NEWIPC}, {"cgroup2", CLONE_NEWCGROUP}};
    OK(mkdir("m", 0755));
    OK(chown("m", USER, USER));
    for (int i = 0; i < 4; i++) {
        pid_t pid;
        CHILD(pid) {
            OK(in_own_namespaces(0));
            ERR(mount("none", "m", kinds[i].type, 0, 0), EPERM);
        }
        WAIT_EXIT(pid, 0);
    }
    pid_t pid;
    CHILD(pid) {
        OK(in_own_namespaces(CLONE_NEWIPC));
        OK(mount("none", "m", "mqueue", 0, 0));
    }
    WAIT_EXIT(pid, 0);
    CHILD(pid) {
        OK(in_own_namespaces(0));
        OK(mount("none", "m", "tmpfs", 0, 0));
        OK(mount("none", "m", 0, MS_REMOUNT | MS_RDONLY, 0));
        ERR(creat("m/f", 0600), EROFS);
    }
    WAIT_EXIT(pid, 0);
}
/* A mount of one's own does not become the peer of one that others see. */
TEST(peers_of_others) {
    OK(unshare(CLONE_NEWNS));
    OK(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0));
    OK(mkdir("m", 0777));
    OK(mount("none", "m", "tmpfs", 0, 0));
    OK(mount("none", "m", 0, MS_SHARED, 0));
    OK(chmod("m", 0777));
    OK(mkdir("m/d", 0777));
    pid_t pid;
    CHILD(pid) {
        int outside = OK(open("m", O_PATH));
        OK(in_own_namespaces(0));
        OK(mount("none", "m", 0, MS_PRIVATE, 0));
        if (syscall(SYS_move_mount, outside, "", AT_FDCWD, "m", 0x100 | 4) == 0 || errno != EPERM)
            chk_fail(__LINE__, "MOVE_MOUNT_SET_GROUP: %s", chk_errno(errno));
        OK(mount("none", "m/d", "tmpfs", 0, 0));
        OK(mkdir("m/d/mine", 0755));
    }
    WAIT_EXIT(pid, 0);
    ERR(access("m/d/mine", F_OK), ENOENT);
    OK(umount2("m", MNT_DETACH));
}
/* What a mount covers stays covered in a namespace of one's own, also for descriptors into what is taken away. */
TEST(covered_for_good) {
    OK(unshare(CLONE_NEWNS));
    OK(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0));
    OK(mkdir("m", 0755));
    OK(mount("none", "m", "tmpfs", 0, 0));
    OK(mkdir("m/d", 0755));
    OK(close(OK(creat("m/d/secret", 0644))));
    OK(mount("none", "m/d", "tmpfs", 0, 0));
    OK(mkdir("to", 0777));
    pid_t pid;
    CHILD(pid) {
        OK(in_own_namespaces(0));
        ERR(umount("m/d"), EINVAL);
        ERR(umount2("m/d", MNT_DETACH), EINVAL);
        ERR(umount2("m", MNT_DETACH), EINVAL);
        ERR(mount("m/d", "to", 0, MS_MOVE, 0), EINVAL);
        int one = syscall(SYS_open_tree, AT_FDCWD, "m", 1); // refused by Linux; here what covers comes along
        CHECK(one == -1 ? errno == EINVAL : faccessat(one, "d/secret", F_OK, 0) == -1);
        OK(mount("m", "to", 0, MS_BIND | MS_REC, 0));
        int fd = OK(open("to", O_PATH));
        ERR(umount("to/d"), EINVAL);
        OK(umount2("to", MNT_DETACH));
        ERR(faccessat(fd, "d/secret", F_OK, 0), ENOENT);
        int tree = OK(syscall(SYS_open_tree, AT_FDCWD, "m", 1 | AT_RECURSIVE));
        ERR(faccessat(tree, "d/secret", F_OK, 0), ENOENT);
        int d = OK(openat(tree, "d", O_PATH));
        CHECK(syscall(SYS_move_mount, d, "", AT_FDCWD, "to", 4) == -1);
        ERR(faccessat(tree, "d/secret", F_OK, 0), ENOENT);
    }
    WAIT_EXIT(pid, 0);
    OK(umount2("m", MNT_DETACH));
}
/* Programs of mounts that one does not have give nothing. */
TEST(programs_of_other_mounts) {
    NEED_WHO;
    pid_t pid;
    CHILD(pid) {
        int dir = OK(open(".", O_PATH));
        OK(unshare(CLONE_NEWNS));
        OK(become(USER));
        syscall(SYS_execveat, dir, "who", (char *[]){"who", 0}, (char *[]){0}, 0);
    }
    WAIT_EXIT(pid, 11);
}
MAIN()
