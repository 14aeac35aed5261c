// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/*
 * micro.c - system call micro-benchmarks in one file.
 *
 *   gcc -O2 -static -pthread -o micro micro.c
 *   ./micro [-l] [-n] [-t MS] [-r REPS] [-T SECONDS] [-d DIR] [-p PORT] [-c COUNT] [-w ROUNDS] [NAME...]
 *
 * Prints one line per benchmark, `name<TAB>ns_per_op`, the median of REPS runs
 * that each last about MS milliseconds. A benchmark that fails prints
 * `name<TAB>FAIL` (the reason goes to stderr), one that is still running after
 * SECONDS prints `name<TAB>TIMEOUT`. What one operation is, `-l` tells.
 *
 *   -l  list the benchmarks and what their operation is
 *   -n  run in this process; by default every benchmark has a child of its own
 *   -t  milliseconds per run (200)
 *   -r  runs per benchmark (3)
 *   -T  seconds before a benchmark is given up (60)
 *   -d  directory for the files it makes (TMPDIR, else /tmp)
 *   -c  COUNT operations of each, once to warm up and once more between two stops: prints "ready" and waits for a line,
 *       makes them, prints the line with the time and waits for another (for bench/hot)
 *   -w  from a cold start ROUNDS rounds of 100, 200, 400, ... operations: a line for each, with the number of operations
 *   -p  TCP and UDP port on 127.0.0.1 (0: any free one)
 *   NAME  only the benchmarks whose name starts with one of these; =NAME: only this one
 *
 * It talks to 127.0.0.1 only, removes the files it makes, and needs /dev/zero,
 * /dev/null and /bin/true.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *dir = "/tmp";
static char self[PATH_MAX];
static int port;
static uint64_t t_start, t_stop;
static unsigned char *buf; /* 1 MiB, touched */
#define BUF_SIZE (1u << 20)

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The part of a benchmark between BEGIN and END is what is timed. */
#define BEGIN (t_start = now_ns())
#define END (t_stop = now_ns())

static void fail(const char *what)
{
	fprintf(stderr, "micro: %s: %s\n", what, strerror(errno));
	_exit(3);
}

#define CHECK(cond, what)           \
	do {                        \
		if (!(cond))        \
			fail(what); \
	} while (0)

static void make_path(char *out, const char *leaf)
{
	snprintf(out, PATH_MAX, "%s/micro.%d.%s", dir, (int)getpid(), leaf);
}

static void reap(pid_t pid)
{
	int status;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	CHECK(got == pid, "waitpid");
	if (status != 0) {
		errno = ECHILD;
		fail("child");
	}
}

static void read_full(int fd, void *p, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t r = read(fd, (char *)p + done, len - done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r == 0)
			errno = EPIPE;
		CHECK(r > 0, "read");
		done += (size_t)r;
	}
}

static void write_full(int fd, const void *p, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t r = write(fd, (const char *)p + done, len - done);

		if (r < 0 && errno == EINTR)
			continue;
		CHECK(r > 0, "write");
		done += (size_t)r;
	}
}

/* ---- plain user code: what the sandbox should not slow down ---- */

static void b_cpu_int(uint64_t n)
{
	volatile uint64_t sink;
	uint64_t x = 88172645463325252u;

	BEGIN;
	for (uint64_t i = 0; i < n * 1000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	END;
	sink = x;
	(void)sink;
}

static void b_mem_copy(uint64_t n)
{
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		memcpy(buf, buf + BUF_SIZE / 2, BUF_SIZE / 2);
		__asm__ volatile("" ::: "memory");
	}
	END;
}

/* ---- the bare cost of a system call ---- */

static void b_getpid(uint64_t n)
{
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		syscall(SYS_getpid);
	END;
}

static void b_gettid(uint64_t n)
{
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		syscall(SYS_gettid);
	END;
}

static void b_sched_yield(uint64_t n)
{
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		sched_yield();
	END;
}

