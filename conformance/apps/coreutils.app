interpreter: /bin/bash
packages: coreutils
timeout: 60
---
d=$(mktemp -d); cd "$d" || exit 1
umask 022
seq 100 >n; shuf n | sort -n | cmp - n && echo sorted
head -c 5 n | od -c; tail -n +98 n; nl n | head -n 1; tac n | head -n 1
split -l 30 n part.; ls part.*; cat part.* | cmp - n && echo joined
paste -d, <(seq 3) <(seq 4 6); join <(seq 3) <(seq 2 4); comm -12 <(seq 3) <(seq 2 4)
cut -d1 -f2 n | sort -u | head -n 3; fold -w 3 <<<abcdefg; expand <<<$'a\tb'; fmt <<<"a b c"
sum n; cksum n; md5sum n; sha1sum n; sha512sum n | cut -c1-20; b2sum n | cut -c1-20; base64 <<<hi
cp -a n m; cp -r . ../copy.$$ ; ls ../copy.$$ | wc -l; rm -r ../copy.$$
mv m o; ln n hard; ln -s n soft; stat -c '%h %F' n soft; readlink -f soft | sed "s,$d,D,"
mkdir -p x/y/z -m 755; touch -d @1000000000 x/f; stat -c '%Y' x/f; date -u -r x/f +%F
chmod u=rw,go= n; stat -c %A n; chmod -R a+rX x; ls -l --time-style=+%s x/f | cut -d' ' -f1,2,6-
install -D -m 700 n i/j/k; stat -c %a i/j/k; truncate -s 1M big; stat -c %s big; du --apparent-size -k big
dd if=/dev/urandom of=r bs=4k count=10 status=none; cp r r2; cmp r r2 && echo copied; dd if=r bs=1 skip=40950 status=none | wc -c
rmdir x; echo "rmdir $?"; rm x 2>&1 | sed 's/.*: //'; rm -rf x; test -e x || echo gone
mktemp -u abcXXX | cut -c1-3; mkfifo p; (echo fifo >p &) ; cat p; tee t1 t2 <<<tee; cat t1 t2
env -i PATH=$PATH A=b printenv A; nice -n 5 nice; nohup true; timeout 1 true; echo $?
numfmt --to=iec 1048576; factor 360; expr 5 % 3; seq -s, 5; printf '%x\n' 255; echo {a..c}
id -un; whoami; id -g; groups | wc -w; pwd -P | sed "s,$d,D,"; uname -s -m; nproc | grep -c '[0-9]'; tty; date -u -d @86400 +%F
ls -la /etc/passwd | cut -c1-10; df . >/dev/null; echo "df $?"; sync; stat -f -c %T /proc
chown 0:0 n 2>/dev/null; basename $d | cut -c1-4; realpath --relative-to=. ./i/../n; unlink hard; link n hard2; ls
test -L soft -a -r n && echo t; [ n -nt x/f ] ; echo $?; false; echo $?; sleep 0.01; pathchk n; dircolors -b | head -c 10; echo
ptx <<<"a b" | wc -l; tsort <<<"a b b c"; uniq -c <<<$'a\na\nb'; wc n; csplit -s n 50; ls xx*; shred -u t2; ls t2 2>/dev/null; echo $?
cd /; rm -rf "$d"
