// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Names of hosts (/etc/hosts, then DNS as /etc/resolv.conf says) and wget. The
// libc's resolver is not for static programs.
#include "demo.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#define TIMEOUT_MS 2000

static bool in_hosts(const char *host, struct in_addr *out)
{
	static char text[32768];
	if (read_small("/etc/hosts", text, sizeof(text)) < 0)
		return false;
	char *rest = text, *line;
	while ((line = strsep(&rest, "\n"))) {
		line[strcspn(line, "#")] = 0;
		char *save = NULL, *address = strtok_r(line, " \t", &save), *name;
		while (address && (name = strtok_r(NULL, " \t", &save)))
			if (!strcasecmp(name, host) && inet_pton(AF_INET, address, out) == 1)
				return true;
	}
	return false;
}

// Skips a name in an answer; the place after it, 0 when it is broken.
static size_t skip_name(const unsigned char *p, size_t at, size_t n)
{
	while (at < n) {
		if (!p[at])
			return at + 1;
		if (p[at] >= 0xc0)
			return at + 2;
		at += p[at] + 1u;
	}
	return 0;
}

static bool read_answer(const unsigned char *p, size_t n, uint16_t id, struct in_addr *out)
{
	if (n < 12 || p[0] != id >> 8 || p[1] != (id & 255) || (p[3] & 15))
		return false;
	int questions = p[4] << 8 | p[5], answers = p[6] << 8 | p[7];
	size_t at = 12;
	while (questions-- > 0 && at)
		if ((at = skip_name(p, at, n)))
			at += 4;
	while (answers-- > 0 && at && (at = skip_name(p, at, n)) && at + 10 <= n) {
		size_t length = (size_t)(p[at + 8] << 8 | p[at + 9]);
		bool is_address = !p[at] && p[at + 1] == 1 && length == 4;
		at += 10;
		if (is_address && at + 4 <= n) {
			memcpy(out, p + at, 4);
			return true;
		}
		at += length;
	}
	return false;
}

static bool ask(const char *server, const char *host, struct in_addr *out)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
	unsigned char q[512] = {0}, a[1500];
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	uint16_t id = (uint16_t)(now.tv_nsec >> 4 ^ getpid());
	q[0] = (unsigned char)(id >> 8);
	q[1] = (unsigned char)id;
	q[2] = 1; // recursion, please
	q[5] = 1;
	size_t at = 12;
	for (const char *p = host; *p;) {
		size_t n = strcspn(p, ".");
		if (!n || n > 63 || at + n > 260)
			return false;
		q[at++] = (unsigned char)n;
		memcpy(q + at, p, n);
		at += n;
		p += n + (p[n] == '.');
	}
	at += 1 + 4;
	q[at - 3] = q[at - 1] = 1; // an address of the internet
	if (inet_pton(AF_INET, server, &to.sin_addr) != 1)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool found = false;
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&to, sizeof(to)) && send(fd, q, at, 0) == (ssize_t)at) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t n = poll(&p, 1, TIMEOUT_MS) > 0 ? recv(fd, a, sizeof(a), 0) : -1;
		found = n > 0 && read_answer(a, (size_t)n, id, out);
	}
	if (fd >= 0)
		close(fd);
	return found;
}

static bool by_dns(const char *host, struct in_addr *out)
{
	char text[8192], search[8][256], servers[3][64], name[600];
	int searches = 0, count = 0;
	if (read_small("/etc/resolv.conf", text, sizeof(text)) < 0)
		return false;
	char *rest = text, *line;
	while ((line = strsep(&rest, "\n"))) {
		char *save = NULL, *word = strtok_r(line, " \t", &save), *value;
		while (word && (value = strtok_r(NULL, " \t", &save))) {
			if (!strcmp(word, "nameserver") && count < 3)
				snprintf(servers[count++], sizeof(servers[0]), "%s", value);
			if (!strcmp(word, "search") && searches < 8)
				snprintf(search[searches++], sizeof(search[0]), "%s", value);
		}
	}
	for (int i = strchr(host, '.') ? -1 : 0; i <= searches; i++) { // as it is: first with a dot, last in any case
		if (i < 0 || i == searches)
			snprintf(name, sizeof(name), "%s", host);
		else
			snprintf(name, sizeof(name), "%s.%s", host, search[i]);
		for (int s = 0; s < count; s++)
			if (ask(servers[s], name, out))
				return true;
	}
	return false;
}

