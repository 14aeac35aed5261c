// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The walls around the kernel's JVM: namespaces, ids, capabilities, an empty root. What the host refuses is left out, with
// the reason in the debug log; only a network namespace that was asked for is not a matter of taste.
//
// The user namespace maps every id to itself: file owners keep their meaning, and the few capabilities that the JVM has count
// for files and for a network namespace made with it, not for the host. In a network namespace that is older (the engine's,
// or the host's own) a capability of our user namespace does not open ports below 1024. In the engine's the sandbox sets
// ip_unprivileged_port_start to 0, which hurts nobody there; the host's own is left alone, and root then goes without a user
// namespace, for a server on port 80 is what host networking is asked for.

#include "runsc.h"
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define NOBODY 65534
#define PORT_START "/proc/sys/net/ipv4/ip_unprivileged_port_start"
#define PING_GROUPS "/proc/sys/net/ipv4/ping_group_range"

static const int file_capabilities[] = {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_NET_BIND_SERVICE, CAP_NET_RAW};

static int has_user, has_pid, has_mount;
static int writer_go = -1, writer_done = -1;

static int put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    int bad = write(fd, text, strlen(text)) != (ssize_t)strlen(text);
    int error = errno;
    close(fd);
    errno = error;
    return bad ? -1 : 0;
}

// Every id that exists here, to itself.
static void identity_map(const char *kind, char *map, size_t size) {
    char path[64], text[2048];
    snprintf(path, sizeof path, "/proc/self/%s", kind);
    size_t n = 0;
    map[0] = 0;
    if (read_small(AT_FDCWD, path, text, sizeof text) <= 0) return;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        unsigned inside, outside, count;
        if (sscanf(line, "%u %u %u", &inside, &outside, &count) != 3 || n + 48 > size) continue;
        n += sprintf(map + n, "%u %u %u\n", inside, inside, count);
    }
}

// 'a': all ids are mapped, '1': only the user's own, '-': none.
static char write_maps(pid_t pid) {
    char path[64], map[2048], result = 'a';
    static const char *const kinds[] = {"uid_map", "gid_map"};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "/proc/%d/%s", pid, kinds[i]);
        identity_map(kinds[i], map, sizeof map);
        if (result == 'a' && put(path, map) == 0) continue;
        if (i == 1 && result == 'a') return '-'; // half a map
        result = '1';
        unsigned id = i == 0 ? geteuid() : getegid();
        char deny[64];
        snprintf(deny, sizeof deny, "/proc/%d/setgroups", pid);
        if (i == 1) put(deny, "deny");
        snprintf(map, sizeof map, "%u %u 1\n", id, id);
        if (put(path, map) != 0) return '-';
    }
    return result;
}

// The maps of a user namespace are written from outside it: by a child made before.
void walls_prepare(void) {
    int go[2], done[2];
    if (pipe2(go, O_CLOEXEC) != 0 || pipe2(done, O_CLOEXEC) != 0) return;
    pid_t launcher = getpid(), pid = fork();
    if (pid == 0) {
        char c;
        close(go[1]);
        if (read(go[0], &c, 1) != 1) _exit(0);
        c = write_maps(launcher);
        _exit(write(done[1], &c, 1) != 1);
    }
    close(go[0]);
    close(done[1]);
    if (pid < 0) return;
    writer_go = go[1];
    writer_done = done[0];
}

static int leave(int flag, const char *what) {
    if (unshare(flag) == 0) return 1;
    dprintf(2, "walls: no %s namespace: %s\n", what, strerror(errno));
    return 0;
}

// 0: there is a user namespace now, or none as before; -1: there is one that is of no use.
static int make_user_namespace(void) {
    if (writer_go < 0 || !leave(CLONE_NEWUSER, "user")) return 0;
    char c = '-';
    if (write(writer_go, "m", 1) != 1 || read(writer_done, &c, 1) != 1 || c == '-') {
        errno = EPERM;
        return -1;
    }
    has_user = 1;
    if (c == '1') dprintf(2, "walls: only one id is mapped in the user namespace\n");
    return 0;
}

