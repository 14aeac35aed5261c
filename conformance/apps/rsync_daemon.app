interpreter: /bin/bash
packages: rsync
needs: /usr/bin/rsync
timeout: 60
program: rsync, local and by its daemon
---
d=$(mktemp -d); cd "$d" || exit 1; chmod 755 .
mkdir -p src/a/b; for i in {1..40}; do seq $i $((i * 50)) >src/a/f$i; done; ln -s f1 src/a/l; ln src/a/f2 src/a/b/hard; mkfifo src/p; truncate -s 3M src/sparse; chmod 640 src/a/f3; touch -d 2001-02-03 src/a/f4
rsync -aHS src/ dst/; diff -r --no-dereference src/a dst/a && echo local; stat -c '%a %Y' dst/a/f3 dst/a/f4 | sed -n '1s/ .*//p;2p'; [ dst/a/f2 -ef dst/a/b/hard ] && echo hard; test -p dst/p && echo fifo; stat -c %b dst/sparse
echo x >>src/a/f5; touch -d 2001-02-03 src/a/f5; rm src/a/f6; rsync -ai --delete src/ dst/ | grep -v '^.d'; rsync -an --stats src/ dst/ | grep 'Number of regular files transferred'; rsync -ac --link-dest=../dst src/ snap/; [ snap/a/f9 -ef dst/a/f9 ] && echo linked
while p=$((20000 + RANDOM % 9000)); (: </dev/tcp/127.0.0.1/$p) 2>/dev/null; do :; done
printf 'use chroot = %s\npid file = %s/pid\nlog file = %s/log\nuid = %s\ngid = %s\n[m]\npath = %s/dst\nread only = no\n[ro]\npath = %s/src\nauth users = u\nsecrets file = %s/sec\n' "$([ "$(id -u)" = 0 ] && echo yes || echo no)" "$d" "$d" "$(id -u)" "$(id -g)" "$d" "$d" "$d" >c; echo u:pw >sec; chmod 600 sec
rsync --daemon --config=c --address 127.0.0.1 --port $p; for i in {1..100}; do (: </dev/tcp/127.0.0.1/$p) 2>/dev/null && break; sleep .05; done
rsync rsync://127.0.0.1:$p/ | tr -d ' \t'; rsync -az --bwlimit=0 rsync://127.0.0.1:$p/m/a/ got/; diff -r --no-dereference dst/a got && echo pulled; echo new >n; rsync -a n rsync://127.0.0.1:$p/m/; cat dst/n
RSYNC_PASSWORD=pw rsync -a rsync://u@127.0.0.1:$p/ro/a/f1 one; wc -l <one; RSYNC_PASSWORD=no rsync -a rsync://u@127.0.0.1:$p/ro/ two >/dev/null 2>&1; echo "refused $?"
for i in 1 2 3 4; do rsync -a rsync://127.0.0.1:$p/m/a/ par$i/ & w="$w $!"; done; wait $w; ls par* | grep -c '^f'
kill "$(cat pid)"; for i in {1..100}; do [ -e pid ] || break; sleep .05; done; ls pid 2>/dev/null
cd /; rm -rf "$d"
