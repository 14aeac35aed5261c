interpreter: /bin/bash
packages: golang-1.19-go golang-1.19-src gcc libc6-dev iproute2 util-linux
needs: /usr/lib/go-1.19/bin/go /usr/share/go-1.19/src/os/os_test.go /usr/bin/gcc /usr/sbin/ip
timeout: 900
tags: heavy
program: Go's own tests
remark: in a network of their own, which has only a loopback, so that nothing is asked of name servers; without raw sockets and devices
---
# which of the tests of os, os/exec, os/signal, syscall, net, internal/poll, io/fs and path/filepath pass?
[ -n "$IN_NS" ] || IN_NS=1 exec unshare -n -u "$BASH" "$0"
ip link set lo up; hostname localhost
d=$(mktemp -d); export HOME=$d GOROOT=/usr/lib/go-1.19 GOPROXY=off GOFLAGS= LC_ALL=C.UTF-8 GOCACHE=/var/tmp/sandjar-go-tests
export PATH=$GOROOT/bin:$PATH
for p in internal/poll io/fs path/filepath os/signal syscall os os/exec net; do
  cd "$GOROOT/src/$p" || exit 1
  (cd "$GOROOT/src" && go test -c -vet=off -o "$d/t" "$p") || exit 1
  exec 3>&- 4>&- 5>&-
  timeout -s KILL 250 "$d/t" -test.v -test.timeout 240s >"$d/out" 2>&1 </dev/null
  # Left out: raw sockets, devices that a container may have, and what either side may skip for the descriptors that it got.
  grep -a '^ *--- ' "$d/out" | sed 's/ ([0-9.]*s)$//; s/^ */'"${p//\//.}"' /' | sort |
    grep -vE 'IPConn|DialListenIPArgs|ErrNotPollable|TestExtraFiles$|PointToPoint|InterfaceArrival|TestReadError$'
done
cd /; rm -rf "$d"