static void b_clock_gettime(uint64_t n)
{
	struct timespec ts;

	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		clock_gettime(CLOCK_MONOTONIC, &ts);
	END;
}

static void b_clock_gettime_sys(uint64_t n)
{
	struct timespec ts;

	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
	END;
}

static void b_nanosleep_1us(uint64_t n)
{
	struct timespec ts = { 0, 1000 };

	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		nanosleep(&ts, NULL);
	END;
}

/* ---- read and write ---- */

static void do_reads(const char *path, size_t len, uint64_t n)
{
	int fd = open(path, O_RDONLY);

	CHECK(fd >= 0, path);
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		CHECK(read(fd, buf, len) == (ssize_t)len, "read");
	END;
	close(fd);
}

static void b_read_zero_1(uint64_t n)
{
	do_reads("/dev/zero", 1, n);
}

static void b_read_zero_64k(uint64_t n)
{
	do_reads("/dev/zero", 65536, n);
}

static void b_write_null_1(uint64_t n)
{
	int fd = open("/dev/null", O_WRONLY);

	CHECK(fd >= 0, "/dev/null");
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		CHECK(write(fd, buf, 1) == 1, "write");
	END;
	close(fd);
}

static void do_pipe_rw(size_t len, uint64_t n)
{
	int p[2];

	CHECK(pipe(p) == 0, "pipe");
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		CHECK(write(p[1], buf, len) == (ssize_t)len, "write");
		CHECK(read(p[0], buf, len) == (ssize_t)len, "read");
	}
	END;
	close(p[0]);
	close(p[1]);
}

static void b_pipe_rw_1(uint64_t n)
{
	do_pipe_rw(1, n);
}

static void b_pipe_rw_4k(uint64_t n)
{
	do_pipe_rw(4096, n);
}

static void b_eventfd_rw(uint64_t n)
{
	uint64_t v = 1;
	int fd = eventfd(0, 0);

	CHECK(fd >= 0, "eventfd");
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		CHECK(write(fd, &v, 8) == 8, "write");
		CHECK(read(fd, &v, 8) == 8, "read");
	}
	END;
	close(fd);
}

static void b_poll_ready(uint64_t n)
{
	int fd = eventfd(1, 0);
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	CHECK(fd >= 0, "eventfd");
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		CHECK(poll(&pfd, 1, -1) == 1, "poll");
	END;
	close(fd);
}

static void b_epoll_ready(uint64_t n)
{
	int fd = eventfd(1, 0), ep = epoll_create1(0);
	struct epoll_event ev = { .events = EPOLLIN };

	CHECK(fd >= 0 && ep >= 0, "epoll_create1");
	CHECK(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) == 0, "epoll_ctl");
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		CHECK(epoll_wait(ep, &ev, 1, -1) == 1, "epoll_wait");
	END;
	close(ep);
	close(fd);
}

/* ---- two processes, or two threads, that take turns ---- */

/* The child echoes n bytes from rfd to wfd; drop is closed there if >= 0. */
static pid_t spawn_echo(int rfd, int wfd, int drop1, int drop2, uint64_t n)
{
	pid_t pid = fork();

	CHECK(pid >= 0, "fork");
	if (pid == 0) {
		char c;

		if (drop1 >= 0)
			close(drop1);
		if (drop2 >= 0)
			close(drop2);
		while (n--) {
			read_full(rfd, &c, 1);
			write_full(wfd, &c, 1);
		}
		_exit(0);
	}
	return pid;
}

static void do_ping(int wfd, int rfd, uint64_t n)
{
	char c = 'x';

	BEGIN;
	while (n--) {
		write_full(wfd, &c, 1);
		read_full(rfd, &c, 1);
	}
	END;
}

