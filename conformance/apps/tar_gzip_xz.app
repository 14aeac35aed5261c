interpreter: /bin/bash
packages: tar gzip xz-utils bzip2
needs: /usr/bin/xz
timeout: 120
---
d=$(mktemp -d); cd "$d" || exit 1
mkdir -p s/a/b; seq 50000 >s/n; head -c 300000 /dev/zero >s/z; ln -s n s/l; ln s/n s/h; chmod 700 s/a; touch -d @1000000 s/a s/n s/z
for z in gzip xz 'xz -T2' bzip2; do
    tar -I "$z" -cf t.tar s && mkdir x && tar -I "${z%% *}" -xf t.tar -C x && diff -r s x/s && stat -c '%a %Y %h' x/s/n x/s/a; rm -rf x
done
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf t.tar s; sha256sum t.tar
tar tvf t.tar --numeric-owner | awk '{ print $1, $NF }'
gzip -9 -k -n s/n; gzip -l s/n.gz | wc -l; zcat s/n.gz | cmp - s/n && echo same
cd /; rm -rf "$d"
