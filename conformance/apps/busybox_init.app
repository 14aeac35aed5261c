interpreter: /bin/bash
packages: busybox-static
needs: /usr/bin/busybox
timeout: 60
compare: status
program: busybox init as process 1
---
# a root of its own where busybox's init is pid 1 of a new namespace: sysinit, respawn, wait, once, then poweroff's scripts
[ "$(id -u)" = 0 ] || exit 0
d=$(mktemp -d); cd "$d" || exit 1; chmod 755 .
mkdir -p r/{bin,etc,proc,dev,out,tmp}; cp /usr/bin/busybox r/bin/; for a in init sh sleep echo kill mount cat ps; do ln -s busybox r/bin/$a; done
cat >r/etc/inittab <<'C'
::sysinit:/bin/sh -c "echo sysinit >>/out/log"
::wait:/bin/sh -c "echo waited >>/out/log"
::once:/bin/sh -c "echo once >>/out/log"
::respawn:/bin/sh -c "echo respawn >>/out/resp; sleep 0.2"
::shutdown:/bin/sh -c "echo shutdown >>/out/log"
C
unshare --pid --fork --mount --kill-child chroot r /bin/init >init.out 2>&1 & u=$!
for i in {1..200}; do [ "$(cat r/out/resp 2>/dev/null | wc -l)" -ge 3 ] && grep -q once r/out/log && break; sleep .05; done
cat r/out/log; [ "$(wc -l <r/out/resp)" -ge 3 ] || { cat init.out; exit 1; }
printf 'sysinit\nwaited\nonce\n' | cmp - r/out/log || exit 2
kill -9 $(pgrep -P $u) $u; wait $u 2>/dev/null; cd /; rm -rf "$d"; exit 0
