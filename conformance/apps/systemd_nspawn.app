# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
interpreter: /bin/bash
packages: systemd-container busybox-static
needs: /usr/bin/systemd-nspawn /bin/busybox
timeout: 120
tags: heavy
program: systemd-nspawn
---
# Containers of systemd: users, networks and mounts of their own; not registered, for there is no systemd to do so
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
cd "$d" && mkdir -p r/{bin,usr/lib,etc,proc,sys,dev,tmp,run,var,mnt} && cp /bin/busybox r/bin/
for a in sh ls id ps hostname cat echo mount touch ip tr; do ln -sf busybox r/bin/$a; done
echo ID=x | tee r/etc/os-release >r/usr/lib/os-release; touch r/etc/localtime r/etc/resolv.conf
N() { timeout 60 systemd-nspawn --register=no --keep-unit -q -D "$d/r" --as-pid2 "$@" 2>&1 </dev/null | grep -v 'Attempted to remove disk file system'; echo "status ${PIPESTATUS[0]}"; }
N sh -c 'id -u; hostname; echo $$; ls /dev; touch /proc/sys/kernel/x 2>/dev/null; echo $?'
N --hostname=inner sh -c 'hostname; exit 7'
N --private-network sh -c 'ip link | tr -s " " | cut -d: -f2 | tr "\n" " "; ls /sys/class/net'
N --network-veth sh -c 'ls /sys/class/net; cat /sys/class/net/host0/type'
N --private-users=524288:65536 sh -c 'id -u; tr -s " " </proc/self/uid_map'
N --read-only sh -c 'touch /x 2>/dev/null; echo $?; touch /tmp/x; echo $?'
N --bind-ro=/usr:/mnt --tmpfs=/var sh -c 'ls -d /mnt/bin; touch /mnt/x 2>/dev/null; echo $?; touch /var/x; echo $?'
N --user=none sh -c 'id -u'
N --setenv=A=b --chdir=/usr --capability=CAP_NET_RAW sh -c 'echo $A $PWD'
