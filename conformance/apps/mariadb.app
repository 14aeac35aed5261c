interpreter: /bin/bash
packages: mariadb-server mariadb-client
needs: /usr/sbin/mariadbd /usr/bin/mysqlslap
timeout: 240
tags: heavy
program: mariadb
---
# install the tables, mysqlslap from several connections, kill -9 and recovery of InnoDB
d=$(mktemp -d); cd "$d" || exit 1; chmod 755 .
run=; if [ "$(id -u)" = 0 ]; then chown nobody .; run='setpriv --reuid=nobody --regid=nogroup --clear-groups'; fi
$run mariadb-install-db --no-defaults --datadir="$d/data" --auth-root-authentication-method=normal --skip-test-db >install.log 2>&1; echo "install $?"
start() {
  $run mariadbd --no-defaults --datadir="$d/data" --socket="$d/s" --skip-networking --pid-file="$d/pid" --innodb-buffer-pool-size=16M --tmpdir="$d" >>log 2>&1 & m=$!
  for i in {1..300}; do mariadb-admin --no-defaults -uroot -S s ping >/dev/null 2>&1 && { echo up; return; }; sleep .1; done; echo "did not start"; tail -n 20 log; exit 1; }
start
q() { mariadb --no-defaults -uroot -S s -N -B -e "$@"; }
q 'create database b; create table b.t (id int auto_increment primary key, v varchar(50), key(v)) engine=InnoDB; create table b.a (x int) engine=Aria; insert into b.a values (1), (2)'
q 'use b; insert into b.t (v) select concat("v", seq) from seq_1_to_5000; select count(*), max(id) from b.t; select sum(x) from b.a'
mysqlslap --no-defaults -uroot -S s --concurrency=4 --iterations=1 --number-of-queries=200 --auto-generate-sql --auto-generate-sql-load-type=mixed >slap.out 2>&1; echo "slap $?"
q 'insert into b.t (v) values ("kept")'
q 'begin; update b.t set v = "lost"; select sleep(60); commit' >/dev/null 2>&1 & c=$!
for i in {1..100}; do q 'show processlist' | grep -q sleep && break; sleep .1; done
q 'insert into b.a values (3)' 2>&1 | head -c 200
kill -9 "$(cat pid)"; wait $m 2>/dev/null; echo "killed $?"; wait $c; echo "session $?"
start; q 'select count(*) from b.t where v = "lost"; select count(*) from b.t where v = "kept"; check table b.t'
grep -c 'crash recovery' log
mariadb-dump --no-defaults -uroot -S s b | grep -c 'CREATE TABLE'; mariadb-admin --no-defaults -uroot -S s shutdown; wait $m; echo "stopped $?"
cd /; rm -rf "$d"