static int loopback_up(void) {
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq lo = {.ifr_name = "lo"};
    int bad = s < 0 || ioctl(s, SIOCGIFFLAGS, &lo) != 0;
    lo.ifr_flags |= IFF_UP | IFF_RUNNING;
    bad = bad || ioctl(s, SIOCSIFFLAGS, &lo) != 0;
    if (s >= 0) close(s);
    return bad ? -1 : 0;
}

static int same_file(const char *a, int b) {
    struct stat x, y;
    return stat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int ports_are_open(void) {
    char text[32];
    return read_small(AT_FDCWD, PORT_START, text, sizeof text) > 0 && atoi(text) == 0;
}

// What the JVM opens to load itself it must not be able to open again for writing, by the links in /proc/self/fd: its
// capabilities for files count wherever all ids are mapped.
static void seal_mounts(void) {
    uint64_t read_only[4] = {1, 0, 0, 0}; // struct mount_attr: MOUNT_ATTR_RDONLY
    if (syscall(SYS_mount_setattr, AT_FDCWD, "/", 0x8000, read_only, sizeof read_only) == 0) return; // AT_RECURSIVE
    if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) != 0) {
        dprintf(2, "walls: mounts stay writable: %s\n", strerror(errno));
    }
}

// NULL, or why the sandbox cannot be.
const char *walls_raise(const struct plan *plan) {
    int ports = 1; // a user namespace leaves us the ports below 1024
    if (plan->net >= 0 && !same_file("/proc/self/ns/net", plan->net)) {
        if (setns(plan->net, CLONE_NEWNET) != 0) return "joining the network namespace of config.json";
        ports = ports_are_open() || put(PORT_START, "0") == 0;
        put(PING_GROUPS, "0 2147483647"); // the kernel decides which guest may ping
    } else if (!plan->new_net) {
        ports = geteuid() != 0 || ports_are_open();
    }
    if (ports) {
        if (make_user_namespace() != 0) return "mapping the ids of a user namespace";
    } else {
        dprintf(2, "walls: no user namespace, for the sake of ports below 1024 in a network namespace of the host's\n");
    }
    if (plan->new_net) {
        if (!leave(CLONE_NEWNET, "network")) return "a new network namespace (--network=host does without)";
        if (loopback_up() != 0) dprintf(2, "walls: no loopback: %s\n", strerror(errno));
        put(PING_GROUPS, "0 2147483647");
    }
    has_mount = leave(CLONE_NEWNS, "mount");
    if (has_mount && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        dprintf(2, "walls: mounts stay as they are: %s\n", strerror(errno));
        has_mount = 0;
    }
    if (has_mount) seal_mounts();
    has_pid = leave(CLONE_NEWPID, "pid");
    leave(CLONE_NEWIPC, "ipc");
    leave(CLONE_NEWUTS, "uts");
    leave(CLONE_NEWCGROUP, "cgroup");
    if (writer_go >= 0) close(writer_go), close(writer_done);
    return NULL;
}

static uint64_t permitted(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
    if (syscall(SYS_capget, &header, data) != 0) return 0;
    return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

static int set_capabilities(uint64_t set) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    for (int i = 0; i < 2; i++) data[i].effective = data[i].permitted = data[i].inheritable = (uint32_t)(set >> 32 * i);
    return (int)syscall(SYS_capset, &header, data);
}

// From here on nobody, if that is an id here; keeps the capabilities.
static void become_nobody(void) {
    prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    if (setgroups(0, NULL) != 0) dprintf(2, "walls: the groups stay: %s\n", strerror(errno));
    if (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0) {
        dprintf(2, "walls: uid %d stays: %s\n", geteuid(), strerror(errno));
    }
}

// A /proc with nothing but processes in it, in no namespace's tree: what the JVM keeps once it is confined. The files beside
// the processes would be the host's (sysrq-trigger, irq), and its capabilities would open them. -1: the host has no such thing.
static int processes_only(void) {
    int fd = -1, fs = syscall(SYS_fsopen, "proc", 1); // FSOPEN_CLOEXEC
    if (fs < 0) return -1;
    if (syscall(SYS_fsconfig, fs, 1, "subset", "pid", 0) == 0 && syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0) == 0) {
        fd = syscall(SYS_fsmount, fs, 0, 2 | 4 | 8); // nosuid, nodev, noexec
    }
    close(fs);
    return fd;
}

