// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// DIRS: /tmp /var/tmp
// BUILD: -pthread
//
// Linux's own asynchronous I/O (io_setup and friends), by system calls alone.
#include "check.h"
#include <linux/aio_abi.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

#define BAD ((void *)8)

struct ring {
    unsigned id, nr, head, tail, magic, compat, incompat, header;
    struct io_event events[];
};

static int io_setup(unsigned n, aio_context_t *c) {
    return syscall(SYS_io_setup, n, c);
}
static int io_destroy(aio_context_t c) {
    return syscall(SYS_io_destroy, c);
}
static int io_submit(aio_context_t c, long n, struct iocb **list) {
    return syscall(SYS_io_submit, c, n, list);
}
static int io_getevents(aio_context_t c, long min, long n, struct io_event *e, struct timespec *t) {
    return syscall(SYS_io_getevents, c, min, n, e, t);
}
static int io_cancel(aio_context_t c, struct iocb *cb, struct io_event *e) {
    return syscall(SYS_io_cancel, c, cb, e);
}

static struct iocb op(int code, int fd, void *buf, unsigned long n, long long off, unsigned long data) {
    struct iocb cb = {.aio_lio_opcode = code, .aio_fildes = fd, .aio_buf = (unsigned long)buf, .aio_nbytes = n,
            .aio_offset = off, .aio_data = data};
    return cb;
}

static int submit1(aio_context_t c, struct iocb *cb) {
    return io_submit(c, 1, &cb);
}

TEST(contexts) {
    aio_context_t c = 0, d = 0;
    OK(io_setup(8, &c));
    CHECK(c != 0);
    OK(io_setup(1, &d));
    CHECK(c != d);
    ERR(io_setup(8, &c), EINVAL); // not zero
    aio_context_t e = 0;
    ERR(io_setup(0, &e), EINVAL);
    ERR(io_setup(0x7fffffff, &e), EINVAL);
    ERR(io_setup(1 << 26, &e), EINVAL);
    ERR(io_setup(1 << 21, &e), EAGAIN);
    ERR(io_setup(1, BAD), EFAULT);
    EQ(e, 0);
    OK(io_destroy(c));
    ERR(io_destroy(c), EINVAL);
    ERR(io_destroy(0), EINVAL);
    ERR(io_destroy(4096), EINVAL);
    OK(io_destroy(d));
}

TEST(the_ring_can_be_read) {
    aio_context_t c = 0;
    OK(io_setup(8, &c));
    volatile struct ring *r = (struct ring *)c;
    EQ(r->magic, 0xa10a10a1);
    EQ(r->header, 32);
    EQ(r->incompat, 0);
    CHECK(r->nr > 8);
    EQ(r->head, 0);
    EQ(r->tail, 0);
    put("f", "hello");
    char b[8] = "";
    struct iocb cb = op(IOCB_CMD_PREAD, OK(open("f", O_RDONLY)), b, 5, 0, 77);
    EQ(submit1(c, &cb), 1);
    for (int i = 0; i < 5000 && r->tail == 0; i++)
        msleep(1);
    EQ(r->tail, 1);
    EQ(r->events[0].data, 77);
    EQ(r->events[0].obj, (unsigned long)&cb);
    EQ(r->events[0].res, 5);
    r->head = 1; // reaped without a call
    struct io_event e;
    struct timespec zero = {0, 0};
    EQ(io_getevents(c, 0, 1, &e, &zero), 0);
    EQ(submit1(c, &cb), 1);
    EQ(io_getevents(c, 1, 1, &e, 0), 1);
    EQ(r->head, 2);
    OK(io_destroy(c));
}

