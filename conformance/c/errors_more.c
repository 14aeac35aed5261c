// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Errors that the manual names and that need something to have happened before: objects that go, other users, full queues.
#include "check.h"
#include <arpa/inet.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <sched.h>

#define BAD ((void *)8)

/* As an ordinary user, in a child. */
#define AS_USER(pid) CHILD(pid) if (setresgid(65533, 65533, 65533) || setresuid(65533, 65533, 65533)) _exit(9); else

TEST(semaphores) {
    struct sembuf op = {0, 0, 0};
    struct semid_ds ds;
    int id = OK(semget(IPC_PRIVATE, 2, 0600));
    ERR(semop(id, BAD, 1), EFAULT);
    op.sem_num = 2;
    ERR(semop(id, &op, 1), EFBIG);
    struct timespec soon = {0, 1000000};
    ERR(syscall(SYS_semtimedop, id, &op, 1, &soon), EFBIG);
    op = (struct sembuf){0, 32767, 0};
    OK(semop(id, &op, 1));
    ERR(semop(id, &op, 1), ERANGE);
    ERR(syscall(SYS_semtimedop, id, &op, 1, &soon), ERANGE);
    ERR(semctl(id, 0, SETVAL, 32768), ERANGE);
    ERR(semctl(id, 0, SETVAL, -1), ERANGE);
    ERR(semctl(id, 2, GETVAL), EINVAL);
    ERR(semctl(id, 0, IPC_STAT, BAD), EFAULT);
    ERR(semctl(id, 0, IPC_SET, BAD), EFAULT);
    if (geteuid() == 0) {
        pid_t pid;
        AS_USER(pid) {
            ERR(semctl(id, 0, GETVAL), EACCES);
            ERR(semctl(id, 0, IPC_STAT, &ds), EACCES);
            ERR(semctl(id, 0, IPC_RMID), EPERM);
            ERR(syscall(SYS_semtimedop, id, &op, 1, &soon), EACCES);
        }
        WAIT_EXIT(pid, 0);
    }
    pid_t pid;
    CHILD(pid) {
        op = (struct sembuf){1, -1, 0};
        ERR(semop(id, &op, 1), EIDRM);
    }
    sleeps(pid);
    OK(semctl(id, 0, IPC_RMID));
    WAIT_EXIT(pid, 0);
    ERR(semctl(id, 0, GETVAL), EINVAL);
}

TEST(messages) {
    struct {
        long type;
        char text[16];
    } m = {1, "text"};
    struct msqid_ds ds;
    int id = OK(msgget(IPC_PRIVATE, 0600));
    ERR(msgrcv(id, &m, 16, 0, IPC_NOWAIT), ENOMSG);
    OK(msgsnd(id, &m, 16, 0));
    ERR(msgrcv(id, &m, 4, 0, 0), E2BIG);
    ERR(msgrcv(id, BAD, 16, 0, 0), EFAULT);
    ERR(msgctl(id, IPC_STAT, BAD), EFAULT);
    pid_t pid;
    if (geteuid() == 0) {
        AS_USER(pid) {
            ERR(msgsnd(id, &m, 16, 0), EACCES);
            ERR(msgrcv(id, &m, 16, 0, 0), EACCES);
            ERR(msgctl(id, IPC_STAT, &ds), EACCES);
            ERR(msgctl(id, IPC_RMID, 0), EPERM);
        }
        WAIT_EXIT(pid, 0);
    }
    OK(msgctl(id, IPC_STAT, &ds));
    ds.msg_qbytes = 20;
    OK(msgctl(id, IPC_SET, &ds));
    while (msgsnd(id, &m, 16, IPC_NOWAIT) == 0)
        ;
    ERR(msgsnd(id, &m, 16, IPC_NOWAIT), EAGAIN);
    CHILD(pid) {
        ERR(msgsnd(id, &m, 16, 0), EIDRM);
    }
    sleeps(pid);
    OK(msgctl(id, IPC_RMID, 0));
    WAIT_EXIT(pid, 0);
}

