# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# env - containerd with its CRI plugin in a world of its own: a network namespace with a bridge for pods, a mount namespace with its
# own /run, data in a temporary directory, and a cgroup under which everything lands that it starts. Sourced by run and by each case.
#
# CD is the directory of this run, CD_ID its number; both are in the environment of the cases. A case has RT, the name of the runtime
# handler under test, and CASE, a directory of its own.

CGROUP=/sandjar-cri-$CD_ID
MORE_RUNTIMES=${MORE_RUNTIMES:-} # further tables of the configuration, with CRI_PLUGIN for the plugin's name
V1=/sys/fs/cgroup
IMG=localhost/bb:1

# In containerd's namespaces. Not `ip netns exec`: that would mount a new /sys without cgroups.
inside() { nsenter "--net=/run/netns/cri$CD_ID" "--mount=$CD/ns/mnt" "$@"; }
CTR() { inside ctr --address "$CD/containerd.sock" "$@"; }

# ---- what cases say -------------------------------------------------------------------------------------------------

fail() {
    echo "FAILED: $*"
    exit 1
}

skip() {
    echo "$*"
    exit 77
}

not_for_runc() { # what it cannot do needs no proof by it
    ours || exit 76
}

eq() { # GOT WANTED [WHAT]
    [ "$1" = "$2" ] || fail "${3:-result}: got '$1', wanted '$2'"
}

has() { # TEXT PATTERN: a shell pattern somewhere in the text
    # shellcheck disable=SC2053
    [[ $1 == *$2* ]] || fail "'$1' has no '$2'"
}

within() { # SECONDS FUNCTION...: until it succeeds, in this shell
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}

ours() { [ "$RT" != runc ]; }

# same NAME TEXT: what runc gave before is what the runtime under test must give
same() {
    if ! ours; then
        printf '%s' "$2" >"$CD/same-$1"
    elif [ -e "$CD/same-$1" ]; then
        eq "$2" "$(cat "$CD/same-$1")" "$1, compared with runc"
    fi
}

refused() { # TEXT COMMAND...: the command fails and says so
    local text wanted=$1
    shift
    text=$("$@" 2>&1 >/dev/null) && fail "'$*' was not refused"
    has "$text" "$wanted"
}

# ---- calls of the CRI -----------------------------------------------------------------------------------------------

# cri METHOD [JSON]: the answer's JSON; what went wrong on standard error and status 1. One process answers all calls of a run.
cri() {
    local reply line
    reply=$(mktemp -u "$CD/replies/XXXXXX")
    mkfifo "$reply"
    exec 8<>"$reply"
    # shellcheck disable=SC2016
    flock "$CD/requests.lock" sh -c 'printf "%s\n" "$1" >"$2"' sh ">$reply $1 $(tr -d '\n' <<<"${2:-{\}}")" "$CD/requests"
    if ! read -r -t "${CRI_LIMIT:-55}" line <&8; then line='error DEADLINE_EXCEEDED no answer'; fi
    exec 8>&-
    rm -f "$reply"
    case $line in
    'ok '*) printf '%s\n' "${line#ok }" ;;
    *) printf '%s\n' "$line" >&2; return 1 ;;
    esac
}

field() { # FILTER: of the JSON on standard input
    jq -r "$1"
}

# pod NAME [FILTER]: runs a pod; POD becomes its id. The filter changes the configuration, e.g. '.linux.cgroup_parent=...'.
pod() {
    local base
    base=$(jq -nc --arg n "$1" --arg d "$CASE/logs/$1" --arg g "$CGROUP/pod-$1" '{metadata: {name: $n, uid: ("uid-" + $n), namespace: "tests"},
        hostname: $n, logDirectory: $d, labels: {app: $n}, dnsConfig: {servers: ["192.0.2.53"], searches: ["tests.example"]},
        linux: {cgroupParent: $g, securityContext: {namespaceOptions: {pid: "CONTAINER"}, seccomp: {profileType: "RuntimeDefault"}}}}')
    mkdir -p "$CASE/logs/$1"
    jq -c "${2:-.}" <<<"$base" >"$CASE/pod-$1.json" || fail 'the filter of a pod'
    POD=$(cri RunPodSandbox "{\"config\":$(cat "$CASE/pod-$1.json"),\"runtimeHandler\":\"$RT\"}" | jq -r .podSandboxId) || POD=
    [ -n "$POD" ] || return 1
    echo "$POD" >>"$CASE/pods"
    cp "$CASE/pod-$1.json" "$CASE/config-$POD.json"
}

