interpreter: /bin/bash
packages: stress-ng
needs: /usr/bin/stress-ng
timeout: 900
tags: heavy
remark: of the classes pipe, scheduler, interrupt, network, vm, memory, filesystem, os without what needs hardware, devices, raw sockets or the host; refused inside: netlink-proc and netlink-task (connector and generic netlink), remap (remap_file_pages), loop (devices), rawsock, rawudp, icmp-flood (--net-raw)
program: stress-ng
---
# pipe, scheduler, interrupt, network, vm and memory classes, the harmless part of os and filesystem: each a second with --verify; which fail?
d=$(mktemp -d); cd "$d" || exit 1; chmod 777 .
run() { # those that Linux lets an ordinary program do, grouped so that a failing one is named
  for s; do
    timeout -s KILL 60 stress-ng --"$s" 1 --timeout 1 --verify --oomable --temp-path "$d" >out 2>&1; r=$?
    if [ $r != 0 ] || grep -q 'fail:' out; then echo "$s $r"; grep -a 'fail:' out | sed 's/.*fail: *//; s/\[[0-9]*\]//' | sort -u | head -n 3; fi
  done; }
echo pipe; run fifo pipe pipeherd ring-pipe sendfile splice tee vm-splice
echo scheduler; run affinity clone eventfd fork futex hrtimers mmapfork mq msg mutex nanosleep poll pthread resched sem sem-sysv session sleep switch sockpair loadavg nice vfork vforkmany wait yield zombie
echo interrupt; run itimer kill pidfd sigabrt sigchld sigfd sigfpe sigio signal signest sigpending sigpipe sigq sigrt sigsegv sigsuspend sigtrap timer timerfd alarm
echo network; run epoll ping-sock sock sockabuse sockdiag sockfd sockmany udp
echo vm; run bad-altstack fpunch memrate madvise malloc mincore mlock mmap mmapaddr mmapfixed mmapmany mprotect mremap msync msyncmany munmap pagemove pageswap resources rmap shm shm-sysv stack stackmmap vm-addr vm-rw vm-segv
echo memory; run atomic context fault lockbus membarrier memthrash mcontend memcpy memfd mmaphuge null seek stream tlb-shootdown zero
echo filesystem; run aio aiol access chdir chmod chown copy-file dentry dir dirdeep dirmany dnotify dup fallocate fcntl fiemap file-ioctl filename flock fsize fstat getdent hdd inode-flags inotify io iomix lease link lockf lockofd locka mknod open readahead rename revio rotate seal symlink sync-file touch utime xattr
echo os; run brk cap chroot close daemon env exit-group full get getrandom ioprio kcmp prctl pty ptrace personality rlimit schedpolicy seccomp set spawn sysinfo tree urandom usersyscall vdso
cd /; rm -rf "$d"
