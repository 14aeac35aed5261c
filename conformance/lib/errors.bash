# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# errors - the answer of every call to bad arguments (../errors/errors.c), natively and inside, as an ordinary user and as root, compared
# line by line; sourced by conformance/run. One test for each call. What is meant to differ stands in ../errors/differences.

# Lines that differ and are not meant to: `CALL<TAB>WHO CALL(ARGUMENTS) NATIVE -> INSIDE`; then `CALL` alone for every call that was made.
errors_differences() { # NATIVE INSIDE
    awk -v table="$here/errors/differences" '
        BEGIN {
            while ((getline line <table) > 0)
                if (line !~ /^(#|$)/)
                    pattern[++patterns] = substr(line, 1, index(line, "\t") - 1)
        }
        function call(text) { sub(/^[a-z]+ /, "", text); sub(/[ (].*/, "", text); return text }
        { result = $NF; key = substr($0, 1, length($0) - length(result) - 1) }
        !/^(user|root) / { next }
        FNR == NR { native[key] = result; calls[call(key)] = 1; order[++n] = key; next }
        { inside[key] = result }
        END {
            for (i = 1; i <= n; i++) {
                key = order[i]
                other = key in inside ? inside[key] : "nothing"
                if (native[key] == other)
                    continue
                text = key " " native[key] " -> " other
                meant = 0
                for (p = 1; p <= patterns && !meant; p++)
                    meant = text ~ pattern[p]
                if (!meant)
                    print call(key) "\t" text
            }
            for (c in calls)
                print c
        }' "$1" "$2"
}

# Errors of errors/seen that did not come: those are counted as tested in docs/compat.md. Root's are among them.
errors_unseen() { # INSIDE
    [ "$(id -u)" = 0 ] || return 0
    awk '
        FNR == NR { if (!/^#/) { call = $1; sub(/:$/, "", call); for (i = 2; i <= NF; i++) want[call " " $i] = 1 } next }
        { result = $NF; sub(/^[a-z]+ /, ""); sub(/[ (].*/, ""); delete want[$0 " " result] }
        END { for (w in want) printf "%s; ", w }' "$here/errors/seen" "$1"
}

run_errors() {
    local program=$out/errors/errors dir=$out/errors/work call text
    local -A bad=()
    if [ -n "$list" ]; then
        echo errors
        return
    fi
    [ ${#only[@]} -eq 0 ] || [[ "${only[*]}" == *errors* ]] || return 0
    if ! build "$here/errors/errors.c" "$program"; then
        report errors/build 'not ok' - "see $program.log"
        return
    fi
    mkdir -p "$dir"
    chmod 755 "$dir"
    if ! run_bounded 120 "$program.native" "$program" "$dir"; then
        report errors/run 'not ok' - "$(tail -n 1 "$program.native")"
        return
    fi
    if [ -z "$inside" ]; then
        report errors/run ok -
        return
    fi
    # shellcheck disable=SC2086
    if ! run_bounded 240 "$program.inside" $SANDJAR_DO "$program" /tmp; then
        report errors/run ok 'not ok' "$(tail -n 1 "$program.inside")"
        return
    fi
    text=$(errors_unseen "$program.inside")
    report errors/seen ok "$([ -z "$text" ] && echo ok || echo 'not ok')" "$text"
    errors_differences "$program.native" "$program.inside" >"$program.differences"
    while IFS=$'\t' read -r call text; do
        [ -z "$text" ] || bad[$call]="${bad[$call]-}${bad[$call]+; }$text"
    done <"$program.differences"
    while IFS=$'\t' read -r call text; do
        [ -n "$text" ] || ! wanted "errors/$call" && continue
        report "errors/$call" ok "$([ -z "${bad[$call]-}" ] && echo ok || echo 'not ok')" "${bad[$call]-}"
    done <"$program.differences"
}
