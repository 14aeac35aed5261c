# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
interpreter: /bin/bash
packages: podman crun uidmap busybox-static
needs: /usr/bin/podman /usr/bin/crun /usr/bin/newuidmap /bin/busybox
timeout: 120
tags: heavy
program: podman (rootless, with crun)
remark: with the storage driver vfs and without a network: there is no fuse and no /dev/net/tun
---
# An ordinary user's containers: image imported, run, exec, removed, built upon, with ranges of sub-ids
[ "$(id -u)" = 0 ] || { echo "needs somebody who can become another user"; exit 0; }
d=$(mktemp -d /var/tmp/podman.XXXXXX) || exit 1
trap 'cd /; rm -rf "$d"' EXIT
chmod 755 "$d"; cd "$d" || exit 1
# in a view of its own of the lists of users and of where podman keeps things
unshare -m --propagation private bash -c '
d=$1; mkdir etc home run; chown 1000:1000 home run; mount -t tmpfs tmpfs /run
cp /etc/passwd /etc/group etc/; sed -i "/:1000:/d" etc/passwd etc/group
echo "dev:x:1000:1000::$d/home:/bin/bash" >>etc/passwd; echo "dev:x:1000:" >>etc/group; echo dev:100000:65536 | tee etc/subuid >etc/subgid
for f in passwd group subuid subgid; do [ -e /etc/$f ] && mount --bind etc/$f /etc/$f; done
mkdir -p home/r/{bin,proc,dev,etc,tmp,sys,run,var/tmp}; cp /bin/busybox home/r/bin/
for a in sh ls id ps cat echo touch stat sleep; do ln -sf busybox home/r/bin/$a; done; chown -R 1000:1000 home
exec setpriv --reuid 1000 --regid 1000 --clear-groups env -i PATH="$PATH" HOME="$d/home" USER=dev XDG_RUNTIME_DIR="$d/run" TMPDIR="$d/home" bash user.sh' sh "$d" < /dev/null 2>&1 &
cat >user.sh <<'U'
cd; P() { podman --runtime runc --storage-driver vfs --cgroup-manager cgroupfs --events-backend none "$@" 2>err; s=$?; grep -v 'is not a shared mount\|level=warning' err; return $s; }
R="--network none"
podman unshare cat /proc/self/uid_map 2>/dev/null | tr -s ' '
tar -C r -c . | P import -q - tiny >id; echo "import $?"
P run --rm $R tiny sh -c 'id -u; touch /x; ls -d /x; stat -c %u:%g /x; tr -s " " </proc/self/uid_map; echo $$; cat /proc/sys/net/ipv4/ping_group_range; exit 3'; echo "run $?"
P run --rm $R --user 33:34 --read-only tiny sh -c 'id -u; id -g; touch /x 2>/dev/null; echo "touch $?"'
P run -d --name n $R tiny sleep 100 >/dev/null; echo "detached $?"
P exec n sh -c 'id -u; ps -o comm | grep -c sleep'; P ps --format '{{.Names}}'
P rm -f -t 0 n; P ps -aq | wc -l
printf 'FROM tiny\nRUN echo made >/made\nCMD cat /made\n' >Dockerfile
P build --isolation chroot --network host -q -t localhost/two . >id || cat err; echo "build $?"; P run --rm $R localhost/two
P rmi -af >/dev/null; P images -q | wc -l
podman unshare rm -rf "$HOME/.local" r
U
wait $!
