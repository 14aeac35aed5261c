interpreter: /bin/bash
packages: procps psmisc util-linux iproute2 lsof sysstat python3-psutil
needs: /usr/bin/vmstat /usr/bin/pstree /usr/bin/lscpu /usr/bin/lsof /usr/bin/iostat /usr/lib/python3/dist-packages/psutil/__init__.py
timeout: 90
compare: output status
repeat: 1
---
# status, messages and the line of headings of the tools that read /proc and /sys
export LC_ALL=C COLUMNS=200 TERM=dumb
sleep 60 & child=$!
tool() { # WORDS-OF-HEADINGS COMMAND...
    local lines=$1 out err=/tmp/tools_of_proc.$$
    shift
    out=$("$@" 2>$err </dev/null)
    printf '%s: %s %s|%s\n' "${*//$child/CHILD}" $? "$(head -1 $err)" \
        "$([ "$lines" = - ] || printf '%s\n' "$out" | sed -n "$lines" | tr -s ' ')"
    rm -f $err
}
tool 1p ps aux
tool 1p ps -eLf
tool 1p ps -o pid,ppid,pgid,sid,tty,stat,nlwp,rss,vsz,pcpu,etime,wchan,ni,pri,psr,comm
tool 7p top -b -n1
tool 1p free -m
tool 1,2p vmstat
tool - vmstat -s
tool - vmstat -d
tool - vmstat -m
tool 3p iostat -c
tool - mpstat
tool - pidstat
tool 1p lsof -p $child
tool 1p pstree -A $child
tool - pgrep -x sleep
tool 1p df -P
tool 1p lscpu
tool - nproc
tool - ss -tan
tool - ss -s
tool - ip addr
tool - mount
tool 1p findmnt
tool - uptime
tool 2p w
tool 1p sysctl kernel.ostype
tool - sysctl kernel.pid_max vm.overcommit_memory net.core.somaxconn fs.file-max
tool - pmap $child
tool - lslocks
tool 1p lsns -p $child
tool 1p prlimit -p $child
tool - taskset -p $child
kill $child
/usr/bin/python3 - <<'PYTHON'
import psutil
for name in ("cpu_times cpu_count cpu_stats getloadavg virtual_memory swap_memory disk_partitions net_io_counters"
             " net_if_addrs net_if_stats net_connections users boot_time pids sensors_battery").split():
    value = getattr(psutil, name)()
    print(name, type(value).__name__, getattr(value, "_fields", ""))
p = psutil.Process()
for name, value in sorted(p.as_dict().items()):
    print(name, type(value).__name__, getattr(value, "_fields", ""))
print(p.io_counters().read_chars > 0, p.num_ctx_switches().voluntary >= 0, psutil.cpu_stats().ctx_switches > 0)
PYTHON
