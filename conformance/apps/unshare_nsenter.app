# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
interpreter: /bin/bash
packages: util-linux iproute2 procps hostname
needs: /usr/bin/unshare /usr/bin/nsenter /usr/bin/lsns /sbin/ip
timeout: 60
compare: output status
repeat: 1
---
cd "$(mktemp -d)" || exit 1
trap 'rm -rf "$PWD"' EXIT
chmod 755 .
squeeze() { while read -r a b; do echo "$a $b"; done; }
unshare -u sh -c 'hostname inner; hostname'
unshare -pf sh -c 'echo $$'
unshare -pf --mount-proc ps -e -o pid= -o ppid= -o comm= | squeeze
unshare -r id -u
unshare -U id -un
unshare -rUi sh -c 'cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; wc -l </proc/sysvipc/shm'
unshare -Urpmfn --mount-proc ps -e -o pid= -o comm= | squeeze
unshare -n sh -c 'ip -br link; ip link set lo up; ip -br addr; ping -c1 -W1 127.0.0.1 >/dev/null 2>&1; ip route show table local | wc -l'
unshare -C cat /proc/self/cgroup | cut -d: -f3 | sort -u
unshare -m sh -c "mount -t tmpfs x '$PWD'; touch '$PWD/a'; ls '$PWD'"; ls
unshare -m --propagation slave sh -c 'grep -c shared: /proc/self/mountinfo'
unshare --kill-child -pf sh -c 'exit 5'; echo $?
unshare --map-user=77 --map-group=78 sh -c 'id -u; id -g'
unshare -r --keep-caps sh -c 'grep -c "CapAmb:.000001ffffffffff" /proc/self/status'
unshare -r --setuid 0 --setgid 0 id -u
unshare -r -R / -w /usr pwd
su -s /bin/sh daemon -c 'unshare -rm sh -c "mount -t tmpfs x /mnt; touch /mnt/f; stat -c %u%g /mnt/f /mnt /; ls /mnt"; unshare -u true; echo $?'
mkdir m; mount --bind m m 2>&1 | sed "s,$PWD,DIR,"; mount --make-private m 2>&1 | sed "s,$PWD,DIR,"; touch m/uts
unshare --uts=m/uts sh -c 'hostname kept'
nsenter --uts=m/uts hostname
umount m/uts 2>&1 | sed "s,$PWD,DIR,"; umount m 2>&1 | sed "s,$PWD,DIR,"
mkfifo go
unshare -urpmif --mount-proc sh -c 'hostname there; echo up >go; exec sleep 50' & top=$!
read -r line <go; echo "$line"
pid=$(pgrep -P $top)
nsenter -t "$pid" -u hostname
nsenter -t "$pid" -U --preserve-credentials id -u
nsenter -t "$pid" -a --preserve-credentials ps -e -o pid= -o comm= | squeeze | grep -v nsenter
nsenter -t "$pid" -p -m sh -c 'test $$ -gt 1 && test $$ -lt 100 && echo small'
lsns -n -o TYPE -p "$pid" | sort | grep -v time | tr '\n' ' '; echo
test "$(readlink /proc/"$pid"/ns/uts)" != "$(readlink /proc/self/ns/uts)" && echo other
test "$(readlink /proc/"$pid"/ns/net)" = "$(readlink /proc/self/ns/net)" && echo same
grep -E '^NSpid' /proc/"$pid"/status | awk '{print NF, $3}'
kill -KILL "$pid"; wait $top; echo "end $?"
setpriv --reuid 5 --regid 6 --clear-groups sh -c 'id -u; id -g; grep CapEff /proc/self/status'
setpriv --reuid 5 --regid 6 --clear-groups --inh-caps +net_raw --ambient-caps +net_raw grep CapAmb /proc/self/status
setpriv --no-new-privs --bounding-set -all grep -E 'NoNewPrivs|CapBnd' /proc/self/status