// In the child that becomes the JVM; returns a descriptor of its /proc or -1.
int walls_enter(void) {
    int proc = -1;
    if (has_pid && has_mount && mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) {
        dprintf(2, "walls: no /proc of its own: %s\n", strerror(errno));
    }
    if (has_pid && has_mount && (proc = processes_only()) < 0) {
        dprintf(2, "walls: no /proc without the machine's files: %s\n", strerror(errno));
    }
    uint64_t wanted = 0;
    for (size_t i = 0; i < sizeof file_capabilities / sizeof *file_capabilities; i++) wanted |= 1ull << file_capabilities[i];
    wanted &= permitted();
    for (int i = 0; i <= 63; i++) {
        if ((wanted >> i & 1) == 0 && prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1) prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
    }
    // A program that root executes gets no capabilities for that.
    if (permitted() != 0) prctl(PR_SET_SECUREBITS, 1 << 0 | 1 << 1, 0, 0, 0); // NOROOT, locked
    if (permitted() != 0) become_nobody();
    if (set_capabilities(wanted) != 0) dprintf(2, "walls: capabilities stay: %s\n", strerror(errno));
    for (int i = 0; i <= 63; i++) {
        if (wanted >> i & 1) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0);
    }
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return proc;
}

// An empty file system becomes the root of this mount namespace, thus of the JVM too; /proc is merely a directory that is
// there to put it on.
int walls_pivot(char *error, size_t size) {
    const char *step = "no mount namespace";
    errno = 0;
    if (has_mount) {
        int old = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (step = "mount", mount("empty", "/proc", "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,nr_inodes=2,mode=0555") == 0
            && (step = "chdir", chdir("/proc") == 0)
            && (step = "pivot_root", syscall(SYS_pivot_root, ".", ".") == 0)
            && (step = "the old root", fchdir(old) == 0)
            && (step = "umount", umount2(".", MNT_DETACH) == 0)
            && (step = "chdir", chdir("/") == 0)) {
            close(old);
            return 0;
        }
        int reason = errno;
        if (old >= 0) close(old);
        errno = reason;
    }
    snprintf(error, size, "%s%s%s", step, errno == 0 ? "" : ": ", errno == 0 ? "" : strerror(errno));
    return -1;
}

// The launcher needs nothing more. As nobody it can still kill the JVM.
void walls_drop(void) {
    for (int i = 0; i <= 63 && permitted() != 0; i++) {
        if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1) prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
    }
    if (permitted() != 0) become_nobody();
    set_capabilities(0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int enter_own_mounts(void) {
    char map[64];
    unsigned uid = geteuid(), gid = getegid();
    uint64_t admin = 1ull << CAP_SYS_ADMIN;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return -1;
    put("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1\n", gid, gid);
    if (put("/proc/self/gid_map", map) != 0) return -1;
    snprintf(map, sizeof map, "%u %u 1\n", uid, uid);
    if (put("/proc/self/uid_map", map) != 0 || set_capabilities(admin) != 0) return -1;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0) != 0) return -1;
    int tree = syscall(SYS_open_tree, AT_FDCWD, "/", 1 | O_CLOEXEC | 0x8000); // OPEN_TREE_CLONE, AT_RECURSIVE
    if (tree >= 0) close(tree);
    return tree >= 0 ? 0 : -1;
}

// For the host's JVM of an ordinary user: a user namespace with the user's own id in which it may clone mounts, so that the
// sandbox gets directories with no way out. Tried in a child first, for there is no way back.
void walls_own_mounts(void) {
    if (geteuid() == 0 || permitted() >> CAP_SYS_ADMIN & 1) return;
    pid_t pid = fork();
    if (pid == 0) _exit(enter_own_mounts() != 0);
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) return;
    if (enter_own_mounts() != 0) _exit(1);
}
