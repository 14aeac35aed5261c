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
mkdir -p b/rootfs/{bin,proc,sys,dev,etc,tmp}
cp /bin/busybox b/rootfs/bin/
for a in sh ls ps id hostname mount cat echo sleep grep sort touch; do ln -s busybox b/rootfs/bin/$a; done
cd b || exit 1
runc spec
sed -i 's/"terminal": true/"terminal": false/; s/^\(\t*\)"sh"$/\1"sh","-c","id -u; echo $$; hostname; ls \/ \/dev | sort; touch \/x 2>\/dev\/null; echo $?; cat \/proc\/self\/uid_map; grep Cap.*[fp]: \/proc\/self\/status; sleep ${T:-0}"/' config.json
sed -i '/"type": "cgroup"$/s/,$//' config.json
runc --rootless true --root "$PWD/r" run -b . "ns-r-$$" 2>&1; echo "runc $?"
sed -i 's/"TERM=xterm"/"T=60"/' config.json
runc --rootless true --root "$PWD/r" run -d -b . "ns-d-$$" >/dev/null 2>&1 </dev/null; echo "detached $?"
runc --rootless true --root "$PWD/r" exec "ns-d-$$" sh -c 'echo in; hostname; test $$ -lt 20 && echo small'; echo "exec $?"
runc --rootless true --root "$PWD/r" delete -f "ns-d-$$"; echo "deleted $?"
