#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# commands-pods.sh - the pods' commands against a real agent that runs what lies in examples/: what they print, their exit
# statuses, a terminal, a rolling change. By root, in network and mount namespaces of its own. SANDJAR_IMAGE names another
# image than the tree's.
set -u
tree=$(cd "$(dirname "$0")/../.." && pwd -P)
bin=${SANDJAR_IMAGE:-$tree/build/image}/bin
if [ "$(id -u)" != 0 ]; then
  echo "commands-pods: skipped: needs root"
  exit 0
fi
if [ "${1-}" != inside ]; then
  exec unshare --net --mount --propagation private "$0" inside
fi
ip link set lo up
dir=$(mktemp -d /tmp/sjc.XXXXXX)
chmod 755 "$dir"
export PATH="$bin:$PATH" SANDJAR_KUBELET="$dir/run/kubelet.sock"
passed=0
failed=0
agent=

# Ends what was started, should pods be left: the agent by its pid, the monitors by the directory that is ours alone.
clean() {
  sandjar delete deployments,jobs,pods --all --now --timeout=30s >/dev/null 2>&1
  sleep 1
  [ -z "$agent" ] || kill "$agent" 2>/dev/null
  for id in "$dir"/run/runsc/*; do
    [ ! -d "$id" ] || timeout 20 runsc --root "$dir/run/runsc" delete --force "${id##*/}" 2>/dev/null
  done
  for p in /proc/[0-9]*; do
    { tr '\0' ' ' <"$p/cmdline" | grep -q -- "--dir $dir/"; } 2>/dev/null && kill -9 "${p#/proc/}"
  done
  sleep 0.3
  awk '{print $2}' /proc/mounts | grep "^$dir/" | sort -r | xargs -r umount -l
  rm -rf "$dir"
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
  timeout 90 "$@" >"$dir/out" 2>"$dir/err" </dev/null
  status=$?
  if [ $status = "$wanted" ] && cat "$dir/out" "$dir/err" | grep -Eq -- "$pattern"; then
    ok "$name"
  else
    echo "status $status, wanted $wanted and /$pattern/" >>"$dir/err"
    bad "$name"
  fi
}

t "no agent: what to do" 1 'Start it with `sandjar kubelet`' sandjar get pods
cp -r "$tree/examples" "$dir/examples"
sandjar kubelet --runtime=runsc --root-dir="$dir/root" --run-dir="$dir/run" --pod-manifest-path="$dir/examples" \
  --hostname-override=node >"$dir/agent.log" 2>&1 </dev/null &
agent=$!
for _ in $(seq 300); do
  sandjar get nodes >/dev/null 2>&1 && break
  sleep 0.1
done

t "wait for a pod to be there" 0 'pod/hello condition met' sandjar wait pod/hello --for=create --timeout=60s
t "wait for a pod" 0 'pod/hello condition met' sandjar wait pod/hello --for=condition=Ready --timeout=60s
t "wait for a deployment" 0 'deployment.apps/web condition met' sandjar wait deploy/web --for=condition=Available --timeout=80s
t "wait for a job" 0 'job.batch/count condition met' sandjar wait job/count --for=condition=Complete --timeout=80s
t "get" 0 '^hello  +1/1  +Running  +0  +[0-9]+s$' sandjar get pods
t "get -o wide" 0 '^hello .* 10\.88\.[0-9.]+ +node ' sandjar get pods -o wide
t "get all" 0 '^deployment.apps/web +2/2 +2 +2 ' sandjar get all
t "get jobs" 0 '^count +Complete +3/3 ' sandjar get jobs
t "get -o jsonpath" 0 '^Running$' sandjar get pod hello -o 'jsonpath={.status.phase}{"\n"}'
t "get -l --no-headers -o name" 0 '^pod/web-' sandjar get pods -l app=web -o name
t "get what is not there" 1 '^Error from server \(NotFound\): pods "none" not found$' sandjar get pod none
t "describe" 0 '^  Normal  +Started +.* Started container web$' sandjar describe pod hello
t "logs" 0 '^listening on port 8080$' sandjar logs hello
t "logs of all pods of a job" 0 '^\[pod/count-2-.*/count\] part 2 of 3$' sandjar logs -l job-name=count --prefix --tail=-1
t "exec: the command's status" 7 'out' sandjar exec hello -- sh -c 'echo out; exit 7'
t "exec: no such command" 255 '/none: no such file' sandjar exec hello -- /none
t "exec: no such pod" 1 'pods "none" not found' sandjar exec none -- true
t "exec: the volume of a ConfigMap" 0 'This file is a volume' sandjar exec deployment/web -- cat /etc/web/motd
t "exec: the pod's user" 0 'uid=1000' sandjar exec deployment/web -- id
printf 'one\ntwo\n' | sandjar exec -i hello -- wc -l >"$dir/out" 2>"$dir/err"
if grep -q '^ *2$' "$dir/out"; then ok "exec -i"; else bad "exec -i"; fi

