# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# apps - application runs, sourced by conformance/run. See apps/README.md.

app_field() { # FILE KEY DEFAULT
    local v
    v=$(sed -n "/^---$/q;s/^$2: *//p" "$1" | head -1)
    echo "${v:-$3}"
}

run_app() { # FILE
    local file=$1 name script interpreter need side status i n d verdict_native=- verdict_inside=- text
    name=apps/$(basename "$file" .app)
    wanted "$name" || return 0
    case " $(app_field "$file" tags '') " in *' heavy '*) [ -n "$heavy" ] || { [ -n "$list" ] || heavy_left=$((heavy_left + 1)); return 0; } ;; esac
    if [ -n "$list" ]; then
        echo "$name"
        return
    fi
    for need in $(app_field "$file" needs ''); do
        if [ ! -e "$need" ]; then
            report "$name" skip skip "$need is not there (packages: $(app_field "$file" packages '?'))"
            return
        fi
    done
    mkdir -p "$out/apps"
    script=$out/$name.script
    sed '1,/^---$/d' "$file" >"$script"
    interpreter=$(app_field "$file" interpreter /bin/sh)
    local seconds compare
    seconds=$(app_field "$file" timeout 60)
    compare=$(app_field "$file" compare 'output status')
    local status_native= status_inside= from took_native= took_inside=
    # shellcheck disable=SC2086
    if [ -n "$native" ]; then
        from=${EPOCHREALTIME/./}
        run_bounded "$seconds" "$out/$name.native" $interpreter "$script"
        status_native=$?
        took_native=$(app_seconds "$from")
        verdict_native=ok
        [ $status_native -ne 137 ] || verdict_native='not ok'
    fi
    if [ -z "$inside" ]; then
        report "$name" "$verdict_native" - "status $status_native"
        return
    fi
    n=$(app_field "$file" repeat 1)
    for ((i = 0; i < n; i++)); do
        # shellcheck disable=SC2086
        from=${EPOCHREALTIME/./}
        run_bounded "$seconds" "$out/$name.inside" $SANDJAR_DO $interpreter "$script"
        status_inside=$?
        took_inside=$(app_seconds "$from")
        verdict_inside=ok text=
        if [ -z "$native" ]; then
            [ $status_inside -lt 126 ] || verdict_inside='not ok'
            text="status $status_inside"
        elif [ $status_inside -ne $status_native ]; then
            verdict_inside='not ok'
            text="status $status_inside, natively $status_native"
            [ $status_inside -ne 137 ] || text="$text (out of time after $seconds s)"
            text="$text; last line: $(tail -n 1 "$out/$name.inside" | tr -d '\000' | cut -c 1-100)"
        elif [[ $compare == *output* ]] && ! cmp -s "$out/$name.native" "$out/$name.inside"; then
            verdict_inside='not ok'
            d=$(diff -a "$out/$name.native" "$out/$name.inside" | grep -a '^[<>]' | head -n 2 | tr '\n' ' ' | cut -c 1-160)
            text="output differs: $d"
        fi
        [ "$verdict_inside" = ok ] || break
    done
    json_more=",\"native_s\":\"$took_native\",\"inside_s\":\"$took_inside\""
    report "$name" "$verdict_native" "$verdict_inside" "$text"
    json_more=
    if [ -n "$verbose" ] && [ "$verdict_inside" = 'not ok' ]; then
        diff -a "$out/$name.native" "$out/$name.inside" | head -n 20 | sed 's/^/    | /'
    fi
}

app_seconds() { # SINCE, in microseconds: seconds with one digit
    local tenths=$(((${EPOCHREALTIME/./} - $1 + 50000) / 100000))
    echo "$((tenths / 10)).$((tenths % 10))"
}

run_apps() {
    local file heavy_left=0
    for file in "$here"/apps/*.app; do
        run_app "$file"
    done
    [ $heavy_left = 0 ] || echo "$heavy_left heavy application runs are left out (--heavy)"
}
