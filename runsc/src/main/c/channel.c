// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Records to and from a sandbox: SOCK_SEQPACKET, one record = one message, descriptors with it. See docs/adr/0008.

#include "runsc.h"
#include <sys/socket.h>
#include <sys/un.h>

// The address is given below a descriptor: a path may be longer than an address can be.
static void address_of(int dir, struct sockaddr_un *address) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/sandbox.sock", dir);
}

int listen_at(int dir) {
    struct sockaddr_un address;
    address_of(dir, &address);
    int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    mode_t mask = umask(0177);
    int bad = s < 0 || bind(s, (struct sockaddr *)&address, sizeof address) != 0 || listen(s, 128) != 0;
    int error = errno;
    umask(mask);
    errno = error;
    return bad ? -1 : s;
}

int connect_to(int dir) {
    struct sockaddr_un address;
    address_of(dir, &address);
    int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (s >= 0 && connect(s, (struct sockaddr *)&address, sizeof address) == 0) return s;
    int error = errno;
    if (s >= 0) close(s);
    errno = error;
    return -1;
}

int connect_sandbox(const struct container *c) {
    if (c->first) return connect_to(c->dir);
    struct container sandbox;
    if (!find_container(c->sandbox, &sandbox)) {
        errno = ENOENT;
        return -1;
    }
    int s = connect_to(sandbox.dir);
    int error = errno;
    close(sandbox.dir);
    errno = error;
    return s;
}

int send_words(int socket, const char *const *words, int count, const int *fds, int fd_count) {
    static char record[RECORD];
    size_t n = 0;
    for (int i = 0; i < count; i++) {
        size_t length = strlen(words[i]) + 1;
        if (n + length > sizeof record) {
            errno = EMSGSIZE;
            return -1;
        }
        memcpy(record + n, words[i], length);
        n += length;
    }
    struct iovec part = {record, n};
    union {
        char space[CMSG_SPACE(64 * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd_count > 0) {
        message.msg_control = control.space;
        message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
        memcpy(CMSG_DATA(c), fds, fd_count * sizeof(int));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

int next_answer(int socket, char *text, size_t size) {
    static char record[RECORD + 1];
    ssize_t n;
    do n = recv(socket, record, RECORD, 0);
    while (n < 0 && errno == EINTR);
    if (n <= 0) return 0;
    record[n] = 0;
    size_t length = (size_t)n - 1 < size - 1 ? (size_t)n - 1 : size - 1;
    memcpy(text, record + 1, length);
    text[length] = 0;
    return (unsigned char)record[0];
}

// Reads the answers to the end. Text for stdout goes to OUT (none: it is dropped); what the sandbox says about an error
// is said as ours and makes REFUSED true.
int ask(int socket, FILE *out, int *refused) {
    static char text[RECORD + 1];
    for (;;) {
        switch (next_answer(socket, text, sizeof text)) {
        case 'O':
            if (out != NULL) fputs(text, out);
            break;
        case 'E':
            text[strcspn(text, "\n")] = 0;
            say_error("%s", text);
            if (refused != NULL) *refused = 1;
            break;
        case 'X':
            return atoi(text) & 255;
        case 0:
            return -1;
        default:
            break;
        }
    }
}
