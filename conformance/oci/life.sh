#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# life - the states of a container and what each verb does in each of them.
. "$(dirname "$0")/lib.bash"

bundle b 'p["args"] = ["sh", "-c", "trap \"exit 5\" TERM; echo up >/tmp/up; while :; do sleep 0.1; done"]'
B=$work/b
start() { R start "$1" </dev/null >/dev/null 2>&1; }
create() { R create --bundle "$B" --pid-file "$work/$1.pid" "$1" </dev/null >"$work/$1.out" 2>&1; }

expect state_of_none 1 '*does not exist*' R state none
expect kill_of_none 1 '*does not exist*' R kill none KILL
expect delete_of_none 1 '*does not exist*' R delete none
expect delete_force_of_none 0 '' R delete --force none

expect create 0 '' create c1
expect created 0 '*"status": "created"*' R state c1
expect pid_lives 0 '' kill -0 "$(cat "$work/c1.pid")"
expect state_has_pid 0 "*\"pid\": $(cat "$work/c1.pid")*" R state c1
expect not_running_yet 1 '' test -e "$B/rootfs/tmp/up"
expect create_twice 1 '*' create c1
expect still_created 0 '*"status": "created"*' R state c1
expect start 0 '' R start c1
await_file program_runs "$B/rootfs/tmp/up" up
expect running 0 '*"status": "running"*' R state c1
expect start_twice 1 '*cannot start an already running container*' R start c1
expect delete_running 1 '*cannot delete container c1 that is not stopped: running*' R delete c1
expect list 0 '*c1 *running *' R list
expect list_quiet 0 'c1' R list -q
expect list_json 0 '*"id":"c1"*' R list --format json
expect kill_0 0 '' R kill c1 0
expect kill_term 0 '' R kill c1 TERM
await stopped c1 stopped
expect start_stopped 1 '*cannot start a container that has stopped*' R start c1
expect kill_stopped 1 '*container not running*' R kill c1 TERM
expect exec_stopped 255 '*cannot exec in a stopped container*' R exec c1 true
expect delete 0 '' R delete c1
expect gone 1 '*does not exist*' R state c1
expect directory_gone 1 '' test -e "$work/root/c1"

rm -f "$B/rootfs/tmp/up"
create c2
expect kill_created 0 '' R kill c2 KILL
await created_then_stopped c2 stopped
expect delete_never_started 0 '' R delete c2

create c3
expect delete_created 0 '' R delete c3
expect created_gone 1 '*does not exist*' R state c3

create c4
start c4
await c4_running c4 running
expect delete_force 0 '' R delete --force c4
expect forced_gone 1 '*does not exist*' R state c4
for ((i = 0; i < 60; i++)); do
    kill -0 "$(cat "$work/c4.pid")" 2>/dev/null || break
    sleep 0.05
done
expect process_gone 1 '*' kill -0 "$(cat "$work/c4.pid")"

bundle x 'p["args"] = ["sh", "-c", "exit 37"]'
expect run_status 37 '' R run --bundle "$work/x" r1
expect run_forgets 1 '*does not exist*' R state r1
bundle k 'p["args"] = ["sh", "-c", "sh -c \"kill -9 \\$\\$\"; exit $?"]'
expect run_status_of_child 137 '*' R run --bundle "$work/k" r2
bundle o 'p["args"] = ["sh", "-c", "echo out; echo err >&2; cat"]'
run_o() { echo in | R run --bundle "$work/o" r3 2>/dev/null; }
expect run_streams 0 $'out\nin' run_o
bundle d 'p["args"] = ["sh", "-c", "echo ran >/tmp/ran; exit 3"]'
expect run_detached 0 '' R run -d --bundle "$work/d" --pid-file "$work/d.pid" r4
await_file detached_ran "$work/d/rootfs/tmp/ran" ran
await detached_stopped r4 stopped
expect delete_detached 0 '' R delete r4
finish
