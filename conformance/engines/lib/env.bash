# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# env - the engines in a world of their own: a network namespace, a mount namespace with its own /run, data in a temporary
# directory, and a cgroup under which everything lands that they start. Sourced by run and by each case.
#
# ENG is the directory of this run, ENG_ID its number. They are in the environment of the cases.

CGROUP=/sandjar-engines-$ENG_ID
V1=/sys/fs/cgroup

# In the engines' namespaces. Not `ip netns exec`: that would mount a new /sys without cgroups.
inside() { nsenter "--net=/run/netns/eng$ENG_ID" "--mount=$ENG/ns/mnt" "$@"; }

D() { inside docker -H "unix://$ENG/docker.sock" "$@"; }                  # docker
CTR() { inside ctr --address "$ENG/containerd.sock" "$@"; }               # ctr

# A container of the runtime under test; no name means that it is removed at its end.
DRUN() { D run --rm --runtime "$RT" "$@"; }

P() { # podman as root
    inside env CONTAINERS_CONF="$ENG/containers.conf" CONTAINERS_STORAGE_CONF="$ENG/storage.conf" \
        podman --runtime "$RTPATH" --cgroup-manager cgroupfs --root "$ENG/podman/root" --runroot "$ENG/podman/run" "$@"
}

PU() { # podman as an ordinary user, without a session bus, which it would start and leave behind
    inside setpriv --reuid 20123 --regid 20123 --init-groups env -i PATH="$PATH" HOME="$ENG/home" USER=sjuser \
        XDG_RUNTIME_DIR=/run/user/20123 DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent \
        CONTAINERS_CONF="$ENG/containers.conf" CONTAINERS_STORAGE_CONF="$ENG/home/storage.conf" \
        sh -c 'cd && exec "$@"' sh podman --runtime "$RTPATH" --cgroup-manager cgroupfs "$@"
}

# ---- what cases say -------------------------------------------------------------------------------------------------

fail() {
    echo "FAILED: $*"
    exit 1
}

eq() { # GOT WANTED [WHAT]
    [ "$1" = "$2" ] || fail "${3:-result}: got '$1', wanted '$2'"
}

has() { # TEXT PATTERN: a shell pattern somewhere in the text
    # shellcheck disable=SC2053
    [[ $1 == *$2* ]] || fail "'$1' has no '$2'"
}

until_true() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.2
    done
}

cgroup_of() { # CONTROLLER CONTAINER: the directory of a docker container's group
    echo "$V1/$1$CGROUP/$2"
}

guests() { # DIRECTORY: the runtime may keep the guests' memory in a group below
    if [ -d "$1/guest" ]; then echo "$1/guest"; else echo "$1"; fi
}

# ---- start and end --------------------------------------------------------------------------------------------------

engines_up() {
    mkdir -p "$ENG"/{ns,home,podman,containerd,docker} || return
    ip netns add "eng$ENG_ID" || return
    nsenter "--net=/run/netns/eng$ENG_ID" ip link set lo up
    # the daemons' cgroup, so that whatever they leave behind can be found
    local c
    for c in pids systemd; do
        mkdir -p "$V1/$c$CGROUP/daemons"
        echo $$ >"$V1/$c$CGROUP/daemons/cgroup.procs"
    done
    mount --bind "$ENG/ns" "$ENG/ns" && mount --make-private "$ENG/ns" && touch "$ENG/ns/mnt" || return
    unshare "--mount=$ENG/ns/mnt" --propagation private sh -c 'mount --make-rshared /' || return
    engines_files
    inside sh -c "cp -r /run/systemd $ENG/run-systemd 2>/dev/null; mount -t tmpfs -o mode=755 tmpfs /run &&
        mkdir -p /run/lock /run/user/20123 /run/netns && chown 20123:20123 /run/user/20123 && chmod 700 /run/user/20123 &&
        for f in passwd group subuid subgid; do mount --bind $ENG/etc/\$f /etc/\$f || exit; done
        mknod -m 666 $ENG/tun c 10 200 && mkdir -p /dev/net && { [ -e /dev/net/tun ] || : >/dev/net/tun; } && mount --bind $ENG/tun /dev/net/tun" || return
    inside containerd -c "$ENG/containerd.toml" >"$ENG/containerd.log" 2>&1 </dev/null &
    echo $! >"$ENG/containerd.pid"
    until_true 20 test -S "$ENG/containerd.sock" || { tail -5 "$ENG/containerd.log"; return 1; }
    inside dockerd --config-file "$ENG/daemon.json" --containerd "$ENG/containerd.sock" --data-root "$ENG/docker" --exec-root /run/dockerexec \
        -H "unix://$ENG/docker.sock" --pidfile "$ENG/docker.pid" --cgroup-parent "$CGROUP" >"$ENG/docker.log" 2>&1 </dev/null &
    until_true 40 D version || { tail -5 "$ENG/docker.log"; return 1; }
    D load -q -i "$IMAGES/bb.tar" >/dev/null || return
    CTR image import --no-unpack "$IMAGES/bb.tar" >/dev/null || CTR image import "$IMAGES/bb.tar" >/dev/null || return
}

