// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// pause - the first process of a pod: holds the pod's namespaces, takes the statuses of orphans, and ends when it is told to.
//
//   pause                          that
//   pause connect ADDRESS PORT     connects over TCP; status 0 if somebody listens
//   pause get ADDRESS PORT TEXT    sends the text there and prints the first line of the answer
//
// The latter two are for probes of pods that the host cannot reach. Who calls it limits the time.

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static int connect_to(const char *address, const char *port) {
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = four.sin_port};
    int is_six = strchr(address, ':') != NULL;
    if (strcmp(address, "localhost") == 0) address = "127.0.0.1";
    if (inet_pton(is_six ? AF_INET6 : AF_INET, address, is_six ? (void *)&six.sin6_addr : (void *)&four.sin_addr) != 1) {
        printf("\"%s\" is not an address\n", address);
        return -1;
    }
    int s = socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr *to = is_six ? (void *)&six : (void *)&four;
    if (s >= 0 && connect(s, to, is_six ? sizeof six : sizeof four) == 0) return s;
    printf("dial tcp %s:%s: connect: %s\n", address, port, strerror(errno));
    return -1;
}

static int get(const char *address, const char *port, const char *text) {
    int s = connect_to(address, port);
    if (s < 0) return 1;
    for (size_t size = strlen(text); size > 0;) {
        ssize_t n = send(s, text, size, MSG_NOSIGNAL);
        if (n < 0) {
            printf("cannot send: %s\n", strerror(errno));
            return 1;
        }
        text += n;
        size -= n;
    }
    char line[512];
    size_t used = 0;
    ssize_t n;
    while (used < sizeof line - 1 && memchr(line, '\n', used) == NULL && (n = recv(s, line + used, sizeof line - 1 - used, 0)) > 0) used += n;
    line[used] = 0;
    line[strcspn(line, "\r\n")] = 0;
    puts(line);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "connect") == 0) return connect_to(argv[2], argv[3]) < 0;
    if (argc == 5 && strcmp(argv[1], "get") == 0) return get(argv[2], argv[3], argv[4]);
    sigset_t all;
    sigemptyset(&all);
    sigaddset(&all, SIGTERM);
    sigaddset(&all, SIGINT);
    sigaddset(&all, SIGCHLD);
    sigprocmask(SIG_BLOCK, &all, NULL); // before the first orphan: as pid 1, only what is waited for arrives
    for (;;) {
        int signal;
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
        if (sigwait(&all, &signal) != 0 || signal == SIGCHLD) continue;
        return 0;
    }
}
