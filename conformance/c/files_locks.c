// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// DIRS: /tmp /var/tmp
// Locks: records of processes (with deadlock detection) and of open files, flock, across fork, exec and close; /proc/locks;
// leases; seals; ETXTBSY; names of renamed files.
#include "check.h"
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>

static int lock(int fd, int cmd, int type, off_t start, off_t len) {
    struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    return fcntl(fd, cmd, &l);
}
static struct flock who(int fd, int cmd, int type, off_t start, off_t len) {
    struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    if (fcntl(fd, cmd, &l) != 0)
        l.l_type = -1;
    return l;
}
static int file(const char *name) {
    int fd = open(name, O_RDWR | O_CREAT, 0644);
    if (write(fd, "0123456789", 10) != 10)
        return -1;
    return fd;
}
TEST(records_of_a_process) {
    int fd = OK(file("f"));
    EQ(lock(fd, F_SETLK, F_WRLCK, 0, 5), 0);
    EQ(lock(fd, F_SETLK, F_RDLCK, 3, 4), 0); // changes a part of it
    EQ(who(fd, F_GETLK, F_WRLCK, 0, 0).l_type, F_UNLCK); // one's own are not in the way
    pid_t pid;
    CHILD(pid) {
        struct flock l = who(fd, F_GETLK, F_WRLCK, 0, 0);
        EQ(l.l_type, F_WRLCK);
        EQ(l.l_start, 0);
        EQ(l.l_len, 3);
        EQ(l.l_pid, getppid());
        l = who(fd, F_GETLK, F_WRLCK, 3, 1);
        EQ(l.l_type, F_RDLCK);
        EQ(l.l_len, 4);
        EQ(who(fd, F_GETLK, F_RDLCK, 3, 1).l_type, F_UNLCK);
        ERR(lock(fd, F_SETLK, F_WRLCK, 2, 1), EAGAIN);
        EQ(lock(fd, F_SETLK, F_RDLCK, 4, 1), 0);
        EQ(lock(fd, F_SETLK, F_WRLCK, 7, 0), 0);
    }
    WAIT_EXIT(pid, 0);
    EQ(who(fd, F_GETLK, F_WRLCK, 7, 0).l_type, F_UNLCK); // they went with the process
    int again = OK(open("f", O_RDONLY));
    close(again); // as all do when any descriptor of the file is closed
    CHILD(pid) EQ(lock(fd, F_SETLK, F_WRLCK, 0, 0), 0);
    WAIT_EXIT(pid, 0);
    ERR(lock(99, F_SETLK, F_WRLCK, 0, 0), EBADF);
    ERR(lock(fd, F_SETLK, 77, 0, 0), EINVAL);
    ERR(lock(fd, F_SETLK, F_WRLCK, -5, 2), EINVAL);
    int ro = OK(open("f", O_RDONLY));
    ERR(lock(ro, F_SETLK, F_WRLCK, 0, 1), EBADF);
    ERR(fcntl(fd, F_SETLK, (void *)8), EFAULT);
    struct flock end = {.l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = -4, .l_len = 2};
    EQ(fcntl(fd, F_SETLK, &end), 0);
    CHILD(pid) {
        struct flock l = who(fd, F_GETLK, F_WRLCK, 0, 0);
        EQ(l.l_start, 6);
        EQ(l.l_len, 2);
    }
    WAIT_EXIT(pid, 0);
    struct flock back = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = 8, .l_len = -2};
    EQ(fcntl(fd, F_SETLK, &back), 0);
    CHILD(pid) EQ(who(fd, F_GETLK, F_WRLCK, 0, 0).l_type, F_UNLCK);
    WAIT_EXIT(pid, 0);
}
TEST(deadlock) {
    int fd = OK(file("f"));
    int p[2];
    char b;
    EQ(pipe(p), 0);
    EQ(lock(fd, F_SETLK, F_WRLCK, 0, 1), 0);
    pid_t pid;
    CHILD(pid) {
        EQ(lock(fd, F_SETLK, F_WRLCK, 1, 1), 0);
        EQ(write(p[1], "x", 1), 1);
        EQ(lock(fd, F_SETLKW, F_WRLCK, 0, 1), 0);
    }
    EQ(read(p[0], &b, 1), 1);
    sleeps(pid);
    ERR(lock(fd, F_SETLKW, F_WRLCK, 1, 1), EDEADLK);
    EQ(lock(fd, F_SETLK, F_UNLCK, 0, 1), 0);
    WAIT_EXIT(pid, 0);
}
TEST(deadlock_of_three_and_two_files) {
    int f = OK(file("f")), g = OK(file("g")), p[2];
    char b;
    EQ(pipe(p), 0);
    EQ(lock(f, F_SETLK, F_WRLCK, 0, 1), 0);
    pid_t one, two;
    CHILD(one) {
        EQ(lock(g, F_SETLK, F_WRLCK, 0, 1), 0);
        EQ(write(p[1], "x", 1), 1);
        EQ(lock(f, F_SETLKW, F_WRLCK, 0, 1), 0);
    }
    EQ(read(p[0], &b, 1), 1);
    CHILD(two) {
        EQ(lock(g, F_SETLK, F_WRLCK, 5, 1), 0);
        EQ(write(p[1], "x", 1), 1);
        EQ(lock(g, F_SETLKW, F_WRLCK, 0, 1), 0);
    }
    EQ(read(p[0], &b, 1), 1);
    sleeps(one);
    sleeps(two);
    ERR(lock(g, F_SETLKW, F_WRLCK, 5, 1), EDEADLK);
    EQ(lock(f, F_SETLK, F_UNLCK, 0, 1), 0);
    WAIT_EXIT(one, 0);
    WAIT_EXIT(two, 0);
}
static void on_alarm(int sig) {
    (void)sig;
}
TEST(interrupted_wait) {
    int fd = OK(file("f"));
    EQ(lock(fd, F_SETLK, F_WRLCK, 0, 1), 0);
    pid_t pid;
    CHILD(pid) {
        struct sigaction sa = {.sa_handler = on_alarm};
        sigaction(SIGALRM, &sa, 0);
        alarm(1);
        ERR(lock(fd, F_SETLKW, F_WRLCK, 0, 1), EINTR);
        alarm(1);
        int own = OK(open("f", O_RDWR));
        ERR(flock(own, LOCK_EX | 0x100), EINVAL);
        alarm(0);
    }
    WAIT_EXIT(pid, 0);
}
TEST(records_of_open_files) {
    int a = OK(file("f")), b = OK(open("f", O_RDWR));
    EQ(lock(a, F_OFD_SETLK, F_WRLCK, 0, 5), 0);
    ERR(lock(b, F_OFD_SETLK, F_WRLCK, 4, 1), EAGAIN);
    ERR(lock(b, F_SETLK, F_WRLCK, 4, 1), EAGAIN); // the process's own are others
    struct flock l = who(b, F_OFD_GETLK, F_WRLCK, 0, 0);
    EQ(l.l_type, F_WRLCK);
    EQ(l.l_pid, -1);
    EQ(l.l_len, 5);
    pid_t pid;
    CHILD(pid) {
        EQ(lock(a, F_OFD_SETLK, F_WRLCK, 5, 1), 0); // shared with the parent
        int c = OK(open("f", O_RDWR));
        ERR(lock(c, F_OFD_SETLK, F_WRLCK, 0, 1), EAGAIN);
        close(open("f", O_RDONLY)); // takes none of them away
    }
    WAIT_EXIT(pid, 0);
    ERR(lock(b, F_OFD_SETLK, F_WRLCK, 5, 1), EAGAIN);
    int d = dup(a);
    close(a);
    ERR(lock(b, F_OFD_SETLK, F_WRLCK, 0, 1), EAGAIN);
    close(d);
    EQ(lock(b, F_OFD_SETLK, F_WRLCK, 0, 1), 0);
    struct flock bad = {.l_type = F_WRLCK, .l_pid = 1};
    ERR(fcntl(b, F_OFD_SETLK, &bad), EINVAL);
}
TEST(flock) {
    int a = OK(file("f")), b = OK(open("f", O_RDONLY));
    EQ(flock(a, LOCK_SH), 0);
    EQ(flock(b, LOCK_SH), 0);
    ERR(flock(a, LOCK_EX | LOCK_NB), EWOULDBLOCK);
    EQ(flock(b, LOCK_EX | LOCK_NB), 0); // a lost its lock in the attempt
    ERR(flock(a, LOCK_SH | LOCK_NB), EWOULDBLOCK);
    EQ(lock(a, F_SETLK, F_WRLCK, 0, 0), 0); // the kinds do not know each other
    int c = dup(b);
    EQ(flock(c, LOCK_UN), 0); // one lock for both
    EQ(flock(a, LOCK_EX | LOCK_NB), 0);
    pid_t pid;
    CHILD(pid) EQ(flock(a, LOCK_UN), 0); // a child's descriptor is the same file
    WAIT_EXIT(pid, 0);
    EQ(flock(b, LOCK_EX | LOCK_NB), 0);
    ERR(flock(a, 0), EINVAL);
    ERR(flock(a, LOCK_SH | LOCK_EX), EINVAL);
    ERR(flock(99, LOCK_SH), EBADF);
    int path = OK(open("f", O_PATH));
    ERR(flock(path, LOCK_SH), EBADF);
}
TEST(across_exec) {
    int fd = OK(file("f")), ofd = OK(open("f", O_RDWR));
    EQ(lock(ofd, F_OFD_SETLK, F_WRLCK, 8, 1), 0);
    pid_t pid;
    int p[2], q[2];
    char b;
    EQ(pipe(p), 0);
    EQ(pipe(q), 0);
    CHILD(pid) {
        EQ(lock(fd, F_SETLK, F_WRLCK, 0, 1), 0);
        dup2(p[1], 1);
        dup2(q[0], 0);
        execlp("sh", "sh", "-c", "echo x; read a", (char *)0);
    }
    EQ(read(p[0], &b, 1), 1);
    struct flock l = who(fd, F_GETLK, F_WRLCK, 0, 1);
    EQ(l.l_type, F_WRLCK);
    EQ(l.l_pid, pid);
    EQ(write(q[1], "x\n", 2), 2);
    WAIT_EXIT(pid, 0);
    EQ(who(fd, F_GETLK, F_WRLCK, 0, 1).l_type, F_UNLCK);
}
TEST(proc_locks) {
    int fd = OK(file("f"));
    struct stat st;
    char want[128];
    EQ(fstat(fd, &st), 0);
    EQ(lock(fd, F_SETLK, F_WRLCK, 2, 3), 0);
    EQ(flock(fd, LOCK_SH), 0);
    int o = OK(open("f", O_RDWR));
    EQ(lock(o, F_OFD_SETLK, F_RDLCK, 7, 0), 0);
    const char *t = get("/proc/locks");
    snprintf(want, sizeof want, "POSIX  ADVISORY  WRITE %d ", getpid());
    CHECK(strstr(t, want));
    snprintf(want, sizeof want, "FLOCK  ADVISORY  READ %d ", getpid());
    CHECK(strstr(t, want));
    snprintf(want, sizeof want, ":%lu 2 4\n", (long)st.st_ino);
    CHECK(strstr(t, want));
    snprintf(want, sizeof want, ":%lu 7 EOF\n", (long)st.st_ino);
    CHECK(strstr(t, want));
    CHECK(strstr(t, "OFDLCK ADVISORY  READ -1 "));
    close(o);
    EQ(flock(fd, LOCK_UN), 0);
    EQ(lock(fd, F_SETLK, F_UNLCK, 0, 0), 0);
    snprintf(want, sizeof want, ":%lu ", (long)st.st_ino);
    CHECK(!strstr(get("/proc/locks"), want));
}

