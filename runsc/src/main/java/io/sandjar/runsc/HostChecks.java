// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Nr;
import io.sandjar.host.GuestAccess;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions to the host about what guests need. Each asks the host's kernel itself where it can, not its version. */
final class HostChecks {
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int SECCOMP_GET_ACTION_AVAIL = 2;
    private static final int NEW_LISTENER = 1 << 3;
    private static final int WAIT_KILLABLE_RECV = 1 << 5;
    private static final int RET_USER_NOTIF = 0x7fc00000;
    private static final int RET_TRAP = 0x00030000;
    private static final int RLIMIT_NPROC = 6;
    private static final int RLIMIT_NOFILE = 7;
    private static final int PR_GET_SECCOMP = 21;
    private static final int FEW_FILES = 4096;
    private static final int FEW_PROCESSES = 512;
    private static final int CAP_SYS_PTRACE = 19;
    private static final String SINCE_5_19 = "Linux 5.19 or newer is needed";

    private final List<Finding> findings = new ArrayList<>();

    /** Asks everything. */
    static List<Finding> all() {
        HostChecks c = new HostChecks();
        c.machine();
        c.kernelVersion();
        c.seccomp();
        c.synchronousWake();
        c.otherFilter();
        c.ptrace();
        c.pidfd();
        c.openat2();
        c.memoryFiles();
        c.descriptors();
        c.processes();
        WallChecks.add(c.findings);
        c.landlock();
        c.jvm();
        return c.findings;
    }

    private void add(Finding f) {
        findings.add(f);
    }

    private void machine() {
        String machine = uname(4 * 65);
        add(
                machine.equals("x86_64")
                        ? Finding.ok("machine", machine)
                        : Finding.fail("machine", machine, "only x86-64 is supported"));
    }

    private void kernelVersion() {
        String release = uname(2 * 65);
        int version = version(release);
        if (version < 519) {
            add(Finding.fail("kernel", "Linux " + release, SINCE_5_19));
        } else {
            add(Finding.ok("kernel", "Linux " + release));
        }
    }

    /** 6.18.44-foo is 618. */
    static int version(String release) {
        int[] parts = {0, 0};
        int part = 0;
        for (int i = 0; i < release.length() && part < 2; i++) {
            char c = release.charAt(i);
            if (c >= '0' && c <= '9') {
                parts[part] = parts[part] * 10 + c - '0';
            } else if (c == '.') {
                part++;
            } else {
                break;
            }
        }
        return parts[0] * 100 + parts[1];
    }

    private static String uname(int field) {
        Scratch s = Scratch.take();
        try {
            Sys.call(Nr.uname, s.address);
            int end = field;
            while (s.buf.get(end) != 0) {
                end++;
            }
            return s.getString(field, end - field);
        } finally {
            s.give();
        }
    }

    private void seccomp() {
        String subject = "system calls caught";
        if (!actionAvailable(RET_USER_NOTIF) || !actionAvailable(RET_TRAP)) {
            add(Finding.fail(
                    subject,
                    "no seccomp user notification",
                    "a kernel with CONFIG_SECCOMP_FILTER; in a " + "container: allow seccomp(2)"));
            return;
        }
        // the flags are checked before the missing program is fetched
        long r = Sys.call(Nr.seccomp, SECCOMP_SET_MODE_FILTER, NEW_LISTENER | WAIT_KILLABLE_RECV, 0);
        add(
                r == -EFAULT
                        ? Finding.ok(subject, "seccomp user notification, WAIT_KILLABLE_RECV")
                        : Finding.fail(
                                subject, "no seccomp WAIT_KILLABLE_RECV (" + ErrnoText.of((int) r) + ")", SINCE_5_19));
    }

