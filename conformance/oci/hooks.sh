#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# hooks - programs of the host around a container's life: when they run, what they get, and what their failure means.
. "$(dirname "$0")/lib.bash"

seen=$work/seen
ours=1 # runc runs poststart hooks when it creates, and leaves a directory behind when a hook takes too long
[ "$(basename "${RUNTIME%% *}")" = runc ] && ours=
cat >"$work/hook" <<'END'
#!/bin/sh
# hook KIND: a line about this run
state=$(cat)
status=$(echo "$state" | sed -n 's/.*"status": *"\([a-z]*\)".*/\1/p')
bundle=$(echo "$state" | sed -n 's/.*"bundle": *"\([^"]*\)".*/\1/p')
[ "$(readlink /proc/self/ns/net)" = "$HOST" ] && net=host || net=other
echo "$1 $status ${bundle##*/} $A $net ${HOME-none}" >>"$SEEN"
END
chmod 755 "$work/hook"
hook() { # KIND
    echo "{'path': '$work/hook', 'args': ['hook', '$1'], 'env': ['PATH=/usr/bin:/bin', 'A=$1-env', 'SEEN=$seen', 'HOST=$(readlink /proc/self/ns/net)']}"
}
all=
for kind in prestart createRuntime createContainer ${ours:+poststart} poststop; do all="$all'$kind': [$(hook $kind), $(hook again)], "; done
bundle b "p['args'] = ['sleep', '1000']; c['hooks'] = {$all}"

lines() { # NAME LINES: what the hooks have written since
    local got
    got=$(cat "$seen" 2>/dev/null)
    rm -f "$seen"
    [ "$got" = "$2" ] && ok "$1" || not_ok "$1" "hooks wrote \"$got\""
}
expect create 0 '' bash -c "$RUNTIME --root $work/root create --bundle $work/b c >$work/out 2>&1" # which the container keeps
lines at_create "prestart creating b prestart-env host none
again creating b again-env host none
createRuntime creating b createRuntime-env host none
again creating b again-env host none
createContainer creating b createContainer-env other none
again creating b again-env other none"
expect start 0 '' R start c
[ -z "$ours" ] || lines at_start "poststart running b poststart-env host none
again running b again-env host none"
expect delete 0 '' R delete --force c
lines at_delete "poststop stopped b poststop-env host none
again stopped b again-env host none"

fails() { # KIND SCRIPT PATTERN
    bundle f "p['args'] = ['true']; c['hooks'] = {'$1': [{'path': '/bin/sh', 'args': ['sh', '-c', '''$2'''], 'timeout': 1}]}"
    expect "$1.fails${4-}" 1 "$3" R create --bundle "$work/f" f
    [ ! -e "$work/root/f" ] || not_ok "$1.left${4-}" "a directory is left"
}
for kind in prestart createRuntime createContainer; do fails $kind 'echo no luck >&2; exit 3' '*exit status 3*no luck*'; done
fails createContainer 'kill -9 $$' '*[kK][iI][lL][lL]*' .killed
[ -z "$ours" ] || fails createRuntime 'sleep 60' '*time*' .timeout
bundle f "p['args'] = ['true']; c['hooks'] = {'prestart': [{'path': '$work/nosuch'}]}"
expect missing 1 "*$work/nosuch*" R create --bundle "$work/f" f
bundle f "p['args'] = ['true']; c['hooks'] = {'prestart': [{'path': 'relative'}]}"
[ -z "$ours" ] || expect relative 1 '*hooks.prestart*path*' R create --bundle "$work/f" f
finish