// ---- memfd seals ----

TEST(seals) {
    int fd = OK(memfd_create("m", MFD_ALLOW_SEALING));
    EQ(ftruncate(fd, 8192), 0);
    EQ(fcntl(fd, F_GET_SEALS), 0);
    char *p = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    NEED(p != MAP_FAILED);
    ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
    EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), 0);
    p[0] = 'x'; // what is mapped stays
    ERR(write(fd, "a", 1), EPERM);
    CHECK(mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EPERM);
    char *r = mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 0);
    NEED(r != MAP_FAILED);
    EQ(r[0], 'x');
    ERR(mprotect(r, 4096, PROT_READ | PROT_WRITE), EACCES);
    char *c = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK(c != MAP_FAILED);
    c[0] = 'y';
    EQ(r[0], 'x');
    EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
    ERR(ftruncate(fd, 4096), EPERM);
    EQ(ftruncate(fd, 16384), 0);
    EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0);
    ERR(ftruncate(fd, 32768), EPERM);
    ERR(fallocate(fd, 0, 0, 32768), EPERM);
    EQ(munmap(p, 4096), 0);
    EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
    ERR(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096), EPERM);
    EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), 0);
    ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), EPERM);
    ERR(fcntl(fd, F_ADD_SEALS, 0x1000), EINVAL);
    int plain = OK(memfd_create("n", 0));
    EQ(fcntl(plain, F_GET_SEALS), F_SEAL_SEAL);
    ERR(fcntl(plain, F_ADD_SEALS, F_SEAL_GROW), EPERM);
    int f = OK(file("f"));
    int seals = fcntl(f, F_GET_SEALS); // EINVAL but on tmpfs
    CHECK((seals == -1 && errno == EINVAL) || seals == F_SEAL_SEAL);
    int ex = OK(memfd_create("e", 8)); // MFD_NOEXEC_SEAL
    EQ(fcntl(ex, F_GET_SEALS) & 0x20, 0x20);
    ERR(fchmod(ex, 0755), EPERM);
    EQ(fchmod(ex, 0600), 0);
}