static void b_poll_pingpong(uint64_t n)
{
	int a[2], b[2];
	char c = 'x';
	pid_t pid;

	CHECK(pipe(a) == 0 && pipe(b) == 0, "pipe");
	pid = spawn_echo(a[0], b[1], a[1], b[0], n);
	close(a[0]);
	close(b[1]);
	struct pollfd p = { .fd = b[0], .events = POLLIN };
	BEGIN;
	while (n--) {
		write_full(a[1], &c, 1);
		CHECK(poll(&p, 1, -1) == 1, "poll");
		read_full(b[0], &c, 1);
	}
	END;
	close(a[1]);
	close(b[0]);
	reap(pid);
}

static void b_pipe_pingpong(uint64_t n)
{
	int a[2], b[2];
	pid_t pid;

	CHECK(pipe(a) == 0 && pipe(b) == 0, "pipe");
	pid = spawn_echo(a[0], b[1], a[1], b[0], n);
	close(a[0]);
	close(b[1]);
	do_ping(a[1], b[0], n);
	close(a[1]);
	close(b[0]);
	reap(pid);
}

static void b_socketpair_pingpong(uint64_t n)
{
	int s[2];
	pid_t pid;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0, "socketpair");
	pid = spawn_echo(s[1], s[1], s[0], -1, n);
	close(s[1]);
	do_ping(s[0], s[0], n);
	close(s[0]);
	reap(pid);
}

static _Atomic uint32_t turn;

static void futex_take_turns(uint32_t mine, uint64_t n)
{
	while (n--) {
		while (turn != mine)
			syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, !mine, NULL, NULL, 0);
		turn = !mine;
		syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	}
}

static void *futex_peer(void *arg)
{
	futex_take_turns(1, *(uint64_t *)arg);
	return NULL;
}

static void b_futex_pingpong(uint64_t n)
{
	pthread_t t;

	turn = 0;
	CHECK((errno = pthread_create(&t, NULL, futex_peer, &n)) == 0, "pthread_create");
	BEGIN;
	futex_take_turns(0, n);
	while (turn != 0)
		syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);
	END;
	pthread_join(t, NULL);
}

static void b_futex_wake_none(uint64_t n)
{
	turn = 0;
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	END;
}

/* ---- names and files ---- */

static void put_file(const char *path, size_t len)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	CHECK(fd >= 0, path);
	for (size_t done = 0; done < len;) {
		size_t part = len - done < 65536 ? len - done : 65536;

		write_full(fd, buf, part);
		done += part;
	}
	close(fd);
}

static void b_open_close(uint64_t n)
{
	char path[PATH_MAX];

	make_path(path, "open");
	put_file(path, 1);
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		int fd = open(path, O_RDONLY);

		CHECK(fd >= 0, "open");
		close(fd);
	}
	END;
	unlink(path);
}

static void b_stat(uint64_t n)
{
	char path[PATH_MAX];
	struct stat st;

	make_path(path, "stat");
	put_file(path, 1);
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		CHECK(stat(path, &st) == 0, "stat");
	END;
	unlink(path);
}

static void b_stat_missing(uint64_t n)
{
	char path[PATH_MAX];
	struct stat st;

	make_path(path, "missing");
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		CHECK(stat(path, &st) != 0, "stat of a missing file");
	END;
}

static void b_fstat(uint64_t n)
{
	char path[PATH_MAX];
	struct stat st;
	int fd;

	make_path(path, "fstat");
	put_file(path, 1);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0, "open");
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		CHECK(fstat(fd, &st) == 0, "fstat");
	END;
	close(fd);
	unlink(path);
}

static void b_getdents_100(uint64_t n)
{
	char path[PATH_MAX], file[PATH_MAX + 16];
	long got, total = 0;
	int fd;

	make_path(path, "dir");
	CHECK(mkdir(path, 0700) == 0, "mkdir");
	for (int i = 0; i < 100; i++) {
		snprintf(file, sizeof file, "%s/f%03d", path, i);
		put_file(file, 0);
	}
	fd = open(path, O_RDONLY | O_DIRECTORY);
	CHECK(fd >= 0, "open");
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		lseek(fd, 0, SEEK_SET);
		while ((got = syscall(SYS_getdents64, fd, buf, 32768)) > 0)
			total += got;
		CHECK(got == 0 && total > 0, "getdents64");
	}
	END;
	close(fd);
	for (int i = 0; i < 100; i++) {
		snprintf(file, sizeof file, "%s/f%03d", path, i);
		unlink(file);
	}
	rmdir(path);
}