# container NAME [FILTER]: makes a container in $POD without starting it; CT becomes its id. sleeps unless the filter says .command
container() {
    local config
    config=$(jq -nc --arg n "$1" --arg i $IMG '{metadata: {name: $n}, image: {image: $i}, command: ["sleep", "1000"], logPath: ($n + ".log"), labels: {name: $n},
        linux: {resources: {}, securityContext: {namespaceOptions: {pid: "CONTAINER"}, seccomp: {profileType: "RuntimeDefault"}}}}' | jq -c "${2:-.}") || fail 'the filter of a container'
    CT=$(cri CreateContainer "{\"podSandboxId\":\"$POD\",\"config\":$config,\"sandboxConfig\":$(cat "$CASE/config-$POD.json")}" | jq -r .containerId) || CT=
    [ -n "$CT" ]
}

start() { # ID
    cri StartContainer "{\"containerId\":\"$1\"}" >/dev/null
}

# running NAME [FILTER]: a container that was started
running() {
    container "$@" || fail "container $1"
    start "$CT" || fail "start of container $1"
}

script() { # TEXT: as a filter that makes it the container's command
    jq -nr --arg s "$1" '".command=[\"sh\",\"-c\"," + ($s | tojson) + "]"'
}

# run_sync ID COMMAND...: output on standard output and standard error, status as the command's
run_sync() {
    local id=$1 answer
    shift
    answer=$(cri ExecSync "$(jq -nc --arg id "$id" '{containerId: $id, cmd: $ARGS.positional, timeout: 30}' --args -- "$@")") || return 125
    jq -j .stderr <<<"$answer" >&2
    jq -j .stdout <<<"$answer"
    return "$(jq .exitCode <<<"$answer")"
}

status() { cri ContainerStatus "{\"containerId\":\"$1\"}" | jq -r ".status${2:-}"; }
exited() { [ "$(status "$1" .state)" = CONTAINER_EXITED ]; }

ended() { # ID [SECONDS]: waits for the end and prints the exit code
    within "${2:-20}" exited "$1" || fail "container $1 is $(status "$1" .state)"
    status "$1" .exitCode
}

log() { # NAME POD-NAME [STREAM]: the lines of a container's log without the first three words
    awk -v s="${3:-}" '(s == "" || $2 == s) { sub(/^[^ ]* [^ ]* [^ ]* /, ""); print }' "$CASE/logs/$2/$1.log"
}

logged() { # NAME POD-NAME TEXT
    grep -q -- "$3" "$CASE/logs/$2/$1.log"
}

ip_of() { cri PodSandboxStatus "{\"podSandboxId\":\"$1\"}" | jq -r .status.network.ip; }
stop_container() { cri StopContainer "{\"containerId\":\"$1\",\"timeout\":${2:-0}}" >/dev/null; }
remove_container() { cri RemoveContainer "{\"containerId\":\"$1\"}" >/dev/null; }
stop_pod() { cri StopPodSandbox "{\"podSandboxId\":\"$1\"}" >/dev/null; }
remove_pod() { cri RemovePodSandbox "{\"podSandboxId\":\"$1\"}" >/dev/null; }

guests() { # DIRECTORY: the runtime may keep the guests' memory in a group below
    if [ -d "$1/guest" ]; then echo "$1/guest"; else echo "$1"; fi
}

pod_group() { # PATH: makes a pod's cgroup as the kubelet does, in the controllers that matter
    local c
    for c in cpu memory pids; do mkdir -p "$V1/$c$1" || return; done
}

# ---- start and end --------------------------------------------------------------------------------------------------