// ---- and the rest ----

TEST(leases) {
    int fd = OK(open("f", O_RDONLY | O_CREAT, 0644));
    ERR(fcntl(fd, F_SETLEASE, 77), EINVAL);
    ERR(fcntl(99, F_SETLEASE, F_RDLCK), EBADF);
}
TEST(text_busy) {
    int in = OK(open("/bin/true", O_RDONLY)), out = OK(open("prog", O_WRONLY | O_CREAT, 0755));
    char b[65536];
    for (long n; (n = read(in, b, sizeof b)) > 0;)
        EQ(write(out, b, n), n);
    ERR(execl("prog", "prog", (char *)0), ETXTBSY);
    close(out);
    pid_t pid;
    CHILD(pid) execl("prog", "prog", (char *)0);
    WAIT_EXIT(pid, 0);
    in = OK(open("/bin/sleep", O_RDONLY)), out = OK(open("sleep", O_WRONLY | O_CREAT, 0755));
    for (long n; (n = read(in, b, sizeof b)) > 0;)
        EQ(write(out, b, n), n);
    close(out);
    int p[2];
    EQ(pipe2(p, O_CLOEXEC), 0);
    CHILD(pid) execl("sleep", "sleep", "20", (char *)0);
    close(p[1]);
    EQ(read(p[0], b, 1), 0); // it runs
    ERR(open("sleep", O_WRONLY), ETXTBSY);
    ERR(open("sleep", O_RDWR), ETXTBSY);
    ERR(truncate("sleep", 0), ETXTBSY);
    close(OK(open("sleep", O_RDONLY)));
    EQ(unlink("sleep"), 0);
    kill(pid, SIGKILL);
    WAIT_SIG(pid, SIGKILL);
}
TEST(renamed_while_open) {
    char cwd[512], link[64], want[600], got[600] = "";
    NEED(getcwd(cwd, sizeof cwd));
    EQ(mkdir("d", 0755), 0);
    int fd = OK(file("f"));
    EQ(rename("f", "d/g"), 0);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    snprintf(want, sizeof want, "%s/d/g", cwd);
    CHECK(readlink(link, got, sizeof got - 1) > 0);
    STREQ(got, want);
    EQ(rename("d", "e"), 0);
    memset(got, 0, sizeof got);
    snprintf(want, sizeof want, "%s/e/g", cwd);
    CHECK(readlink(link, got, sizeof got - 1) > 0);
    STREQ(got, want);
    EQ(unlink("e/g"), 0);
    memset(got, 0, sizeof got);
    snprintf(want, sizeof want, "%s/e/g (deleted)", cwd);
    CHECK(readlink(link, got, sizeof got - 1) > 0);
    STREQ(got, want);
}
MAIN()