TEST(segments) {
    struct shmid_ds ds;
    int id = OK(shmget(IPC_PRIVATE, 4096, 0600));
    ERR(shmctl(id, IPC_STAT, BAD), EFAULT);
    if (geteuid() == 0) {
        pid_t pid;
        AS_USER(pid) {
            ERR(shmctl(id, IPC_STAT, &ds), EACCES);
            ERR(shmctl(id, IPC_RMID, 0), EPERM);
            ERR(shmctl(id, IPC_SET, &ds), EPERM);
            ERR(shmat(id, 0, 0), EACCES);
        }
        WAIT_EXIT(pid, 0);
    }
    OK(shmctl(id, IPC_RMID, 0));
    key_t key = 0x5a5a0000 + getpid();
    id = OK(shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600));
    ERR(shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
    ERR(shmget(key, 8192, 0), EINVAL);
    OK(shmctl(id, IPC_RMID, 0));
    ERR(shmget(key, 4096, 0), ENOENT);
}

TEST(sockets) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    socklen_t n = sizeof in;
    int s = OK(socket(AF_INET, SOCK_STREAM, 0)), c = OK(socket(AF_INET, SOCK_STREAM, 0)), t = OK(socket(AF_INET, SOCK_STREAM, 0));
    int u = OK(socket(AF_UNIX, SOCK_STREAM, 0)), d = OK(socket(AF_UNIX, SOCK_DGRAM, 0));
    ERR(bind(s, BAD, sizeof in), EFAULT);
    OK(bind(s, (void *)&in, sizeof in));
    ERR(getsockname(s, BAD, &n), EFAULT);
    ERR(getsockname(s, (void *)&in, BAD), EFAULT);
    n = -1;
    ERR(getsockname(s, (void *)&in, &n), EINVAL);
    n = sizeof in;
    OK(getsockname(s, (void *)&in, &n));
    OK(listen(s, 2));
    ERR(bind(t, (void *)&in, sizeof in), EADDRINUSE);
    OK(fcntl(s, F_SETFL, O_NONBLOCK));
    ERR(accept(s, 0, 0), EAGAIN);
    OK(connect(c, (void *)&in, sizeof in));
    ERR(getpeername(c, BAD, &n), EFAULT);
    n = -1;
    ERR(getpeername(c, (void *)&in, &n), EINVAL);
    ERR(accept(s, BAD, &n), EINVAL);
    OK(connect(t, (void *)&in, sizeof in));
    ERR(accept(s, BAD, BAD), EFAULT);
    close(t);
    t = OK(socket(AF_INET, SOCK_STREAM, 0));
    struct sockaddr_in far = {.sin_family = AF_INET, .sin_addr = {inet_addr("192.0.2.77")}};
    ERR(bind(t, (void *)&far, sizeof far), EADDRNOTAVAIL);
    put("file", "");
    OK(symlink("loop", "loop"));
    strcpy(un.sun_path, "loop/x");
    ERR(bind(u, (void *)&un, sizeof un), ELOOP);
    strcpy(un.sun_path, "none/x");
    ERR(bind(u, (void *)&un, sizeof un), ENOENT);
    strcpy(un.sun_path, "file/x");
    ERR(bind(u, (void *)&un, sizeof un), ENOTDIR);
    strcpy(un.sun_path, "file");
    ERR(bind(u, (void *)&un, sizeof un), EADDRINUSE);
    strcpy(un.sun_path, "dgram");
    OK(bind(d, (void *)&un, sizeof un));
    ERR(connect(u, (void *)&un, sizeof un), EPROTOTYPE);
    struct iovec v = {"x", 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_name = &in, .msg_namelen = sizeof in};
    int pair[2];
    OK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair));
    ERR(sendmsg(pair[0], &m, 0), EISCONN);
    m.msg_name = 0, m.msg_namelen = 0;
    ERR(sendmsg(d, &m, MSG_OOB), EOPNOTSUPP);
    while (send(pair[0], &far, sizeof far, 0) > 0)
        ;
    ERR(sendto(pair[0], "x", 1, 0, 0, 0), EAGAIN);
    ERR(sendmsg(pair[0], &m, 0), EAGAIN);
    far.sin_family = 99;
    int g = OK(socket(AF_INET, SOCK_DGRAM, 0));
    ERR(connect(g, (void *)&far, sizeof far), EAFNOSUPPORT);
    ERR(connect(g, BAD, sizeof far), EFAULT);
    close(s);
    OK(connect(g, (void *)&in, sizeof in)); // nobody has that port for datagrams
    OK(send(g, "x", 1, 0));
    ERR(recvmsg(g, &m, 0), ECONNREFUSED);
    v.iov_base = BAD;
    ERR(recvmsg(pair[1], &m, 0), EFAULT);
}