cd_up() {
    mkdir -p "$CD"/{ns,cni,replies,ipam,opt,bin} || return
    ip netns add "cri$CD_ID" || return
    nsenter "--net=/run/netns/cri$CD_ID" ip link set lo up
    local c
    for c in "$V1"/*/; do
        c=$(basename "$c")
        case $c in pids | systemd) mkdir -p "$V1/$c$CGROUP/daemons" && echo $$ >"$V1/$c$CGROUP/daemons/cgroup.procs" ;; esac
    done
    mount --bind "$CD/ns" "$CD/ns" && mount --make-private "$CD/ns" && touch "$CD/ns/mnt" || return
    unshare "--mount=$CD/ns/mnt" --propagation private sh -c 'mount --make-rshared /' || return
    inside sh -c "mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /run/lock /run/netns" || return
    cd_files
    containerd_start || return
    mkfifo "$CD/requests" || return
    : >"$CD/requests.lock"
    # shellcheck disable=SC2094
    "$NODE/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx64m --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED \
        -cp "$NODE/jars/*" io.sandjar.cri.Main "$CD/containerd.sock" --from "$CD/requests" <>"$CD/requests" >"$CD/client.log" 2>&1 &
    echo $! >"$CD/client.pid"
    exec 9<>"$CD/requests" # so that the client never sees an end
    local i
    for i in k8s.io default; do CTR -n $i image import "$IMAGES" >/dev/null || return; done
    within 20 cri_ready || { cri Status '{"verbose":true}' || cat "$CD/client.log"; return 1; }
}

cri_ready() {
    [ "$(cri Status | jq -c '[.status.conditions[] | select(.type | endswith("Ready")) | .status]')" = '[true,true]' ] && [ -n "$(cri ImageStatus "{\"image\":{\"image\":\"$IMG\"}}" | jq -r '.image.id // empty')" ]
}

containerd_start() {
    # nsenter becomes containerd, so that this is its pid
    PATH=$CD/bin:$PATH nsenter "--net=/run/netns/cri$CD_ID" "--mount=$CD/ns/mnt" "$CONTAINERD" -c "$CD/containerd.toml" >>"$CD/containerd.log" 2>&1 </dev/null &
    echo $! >"$CD/containerd.pid"
    within 30 CTR version || { tail -5 "$CD/containerd.log"; return 1; }
}

containerd_stop() { # [SIGNAL]
    local pid
    pid=$(cat "$CD/containerd.pid")
    kill "-${1:-TERM}" "$pid" 2>/dev/null
    within 15 dead "$pid" || kill -9 "$pid"
}

cd_files() {
    cat >"$CD/cni/10-bridge.conflist" <<X
{"cniVersion":"0.4.0","name":"pods","plugins":[
 {"type":"bridge","bridge":"cni0","isGateway":true,"ipMasq":false,"hairpinMode":true,
  "ipam":{"type":"host-local","dataDir":"$CD/ipam","ranges":[[{"subnet":"10.88.0.0/16"}]],"routes":[{"dst":"0.0.0.0/0"}]}},
 {"type":"portmap","capabilities":{"portMappings":true}}]}
X
    local cri=io.containerd.grpc.v1.cri v=2 images='sandbox_image = "localhost/pause:1"' rest= bins='bin_dir = "/usr/lib/cni"'
    case $("$CONTAINERD" --version) in
    *' 2.'* | *' v2.'*)
        v=3 cri=io.containerd.cri.v1.runtime images=
        rest="[plugins.\"io.containerd.cri.v1.images\".pinned_images]
  sandbox = \"localhost/pause:1\""
        ;;
    esac
    case $("$CONTAINERD" --version) in
    *' 2.0'* | *' v2.0'*) ;;
    *' 2.'* | *' v2.'*) bins='bin_dirs = ["/usr/lib/cni"]' ;;
    esac
    # the shim is looked up on containerd's PATH
    [ ! -x "$SHIM" ] || ln -sf "$SHIM" "$CD/bin/containerd-shim-runsc-v1"
    cat >"$CD/containerd.toml" <<X
version = $v
root = "$CD/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs","io.containerd.snapshotter.v1.zfs","io.containerd.snapshotter.v1.devmapper","io.containerd.snapshotter.v1.blockfile","io.containerd.tracing.processor.v1.otlp","io.containerd.internal.v1.tracing"]
[debug]
  level = "${CD_DEBUG:-info}"
[grpc]
  address = "$CD/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$CD/opt"
[plugins."io.containerd.nri.v1.nri"]
  disable = true
[plugins."$cri"]
  $images
  restrict_oom_score_adj = true
  disable_apparmor = true
[plugins."$cri".cni]
  $bins
  conf_dir = "$CD/cni"
[plugins."$cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."$cri".containerd.runtimes.runsc]
  runtime_type = "$RUNTIME_TYPE"
  pod_annotations = ["dev.gvisor.*", "io.sandjar.*"]
[plugins."$cri".containerd.runtimes.runsc.options]
$RUNTIME_OPTIONS
${MORE_RUNTIMES//CRI_PLUGIN/$cri}
$rest
X
}

cd_down() {
    local pid c p
    for p in $(timeout 10 bash -c ". $here/lib/env.bash; cri ListPodSandbox" 2>/dev/null | jq -r '.items[].id' 2>/dev/null); do
        timeout 20 bash -c ". $here/lib/env.bash; stop_pod $p; remove_pod $p" >/dev/null 2>&1
    done
    echo quit >"$CD/requests" 2>/dev/null
    containerd_stop
    echo $$ >"$V1/pids/cgroup.procs"
    echo $$ >"$V1/systemd/cgroup.procs"
    for pid in $(cd_processes); do kill "$pid" 2>/dev/null; done
    sleep 0.5
    for pid in $(cd_processes); do kill -9 "$pid" 2>/dev/null; done
    sleep 0.3
    umount "$CD/ns/mnt" 2>/dev/null
    umount -l "$CD/ns" 2>/dev/null
    ip netns del "cri$CD_ID" 2>/dev/null
    for c in "$V1"/*/; do
        [ -d "$c$CGROUP" ] && find "$c$CGROUP" -depth -type d -exec rmdir {} \; 2>/dev/null
    done
    rm -rf "$CD"
}

