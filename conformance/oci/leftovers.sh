#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# leftovers - whatever happens to a container, when it is deleted nothing of it remains: no process, mount, control group,
# namespace or file.
. "$(dirname "$0")/lib.bash"

group=/conformance-leftovers-$$
mine=$work/root
ours= # runc cannot do all of it
case $RUNTIME in *runc) [ "$(basename "$RUNTIME")" = runc ] || ours=1 ;; *) ours=1 ;; esac
case $RUNTIME in *runsc*) ours=1 ;; esac

change="c['linux']['cgroupsPath'] = '$group/x'; p['args'] = ['sh', '-c', 'sleep 1000 & sleep 1000 & wait']"
bundle b "$change"
mounts() { cut -d' ' -f5,9- /proc/self/mountinfo | sort; }
mounts >"$work/mounts"
ls /run/netns 2>/dev/null | sort >"$work/netns"

# Processes of a living container: the one that the state names, all below it, and the namespaces that they are in.
family() { # PID
    local c
    echo "$1"
    for c in $(cat /proc/"$1"/task/*/children 2>/dev/null); do family "$c"; done
}
namespaces() { # PID...
    local p
    for p; do readlink /proc/"$p"/ns/{pid,net,mnt,ipc,user} 2>/dev/null; done | sort -u
}
host=$(namespaces $$)

up() { # [ARGUMENT...]: a running container c
    R create --bundle "$work/b" "$@" c </dev/null >"$work/c.out" 2>&1 || { not_ok up "$(cat "$work/c.out")"; return 1; }
    R start c </dev/null >/dev/null 2>&1
    for _ in $(seq 50); do
        pid=$(R state c | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
        processes=$(family "$pid")
        [ "$(echo "$processes" | wc -l)" -ge 3 ] && break
        sleep 0.05
    done
    theirs=$(namespaces $processes | grep -vxF "$host")
}

nothing_left() { # NAME
    local i why= p ns
    for ((i = 0; i < 60; i++)); do
        why=
        for p in $processes; do
            [ ! -d /proc/"$p" ] || grep -q '^State:	Z' /proc/"$p"/status 2>/dev/null || why="process $p ($(cat /proc/"$p"/comm 2>/dev/null)); "
        done
        for p in /proc/[0-9]*; do
            for ns in $(readlink "$p"/ns/{pid,net,mnt,ipc,user} 2>/dev/null); do
                case $'\n'$theirs$'\n' in *$'\n'$ns$'\n'*) why="${why}namespace $ns of ${p#/proc/}; " ;; esac
            done
        done
        [ -z "$(find /sys/fs/cgroup -path "*$group/x*" -type d 2>/dev/null | head -n 1)" ] || why="${why}control group; "
        mounts | diff -q - "$work/mounts" >/dev/null || why="${why}mounts; "
        ls /run/netns 2>/dev/null | sort | diff -q - "$work/netns" >/dev/null || why="${why}network namespace; "
        [ -z "$(ls -A "$mine" 2>/dev/null)" ] || why="${why}files $(ls -A "$mine" | tr '\n' ' '); "
        [ -n "$why" ] || break
        sleep 0.05
    done
    [ -z "$why" ] && ok "$1" || not_ok "$1" "left: $why"
}
processes= theirs=

# ---- a normal life ----
# runc's only process here is the launcher's counterpart, its init
up && R kill c KILL && await normal_stopped c stopped && R delete c
nothing_left normal

# ---- each process killed in turn ----
n=1
while :; do
    up || break
    victim=$(echo "$processes" | sed -n "${n}p")
    [ -n "$victim" ] || break
    name=$(echo "launcher kernel nursery guest" | cut -d' ' -f$n)
    kill -9 "$victim"
    [ "$name" = guest ] || await "killed_$name" c stopped
    expect "killed_$name.delete" 0 '' R delete --force c
    nothing_left "killed_$name.left"
    [ -n "$ours" ] || break
    n=$((n + 1))
    [ $n -le 4 ] || break
done

# ---- delete --force in every state ----
R create --bundle "$work/b" c </dev/null >/dev/null 2>&1
expect force.created 0 '' R delete --force c
nothing_left force.created.left
up && expect force.running 0 '' R delete --force c
nothing_left force.running.left
up && R pause c && expect force.paused 0 '' R delete --force c
nothing_left force.paused.left
up && R kill c KILL && await force.stopped.wait c stopped && expect force.stopped 0 '' R delete --force c
nothing_left force.stopped.left

# ---- hooks that crash ----
printf '#!/bin/sh\ncat >/dev/null\nkill -SEGV $$\n' >"$work/crash"
chmod 755 "$work/crash"
processes= theirs=
for hook in prestart createRuntime createContainer; do
    bundle h "$change; c['hooks'] = {'$hook': [{'path': '$work/crash'}]}"
    expect "hook.$hook" 1 '*' R create --bundle "$work/h" c
    nothing_left "hook.$hook.left"
done
bundle h "$change; c['hooks'] = {'poststart': [{'path': '$work/crash'}]}"
R create --bundle "$work/h" c </dev/null >/dev/null 2>&1
R start c </dev/null >/dev/null 2>&1
expect hook.poststart.delete 0 '*' R delete --force c
nothing_left hook.poststart.left
bundle h "$change; c['hooks'] = {'poststop': [{'path': '$work/crash'}]}"
R create --bundle "$work/h" c </dev/null >/dev/null 2>&1
expect hook.poststop.delete any '*' R delete --force c
nothing_left hook.poststop.left

# ---- no room for the state ----
mkdir -p "$work/full"
mount -t tmpfs -o size=8k,nr_inodes=4 full "$work/full" && {
    full() { timeout -s KILL 30 $RUNTIME --root "$work/full" "$@"; }
    dd if=/dev/zero of="$work/full/fill" bs=4096 count=2 2>/dev/null
    expect full.create 1 '*' full create --bundle "$work/b" c
    expect full.left 0 fill ls "$work/full"
    umount "$work/full"
}
nothing_left full.nothing

# ---- the same name twice at once (runc leaves a control group now and then) ----
if [ -n "$ours" ]; then
    for i in 1 2; do (R create --bundle "$work/b" c </dev/null >"$work/twice.$i" 2>&1; echo $? >"$work/status.$i") & done
    wait
    expect twice.one_wins 0 $'0\n1' bash -c "cat $work/status.1 $work/status.2 | sort"
    expect twice.delete 0 '' R delete --force c
    nothing_left twice.left
fi

# ---- power loss: files are there and empty ----
if [ -n "$ours" ]; then
    up
    kill -9 "$pid"
    sleep 0.2
    for f in "$mine"/c/*; do [ ! -f "$f" ] || : >"$f"; done
    expect torn.state any '*' R state c
    expect torn.list any '*' R list
    expect torn.delete 0 '*' R delete --force c
    expect torn.gone 1 '*does not exist*' R state c
    # the file that named its groups is lost; a power failure would have taken them too
    find /sys/fs/cgroup -depth -path "*$group/x*" -type d -exec rmdir {} + 2>/dev/null
    nothing_left torn.left
fi
find /sys/fs/cgroup -depth -path "*$group*" -type d -exec rmdir {} + 2>/dev/null
finish
