interpreter: /bin/bash
packages: restic age fzf
needs: /usr/bin/restic /usr/bin/age /usr/bin/fzf
timeout: 120
program: restic, age, fzf (Go)
---
# a backup with restore and check, encryption to a key, a filter: three static programs of the Go runtime
d=$(mktemp -d); cd "$d" || exit 1; export HOME=$d RESTIC_PASSWORD=x RESTIC_REPOSITORY=$d/repo RESTIC_CACHE_DIR=$d/cache
mkdir data; for i in {1..60}; do seq $i $((i * 300)) >data/f$i; done; ln -s f1 data/link; mkfifo data/fifo; dd if=/dev/zero of=data/sparse bs=1 count=0 seek=20M 2>/dev/null
restic init -q; restic backup -q data; echo "backup $?"; echo changed >>data/f2; restic backup -q data; restic snapshots --json | grep -o '"short_id"' | wc -l
restic check -q; echo "check $?"; restic restore -q latest --target out; diff -r --no-dereference data out/data 2>&1 | grep -v fifo; restic ls latest | grep -c /data/; restic forget -q --keep-last 1 --prune; echo "prune $?"; restic diff latest latest 2>&1 | grep -c 'Files:'
restic dump latest data/f2 2>/dev/null | tail -n 1
age-keygen -o key 2>/dev/null; age -r "$(sed -n 's/^# public key: //p' key)" -a <data/f9 >c; head -n 1 c; age -d -i key <c | cmp - data/f9 && echo same; age -d -i key data/f9 2>&1 | head -n 1
seq 20000 | fzf -f 999 | wc -l; printf '%s\n' alpha beta gamma | fzf -f gm; printf '%s\n' alpha beta | fzf -f zzz; echo "none $?"
GOMAXPROCS=8 GOGC=5 restic stats -q --json latest | grep -o 'total_file_count":[0-9]*'
cd /; rm -rf "$d"
