# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
interpreter: /bin/bash
packages: runc busybox-static
needs: /usr/sbin/runc /bin/busybox
timeout: 90
compare: output status
repeat: 1
---
# Whole containers by another runtime: namespaces, pivot_root, masked paths, capabilities, seccomp, exec into a running one.
cd "$(mktemp -d)" || exit 1
trap 'rm -rf "$PWD"' EXIT
untimed() { sed 's/time="[^"]*" //'; }
R() { runc "$@" 2>&1 | untimed; return "${PIPESTATUS[0]}"; }
mkdir -p b/rootfs/{bin,proc,sys,dev,etc,tmp}
cp /bin/busybox b/rootfs/bin/
for a in sh ls ps id hostname mount cat echo sleep grep sort touch; do ln -s busybox b/rootfs/bin/$a; done
cd b || exit 1
runc spec
sed -i 's/"terminal": true/"terminal": false/; s/^\(\t*\)"sh"$/\1"sh","-c","id -u; echo $$; hostname; ls \/ \/dev | sort; touch \/x 2>\/dev\/null; echo $?; cat \/proc\/self\/uid_map; grep Cap.*[fp]: \/proc\/self\/status; sleep ${T:-0}"/' config.json
sed -i '/"type": "cgroup"$/s/,$//' config.json
runc --rootless true --root "$PWD/r" run -b . "ns-r-$$" 2>&1 | untimed; echo "runc ${PIPESTATUS[0]}"
sed -i 's/"TERM=xterm"/"T=60"/' config.json
runc --rootless true --root "$PWD/r" run -d -b . "ns-d-$$" >/dev/null 2>&1 </dev/null; echo "detached $?"
R --rootless true --root "$PWD/r" exec "ns-d-$$" sh -c 'echo in; hostname; test $$ -lt 20 && echo small'; echo "exec $?"
R --rootless true --root "$PWD/r" delete -f "ns-d-$$"; echo "deleted $?"
# with control groups of their own: limits, a freezer, rules about devices
sed -i 's/"T=60"/"TERM=x"/; s/"sh","-c",".*"$/"sh","-c","echo in groups; cat \/dev\/zero 2>\&1 | head -c 3 | wc -c; mknod \/dev\/sda b 8 0 2>\/dev\/null; echo $?"/' config.json
R --root "$PWD/r" run -b . "ns-g-$$" | grep -v 'oom kill count'; echo "groups ${PIPESTATUS[0]}"
sed -i 's/"sh","-c",".*"$/"sleep","60"/' config.json
runc --root "$PWD/r" run -d -b . "ns-p-$$" >/dev/null 2>&1 </dev/null; echo "detached $?"
R --root "$PWD/r" pause "ns-p-$$"; echo "paused $?"
R --root "$PWD/r" state "ns-p-$$" | grep -o '"status": "[a-z]*"'
R --root "$PWD/r" resume "ns-p-$$"; echo "resumed $?"
R --root "$PWD/r" ps "ns-p-$$" | grep -c sleep
R --root "$PWD/r" kill "ns-p-$$" KILL; echo "killed $?"
for _ in 1 2 3 4 5 6 7 8 9 10; do R --root "$PWD/r" state "ns-p-$$" | grep -q stopped && break; sleep 0.3; done
R --root "$PWD/r" delete "ns-p-$$"; echo "deleted $?"
# limits of memory and of processes: only who goes beyond them ends, and the container lives
sed -i 's/"sleep","60"/"sh","-c","exec 2>\&1; (dd if=\/dev\/zero of=\/dev\/null bs=100M count=30 2>\/dev\/null) 2>\/dev\/null; echo dd $?; for i in 1 2 3 4 5 6 7 8 9; do sleep 1 \& done"/
s/"resources": {/"resources": { "memory": { "limit": 33554432 }, "pids": { "limit": 8 },/' config.json
R --root "$PWD/r" run -b . "ns-m-$$" | grep -v 'oom kill count'; echo "limited ${PIPESTATUS[0]}"
