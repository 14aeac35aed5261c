#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# startup.sh - time and memory of the smallest container under an OCI runtime.
#
#   startup.sh RUNTIME [N]
#
# RUNTIME is a command line, e.g. runc, crun, "runsc --network=none
# --ignore-cgroups". Makes a busybox bundle (see bundle.sh) in a directory of
# its own, then prints tab-separated lines:
#
#   run_ms     median, least and most of N (default 20) runs of `true`
#   pss_kib    memory while a container sleeps: the sum of Pss over the
#              `RUNTIME run` process and all that descend from it
#   processes  how many those are, and each one's name and Pss
#
# Needs root (smaps_rollup of all those processes) and busybox-static.
set -eu

runtime=${1:?usage: startup.sh RUNTIME [N]}
n=${2:-20}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() { # ID
	$runtime run --bundle "$work/b" "$1" </dev/null
}

bash "$here/bundle.sh" "$work/b" true
run startup-warm-$$ # fails here if it fails at all
for ((i = 0; i < n; i++)); do
	a=${EPOCHREALTIME/./}
	run startup-$$-$i
	b=${EPOCHREALTIME/./}
	echo $((b - a))
done | sort -n | awk -v n="$n" '{ t[NR] = $1 / 1000 }
	END { printf "run_ms\tmedian %.1f\tmin %.1f\tmax %.1f\tn %d\n", t[int((NR + 1) / 2)], t[1], t[NR], n }'

descendants() { # PID: it and all below it
	local child
	echo "$1"
	for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
		descendants "$child"
	done
}

bash "$here/bundle.sh" -f "$work/b" sleep 1000
id=startup-sleep-$$
$runtime run --bundle "$work/b" "$id" </dev/null &
top=$!
sleep 3
for pid in $(descendants $top); do
	pss=$(awk '$1 == "Pss:" { print $2 }' /proc/"$pid"/smaps_rollup 2>/dev/null || true)
	echo "${pss:-0} $(cat /proc/"$pid"/comm 2>/dev/null || true)"
done | awk '{ sum += $1; names = names "\t" $2 "=" $1 }
	END { printf "pss_kib\t%d\nprocesses\t%d%s\n", sum, NR, names }'
$runtime kill "$id" KILL || true
wait $top 2>/dev/null || true
$runtime delete -f "$id" >/dev/null 2>&1 || true
