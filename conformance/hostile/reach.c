// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1
// TIMEOUT: 30
// Reaches for the host: a process of it by number (argument 1), a file of it by name (argument 2), its files by device, its root.
#include "hostile.h"
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

int main(int argc, char **argv) {
    only_inside();
    int pid = argc > 1 ? atoi(argv[1]) : 0, bad = 0;
    const char *file = argc > 2 ? argv[2] : "/nonexistent";
    char b[100] = "", p[100];
    if (pid > 1) {
        bad |= kill(pid, SIGKILL) == 0;
        bad |= kill(pid, 0) == 0;
        bad |= syscall(SYS_tgkill, pid, pid, SIGKILL) == 0;
        bad |= syscall(SYS_pidfd_open, pid, 0) >= 0;
        bad |= ptrace(PTRACE_ATTACH, pid, 0, 0) == 0;
        struct iovec v = {b, 10}, r = {(void *)0x400000, 10};
        bad |= process_vm_readv(pid, &v, 1, &r, 1, 0) > 0;
        snprintf(p, sizeof p, "/proc/%d/root", pid);
        bad |= open(p, O_RDONLY) >= 0;
        bad |= syscall(SYS_prlimit64, pid, 7, 0, b) == 0;
        bad |= setpgid(pid, pid) == 0;
        bad |= syscall(SYS_sched_setaffinity, pid, 8, b) == 0;
    }
    /* written here, unlinked here; the runner looks at the host's file afterwards */
    int fd = open(file, O_WRONLY | O_TRUNC);
    if (fd >= 0 && write(fd, "guest was here", 14) < 0)
        errno = 0;
    unlink(file);
    rename("/etc/passwd", "/etc/passwd.x");
    unlink("/etc/hostname");
    bad |= open("/dev/vda", O_RDONLY) >= 0;
    bad |= open("/dev/mem", O_RDONLY) >= 0;
    bad |= open("/dev/kmsg", O_RDONLY) >= 0;
    if (mknod("/tmp/disk", S_IFBLK | 0600, 254 << 8) == 0)
        bad |= open("/tmp/disk", O_RDONLY) >= 0;
    if (mknod("/tmp/mem", S_IFCHR | 0600, 1 << 8 | 1) == 0)
        bad |= open("/tmp/mem", O_RDONLY) >= 0;
    snprintf(p, sizeof p, "/proc/1/root%s", file);
    open(p, O_RDWR);
    if (chroot("/tmp") == 0 && chdir("../../../..") == 0)
        bad |= 0;
    fd = open("/proc/sys/kernel/hostname", O_WRONLY);
    if (fd >= 0 && write(fd, "guest", 5) < 0)
        errno = 0;
    fd = open("/proc/sysrq-trigger", O_WRONLY);
    bad |= fd >= 0 && 0;
    sethostname("guest-changed", 13);
    printf("%s\n", bad ? "REACHED the host" : "nothing reached");
    return bad;
}
