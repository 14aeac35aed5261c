#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# exec - further processes in a container.
. "$(dirname "$0")/lib.bash"

bundle b 'p["args"] = ["sleep", "1000"]; p["env"] = ["PATH=/bin", "A=1", "HOME=/tmp"]; c["hostname"] = "here"'
R create --bundle "$work/b" c1 </dev/null >/dev/null 2>&1
expect in_created 0 'early' R exec c1 echo early
R start c1 </dev/null
expect status 37 '' R exec c1 sh -c 'exit 37'
expect status_of_signal 137 '' R exec c1 sh -c 'kill -9 $$'
expect output 0 'a b' R exec c1 echo 'a b'
streams() { echo in | R exec c1 sh -c 'cat; echo err >&2' 2>/dev/null; }
expect streams 0 'in' streams
expect environment 0 '*A=2*' R exec --env A=2 --env B=3 c1 env
expect environment_of_container 0 '*A=1*' R exec c1 env
expect cwd 0 '/tmp' R exec --cwd /tmp c1 pwd
expect cwd_missing 255 '*chdir to cwd ("/nosuch") set in config.json failed: no such file or directory*' R exec --cwd /nosuch c1 pwd
expect user 0 '*uid=1000(ann) gid=50(staff)*' R exec --user 1000:50 c1 id
expect hostname 0 'here' R exec c1 hostname
expect same_processes 0 '*sleep 1000*' R exec c1 ps
expect not_in_path 255 '*exec: "nosuch": executable file not found in $PATH*' R exec c1 nosuch
expect no_such_file 255 '*exec: "/nosuch": stat /nosuch: no such file or directory*' R exec c1 /nosuch
expect not_executable 255 '*exec: "/etc/passwd": permission denied*' R exec c1 /etc/passwd
expect no_container 255 '*does not exist*' R exec none true
detached() { R exec -d --pid-file "$work/pid" c1 sh -c 'sleep 0.3; echo done >/tmp/done' >/dev/null 2>&1; }
expect detached 0 '' detached
await_file detached_ran "$work/b/rootfs/tmp/done" done
long() {
    R exec -d --pid-file "$work/pid" c1 sleep 60 >/dev/null 2>&1 && kill -0 "$(cat "$work/pid")"
}
expect pid_lives 0 '' long
kill -9 "$(cat "$work/pid")" 2>/dev/null
for ((i = 0; i < 40; i++)); do
    R exec c1 sh -c 'ps | grep "[s]leep 60"' >/dev/null || break
    sleep 0.05
done
expect killed_by_its_pid 1 '' R exec c1 sh -c 'ps | grep "[s]leep 60"'
cat >"$work/process.json" <<'END'
{"args": ["sh", "-c", "id; env; pwd"], "cwd": "/bin", "env": ["PATH=/bin", "Z=9"], "user": {"uid": 1000, "gid": 1000, "additionalGids": [50]}}
END
expect process_document 0 '*uid=1000(ann) gid=1000(ann) groups=50(staff)*Z=9*/bin*' R exec --process "$work/process.json" c1
several() {
    local i
    for i in 1 2 3 4 5 6; do
        R exec c1 sh -c "sleep 0.2; exit $i" </dev/null &
        eval "pid$i=$!"
    done
    for i in 1 2 3 4 5 6; do
        eval "wait \$pid$i"
        [ $? -eq $i ] || return 1
    done
}
expect several_at_once 0 '' several
big() { R exec c1 dd if=/dev/zero bs=64k count=100 2>/dev/null | wc -c; }
expect much_output 0 '6553600' big
killed() {
    R exec c1 sleep 30 </dev/null &
    sleep 0.5
    kill -9 $!
    wait $! 2>/dev/null
    R exec c1 sh -c 'ps | grep -c "[s]leep 30"'
}
expect client_is_killed any '*' killed
expect container_goes_on 0 'x' R exec c1 echo x
expect ps 0 '*sleep 1000*' R ps c1
expect ps_json 0 '\[*\]' R ps --format json c1
R exec c1 sleep 1000 </dev/null &
sleep 0.5
R kill c1 KILL
wait $!
expect exec_ends_with_container 0 '' test $? -eq 137
finish
