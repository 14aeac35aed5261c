# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# python.bash - CPython's own tests as a suite of conformance/run: python/run does the work and compares by itself.

run_python() {
    local modules=() module output status line
    while read -r module; do
        wanted "python/$module" && modules+=("$module")
    done < <("$here/python/run" --list)
    if [ -n "$list" ]; then
        [ ${#modules[@]} -eq 0 ] || printf 'python/%s\n' "${modules[@]}"
        return
    fi
    { [ ${#modules[@]} -gt 0 ] && [ -n "$inside" ]; } || return 0
    output=$out/python.log
    SANDJAR_DO=$SANDJAR_DO "$here/python/run" ${verbose:+--verbose} --json "$out/python.json" "${modules[@]}" >"$output" 2>&1
    status=$?
    grep -E "${verbose:+.|}^  (FAIL|KNOWN)|^    \|" "$output"
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$output" | tail -n 1)
    if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        skipped=$((skipped + BASH_REMATCH[3]))
        [ -z "$json" ] || cat "$out/python.json" >>"$json"
    else
        report python/run - 'not ok' "status $status, last line: $(tail -n 1 "$output")"
    fi
}
