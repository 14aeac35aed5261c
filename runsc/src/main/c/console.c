// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Pseudo terminals: made here, in the engine's mount namespace; the master goes to the engine or stays with `run`, the slave
// to the sandbox.

#include "runsc.h"
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>

static int connect_to_engine(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *slash = strrchr(path, '/');
    char directory[PATH_MAX];
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), dir = -1;
    if (s < 0) return -1;
    if (strlen(path) < sizeof address.sun_path) {
        strcpy(address.sun_path, path);
    } else if (slash != NULL && snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path) < (int)sizeof directory) {
        dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
        snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d%s", dir, slash);
    }
    int bad = connect(s, (struct sockaddr *)&address, sizeof address) != 0;
    int error = errno;
    if (dir >= 0) close(dir);
    if (!bad) return s;
    close(s);
    errno = error;
    return -1;
}

// One message: the name as payload, the master beside it, as runc sends it.
static int send_master(const char *path, int master, const char *name) {
    int s = connect_to_engine(path);
    if (s < 0) return -1;
    const char *words[] = {name};
    struct iovec part = {(void *)words[0], strlen(name)};
    union {
        char space[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &master, sizeof(int));
    int bad = sendmsg(s, &message, MSG_NOSIGNAL) < 0;
    int error = errno;
    close(s);
    errno = error;
    return bad ? -1 : 0;
}

int open_console(const char *socket_path, int rows, int columns, int *master) {
    int m = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), unlocked = 0, number;
    char name[64];
    if (m < 0 || ioctl(m, TIOCSPTLCK, &unlocked) != 0 || ioctl(m, TIOCGPTN, &number) != 0) return -1;
    snprintf(name, sizeof name, "/dev/pts/%d", number);
    int slave = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) return -1;
    if (rows > 0 && columns > 0) {
        struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
        ioctl(m, TIOCSWINSZ, &size);
    }
    if (socket_path == NULL) {
        *master = m;
        return slave;
    }
    int bad = send_master(socket_path, m, name);
    int error = errno;
    close(m);
    errno = error;
    if (bad) close(slave);
    return bad ? -1 : slave;
}