dead() { ! kill -0 "$1" 2>/dev/null; }

cd_processes() { # all that was started here and lives
    find "$V1/pids$CGROUP" -name cgroup.procs -exec cat {} + 2>/dev/null | grep -vx "$$"
}

# What there is, for a comparison of before and after: processes (by their program), mounts, cgroups, network namespaces, state.
# The shim's supervisor and its JVM may stay for a while, as they are meant to.
inventory() {
    echo "# processes"
    for p in $(cd_processes); do
        [ "$(readlink "/proc/$p/exe")" ] && echo "$(cat "/proc/$p/comm" 2>/dev/null) $(readlink "/proc/$p/exe")"
    done 2>/dev/null | grep -v -e ' /usr/bin/bash' -e '/nsenter$' -e '/sleep$' -e ' /usr/bin/find' -e '/timeout$' -e ' /usr/bin/[a-z]*grep$' -e ' /usr/bin/\(sort\|cat\|readlink\|[a-z]*awk\|jq\|flock\|mkfifo\)$' -e '/node/bin/java$' -e '/containerd-shim-runsc-v1$' | sort
    echo "# mounts"
    inside cat /proc/self/mountinfo | awk '{print $5}' | grep -e "^$CD/" -e '^/run/' -e '^/dev/' | sort # not those of others
    echo "# cgroups"
    find "$V1"/*"$CGROUP" -mindepth 1 -type d 2>/dev/null | grep -v /daemons | sort
    echo "# network namespaces"
    inside ls /run/netns 2>/dev/null
    echo "# state"
    inside sh -c "ls -d /run/runsc/* /run/runc/* /run/containerd/runc/*/* /run/containerd/runsc/*/* /run/containerd/io.containerd.runtime.v2.task/*/* \
        $CD/containerd/io.containerd.runtime.v2.task/*/* $CD/containerd/io.containerd.grpc.v1.cri/*/* /run/containerd/io.containerd.grpc.v1.cri/*/*" 2>/dev/null
    echo "# addresses and interfaces"
    find "$CD/ipam" -name '*.*.*.*' 2>/dev/null
    inside ip -o link | awk '{print $2}' | grep veth
    inside iptables -t nat -S 2>/dev/null | grep -c CNI-DN
    inside sh -c 'ls /dev/shm' 2>/dev/null
}