static void b_create_unlink(uint64_t n)
{
	char path[PATH_MAX];

	make_path(path, "create");
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);

		CHECK(fd >= 0, "create");
		CHECK(write(fd, buf, 1024) == 1024, "write");
		close(fd);
		CHECK(unlink(path) == 0, "unlink");
	}
	END;
}

static void b_mkdir_rmdir(uint64_t n)
{
	char path[PATH_MAX];

	make_path(path, "mkdir");
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		CHECK(mkdir(path, 0700) == 0, "mkdir");
		CHECK(rmdir(path) == 0, "rmdir");
	}
	END;
}

static void b_rename(uint64_t n)
{
	char a[PATH_MAX], b[PATH_MAX];

	make_path(a, "rename1");
	make_path(b, "rename2");
	put_file(a, 1);
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		CHECK((i & 1 ? rename(b, a) : rename(a, b)) == 0, "rename");
	END;
	unlink(a);
	unlink(b);
}

#define SEQ_FILE (64u << 20)
#define SEQ_BLOCK 65536u

/* n blocks of 64 KiB, starting again at offset 0 after every 64 MiB */
static void b_seq_write_64m(uint64_t n)
{
	char path[PATH_MAX];
	int fd;

	make_path(path, "seqw");
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	CHECK(fd >= 0, "open");
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		if (i % (SEQ_FILE / SEQ_BLOCK) == 0)
			CHECK(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0, "rewind");
		write_full(fd, buf, SEQ_BLOCK);
	}
	END;
	close(fd);
	unlink(path);
}

static void b_seq_read_64m(uint64_t n)
{
	char path[PATH_MAX];
	int fd;

	make_path(path, "seqr");
	put_file(path, SEQ_FILE);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0, "open");
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		if (i % (SEQ_FILE / SEQ_BLOCK) == 0)
			CHECK(lseek(fd, 0, SEEK_SET) == 0, "lseek");
		read_full(fd, buf, SEQ_BLOCK);
	}
	END;
	close(fd);
	unlink(path);
}

static void do_random_4k(int writing, uint64_t n)
{
	char path[PATH_MAX];
	uint32_t x = 2463534242u;
	int fd;

	make_path(path, "rand");
	put_file(path, 16u << 20);
	fd = open(path, O_RDWR);
	CHECK(fd >= 0, "open");
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		off_t off;

		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		off = (off_t)(x % 4096) * 4096;
		if (writing)
			CHECK(pwrite(fd, buf, 4096, off) == 4096, "pwrite");
		else
			CHECK(pread(fd, buf, 4096, off) == 4096, "pread");
	}
	END;
	close(fd);
	unlink(path);
}

static void b_pread_4k(uint64_t n)
{
	do_random_4k(0, n);
}

static void b_pwrite_4k(uint64_t n)
{
	do_random_4k(1, n);
}

/* ---- processes and threads ---- */

static void b_fork_wait(uint64_t n)
{
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0, "fork");
		if (pid == 0)
			_exit(0);
		reap(pid);
	}
	END;
}

static void do_exec(pid_t (*forker)(void), const char *path, const char *arg, uint64_t n)
{
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		pid_t pid = forker();

		CHECK(pid >= 0, "fork");
		if (pid == 0) {
			execl(path, path, arg, (char *)NULL);
			_exit(127);
		}
		reap(pid);
	}
	END;
}

static void b_fork_exec_true(uint64_t n)
{
	do_exec(fork, "/bin/true", NULL, n);
}

static void b_fork_exec_self(uint64_t n)
{
	do_exec(fork, self, "--nop", n);
}

static void *thread_nop(void *arg)
{
	return arg;
}

