// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks the parts of a process. */
final class ProcessCheck {
    private static final String[] CAPABILITIES = {
        "CAP_CHOWN",
        "CAP_DAC_OVERRIDE",
        "CAP_DAC_READ_SEARCH",
        "CAP_FOWNER",
        "CAP_FSETID",
        "CAP_KILL",
        "CAP_SETGID",
        "CAP_SETUID",
        "CAP_SETPCAP",
        "CAP_LINUX_IMMUTABLE",
        "CAP_NET_BIND_SERVICE",
        "CAP_NET_BROADCAST",
        "CAP_NET_ADMIN",
        "CAP_NET_RAW",
        "CAP_IPC_LOCK",
        "CAP_IPC_OWNER",
        "CAP_SYS_MODULE",
        "CAP_SYS_RAWIO",
        "CAP_SYS_CHROOT",
        "CAP_SYS_PTRACE",
        "CAP_SYS_PACCT",
        "CAP_SYS_ADMIN",
        "CAP_SYS_BOOT",
        "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE",
        "CAP_SYS_TIME",
        "CAP_SYS_TTY_CONFIG",
        "CAP_MKNOD",
        "CAP_LEASE",
        "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL",
        "CAP_SETFCAP",
        "CAP_MAC_OVERRIDE",
        "CAP_MAC_ADMIN",
        "CAP_SYSLOG",
        "CAP_WAKE_ALARM",
        "CAP_BLOCK_SUSPEND",
        "CAP_AUDIT_READ",
        "CAP_PERFMON",
        "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
    };

    private static final String[] RLIMITS = {
        "RLIMIT_CPU",
        "RLIMIT_FSIZE",
        "RLIMIT_DATA",
        "RLIMIT_STACK",
        "RLIMIT_CORE",
        "RLIMIT_RSS",
        "RLIMIT_NPROC",
        "RLIMIT_NOFILE",
        "RLIMIT_MEMLOCK",
        "RLIMIT_AS",
        "RLIMIT_LOCKS",
        "RLIMIT_SIGPENDING",
        "RLIMIT_MSGQUEUE",
        "RLIMIT_NICE",
        "RLIMIT_RTPRIO",
        "RLIMIT_RTTIME",
    };

    private static final String[] POLICIES = {
        "SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE",
    };

    private static final String[] SCHED_FLAGS = {
        "SCHED_FLAG_RESET_ON_FORK",
        "SCHED_FLAG_RECLAIM",
        "SCHED_FLAG_DL_OVERRUN",
        "SCHED_FLAG_KEEP_POLICY",
        "SCHED_FLAG_KEEP_PARAMS",
        "SCHED_FLAG_UTIL_CLAMP_MIN",
        "SCHED_FLAG_UTIL_CLAMP_MAX",
    };

    private static final String[] IO_CLASSES = {"IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"};

    private ProcessCheck() {}

    /** Names in the order of their numbers. */
    static String[] capabilities() {
        return CAPABILITIES.clone();
    }

