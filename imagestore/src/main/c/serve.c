// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// serve [PORT]: a web server that shows where it runs. One thread, many
// connections; ends in order on SIGTERM.
#include "demo.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>

#define MAX_CONNECTIONS 256
#define MAX_REQUEST 8192
#define IDLE_SECONDS 10

struct connection {
	int fd;
	time_t since;
	size_t got, put, length;
	char in[MAX_REQUEST + 1];
	char out[MAX_REQUEST];
};

static volatile sig_atomic_t ended;
static struct connection *connections[MAX_CONNECTIONS];
static unsigned long served;
static time_t started;

static void on_signal(int sig)
{
	ended = sig;
}

static const char *or_empty(const char *name)
{
	const char *v = getenv(name);
	return v ? v : "";
}

static int page(char *to, size_t size, bool json)
{
	char host[256] = "?";
	struct utsname u;
	gethostname(host, sizeof(host) - 1);
	uname(&u);
	long up = (long)(time(NULL) - started);
	const char *format =
		json ? "{\"hostname\":\"%s\",\"kernel\":\"%s %s\",\"pod\":\"%s\",\"pid\":%d,\"uid\":%d,\"uptime\":%ld,\"requests\":%lu}\n"
		     : "Hello from Sandjar.\n\nhostname  %s\nkernel    %s %s\npod       %s\npid       %d\nuid       %d\nuptime    %ld s\nrequests  %lu\n";
	return snprintf(to, size, format, host, u.sysname, u.release, or_empty("POD_NAME"), getpid(), getuid(), up, served);
}

// The answer to a request that is there in full.
static void answer(struct connection *c)
{
	char method[16] = "", path[1024] = "", body[MAX_REQUEST - 512];
	int status = 200;
	const char *type = "text/plain; charset=utf-8", *text = "OK";
	sscanf(c->in, "%15s %1023s", method, path);
	path[strcspn(path, "?#")] = 0;
	served++;
	if (strcmp(method, "GET") && strcmp(method, "HEAD")) {
		status = 405;
		text = "Method Not Allowed";
		snprintf(body, sizeof(body), "only GET and HEAD\n");
	} else if (!strcmp(path, "/")) {
		page(body, sizeof(body), false);
	} else if (!strcmp(path, "/json")) {
		type = "application/json";
		page(body, sizeof(body), true);
	} else if (!strcmp(path, "/healthz")) {
		snprintf(body, sizeof(body), "ok\n");
	} else {
		status = 404;
		text = "Not Found";
		snprintf(body, sizeof(body), "there is /, /json and /healthz\n");
	}
	size_t n = strlen(body);
	c->length = (size_t)snprintf(c->out, sizeof(c->out),
				     "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
				     status, text, type, n, strcmp(method, "HEAD") ? body : "");
	char now[32];
	time_t t = time(NULL);
	struct tm tm;
	strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
	for (char *p = path; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	if (strcmp(path, "/healthz")) { // probes come all the time
		printf("%s %.15s %.200s %d\n", now, method, path, status);
		fflush(stdout);
	}
}

// False: the connection is done.
static bool go_on(struct connection *c)
{
	if (!c->length) {
		ssize_t n = read(c->fd, c->in + c->got, MAX_REQUEST - c->got);
		if (n <= 0)
			return n < 0 && (errno == EAGAIN || errno == EINTR);
		c->got += (size_t)n;
		c->in[c->got] = 0;
		if (!strstr(c->in, "\r\n\r\n") && !strstr(c->in, "\n\n") && c->got < MAX_REQUEST)
			return true;
		answer(c);
	}
	ssize_t n = send(c->fd, c->out + c->put, c->length - c->put, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	c->put += (size_t)n;
	return c->put < c->length;
}

static void drop(int i)
{
	shutdown(connections[i]->fd, SHUT_WR);
	close(connections[i]->fd);
	free(connections[i]);
	connections[i] = NULL;
}

static void take(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	for (int i = 0; i < MAX_CONNECTIONS; i++) {
		if (!connections[i]) {
			connections[i] = calloc(1, sizeof(struct connection));
			if (connections[i]) {
				connections[i]->fd = fd;
				connections[i]->since = time(NULL);
				return;
			}
		}
	}
	close(fd);
}

static int listen_at(int port)
{
	int on = 1, off = 0;
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0) {
		struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
		if (!bind(fd, (struct sockaddr *)&a, sizeof(a)) && !listen(fd, 128))
			return fd;
		close(fd);
	}
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 128)) {
		int e = errno;
		close(fd);
		errno = e;
		return -1;
	}
	return fd;
}

int cmd_serve(int argc, char **argv)
{
	const char *given = argc > 1 ? argv[1] : getenv("PORT");
	char *end = NULL;
	long port = given ? strtol(given, &end, 10) : 8080;
	if (port < 1 || port > 65535 || (end && *end)) {
		fprintf(stderr, "serve: \"%s\" is not a port\n", given);
		return 2;
	}
	int listener = listen_at((int)port);
	if (listener < 0)
		return complain("serve", given ? given : "8080");
	struct sigaction sa = {.sa_handler = on_signal};
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	started = time(NULL);
	printf("listening on port %ld\n", port);
	fflush(stdout);
	while (!ended) {
		struct pollfd p[MAX_CONNECTIONS + 1] = {{.fd = listener, .events = POLLIN}};
		int which[MAX_CONNECTIONS + 1], n = 1;
		for (int i = 0; i < MAX_CONNECTIONS; i++) {
			if (connections[i] && time(NULL) - connections[i]->since > IDLE_SECONDS)
				drop(i);
			if (connections[i]) {
				which[n] = i;
				p[n].fd = connections[i]->fd;
				p[n++].events = connections[i]->length ? POLLOUT : POLLIN;
			}
		}
		if (poll(p, (nfds_t)n, n > 1 ? 1000 : -1) <= 0)
			continue;
		for (int k = 1; k < n; k++)
			if (p[k].revents && !go_on(connections[which[k]]))
				drop(which[k]);
		if (p[0].revents)
			take(listener);
	}
	printf("ended by signal %d after %lu requests\n", (int)ended, served);
	return 0;
}
