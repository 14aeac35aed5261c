#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# host_uds - sockets of the host in a directory that a container is given: with --host-uds=open programs inside connect to them, without
# it nobody is there. runc knows no such flag and always lets them.
. "$(dirname "$0")/lib.bash"

is_runc() { [[ $(basename "${RUNTIME%% *}") == runc ]]; }

mkdir "$work/shared"
cat >"$work/server.py" <<'END'
# Answers each line in upper case, and says at the end of the connection how many bytes came and whether descriptors did.
import array, os, socket, sys, threading
os.umask(0)
l = socket.socket(socket.AF_UNIX); l.bind(sys.argv[1]); l.listen(5)
print('ready', flush=True)
def serve(c):
    total = fds = 0
    while True:
        data, anc, _, _ = c.recvmsg(65536, 1000)
        fds += len(anc)
        if not data: break
        total += len(data)
        if total < 1000: c.sendall(data.upper())
    c.sendall(b'%d bytes, %d descriptors\n' % (total, fds)); c.close()
while True: threading.Thread(target=serve, args=(l.accept()[0],), daemon=True).start()
END
python3 "$work/server.py" "$work/shared/echo" >"$work/ready" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; end_all' EXIT
for ((i = 0; i < 100; i++)); do grep -q ready "$work/ready" && break; sleep 0.05; done

cat >"$work/client.c" <<'END'
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
static char much[300000], b[65536];
int main(int argc, char **argv) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int s = socket(AF_UNIX, SOCK_STREAM, 0), r;
    strcpy(a.sun_path, argv[1]);
    if (connect(s, (void *)&a, sizeof a)) return printf("connect: %s\n", strerror(errno)), 1;
    if (argc > 2) { // a descriptor
        union { struct cmsghdr h; char room[CMSG_SPACE(4)]; } u = {{CMSG_LEN(4), SOL_SOCKET, SCM_RIGHTS}};
        struct iovec v = {"fd", 2};
        struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &u, .msg_controllen = sizeof u};
        return printf("%s\n", sendmsg(s, &m, 0) < 0 ? strerror(errno) : "sent"), 0;
    }
    write(s, "hello\n", 6);
    for (int have = 0; have < 6; have += r) if ((r = read(s, b + have, 6 - have)) <= 0) return 2;
    printf("%.6s", b);
    struct pollfd f = {s, POLLIN | POLLOUT, 0};
    r = poll(&f, 1, 0);
    printf("%d %d\n", r, f.revents);
    for (int i = 0; i < 4; i++) if (write(s, much, sizeof much) != sizeof much) return 3;
    shutdown(s, SHUT_WR);
    int total = 0;
    while ((r = read(s, b + total, 1000)) > 0) total += r;
    printf("%.*s%d\n", total, b, r);
    return 0;
}
END
gcc -static -o "$work/client" "$work/client.c" || exit 2
for name in echo dir; do
    bundle $name "c['mounts'].append({'destination': '/s', 'type': 'bind', 'source': '$work/shared', 'options': ['bind', 'rw']})
c['mounts'].append({'destination': '/one', 'type': 'bind', 'source': '$work/shared/echo', 'options': ['bind', 'rw']})
p['args'] = ['sleep', '1000']"
    cp "$work/client" "$work/$name/rootfs/client"
done
run_in() { # BUNDLE [RUN OPTION]... : starts its container
    local b=$1
    shift
    (cd "$work/$b" && timeout -s KILL 30 $RUNTIME --root "$work/root" "$@" run --detach "$b" </dev/null >"$work/$b.out" 2>&1)
}
if is_runc; then run_in dir; else run_in dir --host-uds=open; fi
expect talks 0 $'HELLO\n1 4\n1200006 bytes, 0 descriptors\n0' R exec dir /client /s/echo
expect a_socket_that_is_mounted 0 'HELLO*' R exec dir /client /one
expect several_times 0 '*bytes*bytes*bytes*' R exec dir sh -c 'for i in 1 2 3; do /client /s/echo & done; wait'
ln -s echo "$work/shared/link"
expect through_a_link 0 '*HELLO*' R exec dir /client /s/link
mkfifo "$work/shared/fifo"
expect no_socket 1 'connect: Connection refused' R exec dir /client /s/fifo
if is_runc; then
    echo "skip no_descriptors: runc lets them pass"
    echo "skip none: runc has no such flag"
else
    expect no_descriptors 0 'Operation not permitted' R exec dir /client /s/echo x
    run_in echo
    expect none 1 'connect: Connection refused' R exec echo /client /s/echo
fi
kill $server 2>/dev/null
wait $server 2>/dev/null
expect nobody_listens 1 'connect: Connection refused' R exec dir /client /s/echo
finish
