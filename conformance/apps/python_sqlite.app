interpreter: /usr/bin/python3
packages: python3
needs: /usr/bin/python3
timeout: 60
---
import sqlite3, tempfile, os, subprocess, sys
with tempfile.TemporaryDirectory() as d:
    for mode in ("delete", "wal"):
        f = os.path.join(d, mode + ".db")
        c = sqlite3.connect(f)
        print(c.execute(f"pragma journal_mode={mode}").fetchone())
        c.execute("create table t(a integer primary key, b text)")
        with c:
            c.executemany("insert into t values(?, ?)", ((i, "x" * (i % 50)) for i in range(5000)))
        print(c.execute("select count(*), sum(length(b)) from t").fetchone())
        out = subprocess.check_output([sys.executable, "-c",
            "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute('update t set b=? where a<10', ('y',)); c.commit(); print(c.execute('select count(*) from t').fetchone())", f])
        print(out)
        print(c.execute("select b from t where a = 5").fetchone())
        c2 = sqlite3.connect(f, timeout=0.1)
        c.execute("begin immediate")
        try:
            c2.execute("begin immediate")
        except sqlite3.OperationalError as e:
            print(e)
        c.execute("rollback")
        c.execute("delete from t where a % 2"); c.commit(); c.execute("vacuum")
        print(c.execute("pragma integrity_check").fetchone(), c.execute("select count(*) from t").fetchone())
        c.close(); c2.close()
    m = sqlite3.connect(":memory:"); print(m.execute("select 1+1").fetchone())