python3 - "$bin/sandjar" >"$dir/out" 2>"$dir/err" <<'P'
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], ["sandjar", "exec", "-it", "hello", "--", "sh"])
seen = b""
def until(what, seconds=20):
    global seen
    end = time.time() + seconds
    while what not in seen and time.time() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                seen += os.read(fd, 4096)
            except OSError:
                return
until(b"# ")
os.write(fd, b"echo $((6*7))\n")
until(b"42\r\n")
os.write(fd, b"exit 5\n")
until(b"never", 3)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(seen, status)
sys.exit(0 if status == 5 and b"\r\n42\r\n" in seen and b"\r\r" not in seen else 1)
P
# shellcheck disable=SC2181
if [ $? = 0 ]; then ok "exec -it"; else bad "exec -it"; fi

sandjar port-forward hello 18080:8080 >"$dir/pf" 2>&1 &
forward=$!
sleep 1.5
t "port-forward" 0 'hello' curl -s -m 5 http://127.0.0.1:18080/json
kill $forward

t "run" 0 'pod/once created' sandjar run once --image=sandjar.io/demo --restart=Never -- sh -c 'echo said; exit 4'
t "wait for a phase" 0 'condition met' sandjar wait pod/once '--for=jsonpath={.status.phase}=Failed' --timeout=40s
t "its exit status" 0 'Exit Code: +4' sandjar describe pod once
t "run --rm -i" 3 'in a pod' sandjar run -i --rm short --image=sandjar.io/demo -- sh -c 'echo in a pod; exit 3'
t "delete" 0 'pod "once" deleted' sandjar delete pod once
t "it is gone" 1 'not found' sandjar get pod once

t "apply -f" 0 '^pod/log created$' sandjar apply -f "$tree/examples/more/sidecar.yaml"
t "apply again" 0 '^pod/log unchanged$' sandjar apply -f "$tree/examples/more/sidecar.yaml"
t "a sidecar" 0 'pod/log condition met' sandjar wait pod/log --for=condition=Ready --timeout=40s
t "logs of the sidecar" 0 'written by the init container' sandjar logs log -c reader
t "delete -f" 0 'pod "log" deleted' sandjar delete -f "$tree/examples/more/sidecar.yaml"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers: 7\n' >"$dir/bad.yaml"
t "apply: where the error is" 1 'bad\.yaml:5:' sandjar apply -f "$dir/bad.yaml"

t "scale" 0 'deployment.apps/web scaled' sandjar scale deploy/web --replicas=3
t "rollout status" 0 'successfully rolled out' sandjar rollout status deploy/web --timeout=60s
t "rollout restart" 0 'restarted' sandjar rollout restart deploy/web
t "new pods one after the other" 0 'successfully rolled out' sandjar rollout status deploy/web --timeout=80s
t "rollout history" 0 '^2 ' sandjar rollout history deploy/web
t "rollout undo" 0 'rolled back' sandjar rollout undo deploy/web
t "the old ones again" 0 'successfully rolled out' sandjar rollout status deploy/web --timeout=80s
t "top" 0 '^hello +[0-9]+m +[0-9]+Mi$' sandjar top pods
t "events" 0 'Deployment/web +Scaled up replica set' sandjar events --for deployment/web
t "images" 0 '^sandjar.io/demo' sandjar images
t "version" 0 '^Server Version: v' sandjar version
t "refused with a way out" 1 'there is no cluster' sandjar get pods --kubeconfig=x

rm "$dir/examples/job.yaml"
for _ in $(seq 100); do
  sandjar get job count >/dev/null 2>&1 || break
  sleep 0.1
done
t "a manifest that goes away takes its objects along" 1 'jobs.batch "count" not found' sandjar get job count
t "delete a deployment" 0 'deleted' sandjar delete deploy web --cascade=foreground --timeout=60s
t "its pods went with it" 0 'No resources found' sandjar get pods -l app=web
t "delete all" 0 'pod "hello" deleted' sandjar delete pods --all

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
