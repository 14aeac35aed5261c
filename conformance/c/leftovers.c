// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread -lrt
//
// Rarer parts of message queues and inotify: copies of messages, notices by a thread, limits of a user.
#include "check.h"
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/inotify.h>
#include <sys/msg.h>

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

struct message {
    long type;
    char text[16];
};

TEST(copies_of_messages) {
    int q = OK(msgget(IPC_PRIVATE, 0600));
    struct message m = {1, "first"}, n;
    OK(msgsnd(q, &m, 6, 0));
    m.type = 7;
    strcpy(m.text, "second");
    OK(msgsnd(q, &m, 7, 0));
    if (msgrcv(q, &n, sizeof n.text, 1, MSG_COPY | IPC_NOWAIT) == -1 && errno == ENOSYS) {
        OK(msgctl(q, IPC_RMID, 0));
        SKIP("no copies of messages");
    }
    EQ(n.type, 7);
    STREQ(n.text, "second");
    EQ(msgrcv(q, &n, sizeof n.text, 0, MSG_COPY | IPC_NOWAIT), 6);
    STREQ(n.text, "first");
    ERR(msgrcv(q, &n, sizeof n.text, 2, MSG_COPY | IPC_NOWAIT), ENOMSG);
    ERR(msgrcv(q, &n, sizeof n.text, 0, MSG_COPY), EINVAL);
    ERR(msgrcv(q, &n, sizeof n.text, 0, MSG_COPY | IPC_NOWAIT | MSG_EXCEPT), EINVAL);
    ERR(msgrcv(q, &n, 2, 0, MSG_COPY | IPC_NOWAIT), E2BIG);
    struct msqid_ds ds;
    OK(msgctl(q, IPC_STAT, &ds));
    EQ(ds.msg_qnum, 2);
    OK(msgctl(q, IPC_RMID, 0));
}

static sem_t told;

static void notice(union sigval v) {
    if (v.sival_int == 42)
        sem_post(&told);
}

TEST(a_thread_is_told_of_a_message) {
    mqd_t q = OK(mq_open("/leftovers", O_RDWR | O_CREAT, 0600, 0));
    OK(mq_unlink("/leftovers"));
    OK(sem_init(&told, 0, 0));
    struct sigevent e = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = notice, .sigev_value.sival_int = 42};
    for (int i = 0; i < 3; i++) {
        char b[8192];
        OK(mq_notify(q, &e));
        ERR(mq_notify(q, &e), EBUSY);
        OK(mq_send(q, "x", 1, 0));
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 8;
        OK(sem_timedwait(&told, &until));
        EQ(mq_receive(q, b, sizeof b, 0), 1);
    }
    OK(mq_notify(q, &e));
    OK(mq_notify(q, 0));
    OK(mq_notify(q, &e));
    struct sigevent bad = {.sigev_notify = 99};
    ERR(syscall(SYS_mq_notify, q, &bad), EINVAL);
    bad.sigev_notify = SIGEV_THREAD, bad.sigev_signo = 99;
    bad.sigev_value.sival_ptr = &bad;
    ERR(syscall(SYS_mq_notify, q, &bad), EBADF);
    bad.sigev_signo = q;
    ERR(syscall(SYS_mq_notify, q, &bad), ENOTSOCK);
}

TEST(a_user_has_so_many_inotify_instances) {
    if (getuid() != 0)
        SKIP("for root");
    int max = atoi(get("/proc/sys/fs/inotify/max_user_instances"));
    if (max > 900)
        SKIP("too many to try");
    OK(setgid(61235));
    OK(setuid(61235));
    int n = 0;
    while (n <= max && inotify_init1(0) != -1)
        n++;
    EQ(errno, EMFILE);
    EQ(n, max);
    OK(close(3 + n / 2));
    OK(inotify_init1(0));
    ERR(inotify_init1(0), EMFILE);
}

TEST(events_of_a_directory) {
    char b[4096] __attribute__((aligned(8)));
    int i = OK(inotify_init1(IN_NONBLOCK));
    OK(mkdir("d", 0700));
    int w = OK(inotify_add_watch(i, "d", IN_ALL_EVENTS | IN_ONLYDIR));
    ERR(inotify_add_watch(i, "d", IN_ALL_EVENTS | IN_MASK_CREATE), EEXIST);
    put("f", "");
    ERR(inotify_add_watch(i, "f", IN_ALL_EVENTS | IN_ONLYDIR), ENOTDIR);
    ERR(inotify_add_watch(i, "f", 0), EINVAL);
    put("d/a", "1");
    OK(rename("d/a", "d/b"));
    OK(unlink("d/b"));
    unsigned wanted[] = {IN_CREATE, IN_OPEN, IN_MODIFY, IN_CLOSE_WRITE, IN_MOVED_FROM, IN_MOVED_TO, IN_DELETE};
    unsigned at = 0, cookie = 0;
    long n = OK(read(i, b, sizeof b));
    for (char *p = b; p < b + n;) {
        struct inotify_event *e = (void *)p;
        EQ(e->wd, w);
        if (at < 7)
            EQ(e->mask, wanted[at]);
        if (e->mask == IN_MOVED_FROM)
            cookie = e->cookie;
        if (e->mask == IN_MOVED_TO)
            EQ(e->cookie, cookie);
        at++;
        p += sizeof *e + e->len;
    }
    EQ(at, 7);
    CHECK(cookie != 0);
    OK(rmdir("d"));
    n = OK(read(i, b, sizeof b));
    struct inotify_event *e = (void *)b;
    EQ(e->mask, IN_DELETE_SELF);
    EQ(((struct inotify_event *)(b + n - sizeof *e))->mask, IN_IGNORED);
    ERR(inotify_rm_watch(i, w), EINVAL);
    ERR(read(i, b, sizeof b), EAGAIN);
}

// A program without a name, whose last descriptor the exec itself closes, is there as long as it runs.
TEST(program_without_a_name) {
    int sh = OK(open("/bin/sh", O_RDONLY)), mem = OK(memfd_create("shell", MFD_CLOEXEC));
    char b[65536];
    ssize_t n;
    while ((n = read(sh, b, sizeof b)) > 0)
        EQ(write(mem, b, n), n);
    close(sh);
    pid_t p;
    CHILD(p) {
        char *args[] = {"sh", "-c", "/proc/self/exe -c 'exit 5'; test $? = 5 && exec /proc/self/exe -c 'exit 6'", 0};
        fexecve(mem, args, environ);
    }
    close(mem);
    WAIT_EXIT(p, 6);
    EQ(system("cp /bin/sh again"), 0);
    CHILD(p) {
        execl("./again", "sh", "-c", "rm again; /proc/self/exe -c 'exit 5'; test $? = 5 && exec /proc/self/exe -c 'exit 7'", (char *)0);
    }
    WAIT_EXIT(p, 7);
}
MAIN()