TEST(descriptors) {
    int e = OK(epoll_create1(0)), p[2];
    struct epoll_event ev = {EPOLLIN, {0}};
    char b[64];
    struct iovec v = {b, sizeof b};
    OK(pipe(p));
    OK(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &ev));
    ERR(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &ev), EEXIST);
    int t = OK(timerfd_create(CLOCK_MONOTONIC, 0));
    ERR(syscall(SYS_timerfd_gettime, t, BAD), EFAULT);
    int dir = OK(open(".", O_RDONLY));
    char big[1024];
    ERR(syscall(SYS_getdents64, dir, BAD, sizeof big), EFAULT);
    ERR(syscall(SYS_getdents, dir, BAD, sizeof big), EFAULT);
    OK(mkdir("gone", 0700));
    int gone = OK(open("gone", O_RDONLY));
    OK(rmdir("gone"));
    ERR(syscall(SYS_getdents64, gone, big, sizeof big), ENOENT);
    ERR(syscall(SYS_getdents, gone, big, sizeof big), ENOENT);
    ERR(syscall(SYS_getcwd, BAD, 600), EFAULT);
    fcntl(p[1], F_SETPIPE_SZ, 4096);
    fcntl(p[1], F_SETFL, O_NONBLOCK);
    while (write(p[1], big, sizeof big) > 0)
        ;
    ERR(vmsplice(p[1], &v, 1, SPLICE_F_NONBLOCK), EAGAIN);
    int f = OK(open("f", O_RDWR | O_CREAT, 0600));
    OK(ftruncate(f, 4096));
    ERR(sendfile(p[1], f, 0, 4096), EAGAIN);
    fsetxattr(f, "user.long", big, 60, 0);
    if (fgetxattr(f, "user.long", b, sizeof b) == 60) {
        ERR(fsetxattr(f, "user.long", big, 1, XATTR_CREATE), EEXIST);
        ERR(lsetxattr("f", "user.long", big, 1, XATTR_CREATE), EEXIST);
        ERR(flistxattr(f, b, 3), ERANGE);
        ERR(llistxattr("f", b, 3), ERANGE);
    }
    ERR(sethostname(big, 65), geteuid() == 0 ? EINVAL : EPERM);
}

TEST(addresses) {
    struct {
        unsigned version;
        int pid;
    } header = {0x20080522, 4000000};
    char data[24] = "";
    ERR(syscall(SYS_capget, &header, data), ESRCH);
    ERR(syscall(SYS_rt_sigsuspend, BAD, 8), EFAULT);
    ERR(syscall(SYS_open, ".", O_WRONLY), EISDIR);
    ERR(syscall(SYS_execve, ".", 0, 0), EACCES);
    put("f", "");
    struct stat here, shm;
    if (stat(".", &here) == 0 && stat("/dev/shm", &shm) == 0 && here.st_dev != shm.st_dev)
        ERR(syscall(SYS_linkat, AT_FDCWD, "f", AT_FDCWD, "/dev/shm/errors_more", 0), EXDEV);
    if (geteuid() == 0) {
        ERR(syscall(SYS_sethostname, BAD, 5), EFAULT);
        ERR(syscall(SYS_setdomainname, BAD, 5), EFAULT);
    }
}