static void b_thread_create_join(uint64_t n)
{
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		pthread_t t;

		CHECK((errno = pthread_create(&t, NULL, thread_nop, NULL)) == 0, "pthread_create");
		pthread_join(t, NULL);
	}
	END;
}

/* ---- memory ---- */

static void do_mmap(size_t len, int touch, uint64_t n)
{
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		CHECK(p != MAP_FAILED, "mmap");
		if (touch)
			for (size_t off = 0; off < len; off += 4096)
				*(volatile char *)(p + off) = 1;
		CHECK(munmap(p, len) == 0, "munmap");
	}
	END;
}

static void b_mmap_munmap(uint64_t n)
{
	do_mmap(65536, 0, n);
}

static void b_mmap_touch_1m(uint64_t n)
{
	do_mmap(1u << 20, 1, n);
}

static void b_mmap_file_64k(uint64_t n)
{
	char path[PATH_MAX];
	volatile char sink;
	int fd;

	make_path(path, "map");
	put_file(path, 65536);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0, "open");
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		char *p = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE, fd, 0);

		CHECK(p != MAP_FAILED, "mmap");
		for (size_t off = 0; off < 65536; off += 4096)
			sink = p[off];
		CHECK(munmap(p, 65536) == 0, "munmap");
	}
	END;
	(void)sink;
	close(fd);
	unlink(path);
}

static void b_mprotect(uint64_t n)
{
	char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED, "mmap");
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		CHECK(mprotect(p, 65536, i & 1 ? PROT_READ | PROT_WRITE : PROT_READ) == 0, "mprotect");
	END;
	munmap(p, 65536);
}

/* ---- sockets ---- */

static int loopback(int type, struct sockaddr_in *sa)
{
	socklen_t len = sizeof *sa;
	int one = 1, fd = socket(AF_INET, type, 0);

	CHECK(fd >= 0, "socket");
	memset(sa, 0, sizeof *sa);
	sa->sin_family = AF_INET;
	sa->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sa->sin_port = htons((uint16_t)port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	CHECK(bind(fd, (struct sockaddr *)sa, sizeof *sa) == 0, "bind");
	CHECK(getsockname(fd, (struct sockaddr *)sa, &len) == 0, "getsockname");
	return fd;
}

static void tcp_pair(int s[2])
{
	struct sockaddr_in sa;
	int one = 1, lfd = loopback(SOCK_STREAM, &sa);

	CHECK(listen(lfd, 8) == 0, "listen");
	s[0] = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(s[0] >= 0, "socket");
	CHECK(connect(s[0], (struct sockaddr *)&sa, sizeof sa) == 0, "connect");
	s[1] = accept(lfd, NULL, NULL);
	CHECK(s[1] >= 0, "accept");
	setsockopt(s[0], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(s[1], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	close(lfd);
}

static void b_tcp_pingpong(uint64_t n)
{
	int s[2];
	pid_t pid;

	tcp_pair(s);
	pid = spawn_echo(s[1], s[1], s[0], -1, n);
	close(s[1]);
	do_ping(s[0], s[0], n);
	close(s[0]);
	reap(pid);
}

static void do_stream(int s[2], uint64_t n)
{
	pid_t pid = fork();
	char ack;

	CHECK(pid >= 0, "fork");
	if (pid == 0) {
		close(s[0]);
		while (n--)
			read_full(s[1], buf, 65536);
		write_full(s[1], "k", 1);
		_exit(0);
	}
	close(s[1]);
	BEGIN;
	while (n--)
		write_full(s[0], buf, 65536);
	read_full(s[0], &ack, 1);
	END;
	close(s[0]);
	reap(pid);
}

static void b_tcp_stream_64k(uint64_t n)
{
	int s[2];

	tcp_pair(s);
	do_stream(s, n);
}

static void b_unix_stream_64k(uint64_t n)
{
	int s[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0, "socketpair");
	do_stream(s, n);
}

static void b_tcp_connect_close(uint64_t n)
{
	struct linger now = { 1, 0 }; /* reset, so that no port waits in TIME_WAIT */
	struct sockaddr_in sa;
	int lfd = loopback(SOCK_STREAM, &sa);

	CHECK(listen(lfd, 64) == 0, "listen");
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		int c = socket(AF_INET, SOCK_STREAM, 0), s;

		CHECK(c >= 0, "socket");
		CHECK(connect(c, (struct sockaddr *)&sa, sizeof sa) == 0, "connect");
		s = accept(lfd, NULL, NULL);
		CHECK(s >= 0, "accept");
		setsockopt(c, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		close(c);
		close(s);
	}
	END;
	close(lfd);
}

static void b_udp_rw_1(uint64_t n)
{
	struct sockaddr_in sa;
	int fd = loopback(SOCK_DGRAM, &sa);
	char c = 'x';

	CHECK(connect(fd, (struct sockaddr *)&sa, sizeof sa) == 0, "connect");
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		CHECK(send(fd, &c, 1, 0) == 1, "send");
		CHECK(recv(fd, &c, 1, 0) == 1, "recv");
	}
	END;
	close(fd);
}

/* ---- signals ---- */

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	(void)sig;
	caught++;
}

static void b_signal_self(uint64_t n)
{
	struct sigaction sa = { .sa_handler = on_signal };
	pid_t pid = getpid();

	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0, "sigaction");
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		kill(pid, SIGUSR1);
	END;
	CHECK(caught > 0, "no signal came");
}

