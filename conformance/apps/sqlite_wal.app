interpreter: /bin/bash
packages: sqlite3
needs: /usr/bin/sqlite3
timeout: 60
program: sqlite3 in WAL mode
---
# two writers and a reader on one database in WAL mode (shared memory file, byte locks), kill -9 of a writer
d=$(mktemp -d); cd "$d" || exit 1
sqlite3 db 'pragma journal_mode=wal; create table t (w text, n int);'
for w in a b; do
  ( for i in {1..20}; do echo "begin immediate; insert into t values ('$w', $i); insert into t values ('$w', -$i); commit;"; done | sqlite3 -cmd '.timeout 20000' db ) &
done
for i in {1..10}; do n=$(sqlite3 -cmd '.timeout 20000' db 'select sum(n) from t'); [ "${n:-0}" = 0 ] || echo "torn: $n"; done
wait; sqlite3 db 'select w, count(*), sum(n) from t group by w; pragma integrity_check; pragma wal_checkpoint(truncate);'
mkfifo in; sqlite3 db <in & s=$!
exec 9>in; for i in {1..2000}; do echo "insert into t values ('lost', $i);"; done | sed '1i begin;' >&9
for i in {1..200}; do sqlite3 db 'begin immediate; rollback' 2>&1 | grep -q locked && break; sleep .02; done
kill -9 $s; exec 9>&-; wait $s 2>/dev/null; echo "killed $?"
sqlite3 -cmd '.timeout 5000' db "select count(*) from t where w = 'lost'; insert into t values ('after', 1); select count(*) from t; pragma integrity_check"
ls | grep -c wal
sqlite3 mem.db 'pragma mmap_size=1000000; create table x(a); insert into x select value from generate_series(1,10000); select sum(a) from x; vacuum;'
cd /; rm -rf "$d"
