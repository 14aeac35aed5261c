# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
interpreter: /bin/bash
packages: podman runc busybox-static
needs: /usr/bin/podman /usr/sbin/runc /bin/busybox
timeout: 120
tags: heavy
program: podman (as root, storage driver overlay)
remark: its store must lie on a tmpfs: overlays are not stacked on the sandbox's own
---
# Root's containers on overlays: layers, changes to what lies below, limits of memory and processes, an image built upon another
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 0; }
d=$(mktemp -d /var/tmp/podman.XXXXXX) || exit 1
trap 'cd /; rm -rf "$d"' EXIT
cat >"$d/root.sh" <<'U'
mount -t tmpfs tmpfs "$1" || exit 1; mount -t tmpfs tmpfs /run; cd "$1" || exit 1; mkdir s
mkdir -p r/{bin,proc,dev,etc,tmp,sys,run,var/tmp,a/b}; cp /bin/busybox r/bin/; echo low >r/a/b/f; echo gone >r/a/g
for a in sh ls id ps cat echo touch stat sleep dd mv rm mkdir ln find sort; do ln -sf busybox r/bin/$a; done
P() { podman --runtime runc --root "$1/s" --runroot "$1/rr" --storage-driver overlay --cgroup-manager cgroupfs --events-backend none "${@:2}" 2>err; s=$?; grep -v 'level=warning' err; return $s; }
p() { P "$PWD" "$@"; }
R="--network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024"
tar -C r -c . | p import -q - tiny >id; echo "import $?"
p run --rm $R tiny sh -c 'id -u; echo $$; touch /x; mv /a /c; rm /c/g; echo up >>/c/b/f; find /c | sort; cat /c/b/f; ls -d /a 2>&1; rm -r /c; mkdir /c; ls /c; exit 3'; echo "run $?"
p run --rm --read-only --user 33:34 $R tiny sh -c 'id -u; touch /x 2>/dev/null; echo "touch $?"; cat /a/b/f'
p run --name m --memory 64m --pids-limit 8 $R tiny sh -c 'exec 2>&1; (dd if=/dev/zero of=/dev/null bs=200M count=20 2>/dev/null) 2>/dev/null; echo "dd $?"; for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done'; echo "limited $?"
p run -d --name n $R tiny sleep 100 >id; echo "detached $?"
p exec n sh -c 'id -u; ps -o comm | grep -c sleep; echo kept >/kept'; p commit -q n localhost/kept >id; p diff n | sort
p rm -f -t 0 n m >id; p ps -aq | wc -l
printf 'FROM tiny\nRUN echo made >/made && rm /a/g\nCMD ls /made /a\n' >Dockerfile
p build --isolation chroot --ulimit nofile=1024:1024 --network host -q -t localhost/two . >id || cat err; echo "build $?"
p run --rm $R localhost/two; p run --rm $R localhost/kept cat /kept
p rmi -af >id; p images -q | wc -l
U
unshare -m --propagation private bash "$d/root.sh" "$d" 2>&1 </dev/null
for g in /sys/fs/cgroup/libpod_parent /sys/fs/cgroup/*/libpod_parent; do rmdir "$g"/* "$g"; done 2>/dev/null
:
