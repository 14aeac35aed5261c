#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# pod - containers of one sandbox, as Kubernetes' engines make them. What only a runtime with sandboxes does is skipped with runc.
. "$(dirname "$0")/lib.bash"

sandboxes() { [[ $(basename "${RUNTIME%% *}") != runc ]]; }
only_sandboxes() { # NAME...: skips them with runc
    sandboxes && return 0
    local name
    for name in "$@"; do echo "skip $name: there are no sandboxes"; done
    return 1
}
A='c["annotations"] = {"io.kubernetes.cri.container-type": "sandbox", "io.kubernetes.cri.sandbox-id": "pause"}'
M='c["annotations"] = {"io.kubernetes.cri.container-type": "container", "io.kubernetes.cri.sandbox-id": "pause"}'
bundle pause "$A; p['args'] = ['sleep', '1000']; c['hostname'] = 'pod'"
bundle one "$M; p['args'] = ['sh', '-c', 'trap \"exit 3\" TERM; hostname >/tmp/name; ps >/tmp/ps; while :; do sleep 0.1; done']
c['hostname'] = 'mine'"
bundle two "$M; p['args'] = ['sh', '-c', 'hostname >/tmp/name; ps >/tmp/ps; touch /tmp/two; exec sleep 1000']
c['linux']['namespaces'] = [n for n in c['linux']['namespaces'] if n['type'] not in ('pid', 'uts')]
del c['hostname']"

create() { R create --bundle "$work/$1" --pid-file "$work/$1.pid" "$1" </dev/null >"$work/$1.out" 2>&1; }
expect sandbox 0 '' create pause
expect start_sandbox 0 '' R start pause
expect member 0 '*' create one
expect member_created 0 '*"status": "created"*' R state one
expect start_member 0 '' R start one
expect member_running 0 '*"status": "running"*' R state one
await_file own_hostname "$work/one/rootfs/tmp/name" mine
for ((i = 0; i < 60; i++)); do
    [ -s "$work/one/rootfs/tmp/ps" ] && break
    sleep 0.05
done
expect own_processes 1 '' grep 'sleep 1000' "$work/one/rootfs/tmp/ps"
if only_sandboxes shares shared_hostname shared_processes; then
    expect shares 0 '' create two
    R start two </dev/null
    await_file shared_hostname "$work/two/rootfs/tmp/name" pod
    for ((i = 0; i < 60; i++)); do
        [ -e "$work/two/rootfs/tmp/two" ] && break
        sleep 0.05
    done
    expect shared_processes 0 '*sleep 1000*' cat "$work/two/rootfs/tmp/ps"
fi
expect own_root 1 '*' R exec one test -e /tmp/two
expect exec_in_member 0 'x' R exec one echo x
expect list 0 '*one *running*pause *running*' R list
expect bad_member 1 '*' R create --bundle "$work/nosuch" three
expect ps_of_member 0 '*' R ps one
expect kill_member 0 '' R kill one TERM
await member_stopped one stopped
expect sandbox_goes_on 0 '*"status": "running"*' R state pause
expect delete_member 0 '' R delete one
expect member_gone 1 '*does not exist*' R state one
expect member_again 0 '' create one
expect delete_member_created 0 '' R delete one
for ((i = 0; i < 40; i++)); do
    create one >/dev/null 2>&1 && break
    sleep 0.1
done
R start one </dev/null
if only_sandboxes members_end members_process_ends; then
    R kill pause KILL
    await members_end one stopped
    for ((i = 0; i < 60; i++)); do
        kill -0 "$(cat "$work/one.pid")" 2>/dev/null || break
        sleep 0.05
    done
    expect members_process_ends 1 '*' kill -0 "$(cat "$work/one.pid")"
fi
expect delete_force 0 '' R delete --force one
expect delete_sandbox 0 '' R delete --force pause
finish