TEST(reads_and_writes) {
    aio_context_t c = 0;
    OK(io_setup(16, &c));
    int f = OK(open("f", O_RDWR | O_CREAT, 0600));
    char a[4096], b[4096], d[100];
    memset(a, 'a', sizeof a);
    struct iovec v[2] = {{a, 10}, {a, 20}}, w[2] = {{d, 50}, {d + 50, 50}};
    struct iocb cb[4] = {op(IOCB_CMD_PWRITE, f, a, 4096, 0, 1), op(IOCB_CMD_PWRITEV, f, v, 2, 4096, 2),
            op(IOCB_CMD_FSYNC, f, 0, 0, 0, 3), op(IOCB_CMD_FDSYNC, f, 0, 0, 0, 4)};
    struct iocb *list[4] = {cb, cb + 1, cb + 2, cb + 3};
    EQ(io_submit(c, 2, list), 2);
    struct io_event e[8];
    EQ(io_getevents(c, 2, 8, e, 0), 2);
    for (int i = 0; i < 2; i++) {
        EQ(e[i].res, e[i].data == 1 ? 4096 : 30);
        EQ(e[i].obj, (unsigned long)list[e[i].data - 1]);
        EQ(e[i].res2, 0);
    }
    EQ(io_submit(c, 2, list + 2), 2);
    EQ(io_getevents(c, 2, 8, e, 0), 2);
    EQ(e[0].res, 0);
    EQ(e[1].res, 0);
    struct stat st;
    OK(fstat(f, &st));
    EQ(st.st_size, 4126);
    cb[0] = op(IOCB_CMD_PREAD, f, b, 4096, 0, 5);
    cb[1] = op(IOCB_CMD_PREADV, f, w, 2, 4090, 6);
    cb[2] = op(IOCB_CMD_PREAD, f, b, 10, 9999, 7);
    EQ(io_submit(c, 3, list), 3);
    EQ(io_getevents(c, 3, 8, e, 0), 3);
    for (int i = 0; i < 3; i++)
        EQ(e[i].res, e[i].data == 5 ? 4096 : e[i].data == 6 ? 36 : 0);
    CHECK(memcmp(a, b, 4096) == 0);
    EQ(lseek(f, 0, SEEK_CUR), 0);
    OK(io_destroy(c));
}

TEST(what_cannot_be_submitted) {
    aio_context_t c = 0;
    OK(io_setup(8, &c));
    put("f", "hello");
    int r = OK(open("f", O_RDONLY)), w = OK(open("f", O_WRONLY)), path = OK(open("f", O_PATH));
    char b[16];
    struct iocb cb = op(IOCB_CMD_PREAD, r, b, 5, 0, 0), *list[2] = {&cb, BAD};
    ERR(io_submit(c, -1, list), EINVAL);
    EQ(io_submit(c, 0, list), 0);
    ERR(io_submit(0, 1, list), EINVAL);
    ERR(io_submit(c, 1, BAD), EFAULT);
    ERR(io_submit(c, 1, list + 1), EFAULT);
    EQ(io_submit(c, 2, list), 1);
    cb.aio_fildes = 99;
    ERR(submit1(c, &cb), EBADF);
    cb.aio_fildes = w;
    ERR(submit1(c, &cb), EBADF);
    cb.aio_fildes = path;
    ERR(submit1(c, &cb), EBADF);
    cb = op(IOCB_CMD_PWRITE, r, b, 5, 0, 0);
    ERR(submit1(c, &cb), EBADF);
    cb = op(99, r, b, 5, 0, 0);
    ERR(submit1(c, &cb), EINVAL);
    cb = op(IOCB_CMD_NOOP, r, b, 5, 0, 0);
    ERR(submit1(c, &cb), EINVAL);
    cb = op(IOCB_CMD_PREAD, r, b, -5L, 0, 0);
    ERR(submit1(c, &cb), EINVAL);
    cb = op(IOCB_CMD_PREAD, r, b, 5, 0, 0);
    cb.aio_reserved2 = 1;
    ERR(submit1(c, &cb), EINVAL);
    cb.aio_reserved2 = 0, cb.aio_rw_flags = 0x40000000;
    ERR(submit1(c, &cb), EOPNOTSUPP);
    cb.aio_rw_flags = 0, cb.aio_flags = IOCB_FLAG_RESFD, cb.aio_resfd = r;
    ERR(submit1(c, &cb), EINVAL);
    cb.aio_resfd = 99;
    ERR(submit1(c, &cb), EBADF);
    cb = op(IOCB_CMD_PREADV, r, BAD, 1, 0, 0);
    ERR(submit1(c, &cb), EFAULT);
    cb = op(IOCB_CMD_FSYNC, r, 0, 5, 0, 0);
    ERR(submit1(c, &cb), EINVAL);
    int p[2];
    OK(pipe(p));
    cb = op(IOCB_CMD_FSYNC, p[0], 0, 0, 0, 0);
    ERR(submit1(c, &cb), EINVAL);
    struct io_event e[4];
    EQ(io_getevents(c, 1, 4, e, 0), 1);
    OK(io_destroy(c));
}

