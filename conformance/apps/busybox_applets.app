interpreter: /usr/bin/busybox sh
packages: busybox-static
needs: /usr/bin/busybox
timeout: 60
---
d=$(mktemp -d); cd "$d" || exit 1
b=/usr/bin/busybox
$b seq 1 20 >n
$b cat n | $b head -n 3
$b tail -n 2 n
$b wc -l n
$b sort -rn n | $b head -n 1
$b grep -c 1 n
$b sed 's/1/one/' n | $b head -n 2
$b awk '{ s += $1 } END { print s }' n
$b tr 0-9 a-j <n | $b head -n 3
$b cut -c1 n | $b uniq -c | $b tail -n 1
$b md5sum n
$b sha256sum <n
$b mkdir -p a/b/c; $b touch a/b/c/f; $b find a | $b sort
$b cp n m; $b mv m a/; $b ls a
$b ln -s n l; $b readlink l
$b tar cf t.tar a; $b tar tf t.tar
$b gzip -c n | $b gunzip -c | $b cmp - n && echo same
$b dd if=/dev/zero of=z bs=1k count=5 2>/dev/null; $b stat -c %s z
$b expr 3 + 4
$b basename /x/y.c .c; $b dirname /x/y.c
$b printf '%05d|%s\n' 42 x
$b date -u -d @0
$b test -f n && echo file
$b xargs echo <n
$b od -An -c n | $b head -n 1
$b chmod 640 n; $b stat -c %a n
$b id -u
$b env -i A=1 $b env
$b true; echo $?; $b false; echo $?
$b du -s a >/dev/null; echo du $?
$b rev n | $b tail -n 1
$b tee x <n | $b wc -c
$b diff n x && echo equal
$b rm -r "$d"; $b test -e "$d" || echo gone