static void b_sigprocmask(uint64_t n)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	BEGIN;
	for (uint64_t i = 0; i < n; i++)
		sigprocmask(i & 1 ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
	END;
}

static void on_fault(int sig, siginfo_t *info, void *ctx)
{
	(void)sig;
	(void)ctx;
	mprotect((void *)((uintptr_t)info->si_addr & ~(uintptr_t)4095), 4096, PROT_READ | PROT_WRITE);
}

static void b_fault_handler(uint64_t n)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	char *p = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED, "mmap");
	CHECK(sigaction(SIGSEGV, &sa, NULL) == 0, "sigaction");
	BEGIN;
	for (uint64_t i = 0; i < n; i++) {
		mprotect(p, 4096, PROT_NONE);
		*(volatile char *)p = 1;
	}
	END;
	signal(SIGSEGV, SIG_DFL);
	munmap(p, 4096);
}

static const struct bench {
	const char *name;
	void (*run)(uint64_t n);
	const char *op;
} benches[] = {
	{ "cpu_int", b_cpu_int, "1000 steps of xorshift64, no system call" },
	{ "mem_copy_512k", b_mem_copy, "memcpy of 512 KiB, no system call" },
	{ "getpid", b_getpid, "one getpid system call" },
	{ "gettid", b_gettid, "one gettid system call" },
	{ "sched_yield", b_sched_yield, "one sched_yield" },
	{ "clock_gettime", b_clock_gettime, "one clock_gettime by libc (vDSO)" },
	{ "clock_gettime_sys", b_clock_gettime_sys, "one clock_gettime system call" },
	{ "nanosleep_1us", b_nanosleep_1us, "one sleep of 1 microsecond" },
	{ "read_zero_1", b_read_zero_1, "read 1 byte of /dev/zero" },
	{ "read_zero_64k", b_read_zero_64k, "read 64 KiB of /dev/zero" },
	{ "write_null_1", b_write_null_1, "write 1 byte to /dev/null" },
	{ "pipe_rw_1", b_pipe_rw_1, "write and read 1 byte of a pipe, one process" },
	{ "pipe_rw_4k", b_pipe_rw_4k, "write and read 4 KiB of a pipe, one process" },
	{ "eventfd_rw", b_eventfd_rw, "write and read an eventfd" },
	{ "poll_ready", b_poll_ready, "poll of one ready descriptor" },
	{ "epoll_ready", b_epoll_ready, "epoll_wait with one ready descriptor" },
	{ "pipe_pingpong", b_pipe_pingpong, "round trip between two processes over pipes" },
	{ "poll_pingpong", b_poll_pingpong, "the same with a poll that waits before the read" },
	{ "socketpair_pingpong", b_socketpair_pingpong, "round trip between two processes over a socketpair" },
	{ "futex_pingpong", b_futex_pingpong, "round trip between two threads over a futex" },
	{ "futex_wake_none", b_futex_wake_none, "FUTEX_WAKE that nobody waits for" },
	{ "open_close", b_open_close, "open and close of a file" },
	{ "stat", b_stat, "stat of a file" },
	{ "stat_missing", b_stat_missing, "stat of a name that is not there" },
	{ "fstat", b_fstat, "fstat of an open file" },
	{ "getdents_100", b_getdents_100, "listing of a directory of 100 files" },
	{ "create_unlink", b_create_unlink, "create, write 1 KiB, close, unlink" },
	{ "mkdir_rmdir", b_mkdir_rmdir, "mkdir and rmdir" },
	{ "rename", b_rename, "rename of a file" },
	{ "seq_write_64m", b_seq_write_64m, "one 64 KiB write to a 64 MiB file" },
	{ "seq_read_64m", b_seq_read_64m, "one 64 KiB read of a cached 64 MiB file" },
	{ "pread_4k", b_pread_4k, "4 KiB pread at a random place of a 16 MiB file" },
	{ "pwrite_4k", b_pwrite_4k, "4 KiB pwrite at a random place of a 16 MiB file" },
	{ "fork_wait", b_fork_wait, "fork, exit, wait" },
	{ "fork_exec_true", b_fork_exec_true, "fork, exec of /bin/true, wait" },
	{ "fork_exec_self", b_fork_exec_self, "fork, exec of this static program, wait" },
	{ "thread_create_join", b_thread_create_join, "pthread_create and pthread_join" },
	{ "mmap_munmap", b_mmap_munmap, "mmap and munmap of 64 KiB, not touched" },
	{ "mmap_touch_1m", b_mmap_touch_1m, "mmap, touch of 256 pages, munmap" },
	{ "mmap_file_64k", b_mmap_file_64k, "mmap of a file, touch of 16 pages, munmap" },
	{ "mprotect", b_mprotect, "mprotect of 64 KiB" },
	{ "tcp_pingpong", b_tcp_pingpong, "round trip between two processes over loopback TCP" },
	{ "tcp_stream_64k", b_tcp_stream_64k, "64 KiB moved over loopback TCP" },
	{ "tcp_connect_close", b_tcp_connect_close, "connect, accept, close over loopback TCP" },
	{ "unix_stream_64k", b_unix_stream_64k, "64 KiB moved over a socketpair" },
	{ "udp_rw_1", b_udp_rw_1, "1 byte sent to oneself over loopback UDP" },
	{ "signal_self", b_signal_self, "kill of oneself, handled" },
	{ "sigprocmask", b_sigprocmask, "one sigprocmask" },
	{ "fault_handler", b_fault_handler, "SIGSEGV handled by two mprotects" },
};
#define N_BENCHES (sizeof benches / sizeof benches[0])

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const struct bench *b, uint64_t target_ns, int reps)
{
	double result[64];
	uint64_t n = 1, spent;

	for (;;) { /* find the n that lasts long enough */
		b->run(n);
		spent = t_stop - t_start;
		if (spent >= target_ns / 2 || n >= (UINT64_C(1) << 40))
			break;
		if (spent < target_ns / 16)
			n *= 8;
		else
			n = (uint64_t)((double)n * (double)target_ns / (double)spent) + 1;
	}
	for (int i = 0; i < reps; i++) {
		b->run(n);
		result[i] = (double)(t_stop - t_start) / (double)n;
	}
	qsort(result, (size_t)reps, sizeof result[0], by_value);
	printf("%s\t%.1f\n", b->name, result[reps / 2]);
	fflush(stdout);
}

