# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
interpreter: /bin/bash
packages: bubblewrap iproute2 procps
needs: /usr/bin/bwrap /sbin/ip
timeout: 60
compare: output status
repeat: 1
---
cd "$(mktemp -d)" || exit 1
trap 'rm -rf "$PWD"' EXIT
bwrap --ro-bind / / --proc /proc --dev /dev --unshare-all true; echo "all: $?"
bwrap --ro-bind / / --proc /proc --dev /dev --unshare-all --hostname inner sh -c \
    'id -u; hostname; ls /proc | grep -c "^[0-9]"; ls /dev | sort; touch /x 2>&1; echo $$; readlink /proc/self'; echo "names: $?"
bwrap --ro-bind / / --tmpfs /tmp --proc /proc --dev /dev --unshare-user --uid 1000 --gid 1000 --unshare-pid sh -c \
    'id -u; id -g; touch /tmp/a && stat -c "%u %g %n" /tmp/a; cat /proc/self/uid_map; grep Cap.*[EPI]..: /proc/self/status'; echo "user: $?"
bwrap --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/bin /bin --dir /tmp --proc /proc \
    --dev /dev --unshare-pid --new-session --die-with-parent sh -c 'ls /; echo hi > /tmp/x; cat /tmp/x; ps -e -o pid= -o comm= | while read -r a b; do echo $a $b; done'; echo "root: $?"
su -s /bin/sh daemon -c "bwrap --ro-bind / / --tmpfs /tmp --proc /proc --dev /dev --unshare-all sh -c 'id -u; touch /tmp/a;
    stat -c \"%u %g\" /tmp/a /; cat /proc/self/uid_map /proc/self/setgroups; grep CapEff /proc/self/status; ip -br link; ip -br addr'"; echo "nobody: $?"
bwrap --unshare-net --dev-bind / / sh -c 'ip -br addr; ip route; cat /proc/net/dev | wc -l'; echo "net: $?"
bwrap --bind / / --cap-drop ALL sh -c 'grep Cap.*[EPIA][rnm][mhfb]: /proc/self/status | grep -v Bnd'; echo "caps: $?"
bwrap --bind / / --clearenv --setenv A b --chdir /usr env; echo "env: $?"
bwrap --bind "$PWD" /mnt --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/bin /bin sh -c 'echo made >/mnt/f'; cat f
bwrap --ro-bind / / --bind-data 9 /etc/hostname cat /etc/hostname 9<<<given; echo "data: $?"
bwrap --ro-bind / / --bind /nowhere /mnt true 2>&1; echo "missing: $?"
bwrap --ro-bind / / --dev /dev --unshare-pid --proc /proc sh -c 'sleep 100 </dev/zero & echo started; exit 7'; echo "end: $?"
