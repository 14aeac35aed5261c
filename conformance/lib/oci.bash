# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# oci - the scripts of conformance/oci with runc and then with runsc; sourced by conformance/run. Without runc or without
# root they are skipped.

run_oci() {
    local script base side runtime test all d runc=${RUNC:-runc} runsc=${SANDJAR_RUNSC:-$here/../build/image/bin/runsc}
    for script in "$here"/oci/*.sh; do
        base=oci/$(basename "$script" .sh)
        wanted "$base" || [ ${#only[@]} -eq 0 ] || case "${only[*]}" in *"$base"*) ;; *) continue ;; esac
        if [ -n "$list" ]; then
            echo "$base"
            continue
        fi
        if [ -z "$heavy" ] && grep -q '^# HEAVY$' "$script"; then
            continue
        fi
        if [ "$(id -u)" != 0 ] || ! command -v "$runc" >/dev/null || ! command -v busybox >/dev/null; then
            report "$base" skip skip "needs root, runc and busybox"
            continue
        fi
        mkdir -p "$out/oci"
        result=() detail=() all=()
        for side in native inside; do
            [ -n "${!side}" ] || continue
            runtime=$runc
            [ $side = native ] || runtime=$runsc
            RUNTIME=$runtime run_bounded 180 "$out/$base.$side" "$script"
            parse $side "$out/$base.$side" $?
            for test in "${names[@]}"; do
                case " ${all[*]} " in *" $test "*) ;; *) all+=("$test") ;; esac
            done
        done
        for test in "${all[@]}" end; do
            wanted "$base/$test" || wanted "$base" || continue
            if [ -n "$native" ] && [ -n "$inside" ] && [ -z "${result[inside/$test]-}" ]; then
                result[inside/$test]='not ok'
                detail[inside/$test]="did not run"
            fi
            d=${detail[inside/$test]-${detail[native/$test]-}}
            report "$base/$test" "${result[native/$test]--}" "${result[inside/$test]--}" "$d"
        done
    done
}
