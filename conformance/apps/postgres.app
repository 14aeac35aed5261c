interpreter: /bin/bash
packages: postgresql postgresql-contrib
needs: /usr/lib/postgresql/15/bin/initdb /usr/lib/postgresql/15/bin/pgbench
timeout: 240
program: postgresql
---
# initdb, pgbench, LISTEN, parallel queries, kill -9 of the postmaster, recovery
d=$(mktemp -d); cd "$d" || exit 1; chmod 755 .
B=/usr/lib/postgresql/15/bin; export PATH=$B:$PATH LC_ALL=C TZ=UTC PGHOST=$d PGUSER=pg
run=; if [ "$(id -u)" = 0 ]; then chown nobody .; run='setpriv --reuid=nobody --regid=nogroup --clear-groups'; fi
$run initdb -D data -U pg -A trust -N >init.log 2>&1; echo "initdb $?"
echo "listen_addresses = ''
unix_socket_directories = '$d'
max_parallel_workers_per_gather = 2
min_parallel_table_scan_size = 0
shared_buffers = 16MB" >>data/postgresql.conf
start() { $run pg_ctl -D data -l log -w -t 60 start >/dev/null 2>&1; echo "start $?"; }
start
createdb b; pgbench -i -s 1 -q b >/dev/null 2>&1; echo "init $?"
pgbench -c 4 -j 2 -t 50 b 2>/dev/null | grep 'actually processed\|failed'
psql -Atc 'select count(*), sum(tbalance) = sum_b from pgbench_tellers, (select sum(bbalance) sum_b from pgbench_branches) x group by sum_b' b
psql -At b <<S 2>&1 | sed 's, PID .*,,'
set parallel_setup_cost = 0; set parallel_tuple_cost = 0;
select count(*), sum(aid) from pgbench_accounts;
create index on pgbench_accounts (abalance, aid); create table t (id serial primary key, j jsonb); insert into t (j) select jsonb_build_object('a', g) from generate_series(1, 1000) g;
select j->>'a' from t where (j->>'a')::int > 998; vacuum full t; analyze; checkpoint;
select pg_sleep(0.01) is not null; listen c; notify c, 'x'; copy (select id from t where id < 4) to stdout;
S
psql -Atc 'begin; insert into t (j) values (null); select pg_sleep(30); commit' b >/dev/null 2>&1 & c=$!
for i in {1..100}; do [ "$(psql -Atc "select count(*) from pg_stat_activity where query like 'begin; ins%' and wait_event = 'PgSleep'" b)" = 1 ] && break; sleep .1; done
m=$(head -n 1 data/postmaster.pid); kids=$(pgrep -P "$m"); kill -9 "$m"; wait $c; echo "session $?"
for p in $m $kids; do for i in {1..300}; do [ -d "/proc/$p" ] || break; sleep .05; done; done
start 2>&1; psql -Atc 'select count(*) from t' b; grep -c 'database system was not properly shut down' log; psql -Atc 'select count(*) from pgbench_history' b
pg_dump b | grep -c '^[0-9]'; $run pg_ctl -D data -m fast -w stop >/dev/null; echo "stop $?"; $run pg_controldata data | grep 'cluster state'
grep -c 'FATAL\|PANIC' log
cd /; rm -rf "$d"