TEST(errors_come_as_events) {
    aio_context_t c = 0;
    OK(io_setup(8, &c));
    char b[16];
    struct io_event e;
    put("f", "hello");
    int r = OK(open("f", O_RDONLY));
    struct iocb cb = op(IOCB_CMD_PREAD, r, BAD, 5, 0, 0);
    if (submit1(c, &cb) == 1) {
        EQ(io_getevents(c, 1, 1, &e, 0), 1);
        EQ(e.res, -EFAULT);
    } else
        EQ(errno, EFAULT);
    cb = op(IOCB_CMD_PREAD, r, b, 5, -7, 0);
    if (submit1(c, &cb) == 1) {
        EQ(io_getevents(c, 1, 1, &e, 0), 1);
        EQ(e.res, -EINVAL);
    } else
        EQ(errno, EINVAL);
    OK(io_destroy(c));
}

TEST(eventfd_counts) {
    aio_context_t c = 0;
    OK(io_setup(8, &c));
    put("f", "hello");
    char b[3][8];
    int r = OK(open("f", O_RDONLY)), ev = OK(eventfd(0, 0));
    struct iocb cb[3], *list[3] = {cb, cb + 1, cb + 2};
    for (int i = 0; i < 3; i++) {
        cb[i] = op(IOCB_CMD_PREAD, r, b[i], 5, 0, i);
        cb[i].aio_flags = IOCB_FLAG_RESFD;
        cb[i].aio_resfd = ev;
    }
    EQ(io_submit(c, 3, list), 3);
    unsigned long long n = 0, sum = 0;
    while (sum < 3 && read(ev, &n, 8) == 8)
        sum += n;
    EQ(sum, 3);
    struct io_event e[4];
    EQ(io_getevents(c, 3, 4, e, 0), 3);
    OK(io_destroy(c));
}

TEST(polls) {
    aio_context_t c = 0;
    OK(io_setup(8, &c));
    int p[2];
    OK(pipe(p));
    struct iocb cb = op(IOCB_CMD_POLL, p[0], (void *)POLLIN, 0, 0, 9);
    struct io_event e;
    struct timespec soon = {0, 20000000}, zero = {0, 0};
    EQ(submit1(c, &cb), 1);
    EQ(io_getevents(c, 1, 1, &e, &soon), 0);
    OK(write(p[1], "x", 1));
    EQ(io_getevents(c, 1, 1, &e, 0), 1);
    EQ(e.data, 9);
    EQ(e.res & POLLIN, POLLIN);
    EQ(io_getevents(c, 0, 1, &e, &zero), 0); // once
    EQ(submit1(c, &cb), 1);                  // ready at once
    EQ(io_getevents(c, 1, 1, &e, 0), 1);
    OK(read(p[0], &zero, 1));
    EQ(submit1(c, &cb), 1);
    ERR(io_cancel(c, BAD, &e), EFAULT);
    struct iocb other = cb;
    ERR(io_cancel(c, &other, &e), EINVAL);
    ERR(io_cancel(0, &cb, &e), EINVAL);
    ERR(io_cancel(c, &cb, &e), EINPROGRESS);
    EQ(io_getevents(c, 1, 1, &e, 0), 1);
    EQ(e.data, 9);
    EQ(e.res, 0);
    ERR(io_cancel(c, &cb, &e), EINVAL);
    cb.aio_nbytes = 1;
    ERR(submit1(c, &cb), EINVAL);
    cb = op(IOCB_CMD_POLL, p[0], (void *)0x10001, 0, 0, 9);
    ERR(submit1(c, &cb), EINVAL);
    cb = op(IOCB_CMD_POLL, p[0], (void *)POLLIN, 0, 0, 9);
    EQ(submit1(c, &cb), 1);
    OK(io_destroy(c)); // with one on its way
}

static void *writer(void *arg) {
    msleep(50);
    OK(write(*(int *)arg, "late", 4));
    return 0;
}

