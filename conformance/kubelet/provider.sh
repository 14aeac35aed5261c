#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# provider.sh - pods through a runtime provider's socket: sandjar kubelet --runtime-provider=runsc. Logs, probes, restarts, exit
# statuses while the agent is dead, the shim's JVM killed, a change to --runtime=runsc and back, nothing left at the end; and
# --runtime-provider=unix:///PATH. By root, in network and mount namespaces of its own. SANDJAR_IMAGE names another image than
# the tree's.
set -u
tree=$(cd "$(dirname "$0")/../.." && pwd -P)
bin=${SANDJAR_IMAGE:-$tree/build/image}/bin
if [ "$(id -u)" != 0 ]; then
  echo "provider: skipped: needs root"
  exit 0
fi
if [ "${1-}" != inside ]; then
  exec unshare --net --mount --propagation private "$0" inside
fi
ip link set lo up
dir=$(mktemp -d /tmp/sjp.XXXXXX)
chmod 755 "$dir"
export PATH="$bin:$PATH" SANDJAR_KUBELET="$dir/run/kubelet.sock"
passed=0
failed=0
agent=

# Processes that have the directory, which is ours alone, in their command line.
ours() { # [PATTERN]
  for p in /proc/[0-9]*; do
    tr '\0' ' ' 2>/dev/null <"$p/cmdline" | grep -F -- "$dir/" | grep -q -- "${1-.}" && echo "${p#/proc/}"
  done
}

