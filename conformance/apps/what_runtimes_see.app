interpreter: /bin/bash
packages: nodejs default-jre-headless python3 procps util-linux coreutils
needs: /usr/bin/node /usr/bin/java /usr/bin/lscpu /usr/bin/lsmem
timeout: 90
program: nproc, lscpu, lsmem, node, java, python: the machine as they see it
---
# processors and memory, asked in many ways: the same numbers as outside
export LC_ALL=C; d=$(mktemp -d); cd "$d" || exit 1
nproc; nproc --all; getconf _NPROCESSORS_ONLN; grep -c '^processor' /proc/cpuinfo; lscpu -p=cpu | grep -vc '^#'; cat /sys/devices/system/cpu/online /sys/devices/system/node/node0/cpulist
free -m | awk '/^Mem/ {print $2}'; lscpu -C=NAME,ONE-SIZE,WAYS,SETS | tr -s ' '; lsmem -n -b -o RANGE >/dev/null; echo "lsmem $?"; getconf _PHYS_PAGES
node -e 'const o = require("os"); console.log(o.cpus().length, o.cpus()[0].model, o.totalmem(), o.arch(), o.platform(), o.endianness(), Object.keys(o.networkInterfaces()).includes("lo"), o.uptime() > 0, o.loadavg().length, o.freemem() > 0, o.userInfo().username)'
/usr/bin/python3 -c 'import os; print(os.cpu_count(), len(os.sched_getaffinity(0)), os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_AVPHYS_PAGES") > 0)'
echo 'public class S { public static void main(String[] a) { System.out.println(Runtime.getRuntime().availableProcessors() + " " + (Runtime.getRuntime().maxMemory() >> 26)); } }' >S.java
if command -v javac >/dev/null; then javac S.java && java -cp . S; fi
taskset -c 0 nproc; sysctl -n kernel.ostype fs.nr_open vm.overcommit_memory; df -P /proc | awk 'NR == 2 {print $6}'; findmnt -n -o FSTYPE /proc /sys | sort -u; ss -ltn | head -n 1 | tr -s ' '
cd /; rm -rf "$d"
