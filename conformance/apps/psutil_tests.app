interpreter: /bin/bash
packages: python3-psutil python3-pytest gcc libc6-dev
needs: /usr/lib/python3/dist-packages/psutil/tests/test_process.py /usr/lib/python3/dist-packages/pytest/__init__.py
timeout: 300
tags: heavy
program: psutil's own tests
remark: without those that fail on a busy Linux as well (num_ctx_switches, users, weird_environ ...) and those of disks, of which a guest has none
---
# processes, memory, connections, users and clocks as psutil reads them from /proc and /sys: which of its tests fail?
d=$(mktemp -d); cd "$d" || exit 1; export HOME=$d PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8; unset PYTHONPATH
T=/usr/lib/python3/dist-packages/psutil/tests
chosen="not (num_ctx_switches or weird_environ or test_users or zombie_process or long_cmdline or long_name or funky_name\
 or setup_script or test_debug or RootFsDeviceFinder or disk or Disk or TestFetchAllProcesses\
 or TestSystemVirtualMemory or TestSystemSwapMemory or cache_clear_public_apis or TestScripts or cpu_percent\
 or cpu_times)"
for t in linux posix process system connections contracts misc unicode; do
  /usr/bin/python3 -m pytest -q -p no:cacheprovider -p no:warnings --no-header -rfE "$T/test_$t.py" -k "$chosen" >out 2>&1; r=$?
  sed -n 's/^\(FAILED\|ERROR\) [^:]*::\([^ ]*\).*/\2/p' out; echo "$t $r"
done
cd /; rm -rf "$d"