TEST(a_waiting_getevents_wakes) {
    aio_context_t c = 0;
    OK(io_setup(8, &c));
    int p[2];
    OK(pipe(p));
    pthread_t t;
    struct iocb cb = op(IOCB_CMD_POLL, p[0], (void *)POLLIN, 0, 0, 1);
    struct io_event e;
    EQ(submit1(c, &cb), 1);
    OK(pthread_create(&t, 0, writer, &p[1]));
    EQ(io_getevents(c, 1, 1, &e, 0), 1);
    OK(pthread_join(t, 0));
    OK(io_destroy(c));
}

static void on_alarm(int sig) {
    (void)sig;
}

TEST(waiting_ends) {
    aio_context_t c = 0;
    OK(io_setup(8, &c));
    struct io_event e[2];
    struct timespec t = {0, 30000000};
    long long before = now_ms();
    EQ(io_getevents(c, 1, 2, e, &t), 0);
    CHECK(now_ms() - before >= 29);
    ERR(io_getevents(c, 2, 1, e, 0), EINVAL);
    ERR(io_getevents(c, -1, 1, e, 0), EINVAL);
    ERR(io_getevents(0, 1, 1, e, 0), EINVAL);
    ERR(io_getevents(c, 1, 1, e, BAD), EFAULT);
    struct sigaction sa = {.sa_handler = on_alarm};
    OK(sigaction(SIGUSR1, &sa, 0));
    pid_t me = getpid(), pid;
    CHILD(pid) {
        for (int i = 0; i < 100 && kill(me, SIGUSR1) == 0; i++)
            msleep(30);
    }
    ERR(io_getevents(c, 1, 1, e, 0), EINTR);
    struct {
        sigset_t *set;
        size_t size;
    } mask;
    sigset_t all;
    sigfillset(&all);
    mask.set = &all, mask.size = 8;
    struct timespec longer = {0, 200000000};
    EQ(syscall(SYS_io_pgetevents, c, 1, 1, e, &longer, &mask), 0);
    ERR(syscall(SYS_io_pgetevents, c, 1L, 1L, e, 0L, 0L), EINTR);
    mask.size = 4;
    ERR(syscall(SYS_io_pgetevents, c, 1, 1, e, &longer, &mask), EINVAL);
    ERR(syscall(SYS_io_pgetevents, 0L, 0L, 1L, e, &longer, 0L), EINVAL);
    kill(pid, SIGKILL);
    OK(io_destroy(c));
}

TEST(no_more_than_there_is_room_for) {
    aio_context_t c = 0;
    OK(io_setup(4, &c));
    unsigned room = ((struct ring *)c)->nr;
    int p[2];
    OK(pipe(p));
    static struct iocb cb[4096];
    unsigned n = 0;
    while (n < 4096) {
        cb[n] = op(IOCB_CMD_POLL, p[0], (void *)POLLIN, 0, 0, n);
        if (submit1(c, &cb[n]) != 1)
            break;
        n++;
    }
    EQ(errno, EAGAIN);
    CHECK(n >= 4 && n < room);
    OK(write(p[1], "x", 1));
    static struct io_event e[4096];
    unsigned got = 0;
    while (got < n)
        got += OK(io_getevents(c, 1, 4096, e + got, 0));
    EQ(submit1(c, &cb[0]), 1);
    OK(io_destroy(c));
}

TEST(of_the_process_alone) {
    aio_context_t c = 0;
    OK(io_setup(8, &c));
    pid_t pid;
    CHILD(pid) {
        struct io_event e;
        ERR(io_getevents(c, 0, 1, &e, 0), EINVAL);
        ERR(io_destroy(c), EINVAL);
        aio_context_t d = 0;
        OK(io_setup(8, &d));
    }
    WAIT_EXIT(pid, 0);
    OK(io_destroy(c));
}

TEST(counted) {
    aio_context_t c = 0;
    long before = atol(get("/proc/sys/fs/aio-nr"));
    OK(io_setup(100, &c));
    CHECK(atol(get("/proc/sys/fs/aio-nr")) >= before + 100);
    OK(io_destroy(c));
    CHECK(atol(get("/proc/sys/fs/aio-max-nr")) >= 1000);
}

MAIN()
