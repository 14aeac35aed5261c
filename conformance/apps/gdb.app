interpreter: /bin/bash
packages: gdb gcc libc6-dev
needs: /usr/bin/gdb /usr/bin/gcc
timeout: 180
---
export LC_ALL=C DEBUGINFOD_URLS=
d=$(mktemp -d); cd "$d" || exit 1
cat >a.c <<'E'
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int total = 1;
volatile int go;
double half = 0.5;
int add(int x) { total += x; return 2 * x; }
static void *thread(void *arg) { add(10); return arg; }
static void handler(int sig) { total += sig; }
int main(int argc, char **argv) {
    if (argc > 1 && argv[1][0] == 'w') {
        while (!go)
            usleep(1000);
        return total;
    }
    int s = 0, st;
    for (int i = 0; i < 3; i++)
        s += add(i);
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    pthread_t t;
    pthread_create(&t, 0, thread, 0);
    pthread_join(t, 0);
    pid_t p = fork();
    if (p == 0)
        _exit(add(20) - 20);
    waitpid(p, &st, 0);
    printf("s %d total %d child %d half %.2f\n", s, total, WEXITSTATUS(st), half);
    return argc == 1 ? 0 : *(volatile int *)0;
}
E
gcc -g -O0 -pthread -o a a.c || exit 1
run() { gdb -nx -q -batch -ex 'set pagination off' -ex 'set confirm off' -ex 'set style enabled off' -ex 'set print thread-events off' "$@" 2>&1 |
    grep -v -e '^\[' -e '^Using host' -e '^warning' -e '^Download' -e libthread_db -e '\.\./' -e '^$' |
    sed -e 's/0x[0-9a-f]\{6,\}/ADDR/g' -e 's/process [0-9][0-9]*/process N/g' -e 's/LWP [0-9][0-9]*/LWP N/g'; }
echo '== breakpoints, steps, data'
run -ex 'break add' -ex run -ex bt -ex 'print x' -ex 'print total' -ex 'set var total=100' -ex next -ex step -ex step -ex 'continue' \
    -ex 'print half' -ex 'set var half=2.25' -ex finish -ex 'print add(7)' -ex 'info breakpoints' -ex delete -ex 'continue' ./a
echo '== condition, tbreak, until, display, frames'
run -ex 'break add if x==2' -ex 'tbreak main' -ex run -ex 'info args' -ex 'continue' -ex 'info locals' -ex up -ex 'info locals' -ex 'p $_siginfo.si_signo' -ex kill ./a
echo '== a signal, its handler'
run -ex 'break handler' -ex run -ex bt -ex 'continue' -ex 'print sig' -ex finish -ex 'info registers eflags cs ss' -ex kill ./a | grep -v raise | grep -v kill
echo '== threads'
run -ex 'break thread' -ex run -ex 'thread apply all -q print total' -ex 'thread 1' -ex 'thread 2' -ex delete -ex 'continue' ./a | grep -v -e '^#0' -e futex -e clone
echo '== the child of a fork'
run -ex 'set follow-fork-mode child' -ex 'break add if x==20' -ex run -ex 'print x' -ex finish -ex 'continue' ./a
run -ex 'set detach-on-fork off' -ex 'catch fork' -ex run -ex 'info inferiors' -ex kill ./a | grep -c -e Catchpoint -e 'process N'
echo '== software watchpoint'
run -ex 'set can-use-hw-watchpoints 0' -ex 'break add' -ex run -ex 'watch total' -ex 'continue' -ex 'continue' -ex kill ./a
echo '== hardware watchpoint'
run -ex 'break add' -ex run -ex 'watch total' -ex 'info watchpoints' -ex 'continue' -ex 'continue' -ex kill ./a
run -ex 'hbreak add' -ex run -ex bt -ex kill ./a
echo '== a call is caught'
run -ex 'catch syscall getpid' -ex 'catch syscall exit_group' -ex run -ex 'p $orig_rax' -ex kill ./a | grep -v '^#'
echo '== a crash'
run -ex 'handle SIGUSR1 nostop noprint pass' -ex run -ex 'p $_siginfo.si_signo' -ex 'p $_siginfo._sifields._sigfault.si_addr' -ex kill --args ./a x
echo '== attached'
./a wait & p=$!
run -p $p -ex 'print total' -ex 'set var total=33' -ex 'set var go=1' -ex detach | grep -e '^\$' -e '^Detach'
wait $p; echo $?
cd /; rm -rf "$d"