static void stop(void)
{
	int c;

	fflush(stdout);
	do
		c = getchar();
	while (c != '\n' && c != EOF);
}

static void between_stops(const struct bench *b, uint64_t count)
{
	b->run(count);
	puts("ready");
	stop();
	b->run(count);
	printf("%s\t%.1f\n", b->name, (double)(t_stop - t_start) / (double)count);
	stop();
}

static void from_cold(const struct bench *b, int rounds)
{
	uint64_t n = 100;

	for (int i = 0; i < rounds; i++, n *= 2) {
		b->run(n);
		printf("%s\t%.1f\t%llu\n", b->name, (double)(t_stop - t_start) / (double)n, (unsigned long long)n);
	}
}

static int wanted(const char *name, char **names, int count)
{
	for (int i = 0; i < count; i++)
		if (names[i][0] == '=' ? strcmp(name, names[i] + 1) == 0
				       : strncmp(name, names[i], strlen(names[i])) == 0)
			return 1;
	return count == 0;
}

int main(int argc, char **argv)
{
	int opt, in_process = 0, reps = 3, bad = 0, cold = 0;
	uint64_t count = 0;
	unsigned timeout = 60;
	uint64_t ms = 200;
	ssize_t len;

	if (argc == 2 && strcmp(argv[1], "--nop") == 0)
		return 0;
	if (getenv("TMPDIR"))
		dir = getenv("TMPDIR");
	while ((opt = getopt(argc, argv, "lnt:r:T:d:p:c:w:")) != -1) {
		switch (opt) {
		case 'l':
			for (size_t i = 0; i < N_BENCHES; i++)
				printf("%s\t%s\n", benches[i].name, benches[i].op);
			return 0;
		case 'n':
			in_process = 1;
			break;
		case 't':
			ms = strtoull(optarg, NULL, 10);
			break;
		case 'r':
			reps = atoi(optarg);
			break;
		case 'T':
			timeout = (unsigned)atoi(optarg);
			break;
		case 'c':
			count = strtoull(optarg, NULL, 10);
			break;
		case 'w':
			cold = atoi(optarg);
			break;
		case 'd':
			dir = optarg;
			break;
		case 'p':
			port = atoi(optarg);
			break;
		default:
			fprintf(stderr, "usage: micro [-l] [-n] [-t ms] [-r reps] [-T seconds] [-d dir] [-p port] [-c count] [-w rounds] [name...]\n");
			return 2;
		}
	}
	if (reps < 1 || reps > 64)
		reps = 3;
	len = readlink("/proc/self/exe", self, sizeof self - 1);
	if (len > 0)
		self[len] = '\0';
	else
		snprintf(self, sizeof self, "%s", argv[0]);
	buf = mmap(NULL, BUF_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(buf != MAP_FAILED, "mmap");
	memset(buf, 'm', BUF_SIZE);
	signal(SIGPIPE, SIG_IGN);

	for (size_t i = 0; i < N_BENCHES; i++) {
		const struct bench *b = &benches[i];
		int status;
		pid_t pid;

		if (!wanted(b->name, argv + optind, argc - optind))
			continue;
		if (count || cold) {
			if (count)
				between_stops(b, count);
			else
				from_cold(b, cold);
			continue;
		}
		if (in_process) {
			measure(b, ms * 1000000u, reps);
			continue;
		}
		fflush(stdout);
		pid = fork();
		CHECK(pid >= 0, "fork");
		if (pid == 0) {
			setpgid(0, 0);
			alarm(timeout);
			measure(b, ms * 1000000u, reps);
			_exit(0);
		}
		CHECK(waitpid(pid, &status, 0) == pid, "waitpid");
		if (status != 0) {
			kill(-pid, SIGKILL); /* a partner of it may be left */
			printf("%s\t%s\n", b->name, WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? "TIMEOUT" : "FAIL");
			fflush(stdout);
			bad = 1;
		}
	}
	return bad;
}
