# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# fuzz - random calls with fixed seeds (../fuzz/calls.c), sourced by conformance/run. What counts: no exception in the kernel's log, no
# process that does not end, a kernel that serves to the end, and as many descriptors and threads of the kernel at the end as
# after a third of the time.
#
# FUZZ_SECONDS  time for each seed (default: 10)
# FUZZ_SEEDS    (default: 1 2)

kernel_of() { # PID: the JVM among the descendants of a process
    local pid=$1 child
    for child in $(cat /proc/"$pid"/task/*/children 2>/dev/null); do
        case $(readlink /proc/"$child"/exe) in
        */java) echo "$child"; return 0 ;;
        esac
        kernel_of "$child" && return 0
    done
    return 1
}

# Descriptors that are not places in the host's file system (those are a cache of bounded size), threads, memory in KB.
kernel_rest() { # PID
    local target fds=0 fd
    for fd in /proc/"$1"/fd/*; do
        target=$(readlink "$fd") || continue
        case $target in
        /*) grep -q '^flags:.*[2367]......$' "/proc/$1/fdinfo/${fd##*/}" 2>/dev/null || fds=$((fds + 1)) ;;
        *) fds=$((fds + 1)) ;;
        esac
    done
    echo "$fds $(ls /proc/"$1"/task | wc -l) $(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' /proc/"$1"/status)"
}

fuzz_seed() { # SEED SECONDS
    local seed=$1 seconds=$2 log=$out/fuzz/calls.$1.inside in=$out/fuzz/in.$1 text= kernel= warm=() after=() i
    rm -f "$in"
    mkfifo "$in" || return 1
    exec 7<>"$in"
    # a pipe, because descriptors that a guest has can be truncated
    # shellcheck disable=SC2086
    { timeout -s KILL $((seconds + 90)) $SANDJAR_DO "$out/fuzz/calls" -w -s "$seed" -t "$seconds" <"$in" 2>&1; echo "status $?"; } |
        cat >"$log" &
    local job=$!
    for ((i = 0; i < (seconds + 90) * 5; i++)); do
        if [ ${#warm[@]} -eq 0 ] && grep -aq '^warm$' "$log"; then
            kernel=$(kernel_of $$)
            sleep 1 # what was killed last goes
            [ -n "$kernel" ] && read -ra warm < <(kernel_rest "$kernel")
            [ ${#warm[@]} -gt 0 ] || warm=(0)
            echo >&7
        elif [ ${#after[@]} -eq 0 ] && grep -aq '^after$' "$log"; then
            sleep 1
            [ -n "$kernel" ] && read -ra after < <(kernel_rest "$kernel")
            [ ${#after[@]} -gt 0 ] || after=(0)
            echo >&7
        fi
        kill -0 $job 2>/dev/null || break
        sleep 0.2
    done
    wait $job
    exec 7>&-
    rm -f "$in"
    if grep -aq 'internal error' "$log"; then
        text="the kernel met a bug of its own: $(grep -a -A 4 'internal error' "$log" | sed -n '2,4p' | tr -s '\n\t ' ' ' | cut -c 1-160)"
    elif ! grep -aq 'kernel alive' "$log" || ! grep -aq '^status 0' "$log"; then
        text="$(grep -a '^round\|^status' "$log" | tail -2 | tr '\n' ' ')"
    elif [ "${warm[0]-0}" -gt 0 ] && [ "${after[0]-0}" -gt $((warm[0] + 10)) ]; then
        text="descriptors of the kernel: ${warm[0]}, later ${after[0]}"
    elif [ "${warm[0]-0}" -gt 0 ] && [ "${after[1]-0}" -gt $((warm[1] + 10)) ]; then
        text="threads of the kernel: ${warm[1]}, later ${after[1]}"
    fi
    report "fuzz/calls/$seed" - "$([ -z "$text" ] && echo ok || echo 'not ok')" "$text"
    [ -z "$verbose" ] || echo "             fds threads KB: ${warm[*]}, later ${after[*]}; $(grep -a 'kernel alive' "$log")"
}

run_fuzz() {
    local seed
    build "$here/fuzz/calls.c" "$out/fuzz/calls" || { report fuzz/calls/build 'not ok' - "see $out/fuzz/calls.log"; return; }
    for seed in ${FUZZ_SEEDS:-1 2}; do
        wanted "fuzz/calls/$seed" || continue
        if [ -n "$list" ]; then
            echo "fuzz/calls/$seed"
            continue
        fi
        [ -z "$inside" ] || fuzz_seed "$seed" "${FUZZ_SECONDS:-10}"
    done
}
