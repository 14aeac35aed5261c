# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
interpreter: /bin/bash
packages: util-linux iproute2 netcat-openbsd
needs: /usr/bin/unshare /usr/bin/nsenter /sbin/ip /bin/nc
timeout: 90
compare: output status
program: ip link add (veth, bridge)
---
# Cables and a bridge between network namespaces, with TCP and UDP over them
unshare -n true || exit 0 # an ordinary user has none
cd "$(mktemp -d)" || exit 1
trap 'kill $a $b $c; rm -rf "$PWD"' EXIT
space() { unshare -n sh -c "ip link set lo up; echo up; exec sleep 80" >"$1" & }
on() { nsenter -t "$1" -n "${@:2}"; }
until_says() { for _ in $(seq 100); do "${@:2}" 2>/dev/null | grep -q "$1" && return; sleep 0.1; done; echo "never: $1"; }
mac() { sed 's/link.ether .* brd/MAC/'; }
mkfifo pa pb pc
space pa; a=$!; read -r _ <pa
space pb; b=$!; read -r _ <pb
space pc; c=$!; read -r _ <pc
on $a ip link add v0 type veth peer name v1
on $a ip link set v1 netns $b
on $a ip addr add 10.7.0.1/24 dev v0; on $b ip addr add 10.7.0.2/24 dev v1
on $a ip -o link show v0 | mac
on $a ip link set v0 up; on $b ip link set v1 up
until_says LOWER_UP on $a ip link show v0
on $a ip -o link show v0 | mac; on $b ip -o -4 addr show v1; on $a ip route
listening() { until_says ":$2 " on "$1" ss -Hlntu; }
echo over the cable >text
on $b nc -l -p 7000 -N <text & listening $b 7000
on $a nc 10.7.0.2 7000 </dev/null; wait $!
on $b timeout 20 nc -u -l -p 7001 -W 1 </dev/null & listening $b 7001
echo datagram | on $a nc -u -q0 10.7.0.2 7001; wait $!
on $a nc -w2 10.7.0.2 9999 </dev/null; echo "nobody listens: $?"
on $a ip neigh show dev v0 | sed 's/lladdr [^ ]* [A-Z]*/MAC/'
on $a ip link add br0 type bridge; on $a ip link set br0 up; on $a ip addr add 10.8.0.1/24 dev br0
on $a ip link add p1 type veth peer name e0 netns $b
on $a ip link add p2 type veth peer name e0 netns $c
on $a ip link set p1 master br0 up; on $a ip link set p2 master br0 up
on $b ip addr add 10.8.0.2/24 dev e0; on $b ip link set e0 up
on $c ip addr add 10.8.0.3/24 dev e0; on $c ip link set e0 up
until_says LOWER_UP on $c ip link show e0
on $b nc -l -p 7002 -N <text & listening $b 7002
on $c nc 10.8.0.2 7002 </dev/null; wait $!
# from one side of the bridge over its owner to the first cable
on $c ip route add default via 10.8.0.1
on $c nc -w2 10.7.0.1 9 </dev/null; echo "the router itself: $?"
on $a sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
on $b ip route add 10.8.0.3/32 via 10.7.0.1
on $b nc -l -p 7003 -N <text & listening $b 7003
on $c nc 10.7.0.2 7003 </dev/null; wait $!
on $a ip link del p1; on $b ip -o link show e0
on $a ip -br link | wc -l
