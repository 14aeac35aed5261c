interpreter: /bin/bash
packages: findutils grep sed gawk tar gzip
timeout: 240
---
# find, xargs, grep, sed, awk, tar and gzip over a tree of 10,000 files
d=$(mktemp -d); cd "$d" || exit 1
trap 'cd /; rm -rf "$d"' EXIT
for i in {0..99}; do
    mkdir -p "t/d$i"
    for j in {0..99}; do echo "file $i $j value $((i * j))"> "t/d$i/f$j"; done
done
find t -type f | wc -l
find t -type d | wc -l
find t -name 'f7' | wc -l
find t -type f -print0 | xargs -0 cat | wc -lc
grep -rl 'value 42$' t | sort | head -n 5
grep -r 'value 4950' t | wc -l
find t -type f -print0 | xargs -0 -n 500 sed -i 's/value/VALUE/'
grep -rc VALUE t | awk -F: '{ s += $2 } END { print s }'
find t -type f -exec cat {} + | awk '{ s += $5 } END { print s, NR }'
tar cf - t | tar tf - | wc -l
tar czf t.tgz t && gzip -t t.tgz && echo good
mkdir u && tar xzf t.tgz -C u && diff -r t u/t && echo same
find t -newer t/d0/f0 -type f | wc -l | grep -c .
find u -type f -delete; find u -depth -type d -empty -delete; ls -A u | wc -l
ls -R t | md5sum
du -s --inodes t | cut -f1
rm -rf t; ls
