# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# The walls around the kernel: the posture test and the hostile kernel. Read by conformance/run. Both need root; the hostile
# kernel needs the developer build (dev/quick), whose java takes agents.

run_walls() {
    local mode line name verdict text
    if [ -n "$list" ]; then
        printf 'walls/posture/%s\n' runsc do
        echo 'walls/kernel/ATTEMPT'
        return
    fi
    [ -n "$inside" ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v busybox >/dev/null; then
        report walls skip skip "needs root and busybox"
        return
    fi
    if ! (cd "$here/.." && dev/quick) >/dev/null 2>&1; then
        report walls/build - 'not ok' "dev/quick fails"
        return
    fi
    for mode in runsc do; do
        wanted "walls/posture/$mode" || continue
        text=$(RUNSC='' SANDJAR='' "$here/posture/run" $mode 2>&1)
        [ $? -eq 0 ] && report "walls/posture/$mode" - ok || report "walls/posture/$mode" - 'not ok' "$(grep -m 1 FAIL <<<"$text")"
    done
    case " ${only[*]:-walls/kernel} " in *walls/posture*) return ;; esac
    for mode in runsc user; do
        while read -r name verdict text; do
            case $verdict in
            ok) report "walls/kernel/$mode/$name" - ok ;;
            FAIL:) report "walls/kernel/$mode/$name" - 'not ok' "$text" ;;
            esac
        done < <("$here/kernel/run" $mode 2>&1)
    done
}
