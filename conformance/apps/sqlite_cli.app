interpreter: /bin/bash
packages: sqlite3
needs: /usr/bin/sqlite3
timeout: 60
---
d=$(mktemp -d); cd "$d" || exit 1
sqlite3 a.db 'create table t(x); with recursive c(n) as (select 1 union all select n+1 from c where n<10000) insert into t select n from c; select count(*),sum(x) from t;'
for i in 1 2 3 4; do sqlite3 -cmd '.timeout 20000' a.db "begin immediate; insert into t values($i); commit;" & done; wait
sqlite3 a.db 'select count(*) from t; pragma integrity_check'
cd /; rm -rf "$d"
