# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# hostile - guests that attack, sourced by conformance/run. What counts: the sandbox ends in time, the kernel served to the end
# where the guest says so, the host's canary file and bystander process are untouched, and no process is left behind.
# Run as root, everything here runs as HOSTILE_USER (default: nobody; empty: stay root), so that a hole in the sandbox meets an
# ordinary user's rights.

hostile_prefix() {
    if [ "$(id -u)" = 0 ] && [ -n "${HOSTILE_USER-nobody}" ]; then
        local u=${HOSTILE_USER-nobody}
        echo "setpriv --reuid $(id -u "$u") --regid $(id -g "$u") --clear-groups env HOME=/tmp"
    fi
}

# run_hostile_case NAME SECONDS WANT-STATUS WATCH-OPTIONS COMMAND...; WANT-STATUS may be `any`
run_hostile_case() {
    local name=$1 seconds=$2 want=$3 options=$4 output rc status canary bystander text=
    shift 4
    wanted "$name" || return 0
    if [ -n "$list" ]; then
        echo "$name"
        return
    fi
    mkdir -p "$out/hostile"
    output=$out/$name.inside
    canary=/var/tmp/conformance-canary.$$
    echo untouched >"$canary"
    chmod 666 "$canary"
    # shellcheck disable=SC2046
    $(hostile_prefix) sleep 600 &
    bystander=$!
    # shellcheck disable=SC2046,SC2086
    (cd "$out/hostile" && exec "$out/hostile/watch" "$seconds" $options $(hostile_prefix) $SANDJAR_DO "${@/@CANARY@/$canary}" ${PASS_BYSTANDER:+$bystander $canary}) \
        >"$output" 2>&1 </dev/null
    rc=$?
    status=$(sed -n 's/^status //p' "$output" | tail -1)
    if [ $rc -eq 3 ]; then
        text="left behind: $(sed -n 's/^left //p' "$output" | head -3 | tr '\n' ';')"
    elif grep -aq 'internal error' "$output"; then
        text="the kernel met a bug of its own: $(grep -a -A 4 'internal error' "$output" | sed -n '2,4p' | tr -s '\n\t ' ' ' | cut -c 1-160)"
    elif [ $rc -eq 4 ]; then
        text="did not end in $seconds s"
    elif [ "$want" != any ] && [ "$status" != "$want" ]; then
        text="status $status, want $want: $(grep -v '^status' "$output" | tail -1 | tr -d '\000' | cut -c 1-120)"
    elif [ "$(cat "$canary" 2>/dev/null)" != untouched ]; then
        text="the host's file was changed"
    elif ! kill -0 $bystander 2>/dev/null; then
        text="the host's process was killed"
    elif [ "$(uname -n)" != "$hostname_before" ]; then
        text="the host's name was changed"
    fi
    kill $bystander 2>/dev/null
    wait $bystander 2>/dev/null
    rm -f "$canary"
    report "$name" - "$([ -z "$text" ] && echo ok || echo 'not ok')" "$text"
    if [ -n "$verbose" ] && [ -n "$text" ]; then
        tail -n 15 "$output" | sed 's/^/    | /'
    fi
}

run_hostile() {
    local source base program hostname_before
    hostname_before=$(uname -n)
    build "$here/c/smoke/s01_hello_raw.c" "$out/smoke/s01_hello_raw"
    for source in "$here"/hostile/*.c; do
        base=$(basename "$source" .c)
        build "$source" "$out/hostile/$base" || report "hostile/$base/build" 'not ok' - "see $out/hostile/$base.log"
    done
    chmod -R a+rX "$out/hostile" "$out/smoke"
    for source in "$here"/hostile/*.c; do
        base=$(basename "$source" .c)
        program=$out/hostile/$base
        case $base in watch | left_behind | reach) continue ;; esac
        if [ -n "$native" ] && [ -z "$list" ] && [ "$(header "$source" NATIVE)" = yes ] && wanted "hostile/$base"; then
            run_bounded "$(header "$source" TIMEOUT)" "$program.native" "$program" ||
                report "hostile/$base/native" 'not ok' - "$(tail -1 "$program.native")"
        fi
        [ -n "$inside" ] || continue
        run_hostile_case "hostile/$base" "$(header "$source" TIMEOUT)" 0 '' "$program"
    done
    [ -n "$inside" ] || return 0
    PASS_BYSTANDER=1 run_hostile_case hostile/reach 30 0 '' "$out/hostile/reach"
    run_hostile_case hostile/left_behind 30 0 '' "$out/hostile/left_behind"
    run_hostile_case hostile/kill_jvm 20 any '-k jvm -a 2000' "$out/hostile/left_behind" stay
    run_hostile_case hostile/kill_launcher 20 any '-k launcher -a 2000' "$out/hostile/left_behind" stay
    run_hostile_case hostile/kill_both 20 any '-k all -a 2000' "$out/hostile/left_behind" stay
    local ms who=(jvm launcher all) i=0
    for ms in 0 30 60 90 120 160 220 300; do # while it starts
        run_hostile_case "hostile/kill_at_$ms" 20 any "-k ${who[i++ % 3]} -a $ms" "$out/hostile/left_behind" stay
    done
}
