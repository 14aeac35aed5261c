interpreter: /bin/bash
packages: gcc libc6-dev make
needs: /usr/bin/gcc /usr/bin/make
timeout: 120
---
d=$(mktemp -d); cd "$d" || exit 1
cat >a.c <<'E'
#include <stdio.h>
#include <math.h>
int twice(int);
int main(int c, char **v) { printf("%d args, %d, %.3f\n", c, twice(21), sqrt(c)); return 3; }
E
echo 'int twice(int x) { return 2 * x; }' >b.c
printf 'prog: a.o b.o\n\tgcc -o $@ $^ -lm\n%%.o: %%.c\n\tgcc -O2 -g -c -o $@ $<\n' >Makefile
make -j2 | sort; ./prog x y; echo $?
gcc -static -O1 -o st a.c b.c -lm && ./st; echo $?
gcc -shared -fPIC -o libb.so b.c && gcc -o dyn a.c -L. -lb -lm -Wl,-rpath,. && ./dyn a; echo $?
echo 'int main( { }' >bad.c; gcc -c bad.c 2>/dev/null; echo "bad $?"
gcc -E -xc - <<<'#define A 7
A' | tail -n 1
nm prog | grep -c ' T main'; strip prog && ./prog; echo $?
ar rc l.a b.o && ar t l.a; objdump -d b.o | grep -c ret
cd /; rm -rf "$d"
