# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# lib - what the scripts of this directory share. Each runs twice: RUNTIME is runc, then Sandjar's runsc; what runc does is
# the expectation. A script prints a line per test, as the C programs do.

set -u
work=$(mktemp -d /var/tmp/conformance-oci.XXXXXX)
# shellcheck disable=SC2086
R() { timeout -s KILL 30 $RUNTIME --root "$work/root" "$@"; }
passed=0 failed=0

end_all() {
    local dir
    for dir in "$work"/root/*/; do
        [ -d "$dir" ] && R delete --force "$(basename "$dir")" >/dev/null 2>&1
    done
    rm -rf "$work"
}
trap end_all EXIT

# bundle NAME [PYTHON]: a bundle with a busybox root; PYTHON changes the configuration `c` (process `p`).
bundle() {
    local b=$work/$1 name
    mkdir -p "$b"/rootfs/{bin,etc,proc,dev,sys,tmp,root}
    chmod 1777 "$b/rootfs/tmp"
    cp "$(command -v busybox)" "$b/rootfs/bin/busybox"
    for name in sh true false sleep cat ls id echo env pwd stty ps kill tty hostname wc grep mount touch mkdir rm trap head seq dd test; do
        ln -sf busybox "$b/rootfs/bin/$name"
    done
    printf 'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n' >"$b/rootfs/etc/passwd"
    printf 'root:x:0:\nann:x:1000:\nstaff:x:50:ann\n' >"$b/rootfs/etc/group"
    (cd "$b" && rm -f config.json && runc spec) || exit 2
    CHANGE=${2-} python3 - "$b/config.json" <<'END'
import json, os, sys
c = json.load(open(sys.argv[1]))
p = c['process']
p['terminal'] = False
p['env'] = ['PATH=/bin']
p['rlimits'] = []
c['root']['readonly'] = False
exec(os.environ['CHANGE'])
json.dump(c, open(sys.argv[1], 'w'))
END
}

ok() {
    echo "ok $1"
    passed=$((passed + 1))
}

not_ok() { # NAME WHY
    echo "not ok $1: $(echo "$2" | tr -s '\n\t ' ' ' | cut -c 1-200)"
    failed=$((failed + 1))
}

# expect NAME STATUS PATTERN COMMAND...: the command's status, and its output (both streams) as a shell pattern
expect() {
    local name=$1 status=$2 pattern=$3 output got
    shift 3
    output=$("$@" 2>&1 </dev/null)
    got=$?
    output=${output//\\\"/\"}
    if [ "$status" != any ] && [ $got -ne "$status" ]; then
        not_ok "$name" "status $got, want $status; output: $output"
    elif [[ $output != $pattern ]]; then
        not_ok "$name" "output \"$output\", want \"$pattern\""
    else
        ok "$name"
    fi
}

# The status word of a container; nothing when it does not exist.
state_of() {
    R state "$1" 2>/dev/null | sed -n 's/.*"status": *"\([a-z]*\)".*/\1/p'
}

# await NAME ID STATUS: it gets there within five seconds
await() {
    local i
    for ((i = 0; i < 100; i++)); do
        if [ "$(state_of "$2")" = "$3" ]; then
            ok "$1"
            return
        fi
        sleep 0.05
    done
    not_ok "$1" "status is \"$(state_of "$2")\", want $3"
}

# await_file NAME FILE TEXT
await_file() {
    local i
    for ((i = 0; i < 100; i++)); do
        if [ "$(cat "$2" 2>/dev/null)" = "$3" ]; then
            ok "$1"
            return
        fi
        sleep 0.05
    done
    not_ok "$1" "$2 holds \"$(cat "$2" 2>/dev/null)\", want \"$3\""
}

finish() {
    echo "$passed passed, $failed failed"
    [ $failed -eq 0 ]
    exit
}
