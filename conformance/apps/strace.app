interpreter: /bin/bash
packages: strace coreutils python3-minimal
needs: /usr/bin/strace
timeout: 120
---
export LC_ALL=C
d=$(mktemp -d); cd "$d" || exit 1
names() { sed -e 's/^[0-9]* *//' -e '/^<\.\.\./d' -e '/^[-+]/d' -e 's/(.*//' "$1" | grep -v '^$'; }
# every call of a program, in its order
strace -o t /bin/echo hello; names t
# with children, their number
strace -f -o t sh -c '/bin/true; /bin/echo a | cat' ; names t | sort | uniq -c | grep -v -e wait4 -e rt_sigreturn -e futex
# what is said of them
strace -e trace=openat,write,close,exit_group -o t sh -c 'echo x >out; exit 3'; echo $?
grep -e '"out"' -e 'write(1' -e exit t
strace -e trace=kill -e signal=usr1 sh -c 'kill -USR1 $$' 2>&1 | sed 's/[0-9][0-9]*, SIG/PID, SIG/; s/)  *=/) =/; s/si_pid=[0-9]*/si_pid=N/; s/si_uid=[0-9]*/si_uid=N/'
# attached, and let go again
sleep 1000 & p=$!
strace -p $p -o t 2>/dev/null & s=$!
for i in $(seq 100); do grep -q "TracerPid:	$s" /proc/$p/status && break; sleep 0.05; done
grep -c "TracerPid:	$s" /proc/$p/status
# who is attached is not yet who has seen the call
for i in $(seq 400); do grep -q -e nanosleep -e restart_syscall t && break; sleep 0.05; done
kill -INT $s; wait $s; echo "strace $?"
grep TracerPid /proc/$p/status; grep -c -e nanosleep -e restart_syscall t
kill $p; wait $p; echo "sleep $?"
# a count, a failed call, a thread
strace -c -o t /bin/true; grep -c -e execve -e mmap t
strace -e trace=unlink,rmdir -e inject=unlink,unlinkat:error=EIO rm -f t/nothing out 2>&1 | grep -c EIO
[ -e out ] && echo 'out is still there'
strace -f -e trace=clone3 -o t /usr/bin/python3 -c 'import threading
t = threading.Thread(target=print, args=("thread",)); t.start(); t.join()'; names t
cd /; rm -rf "$d"