engines_files() {
    mkdir -p "$ENG/etc" "$ENG/home"
    cp /etc/passwd /etc/group "$ENG/etc/"
    echo 'sjuser:x:20123:20123::'"$ENG/home"':/bin/sh' >>"$ENG/etc/passwd"
    echo 'sjuser:x:20123:' >>"$ENG/etc/group"
    echo 'sjuser:200000:65536' >"$ENG/etc/subuid"
    cp "$ENG/etc/subuid" "$ENG/etc/subgid"
    chmod 711 "$ENG"
    cat >"$ENG/containerd.toml" <<X
version = 2
root = "$ENG/containerd/root"
state = "/run/containerd-state"
disabled_plugins = ["io.containerd.grpc.v1.cri","io.containerd.snapshotter.v1.btrfs","io.containerd.snapshotter.v1.zfs","io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "$ENG/containerd.sock"
X
    printf '{"runtimes":{"%s":{"path":"%s"}}}\n' "$RUNTIME_NAME" "$RUNTIME_PATH" >"$ENG/daemon.json"
    cat >"$ENG/containers.conf" <<X
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
cgroups = "enabled"
log_driver = "k8s-file"
[engine]
events_logger = "file"
cgroup_manager = "cgroupfs"
[network]
network_backend = "netavark"
X
    printf '[storage]\ndriver = "overlay"\nrunroot = "%s/podman/run"\ngraphroot = "%s/podman/root"\n' "$ENG" "$ENG" >"$ENG/storage.conf"
    printf '[storage]\ndriver = "vfs"\nrunroot = "/run/user/20123/containers"\ngraphroot = "%s/home/storage"\n' "$ENG" >"$ENG/home/storage.conf"
    chown -R 20123:20123 "$ENG/home"
}

engines_down() {
    local pid c
    for pid in $(D ps -aq 2>/dev/null); do timeout 20 bash -c "$(declare -f D inside); D rm -f $pid" >/dev/null 2>&1; done
    for f in docker containerd; do
        pid=$(cat "$ENG/$f.pid" 2>/dev/null) && kill "$pid" 2>/dev/null
        [ -z "$pid" ] || until_true 10 dead "$pid" || kill -9 "$pid" 2>/dev/null
    done
    echo $$ >"$V1/pids/cgroup.procs"
    echo $$ >"$V1/systemd/cgroup.procs"
    for pid in $(engine_processes); do kill "$pid" 2>/dev/null; done
    sleep 0.5
    for pid in $(engine_processes); do kill -9 "$pid" 2>/dev/null; done
    sleep 0.3
    umount "$ENG/ns/mnt" 2>/dev/null
    umount -l "$ENG/ns" 2>/dev/null
    ip netns del "eng$ENG_ID" 2>/dev/null
    for c in "$V1"/*/; do
        [ -d "$c$CGROUP" ] && find "$c$CGROUP" -depth -type d -exec rmdir {} \; 2>/dev/null
    done
    rm -rf "$ENG"
}

dead() { ! kill -0 "$1" 2>/dev/null; }

engine_processes() { # all that was started here and lives
    find "$V1/pids$CGROUP" -name cgroup.procs -exec cat {} + 2>/dev/null | grep -vx "$$"
}

# What there is, for a comparison of before and after: processes (by their name), mounts, cgroups, network namespaces, state.
inventory() {
    echo "# processes"
    for p in $(engine_processes); do
        [ "$(readlink "/proc/$p/exe")" ] && echo "$(cat "/proc/$p/comm" 2>/dev/null) $(readlink "/proc/$p/exe")"
    done 2>/dev/null | grep -v -e ' /usr/bin/bash' -e '/nsenter$' -e '/sleep$' -e ' /usr/bin/find' -e '/timeout$' -e /usr/bin/sort -e '/catatonit' -e podman -e slirp4netns | sort
    echo "# mounts"
    inside cat /proc/self/mountinfo | awk '{print $5}' | grep -v -e "/podman/root/overlay$" -e /netns/default -e "^/run/netns$" -e "^/run/netns/[a-z]*[0-9]*$" |
        awk -v own="$ENG/" '!/^\/var\/tmp\/sandjar-engines/ || index($0, own) == 1' | sort
    echo "# cgroups"
    find "$V1"/*"$CGROUP" -mindepth 1 -type d 2>/dev/null | grep -v -e /daemons -e conmon -e '/pods$' -e '/pods/[0-9a-f]*$' | sort # podman forgets its pods'
    echo "# network namespaces"
    inside ls /run/netns 2>/dev/null # docker's stand among the mounts
    echo "# state"
    inside sh -c "ls -d /run/runsc/* /run/runc/* /run/containerd/runc/*/* /run/dockerexec/runtime-*/*/* /run/containerd-state/io.containerd.runtime.v2.task/*/* /run/user/20123/runsc/*" 2>/dev/null
    echo "# interfaces"
    inside ip -o link | awk '{print $2}' | grep veth
}
