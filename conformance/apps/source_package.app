interpreter: /bin/bash
packages: gcc libc6-dev make
source: zlib
needs: /usr/bin/gcc /usr/bin/make /var/cache/sandjar-sources/zlib.orig
timeout: 240
program: gcc, make -j2 on the source package zlib
---
# configure, make -j2, the project's own tests, install
d=$(mktemp -d); cd "$d" || exit 1
tar xf /var/cache/sandjar-sources/zlib.orig && cd zlib-* || exit 1
./configure --prefix="$d/i" >conf.log 2>&1; echo "configure $?"; grep -c 'Checking' conf.log
make -j2 >make.log 2>&1; echo "make $?"; ls libz.a; make test 2>&1 | grep -E 'test OK|FAILED'; make install >/dev/null 2>&1; echo "install $?"; (cd "$d/i" && ls include lib)
for l in 1 6 9; do ./minigzip -$l <zlib.h | gzip -dc | cmp - zlib.h && echo same; done; make clean >/dev/null; echo "clean $?"
cd /; rm -rf "$d"
