#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# limits - who takes too much memory or makes too many processes suffers alone: the container lives, its other processes and
# those of `exec` go on, and whoever listens hears of the process that was killed.
. "$(dirname "$0")/lib.bash"

group=/conformance-limits-$$
if ! mkdir -p "/sys/fs/cgroup/memory$group" "/sys/fs/cgroup/pids$group" 2>/dev/null; then
    echo "skip limits: no control groups to write"
    finish
fi
limits="c['linux']['cgroupsPath'] = '$group/x'
c['linux']['resources'] = {'memory': {'limit': 64 << 20, 'swap': 64 << 20}, 'pids': {'limit': 20}, 'cpu': {'quota': 50000, 'period': 100000}}"
hog='dd if=/dev/zero of=/dev/null bs=200000000 count=1 2>/dev/null'
bomb='i=0; while test $i -lt 60; do sleep 60 & i=$((i + 1)); done'

bundle hog "$limits
p['args'] = ['sh', '-c', '$hog; echo \$? alive; $hog; echo \$? alive']"
expect memory.only_the_hog 0 '*137 alive*137 alive' R run --bundle "$work/hog" c

bundle first "$limits
p['args'] = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=200000000', 'count=1']"
expect memory.the_first 137 '*' R run --bundle "$work/first" c

bundle bomb "$limits
p['args'] = ['sh', '-c', '($bomb) 2>&1; echo alive']"
expect pids.only_the_bomb 0 '*fork*alive' R run --bundle "$work/bomb" c

bundle lives "$limits
p['args'] = ['sh', '-c', 'while :; do sleep 1; done']"
R create --bundle "$work/lives" c </dev/null >"$work/c.out" 2>&1 || not_ok create "$(cat "$work/c.out")"
R start c </dev/null
expect cpu.quota 0 '50000' sh -c "cat /sys/fs/cgroup/cpu$group/x/cpu.cfs_quota_us /sys/fs/cgroup/cpu,cpuacct$group/x/cpu.cfs_quota_us 2>/dev/null | head -n 1"
R events --interval 1s c >"$work/events" 2>/dev/null </dev/null &
events=$!
for _ in $(seq 50); do grep -q '"stats"' "$work/events" && break; sleep 0.1; done
expect memory.exec 137 '*' R exec c sh -c "$hog"
for _ in $(seq 100); do grep -q '"type": *"oom"' "$work/events" && break; sleep 0.1; done
expect memory.told 0 '*' grep -q '"type": *"oom"' "$work/events"
expect pids.exec any '*fork*' R exec c sh -c "($bomb) 2>&1; kill -9 -1"
for _ in $(seq 50); do R exec c true </dev/null >/dev/null 2>&1 && break; sleep 0.1; done
expect alive 0 'alive' R exec c echo alive
expect alive.state 0 'running' state_of c
R delete --force c </dev/null >/dev/null 2>&1
kill $events 2>/dev/null
wait $events 2>/dev/null
find /sys/fs/cgroup -depth -path "*$group*" -type d -exec rmdir {} + 2>/dev/null
finish
