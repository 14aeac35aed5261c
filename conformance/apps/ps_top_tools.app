interpreter: /bin/bash
packages: procps
needs: /usr/bin/ps
timeout: 60
---
ps -o comm= -p $$; ps -e -o pid= | wc -l | grep -c .
sleep 5 & p=$!
for i in $(seq 100); do case $(ps -o stat=,comm= -p $p) in S*sleep) break ;; esac; sleep 0.05; done
ps -o stat=,comm= -p $p; ps -o ppid= -p $p | grep -c "$$"
pgrep -P $$ sleep >/dev/null && echo found
kill $p; wait $p; echo $?
free >/dev/null; echo "free $?"; uptime >/dev/null; echo "uptime $?"; vmstat >/dev/null; echo "vmstat $?"
cat /proc/loadavg | wc -w; head -n 3 /proc/meminfo | cut -d: -f1; w >/dev/null 2>&1; pidof nothing-like-this; echo $?