int connect_host(const char *host, int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	if (inet_pton(AF_INET, host, &a.sin_addr) != 1) {
		if (!strcmp(host, "localhost"))
			a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		else if (!in_hosts(host, &a.sin_addr) && !by_dns(host, &a.sin_addr)) {
			fprintf(stderr, "wget: bad address '%s'\n", host);
			return -1;
		}
	}
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval limit = {.tv_sec = 10};
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	}
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a))) {
		complain("wget", host);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

// wget [-q] [-O FILE|-] URL: plain http; the body goes to the file, or to standard output.
int cmd_wget(int argc, char **argv)
{
	const char *url = NULL, *file = "-";
	bool quiet = false;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-q") || !strcmp(argv[i], "-qO-"))
			quiet = true;
		else if (!strncmp(argv[i], "-O", 2) || !strncmp(argv[i], "-qO", 3)) {
			quiet |= argv[i][1] == 'q';
			const char *value = strchr(argv[i], 'O') + 1;
			file = *value ? value : i + 1 < argc ? argv[++i] : "-";
		} else if (argv[i][0] != '-')
			url = argv[i];
	}
	if (!url) {
		fputs("usage: wget [-q] [-O FILE] [http://]HOST[:PORT][/PATH]\n", stderr);
		return 2;
	}
	char host[256], request[2048], buf[16384];
	const char *p = !strncmp(url, "http://", 7) ? url + 7 : url;
	if (!strncmp(p, "https://", 8)) {
		fputs("wget: only plain http\n", stderr);
		return 1;
	}
	size_t n = strcspn(p, "/:");
	snprintf(host, sizeof(host), "%.*s", (int)n, p);
	int port = p[n] == ':' ? atoi(p + n + 1) : 80;
	const char *path = strchr(p, '/');
	int fd = connect_host(host, port);
	if (fd < 0)
		return 1;
	int length = snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: demo\r\n\r\n",
			      path ? path : "/", host);
	if (length >= (int)sizeof(request) || send(fd, request, (size_t)length, MSG_NOSIGNAL) != length)
		return complain("wget", host);
	size_t got = 0;
	ssize_t r;
	char *body = NULL;
	while (!body && got < sizeof(buf) - 1 && (r = read(fd, buf + got, sizeof(buf) - 1 - got)) > 0) {
		got += (size_t)r;
		buf[got] = 0;
		body = strstr(buf, "\r\n\r\n");
	}
	int status = got > 12 && !strncmp(buf, "HTTP/", 5) ? atoi(strchr(buf, ' ') ? strchr(buf, ' ') : "0") : 0;
	if (!body || status != 200) {
		buf[strcspn(buf, "\r\n")] = 0;
		fprintf(stderr, "wget: server returned error: %s\n", got ? buf : "nothing");
		return 1;
	}
	FILE *out = strcmp(file, "-") ? fopen(file, "w") : stdout;
	if (!out)
		return complain("wget", file);
	body += 4;
	size_t total = got - (size_t)(body - buf);
	fwrite(body, 1, total, out);
	while ((r = read(fd, buf, sizeof(buf))) > 0) {
		fwrite(buf, 1, (size_t)r, out);
		total += (size_t)r;
	}
	if (out != stdout && !quiet)
		fprintf(stderr, "'%s' saved, %zu bytes\n", file, total);
	if ((out == stdout ? fflush(out) : fclose(out)) || r < 0)
		return complain("wget", file);
	return 0;
}
