#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# runtimes - what Java, node, Go and Python take for their processors and memory in a container with limits: they size their
# pools and heaps by it. They are the host's, in directories that are mounted.
# HEAVY
. "$(dirname "$0")/lib.bash"

group=/conformance-runtimes-$$
if ! mkdir -p "/sys/fs/cgroup/memory$group" "/sys/fs/cgroup/cpu$group" "/sys/fs/cgroup/cpuset$group" 2>/dev/null; then
    echo "skip runtimes: no control groups to write"
    finish
fi
programs="$work/programs"
mkdir -p "$programs"
cat >"$programs/S.java" <<'END'
public class S {
    public static void main(String[] a) {
        Runtime r = Runtime.getRuntime();
        System.out.println("java " + r.availableProcessors() + " " + r.maxMemory() + " "
            + java.util.concurrent.ForkJoinPool.commonPool().getParallelism());
    }
}
END
cat >"$programs/s.js" <<'END'
const o = require('os'), v = require('v8');
console.log('node', o.availableParallelism ? o.availableParallelism() : o.cpus().length, v.getHeapStatistics().heap_size_limit,
  process.constrainedMemory ? process.constrainedMemory() : '');
END
cat >"$programs/s.py" <<'END'
import os, multiprocessing
print('python', len(os.sched_getaffinity(0)), os.cpu_count(), multiprocessing.cpu_count(), os.sysconf('SC_NPROCESSORS_ONLN'))
END
cat >"$programs/s.go" <<'END'
package main

import (
	"fmt"
	"runtime"
)

func main() { fmt.Println("go", runtime.NumCPU(), runtime.GOMAXPROCS(0)) }
END
for program in javac node go; do
    command -v $program >/dev/null || { echo "skip runtimes: no $program"; finish; }
done
javac -d "$programs" "$programs/S.java" || exit 2
(cd "$programs" && GOCACHE=/var/tmp/sandjar-go-tests GOFLAGS=-mod=mod HOME=$work go build -o s s.go) || exit 2
cat >"$programs/all.sh" <<'END'
cd /programs
java -cp . S
node s.js
./s
python3 s.py
echo "nproc $(nproc)"
echo "memory $(cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null)"
echo "quota $(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max 2>/dev/null)"
END

# limited NAME CPU: what they say in a container with half a gigabyte and these limits of CPUs, compared with runc's
limited() {
    local key
    bundle "$1" "
c['linux']['cgroupsPath'] = '$group/$1'
c['linux']['resources'] = {'memory': {'limit': 512 << 20}, 'cpu': $2}
for d in ('/usr', '/lib', '/lib64', '/etc'):
    c['mounts'].append({'destination': d, 'type': 'bind', 'source': d, 'options': ['rbind', 'ro']})
c['mounts'].append({'destination': '/programs', 'type': 'bind', 'source': '$programs', 'options': ['bind', 'ro']})
p['env'] = ['PATH=/usr/bin:/bin', 'HOME=/tmp', 'PYTHONDONTWRITEBYTECODE=1']
p['args'] = ['/bin/sh', '/programs/all.sh']"
    timeout -s KILL 60 "${RUNC:-runc}" --root "$work/runc" run --bundle "$work/$1" "$1" >"$work/$1.want" 2>&1 </dev/null
    R run --bundle "$work/$1" "$1" >"$work/$1.got" 2>&1 </dev/null
    for key in java node go python nproc memory quota; do
        expect "$1.$key" 0 "$(grep "^$key " "$work/$1.want")" grep "^$key " "$work/$1.got"
    done
}

limited half "{'quota': 50000, 'period': 100000}"
expect half.is_one 0 '*' grep -q '^java 1 ' "$work/half.got"
limited more_than_one "{'quota': 150000, 'period': 100000}"
limited one_of_them "{'cpus': '0', 'mems': '0'}"
expect one_of_them.is_one 0 '*' grep -q '^nproc 1$' "$work/one_of_them.got"
find /sys/fs/cgroup -depth -path "*$group*" -type d -exec rmdir {} + 2>/dev/null
finish
