# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# proc.bash - the files of /proc and /sys as a suite of conformance/run: proc/run compares them by itself.

run_proc() {
    local output=$out/proc.log status line
    if [ -n "$list" ]; then
        echo proc/files
        return
    fi
    { wanted proc/files && [ -n "$native" ] && [ -n "$inside" ]; } || return 0
    if [ "$(id -u)" != 0 ]; then
        report proc/files skip skip 'for root, who may make a network to compare with'
        return
    fi
    mkdir -p "$out"
    SANDJAR_DO=$SANDJAR_DO "$here/proc/run" >"$output" 2>&1
    status=$?
    line=$(tail -n 1 "$output")
    if [ $status = 0 ]; then
        report proc/files ok ok
    else
        sed -n '/^  FAIL/p' "$output" | head -n 40
        report proc/files ok 'not ok' "$line"
    fi
}