clean() {
  sandjar delete pods --all --now --timeout=30s >/dev/null 2>&1
  [ -z "$agent" ] || kill -9 "$agent" 2>/dev/null
  for _ in 1 2 3; do
    # shellcheck disable=SC2046
    kill -9 $(ours) 2>/dev/null
    sleep 0.2
  done
  awk '{print $2}' /proc/mounts | grep "^$dir/" | sort -r | xargs -r umount -l
  for c in /sys/fs/cgroup/*/sandjar /sys/fs/cgroup/sandjar; do
    [ ! -d "$c" ] || find "$c" -depth -mindepth 1 -type d -empty -delete 2>/dev/null
  done
  [ "$failed" = 0 ] && rm -rf "$dir"
}
trap clean EXIT
trap 'exit 130' INT TERM

ok() {
  passed=$((passed + 1))
  echo "ok    $1"
}

bad() {
  failed=$((failed + 1))
  echo "FAIL  $1"
  sed 's/^/      /' "$dir/out" "$dir/err" | head -n 20
}

# t NAME STATUS PATTERN COMMAND...: the exit status and a pattern (grep -E) of what is printed, on both streams.
t() {
  name=$1 wanted=$2 pattern=$3
  shift 3
  case $1 in
    eventually | is) "$@" >"$dir/out" 2>"$dir/err" </dev/null ;;
    *) timeout 90 "$@" >"$dir/out" 2>"$dir/err" </dev/null ;;
  esac
  status=$?
  if [ $status = "$wanted" ] && { [ -z "$pattern" ] || cat "$dir/out" "$dir/err" | grep -Eq -- "$pattern"; }; then
    ok "$name"
  else
    echo "status $status, wanted $wanted and /$pattern/" >>"$dir/err"
    bad "$name"
  fi
}

# eventually SECONDS COMMAND...
eventually() {
  tries=$(($1 * 4))
  shift
  while [ $tries -gt 0 ]; do
    "$@" >"$dir/eventually" 2>&1 && return 0
    sleep 0.25
    tries=$((tries - 1))
  done
  echo "never: $*"
  return 1
}

start() { # OPTION...
  sandjar kubelet "$@" --network=loopback --root-dir="$dir/root" --run-dir="$dir/run" --hostname-override=node \
    >>"$dir/agent.log" 2>&1 </dev/null &
  agent=$!
  eventually 60 sandjar get nodes
}

killed() {
  kill -9 "$agent"
  wait "$agent" 2>/dev/null
}

is() { # POD JSONPATH VALUE
  [ "$(sandjar get pod "$1" -o "jsonpath=$2")" = "$3" ]
}

cat >"$dir/pod.yaml" <<'E2'
apiVersion: v1
kind: Pod
metadata: {name: two}
spec:
  terminationGracePeriodSeconds: 2
  containers:
  - name: one
    image: sandjar.io/demo
    command: [sh, -c, 'echo begun; echo wrong >&2; touch /tmp/ready; while :; do sleep 1; echo tick; done']
    env: [{name: GREETING, value: hello}]
    readinessProbe:
      exec: {command: [sh, -c, 'test -e /tmp/ready && test "$GREETING" = hello']}
      periodSeconds: 1
  - name: other
    image: sandjar.io/demo
    command: [sh, -c, 'echo run; sleep 2; exit 3']
E2
cat >"$dir/end.yaml" <<'E2'
apiVersion: v1
kind: Pod
metadata: {name: end}
spec:
  restartPolicy: Never
  containers:
  - name: end
    image: sandjar.io/demo
    command: [sh, -c, 'echo waits; sleep 6; echo last words; exit 5']
E2

t "no such word" 1 'did you mean unix:///x' sandjar kubelet --runtime-provider=/x --root-dir="$dir/r0" --run-dir="$dir/q0"
t "nobody listens" 1 'nobody answers at /tmp/none' sandjar kubelet --runtime-provider=unix:///tmp/none --root-dir="$dir/r0" --run-dir="$dir/q0"

start --runtime-provider=runsc
t "the agent says so" 0 'through the provider runsc' cat "$dir/agent.log"
t "apply" 0 'pod/two created' sandjar apply -f "$dir/pod.yaml"
t "a failing container is started again" 0 '' eventually 40 is two '{.status.containerStatuses[1].restartCount}' 1
t "exec probe: ready" 0 '' eventually 20 is two '{.status.containerStatuses[0].ready}' true
t "its status" 0 'Exit Code: +3' sandjar describe pod two
t "logs" 0 '^begun$' sandjar logs two -c one
t "logs: standard error" 0 '^wrong$' sandjar logs two -c one
t "logs of the one before" 0 '^run$' sandjar logs two -c other -p
t "exec" 7 'hello' sandjar exec two -c one -- sh -c 'echo $GREETING; exit 7'
t "in a provider's hands" 0 'sandjar' ls "$dir/run/p-root"
t "no monitor" 1 '' sh -c "ls -A $dir/run/c-runsc | grep ."

t "apply" 0 'pod/end created' sandjar apply -f "$dir/end.yaml"
t "it runs" 0 '' eventually 40 is end '{.status.phase}' Running
id=$(sandjar get pod two -o 'jsonpath={.status.containerStatuses[0].containerID}')
killed
jvm=$(for p in $(ours 'io.sandjar.shim.Main'); do echo "$p"; done)
supervisor=$(ours ' supervise ')
[ -n "$jvm" ] || jvm=$(for s in $supervisor; do cat "/proc/$s/task/$s/children"; done | tr ' ' '\n' | while read -r c; do
  [ -n "$c" ] && tr '\0' ' ' <"/proc/$c/cmdline" | grep -q shim.Main && echo "$c"
done)
# shellcheck disable=SC2086
kill -9 $jvm && ok "the shim's JVM killed while no agent is there" || bad "no JVM of the shim"
sleep 7
start --runtime-provider=runsc
t "the end that no agent saw" 0 '' eventually 20 is end '{.status.phase}' Failed
t "its status" 0 'Exit Code: +5' sandjar describe pod end
t "its last words" 0 '^last words$' sandjar logs end
t "the other pod goes on in the same container" 0 '' is two '{.status.containerStatuses[0].containerID}' "$id"
t "its log has no hole" 0 '' sh -c "n=\$(sandjar logs two -c one | grep -c tick); echo \$n; [ \$n -gt 6 ]"
t "exec after it" 0 'still' sandjar exec two -c one -- echo still
t "a shim's JVM killed under a living agent" 0 '' sh -c "for s in $supervisor; do kill -9 \$(cat /proc/\$s/task/\$s/children | tr ' ' '\n' | while read c; do grep -q shim.Main /proc/\$c/cmdline && echo \$c; done); done"
t "nobody notices" 0 'still' sandjar exec two -c one -- echo still
t "nor do probes" 0 '' sh -c "sleep 3; [ \"\$(sandjar get pod two -o 'jsonpath={.status.containerStatuses[0].ready}')\" = true ]"

killed
start --runtime=runsc
t "another choice: the container goes on" 0 '' is two '{.status.containerStatuses[0].containerID}' "$id"
t "and is reached" 0 'still' sandjar exec two -c one -- echo still
killed
start --runtime-provider=runsc
t "delete" 0 'pod "two" deleted' sandjar delete pods --all --timeout=40s
t "no container left" 1 '' sh -c "ls -A $dir/run/p-runsc $dir/run/p-root/sandjar | grep -v : | grep ."
t "no process of a container left" 0 '' eventually 10 sh -c "! pgrep -f '[-]-dir.$dir/run/p-runsc'"

# The same shim as one that listens already.
address=$(cd "$dir" && mkdir -p b && cd b && TTRPC_ADDRESS='' SANDJAR_SHIM_STATE="$dir/st" SANDJAR_SHIM_SOCKETS="$dir/so" \
  containerd-shim-runsc-v1 -namespace mine -address "$dir/x.sock" -id any start)
killed
start --runtime-provider="$address"
t "a provider that listens" 0 'created' sandjar apply -f "$dir/end.yaml"
t "runs the pod" 0 '' eventually 40 is end '{.status.phase}' Running
t "exec there" 0 'yes' sandjar exec end -- echo yes
t "to its end" 0 '' eventually 30 is end '{.status.phase}' Failed
t "its words" 0 '^last words$' sandjar logs end
t "delete" 0 'pod "end" deleted' sandjar delete pods --all --timeout=40s

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
