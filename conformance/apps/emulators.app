interpreter: /bin/bash
packages: qemu-user-static valgrind gcc libc6-dev python3-minimal
needs: /usr/bin/qemu-x86_64-static /usr/bin/valgrind /usr/bin/gcc
timeout: 240
tags: heavy
program: qemu-user, valgrind
---
# programs on an emulated processor: threads, signals, children under qemu; memcheck finds a lost block and a wild read, helgrind a race
d=$(mktemp -d); cd "$d" || exit 1; export LC_ALL=C
cat >a.c <<'C'
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static volatile int n, got;
static void on(int s) { got = s; }
static void *up(void *a) { for (int i = 0; i < 1000; i++) n++; return a; }
int main(int argc, char **argv) {
    pthread_t t[4];
    signal(SIGUSR1, on);
    raise(SIGUSR1);
    for (int i = 0; i < 4; i++) pthread_create(t + i, 0, up, 0), argc > 1 || pthread_join(t[i], 0);
    for (int i = 0; argc > 1 && i < 4; i++) pthread_join(t[i], 0);
    int s, p = fork();
    if (!p) _exit(n > 0 ? 5 : 1);
    waitpid(p, &s, 0);
    int *m = malloc(40);
    m[0] = 1;
    printf("signal %d child %d read %d\n", got, WEXITSTATUS(s), argc > 2 ? m[10] > 1 << 30 : 0);
    m = 0;
    return 0;
}
C
gcc -g -O0 -o a a.c -pthread
qemu-x86_64-static ./a; qemu-x86_64-static /usr/bin/python3 -c 'import threading, os; l=[]; t=[threading.Thread(target=l.append, args=(i,)) for i in range(8)]; [x.start() for x in t]; [x.join() for x in t]; print(sorted(l), os.popen("echo popen").read())'
qemu-x86_64-static -strace ./a 2>&1 | grep -c 'rt_sigaction\|clone'; { qemu-x86_64-static /bin/sh -c 'kill -9 $$'; } 2>/dev/null; echo "status $?"
valgrind --log-file=v ./a; grep -E 'definitely lost|ERROR SUMMARY' v | sed 's/==[0-9]*== *//'; valgrind --log-file=v --error-exitcode=9 ./a 1 2; echo "status $?"; grep -E 'Invalid read|0 bytes after' v | sed 's/==[0-9]*== *//;s/0x[0-9A-F]*/ADDR/'
valgrind --tool=helgrind --log-file=v --error-exitcode=8 ./a 1; echo "status $?"; grep -c 'Possible data race' v | grep -c '[1-9]'; valgrind --tool=callgrind --callgrind-out-file=/dev/null -q ./a 2>/dev/null
cd /; rm -rf "$d"
