# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# do - what `sandjar do` promises at its edges: status, streams, options, and that nothing reaches the host. Sourced by
# conformance/run.

# do_case NAME WANT-STATUS WANT-OUTPUT COMMAND...: WANT-OUTPUT is a shell pattern for both streams; the command is run by eval.
do_case() {
    local name=do/$1 status=$2 pattern=$3 got text= output
    shift 3
    wanted "$name" || return 0
    if [ -n "$list" ]; then
        echo "$name"
        return
    fi
    output=$(timeout -s KILL 30 bash -c "$*" 2>&1 </dev/null)
    got=$?
    if [ "$status" != any ] && [ $got -ne "$status" ]; then
        text="status $got, want $status; output: ${output:0:100}"
    elif [[ $output != $pattern ]]; then
        text="output \"${output:0:120}\", want \"$pattern\""
    fi
    report "$name" - "$([ -z "$text" ] && echo ok || echo 'not ok')" "$text"
}

run_do() {
    [ -n "$inside" ] || return 0
    local d
    d=$(mktemp -d /var/tmp/conformance-do.XXXXXX)
    export DO="$SANDJAR_DO" S="${SANDJAR_DO% --}" D=$d
    do_case status_0 0 '' '$DO true'
    do_case status_1 1 '' '$DO false'
    do_case status_37 37 '' '$DO sh -c "exit 37"'
    do_case status_of_signal 137 '*' '$DO sh -c "kill -9 \$\$"; exit $?'
    do_case status_of_sigterm 143 '*' '$DO sh -c "exec sh -c \"kill -TERM \\\$\\\$\""; exit $?'
    do_case status_of_abort 134 '*' '$DO python3 -c "import os; os.abort()"; exit $?'
    do_case status_of_fault 139 '*' '$DO python3 -c "import ctypes; ctypes.string_at(8)"; exit $?'
    do_case child_cannot_kill_pid_1 0 'alive' '$DO sh -c "sh -c \"kill -9 1; kill -TERM 1\"; echo alive"'
    do_case status_of_child_signal 137 '*' '$DO sh -c "sh -c \"kill -9 \\\$\\\$\"; exit \$?"; exit $?'
    do_case not_found 127 '*' '$DO /no/such/program'
    do_case not_found_in_path 127 '*' '$DO no-such-program'
    do_case not_executable 126 '*' '$DO /etc/passwd'
    do_case arguments 0 '<a b><><$x><*>' '$DO printf "<%s>" "a b" "" "\$x" "*"'
    do_case stdin 0 'hello' 'echo hello | $DO cat'
    do_case stdin_file 0 '3' 'printf "a\nb\nc\n" >$D/in; $DO wc -l <$D/in'
    do_case stdin_big 0 '1000000' 'head -c 1000000 /dev/zero | $DO wc -c'
    do_case stdout_big 0 '1000000' '$DO head -c 1000000 /dev/zero | wc -c'
    do_case streams_apart 0 'err' '$DO sh -c "echo out; echo err >&2" 2>&1 >/dev/null'
    do_case closed_reader 0 'y' '$DO yes | head -n 1'
    do_case hostname 0 'sandjar' '$DO uname -n'
    do_case hostname_option 0 'other' '$S --hostname other -- uname -n'
    do_case pid_1 0 '1' '$DO sh -c "echo \$\$"'
    do_case own_processes 0 '[123]' '$DO sh -c "ls /proc | grep -c \"^[0-9]*\$\""'
    do_case cwd 0 "$d" 'cd $D && $DO pwd'
    do_case workdir 0 '/etc' '$S --workdir /etc -- pwd'
    do_case env 0 'b c' '$S --env "A=b c" -- printenv A'
    do_case user 0 '1000 1001' '$S --user 1000:1001 -- sh -c "echo \$(id -u) \$(id -g)"'
    do_case root_is_overlay 0 'x' 'cd $D && $DO sh -c "echo x >$D/new; cat $D/new"'
    do_case root_is_untouched 0 'gone' 'cd $D && $DO sh -c "echo x >$D/new2; rm -f $D/in"; [ -e $D/new2 ] || echo gone'
    do_case file_is_untouched 0 '*kept*' 'echo kept >$D/keep; $DO sh -c "echo changed >$D/keep; rm $D/keep"; cat $D/keep'
    do_case tmp_is_empty 0 '' 'cd / && $DO ls -A /tmp'
    do_case volume 0 'from guest' 'mkdir -p $D/v && $S --volume $D/v:/mnt -- sh -c "echo from guest >/mnt/f" && cat $D/v/f'
    if [ "$(id -u)" = 0 ] && echo x >"$d/list" && chmod 711 "$d" && setfacl -m u:11:r,g::-,o::- "$d/list" 2>/dev/null; then
        chgrp 20 "$d/list" # the bits of its group are the list's mask: they are not the group's
        do_case list_of_the_root 0 'x x no ' 'for u in 11 0 12:20; do $S --user $u -- cat $D/list 2>/dev/null || echo no; done | tr "\n" " "'
        do_case list_of_a_volume 0 'x no ' 'for u in 11 12:20; do $S --volume $D:$D --user $u -- cat $D/list 2>/dev/null || echo no; done | tr "\n" " "'
    fi
    do_case volume_read_only 1 '*ead-only*' 'mkdir -p $D/v && $S --volume $D/v:/mnt:ro -- sh -c "echo x >/mnt/g"; r=$?; [ ! -e $D/v/g ] && exit $((r != 0))'
    do_case disk_shown 0 '2048' '$S --disk 2m -- sh -c "df -k --output=size / | tail -n 1" | tr -d " "'
    do_case disk_full 0 '' '$S --disk 2m -- python3 '"$here"'/lib/fill.py'
    do_case tmpfs_size any '*o space*' '$S --tmpfs /mnt:1m -- dd if=/dev/zero of=/mnt/f bs=64k count=100'
    do_case timeout any '*late' 's=$SECONDS; $S --timeout 2 -- sleep 20; [ $? -ne 0 ] && [ $((SECONDS - s)) -lt 8 ] && echo late'
    do_case network_none 0 'lo' '$DO sh -c "cat /proc/net/dev | sed -n \"s/^ *\\([a-z0-9]*\\):.*/\\1/p\" | tr -d \" \""'
    do_case sigterm_is_forwarded 7 'got it' '$DO sh -c "trap \"echo got it; exit 7\" TERM; while :; do sleep 0.1; done" & p=$!; sleep 3; kill -TERM $p; wait $p'
    do_case sigint_is_forwarded 8 'int' 'env --default-signal=INT $DO sh -c "trap \"echo int; exit 8\" INT; while :; do sleep 0.1; done" & p=$!; sleep 3; kill -INT $p; wait $p'
    do_case killed_by_host 0 '*over*' '$DO sh -c "yes | sleep 100; echo over" & p=$!; for i in $(seq 200); do j=$(pgrep -P $p) && [ "$(pgrep -c -P $j)" -ge 4 ] && break; sleep 0.1; done; sleep 1; kill -9 $(pgrep -P $j | tail -n 1); wait $p'
    do_case children_die_with_pid_1 0 'ended' '$DO sh -c "sleep 60 & sleep 61 & exit 0"; echo ended'
    do_case strace 0 '*write(1*' '$S --strace -- echo hi'
    do_case strace_calls 0 '*exit_group*' '$S --strace exit_group -- true || $S --strace=exit_group -- true'
    do_case strace_class 0 '*connect(*ECONNREFUSED (Connection refused)*' '$S --strace=network -- bash -c "echo >/dev/tcp/127.0.0.1/1" || true'
    do_case strace_signal 0 '*--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=1*} ---*killed by SIGKILL +++*' '$S --strace=signal -- bash -c "trap : USR1; kill -USR1 \$\$; (kill -9 \$BASHPID); true"'
    do_case strace_unknown any '*no system call*oepn*' '$S --strace=oepn -- true'
    do_case stats 0 '*start-up:*calls*total;*kernel memory*' '$S --stats -- true'
    if [ -x /usr/bin/busybox ]; then
        mkdir -p "$d/root/bin" && cp /usr/bin/busybox "$d/root/bin/" && ln -s busybox "$d/root/bin/sh"
        do_case rootfs 0 'bin*' '$S --rootfs $D/root -- /bin/sh -c "busybox ls /; busybox true"'
    fi
    if [ "$(id -u)" = 0 ]; then
        do_case as_ordinary_user 0 '65534' 'cd / && setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp $DO id -u'
        do_case as_ordinary_user_denied 1 '*denied*' 'cd / && setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp $DO cat /etc/shadow'
    fi
    if [ -n "$heavy" ] && [ "$(id -u)" = 0 ]; then # sets the machine's clock for half a second
        build "$here/lib/clock_jump.c" "$out/lib/clock_jump" || report do/clock_jump/build 'not ok' - "see $out/lib/clock_jump.log"
        cp "$out/lib/clock_jump" "$d/"
        do_case clock_jumps_natively 0 'as it should be' '$D/clock_jump'
        do_case clock_jumps 0 'as it should be' '$D/clock_jump $DO'
        do_case clock_jumps_eager 0 'as it should be' 'SANDJAR_JVM_OPTIONS=-Dsandjar.ring=eager $D/clock_jump $DO'
    fi
    if [ "$(id -u)" = 0 ] && mkdir "/sys/fs/cgroup/memory/do-$$" 2>/dev/null; then
        rmdir "/sys/fs/cgroup/memory/do-$$"
        do_case memory_hog 0 '137 alive' '$S --memory 64m -- sh -c "head -c 100000000 /dev/zero | tail -c 100000000 >/dev/null; echo \$? alive" 2>/dev/null'
        do_case memory_is_said any '*out of memory: 1 process was killed*' '${S/ --quiet/} --memory 64m -- sh -c "head -c 100000000 /dev/zero | tail -c 100000000 >/dev/null"'
        do_case only_the_hog_dies 0 'xxx' '$S --memory 160m -- python3 -c "
import os, subprocess, sys
quiet = [subprocess.Popen([\"tail\", \"-c\", \"20000000\"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for i in range(2)]
for q in quiet: q.stdin.write(b\"x\" * 20000000); q.stdin.flush()
for i in range(3): subprocess.run(\"head -c 170000000 /dev/zero | tail -c 170000000 >/dev/null\", shell=True)
print(\"\".join(\"x\" if q.poll() is None else \"-\" for q in quiet) + \"x\")
os._exit(0)" 2>/dev/null'
        do_case memory_is_seen 0 '67108864' '$S --memory 64m -- cat /sys/fs/cgroup/memory.max'
        do_case cpus_are_seen 0 '50000 100000' '$S --cpus 0.5 -- cat /sys/fs/cgroup/cpu.max'
        do_case pids_limit 0 '*annot fork*alive' '$S --pids 20 -- sh -c "(for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do sleep 3 & done); echo alive"'
        do_case pids_only_the_bomb 0 'full alive' '$S --pids 40 -- python3 '"$here"'/lib/bomb.py'
        do_case groups_are_removed 0 'none' '$S --memory 64m --pids 50 -- true & p=$!; for i in $(seq 100); do j=$(pgrep -P $p) && break; sleep 0.01; done; wait $p; find /sys/fs/cgroup -name "sandjar-do-$j" | grep . && exit 1; echo none'
        do_case groups_after_kill 0 '*none' '$S --memory 64m -- sleep 60 & p=$!; for i in $(seq 200); do j=$(pgrep -P $p) && find /sys/fs/cgroup -name "sandjar-do-$j" | grep -q . && break; sleep 0.1; done; kill -9 $j; wait $p; find /sys/fs/cgroup -name "sandjar-do-$j" | grep -q . && exit 1; echo none'
    fi
    build "$here/lib/refuse.c" "$out/lib/refuse" || report do/refuse/build 'not ok' - "see $out/lib/refuse.log"
    # what profiles of container engines refuse: 101 ptrace, 165 mount, 272 unshare, 310 and 311 process_vm_*, 438 pidfd_getfd
    local refuse="$out/lib/refuse"
    do_case without_pidfd_getfd 0 'alive' "$refuse 438 \$DO echo alive"
    do_case without_vm_calls 0 '3 /tmp' "$refuse 310,311,438 \$DO sh -c \"seq 3 | wc -l | tr '\\n' ' '; cd /tmp; pwd\""
    do_case refused_by_others 0 '* tmpfs *' "$refuse 101,165,272,310,311,438 \$DO unshare -Urm sh -c \"mkdir /tmp/m; mount -t tmpfs x /tmp/m; stat -fc ' %T ' /tmp/m\""
    do_case idle_uses_no_cpu 0 'idle' "$here/lib/idle \$DO"
    do_case memory_too_little 125 '*at least 2m*' '$S --memory 1k -- true'
    do_case two_at_once 0 'a b' 'x=$($DO sh -c "sleep 1; echo a") & $DO echo b >$D/o; wait; echo a $(cat $D/o)'
    rm -rf "$d"
}