    /** Index in a table, which is the number in Linux; -1 if it is not there. */
    static int index(String[] table, String name) {
        for (int i = 0; i < table.length; i++) {
            if (table[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Number of a capability by its name; -1 if there is none. */
    static int capability(String name) {
        return index(CAPABILITIES, name);
    }

    /** Number of a limit of setrlimit(2) by its name; -1 if there is none. */
    static int rlimit(String type) {
        return index(RLIMITS, type);
    }

    static void check(Process p, String prefix, List<String> warnings) {
        capabilities(p.capabilities(), prefix, warnings);
        rlimits(p.rlimits(), prefix);
        Integer oom = p.oomScoreAdj();
        if (oom != null && (oom < -1000 || oom > 1000)) {
            throw new SpecError(prefix + "oomScoreAdj", "expected -1000 to 1000, found " + oom);
        }
        scheduler(p.scheduler(), prefix);
        Process.IoPriority io = p.ioPriority();
        if (io != null) {
            if (index(IO_CLASSES, io.ioClass()) < 0) {
                throw new SpecError(prefix + "ioPriority.class", unknown("I/O class", io.ioClass()));
            }
            if (io.priority() < 0 || io.priority() > 7) {
                throw new SpecError(prefix + "ioPriority.priority", "expected 0 to 7, found " + io.priority());
            }
        }
        if (!p.apparmorProfile().isEmpty() && !p.apparmorProfile().equals("unconfined")) {
            warnings.add(prefix + "apparmorProfile: ignored; guests never reach the host's AppArmor");
        }
        if (!p.selinuxLabel().isEmpty()) {
            warnings.add(prefix + "selinuxLabel: ignored; guests never reach the host's SELinux");
        }
    }

    private static String unknown(String what, String name) {
        return name.isEmpty() ? "must not be empty" : "\"" + name + "\" is no " + what;
    }

    private static void capabilities(@Nullable Capabilities c, String prefix, List<String> warnings) {
        if (c == null) {
            return;
        }
        unknown(c.bounding(), prefix + "capabilities.bounding", warnings);
        unknown(c.effective(), prefix + "capabilities.effective", warnings);
        unknown(c.inheritable(), prefix + "capabilities.inheritable", warnings);
        unknown(c.permitted(), prefix + "capabilities.permitted", warnings);
        unknown(c.ambient(), prefix + "capabilities.ambient", warnings);
    }

    private static void unknown(List<String> names, String at, List<String> warnings) {
        for (int i = 0; i < names.size(); i++) {
            if (capability(names.get(i)) < 0) {
                warnings.add(at + "[" + i + "]: unknown capability \"" + names.get(i) + "\" ignored");
            }
        }
    }

    private static void rlimits(List<Process.Rlimit> limits, String prefix) {
        boolean[] seen = new boolean[RLIMITS.length];
        for (int i = 0; i < limits.size(); i++) {
            Process.Rlimit r = limits.get(i);
            String at = prefix + "rlimits[" + i + "]";
            int number = rlimit(r.type());
            if (number < 0) {
                throw new SpecError(at + ".type", unknown("resource limit", r.type()));
            }
            if (seen[number]) {
                throw new SpecError(at + ".type", r.type() + " is there twice");
            }
            seen[number] = true;
            if (Long.compareUnsigned(r.soft(), r.hard()) > 0) {
                throw new SpecError(
                        at + ".soft",
                        Long.toUnsignedString(r.soft()) + " is more than the hard limit "
                                + Long.toUnsignedString(r.hard()));
            }
        }
    }

    private static void scheduler(Process.@Nullable Scheduler s, String prefix) {
        if (s == null) {
            return;
        }
        int policy = index(POLICIES, s.policy());
        if (policy < 0) {
            throw new SpecError(prefix + "scheduler.policy", unknown("scheduling policy", s.policy()));
        }
        if (s.nice() < -20 || s.nice() > 19) {
            throw new SpecError(prefix + "scheduler.nice", "expected -20 to 19, found " + s.nice());
        }
        boolean realtime = policy == 1 || policy == 2;
        if (s.priority() != 0 && !realtime) {
            throw new SpecError(prefix + "scheduler.priority", "is for SCHED_FIFO and SCHED_RR only");
        }
        if (realtime && (s.priority() < 1 || s.priority() > 99)) {
            throw new SpecError(prefix + "scheduler.priority", "expected 1 to 99, found " + s.priority());
        }
        if (policy != 6 && (s.runtime() | s.deadline() | s.period()) != 0) {
            throw new SpecError(prefix + "scheduler", "runtime, deadline and period are for SCHED_DEADLINE only");
        }
        for (int i = 0; i < s.flags().size(); i++) {
            if (index(SCHED_FLAGS, s.flags().get(i)) < 0) {
                throw new SpecError(
                        prefix + "scheduler.flags[" + i + "]",
                        unknown("scheduler flag", s.flags().get(i)));
            }
        }
    }
}