TEST(other_users) {
    if (geteuid() != 0)
        SKIP("for root only");
    pid_t other = fork(), pid;
    if (other == 0) {
        pause();
        _exit(0);
    }
    struct sched_param sp = {0};
    cpu_set_t set;
    char b[8];
    struct iovec v = {b, 8};
    gid_t groups[2];
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    int fd = OK(syscall(SYS_pidfd_open, other, 0));
    mkdir("closed", 0700);
    int closed = OK(open("closed", O_RDONLY));
    put("mine", "x");
    ERR(syscall(SYS_setgroups, 1, BAD), EFAULT);
    OK(syscall(SYS_setgroups, 1, (gid_t[]){5}));
    ERR(syscall(SYS_getgroups, 1, BAD), EFAULT);
    OK(syscall(SYS_getgroups, 2, groups));
    key_t key = 0x5b5b0000 + getpid();
    int sem = OK(semget(key, 1, IPC_CREAT | 0600)), msg = OK(msgget(key, IPC_CREAT | 0600));
    AS_USER(pid) {
        ERR(semget(key, 1, 0600), EACCES);
        ERR(msgget(key, 0600), EACCES);
        ERR(syscall(SYS_tkill, other, SIGTERM), EPERM);
        ERR(syscall(SYS_tgkill, other, other, SIGTERM), EPERM);
        ERR(syscall(SYS_pidfd_send_signal, fd, SIGTERM, 0, 0), EPERM);
        ERR(syscall(SYS_pidfd_getfd, fd, 0, 0), EPERM);
        ERR(syscall(SYS_process_vm_readv, other, &v, 1, &v, 1, 0), EPERM);
        ERR(syscall(SYS_process_vm_writev, other, &v, 1, &v, 1, 0), EPERM);
        ERR(syscall(SYS_sched_setparam, other, &sp), EPERM);
        ERR(syscall(SYS_sched_setaffinity, other, sizeof set, &set), EPERM);
        ERR(setpriority(PRIO_PROCESS, other, 5), EPERM);
        ERR(syscall(SYS_kcmp, getpid(), other, 0, 0, 0), EPERM);
        ERR(syscall(SYS_get_robust_list, other, &v, &v), EPERM);
        ERR(fchdir(closed), EACCES);
        ERR(syscall(SYS_setreuid, 0, 0), EPERM);
        ERR(syscall(SYS_truncate, "mine", 0), EACCES);
        ERR(syscall(SYS_open, "mine", O_RDONLY | O_NOATIME), EPERM);
    }
    WAIT_EXIT(pid, 0);
    OK(semctl(sem, 0, IPC_RMID));
    OK(msgctl(msg, IPC_RMID, 0));
    kill(other, SIGKILL);
    waitpid(other, 0, 0);
    ERR(syscall(SYS_pidfd_getfd, fd, 0, 0), ESRCH);
}

TEST(programs) {
    ERR(execl(".", "x", NULL), EACCES);
    put("elf", "\177ELF\2\1\1");
    OK(chmod("elf", 0755));
    ERR(execl("elf", "x", NULL), ENOEXEC);
    int started[2];
    char c;
    OK(pipe2(started, O_CLOEXEC));
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sleep", "sleep", "1000", NULL);
        _exit(1);
    }
    close(started[1]);
    EQ(read(started[0], &c, 1), 0); // closed by execve
    ERR(setpgid(pid, 0), EACCES);
    kill(pid, SIGKILL);
    waitpid(pid, 0, 0);
}

TEST(records) {
    put("f", "text");
    int f = OK(open("f", O_RDWR)), p[2], q[2];
    char c;
    OK(pipe(p));
    OK(pipe(q));
    struct flock first = {.l_type = F_WRLCK, .l_start = 0, .l_len = 1}, second = {.l_type = F_WRLCK, .l_start = 1, .l_len = 1};
    OK(fcntl(f, F_SETLK, &first));
    pid_t pid;
    CHILD(pid) {
        OK(fcntl(f, F_SETLK, &second));
        OK(write(p[1], "x", 1));
        OK(fcntl(f, F_SETLKW, &first)); // waits until the parent has been told
    }
    OK(read(p[0], &c, 1));
    sleeps(pid);
    ERR(fcntl(f, F_SETLKW, &second), EDEADLK);
    first.l_type = F_UNLCK;
    OK(fcntl(f, F_SETLK, &first));
    WAIT_EXIT(pid, 0);
}

TEST(renames) {
    OK(mkdir("d", 0700));
    OK(mkdir("d/in", 0700));
    OK(mkdir("e", 0700));
    put("e/f", "");
    ERR(syscall(SYS_renameat, AT_FDCWD, "d", AT_FDCWD, "e"), ENOTEMPTY);
    ERR(syscall(SYS_renameat2, AT_FDCWD, "d", AT_FDCWD, "e", 0), ENOTEMPTY);
    ERR(syscall(SYS_renameat, AT_FDCWD, "d", AT_FDCWD, "d/in/x"), EINVAL);
    ERR(syscall(SYS_linkat, AT_FDCWD, "d", AT_FDCWD, "x", 0), EPERM);
}
MAIN()
