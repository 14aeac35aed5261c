interpreter: /bin/bash
packages: redis-server redis-tools
needs: /usr/bin/redis-server /usr/bin/redis-benchmark
timeout: 120
program: redis-server, redis-benchmark
---
# AOF with rewrite, a snapshot by a forked child, replication to a second server, kill -9 and recovery, redis-benchmark
d=$(mktemp -d); cd "$d" || exit 1
while p=$((20000 + RANDOM % 9000)); (: </dev/tcp/127.0.0.1/$p) 2>/dev/null || (: </dev/tcp/127.0.0.1/$((p + 1))) 2>/dev/null; do :; done
q=$((p + 1)); mkdir a b
one() { redis-server --port $p --dir "$d/a" --appendonly yes --save '' --daemonize yes --logfile "$d/a.log" --pidfile "$d/a.pid" --repl-diskless-sync-delay 0 >/dev/null; up $p; }
up() { for i in {1..200}; do [ "$(redis-cli -p "$1" ping 2>/dev/null)" = PONG ] && return; sleep .05; done; echo "no answer"; cat a.log; exit 1; }
until_eq() { for i in {1..200}; do [ "$("${@:2}")" = "$1" ] && { echo "$1"; return; }; sleep .05; done; echo "never $1: $("${@:2}")"; }
info() { redis-cli -p "$1" info "$2" | tr -d '\r' | sed -n "s/^$3://p"; }
one
redis-server --port $q --dir "$d/b" --save '' --replicaof 127.0.0.1 $p --daemonize yes --logfile "$d/b.log" --pidfile "$d/b.pid" >/dev/null; up $q
redis-cli -p $p eval 'for i = 1, 5000 do redis.call("set", "k" .. i, i * 7) end return redis.call("dbsize")' 0
for i in 1 2 3; do redis-cli -p $p rpush list a b c >/dev/null; redis-cli -p $p incr n; done
until_eq up info $q replication master_link_status
until_eq 34993 redis-cli -p $q get k4999; until_eq 9 redis-cli -p $q llen list; redis-cli -p $q set x y
redis-cli -p $p bgrewriteaof; until_eq 0 info $p persistence aof_rewrite_in_progress; info $p persistence aof_last_bgrewrite_status
redis-cli -p $p bgsave; until_eq 0 info $p persistence rdb_bgsave_in_progress; info $p persistence rdb_last_bgsave_status; redis-check-rdb a/dump.rdb | grep -c 'RDB looks OK'
redis-cli -p $p subscribe news >sub.out & s=$!; until_eq 1 redis-cli -p $p publish news hi; for i in {1..100}; do grep -q hi sub.out && break; sleep .05; done; kill $s; wait $s 2>/dev/null; grep -c hi sub.out
redis-cli -p $p set last word; kill -9 "$(cat a.pid)"; until_eq down info $q replication master_link_status
one; redis-cli -p $p get last; redis-cli -p $p dbsize; until_eq up info $q replication master_link_status; until_eq word redis-cli -p $q get last
redis-benchmark -p $p -t set,get,lpush,mset -n 1500 -c 8 -q --csv | cut -d, -f1
redis-benchmark -p $p -t set,get -n 20000 -P 16 -c 8 -q --csv | cut -d, -f1
redis-cli -p $q shutdown nosave; redis-cli -p $p shutdown; for f in a.pid b.pid; do for i in {1..100}; do [ -e $f ] || break; sleep .05; done; ls $f 2>/dev/null; done
cd /; rm -rf "$d"
