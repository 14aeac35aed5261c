interpreter: /bin/bash
packages: supervisor
needs: /usr/bin/supervisord /usr/bin/supervisorctl
timeout: 90
tags: heavy
program: supervisord
---
d=$(mktemp -d); cd "$d" || exit 1
cat >c <<C
[supervisord]
logfile=$d/log
pidfile=$d/pid
childlogdir=$d
[unix_http_server]
file=$d/s
[supervisorctl]
serverurl=unix://$d/s
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[program:sleeper]
command=sleep 600
startsecs=0
[program:crash]
command=sh -c "echo x >>$d/n; sleep 0.2; exit 1"
startsecs=5
startretries=2
[program:group]
command=sh -c "sleep 600 & wait"
stopasgroup=true
killasgroup=true
numprocs=2
process_name=%(program_name)s%(process_num)d
startsecs=0
C
supervisord -c c 2>/dev/null; echo "start $?"; C="supervisorctl -c $d/c"
has() { for i in {1..200}; do "$@" >/dev/null 2>&1 && return; sleep .1; done; echo "never: $*"; }
has sh -c "$C status sleeper | grep -q RUNNING"; has sh -c "$C status crash | grep -q FATAL"; wc -l <n; $C status | awk '{print $1, $2}'
p=$($C pid sleeper); kill -9 "$p"; has sh -c "grep -q 'exited: sleeper (terminated by SIGKILL' log"; has sh -c "$C status sleeper | grep -q RUNNING"; $C stop group:* | sort; $C start group:group0; $C restart sleeper; $C signal TERM sleeper; $C status group:group1 | awk '{print $2}'
s=$(cat pid); $C shutdown; for i in {1..200}; do [ -e "/proc/$s" ] || break; sleep .05; done; ls pid s 2>/dev/null
cd /; rm -rf "$d"
