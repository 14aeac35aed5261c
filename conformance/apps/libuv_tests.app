interpreter: /bin/bash
packages: cmake make gcc libc6-dev iproute2 util-linux
source: libuv1
needs: /usr/bin/cmake /usr/bin/gcc /usr/bin/make /usr/sbin/ip /var/cache/sandjar-sources/libuv1.orig
timeout: 400
tags: heavy
program: libuv's own tests
remark: as an ordinary user, as the tests want it, in a network of their own
---
# loops, children, signals, files, file events, pipes, TCP, UDP, terminals, threads: which tests pass, which are skipped?
[ -n "$IN_NS" ] || IN_NS=1 exec unshare -n -u "$BASH" "$0"
ip link set lo up; hostname localhost
d=$(mktemp -d); cd "$d" || exit 1; chmod 777 .
tar xf /var/cache/sandjar-sources/libuv1.orig --strip-components=1
cmake -S . -B b -DBUILD_TESTING=ON -DCMAKE_BUILD_TYPE=Debug >log 2>&1 && make -C b -j2 uv_run_tests_a >>log 2>&1 || { tail -n 5 log; exit 1; }
chown -R 65534:65534 test; cd "$d"
HOME=/tmp UV_TEST_TIMEOUT_MULTIPLIER=5 setpriv --reuid 65534 --regid 65534 --clear-groups b/uv_run_tests_a >out 2>&1 </dev/null; echo "status $?"
grep -a '^\(not \)\?ok' out | sed 's/ok [0-9]* - /ok /' | sort
cd /; rm -rf "$d"