    private static boolean actionAvailable(int action) {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(0, action);
            return Sys.call(Nr.seccomp, SECCOMP_GET_ACTION_AVAIL, 0, s.address) == 0;
        } finally {
            s.give();
        }
    }

    private void synchronousWake() {
        String subject = "fast hand-over";
        add(
                version(uname(2 * 65)) >= 606
                        ? Finding.ok(subject, "seccomp SYNC_WAKE_UP")
                        : Finding.warn(
                                subject, "no seccomp SYNC_WAKE_UP", "system calls are faster on Linux 6.6 or newer"));
    }

    private void ptrace() {
        String subject = "access to guest memory";
        String text = Sys.readText("/proc/sys/kernel/yama/ptrace_scope");
        int scope = text == null || text.isEmpty() ? 0 : text.charAt(0) - '0';
        if (scope <= 1 && !GuestAccess.memory()) {
            add(Finding.warn(
                    subject,
                    "by /proc/PID/mem, because process_vm_readv is refused",
                    "calls that move data take some microseconds more, and a guest's buffer that it may only read is written to "
                            + "all the same; in a container: a newer engine, or --cap-add SYS_PTRACE"));
        } else if (scope <= 1) { // guests are our children
            add(Finding.ok(subject, text == null ? "no Yama" : "Yama ptrace_scope " + scope));
        } else if (scope == 2 && hasCapability(CAP_SYS_PTRACE)) {
            add(Finding.ok(subject, "Yama ptrace_scope 2, but we have CAP_SYS_PTRACE"));
        } else {
            add(Finding.fail(
                    subject,
                    "Yama ptrace_scope " + scope + " forbids it",
                    scope == 2
                            ? "sysctl kernel.yama.ptrace_scope=1, or run as root"
                            : "boot with another ptrace_scope than 3"));
        }
    }

    private static boolean hasCapability(int cap) {
        String status = Sys.readText("/proc/self/status");
        int at = status == null ? -1 : status.indexOf("CapEff:");
        if (status == null || at < 0) {
            return false;
        }
        String hex = status.substring(at + 7, status.indexOf('\n', at)).trim();
        return (Long.parseUnsignedLong(hex, 16) >>> cap & 1) != 0;
    }

    private void pidfd() {
        int pidfd = (int) Sys.call(Nr.pidfd_open, Sys.pid(), 0, 0);
        int fd = pidfd < 0 ? pidfd : (int) Sys.call(Nr.pidfd_getfd, pidfd, 0, 0);
        add(Finding.ok(
                "process descriptors",
                fd >= 0 || fd == -EBADF
                        ? "pidfd_open, pidfd_getfd"
                        : "handed over by a socket (pidfd_getfd: " + ErrnoText.of(fd) + ")"));
        close(fd);
        close(pidfd);
    }

    /** A container's profile or a service's: it answers before ours, but a trap comes before its refusals. */
    private void otherFilter() {
        boolean other = Sys.call(Nr.prctl, PR_GET_SECCOMP, 0, 0) > 0;
        add(Finding.ok(
                "filters around",
                other ? "there is another seccomp filter; guests' calls that it may refuse are traps" : "none"));
    }

    private void openat2() {
        int fd = Sys.openat2(Sys.AT_FDCWD, "/", 010000000L, 0, 0x08 | 0x02);
        // RESOLVE_BENEATH of an absolute path is refused with EXDEV by a kernel that understands it
        add(
                fd >= 0 || fd == -EXDEV
                        ? Finding.ok("safe file access", "openat2")
                        : Finding.fail(
                                "safe file access",
                                "openat2: " + ErrnoText.of(fd),
                                "in a container: allow openat2(2)"));
        close(fd);
    }

    private void memoryFiles() {
        int fd = Sys.memfd("sandjar-doctor", 1 | 0x10); // CLOEXEC, EXEC
        if (fd == -EINVAL) {
            fd = Sys.memfd("sandjar-doctor", 1); // before 6.3 all were executable
        }
        add(
                fd >= 0
                        ? Finding.ok("programs in memory files", "memfd_create")
                        : Finding.fail(
                                "programs in memory files",
                                "memfd_create: " + ErrnoText.of(fd),
                                "sysctl vm.memfd_noexec=0"));
        close(fd);
    }

    /** A limit of this process in words; whether its hard value is at least {@code least}, in {@code enough[0]}. */
    private static String limit(int which, int least, boolean[] enough) {
        Scratch s = Scratch.take();
        try {
            Sys.call(Nr.prlimit64, 0, which, 0, s.address, 0, 0);
            long soft = s.buf.getLong(0);
            long hard = s.buf.getLong(8);
            enough[0] = hard < 0 || hard >= least;
            return soft < 0 ? "unlimited" : soft + " of at most " + (hard < 0 ? "any number" : Long.toString(hard));
        } finally {
            s.give();
        }
    }

    private void processes() {
        boolean[] enough = new boolean[1];
        String found = limit(RLIMIT_NPROC, FEW_PROCESSES, enough);
        boolean root = Sys.call(Nr.geteuid, 0) == 0;
        add(
                root || enough[0]
                        ? Finding.ok("processes", root ? "no limit for root" : found)
                        : Finding.warn(
                                "processes",
                                found,
                                "ulimit -Hu 4096: each thread of a guest is one of this user's, and the kernel has some 30"));
    }

    private void descriptors() {
        boolean[] enough = new boolean[1];
        String found = limit(RLIMIT_NOFILE, FEW_FILES, enough);
        add(
                enough[0]
                        ? Finding.ok("open files", found)
                        : Finding.warn(
                                "open files",
                                found,
                                "ulimit -Hn 65536: each file that a guest opens takes one of ours"));
    }

    private void landlock() {
        long abi = Sys.call(Nr.landlock_create_ruleset, 0, 0, 1);
        add(
                abi > 0
                        ? Finding.ok("landlock", "version " + abi + " (not needed)")
                        : Finding.warn(
                                "landlock",
                                "not there",
                                "guests run without; only a second line of defence is missing"));
    }

    private void jvm() {
        String home = System.getProperty("sandjar.home");
        String found = System.getProperty("java.runtime.version") + ", build " + BuildInfo.ID;
        String cache = home + "/lib/sandjar-" + BuildInfo.ID + ".aot";
        if (home == null) {
            add(Finding.warn("java", found + ", without an image", "a developer build: starts slowly"));
        } else if (!exists(cache)) {
            add(Finding.warn("java", found + ", without its AOT cache", cache + " is missing: starts take 60 ms more"));
        } else {
            add(Finding.ok("java", found));
        }
    }

    private static boolean exists(String path) {
        int fd = Sys.openat(Sys.AT_FDCWD, path, 010000000, 0);
        close(fd);
        return fd >= 0;
    }

    private static void close(int fd) {
        if (fd >= 0) {
            Sys.close(fd);
        }
    }

    /** JSON of a report; the one place where the program writes JSON, so no library does it. */
    static String json(List<Finding> findings) {
        StringBuilder b = new StringBuilder("[");
        String separator = "\n";
        for (Finding f : findings) {
            b.append(separator).append("  {\"subject\": ").append(quoted(f.subject()));
            b.append(", \"grade\": ").append(quoted(f.grade().name().toLowerCase(java.util.Locale.ROOT)));
            b.append(", \"found\": ").append(quoted(f.found()));
            b.append(", \"remedy\": ").append(quoted(f.remedy())).append('}');
            separator = ",\n";
        }
        return b.append("\n]\n").toString();
    }

    private static String quoted(@Nullable String text) {
        StringBuilder b = new StringBuilder("\"");
        for (char c : (text == null ? "" : text).toCharArray()) {
            if (c == '"' || c == '\\') {
                b.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                b.append("\\u00").append(Character.forDigit(c >> 4 & 15, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                b.append(c);
            }
        }
        return b.append('"').toString();
    }
}
