// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.abi.Rlimit;
import io.sandjar.kernel.task.ProcessSpec;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.oci.Capabilities;
import io.sandjar.oci.Process;
import io.sandjar.oci.Spec;
import io.sandjar.oci.User;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a process of the specification in the kernel's terms, but for program, environment and files. */
final class ProcessFields {
    private static final int USUAL_UMASK = 022;

    private static final String[] CAPABILITIES = {
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "KILL",
        "SETGID",
        "SETUID",
        "SETPCAP",
        "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_ADMIN",
        "NET_RAW",
        "IPC_LOCK",
        "IPC_OWNER",
        "SYS_MODULE",
        "SYS_RAWIO",
        "SYS_CHROOT",
        "SYS_PTRACE",
        "SYS_PACCT",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_NICE",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "MKNOD",
        "LEASE",
        "AUDIT_WRITE",
        "AUDIT_CONTROL",
        "SETFCAP",
        "MAC_OVERRIDE",
        "MAC_ADMIN",
        "SYSLOG",
        "WAKE_ALARM",
        "BLOCK_SUSPEND",
        "AUDIT_READ",
        "PERFMON",
        "BPF",
        "CHECKPOINT_RESTORE"
    };

    /** By RLIMIT_* number. */
    private static final String[] LIMITS = {
        "CPU",
        "FSIZE",
        "DATA",
        "STACK",
        "CORE",
        "RSS",
        "NPROC",
        "NOFILE",
        "MEMLOCK",
        "AS",
        "LOCKS",
        "SIGPENDING",
        "MSGQUEUE",
        "NICE",
        "RTPRIO",
        "RTTIME"
    };

    private ProcessFields() {}

    static ProcessSpec of(Process process, Spec container) {
        ProcessSpec p = new ProcessSpec();
        p.creds = creds(process.user(), process.capabilities());
        int umask = process.user().umask();
        p.umask = umask < 0 ? USUAL_UMASK : umask;
        p.noNewPrivs = process.noNewPrivileges();
        Integer score = process.oomScoreAdj();
        p.oomScoreAdj = score == null ? 0 : score;
        List<Process.Rlimit> limits = process.rlimits();
        for (int i = 0; i < limits.size(); i++) {
            Process.Rlimit l = limits.get(i);
            int resource = index(LIMITS, l.type(), "RLIMIT_");
            if (resource >= 0 && resource < Rlimit.NLIMITS) {
                p.rlimits[resource] = new long[] {l.soft(), l.hard()};
            }
        }
        return p;
    }

    private static Creds creds(User user, @Nullable Capabilities c) {
        List<Integer> more = user.additionalGids();
        int[] groups = new int[more.size()];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = more.get(i);
        }
        int uid = user.uid();
        int gid = user.gid();
        long permitted = c == null ? 0 : mask(c.permitted());
        long effective = c == null ? 0 : mask(c.effective());
        long inheritable = c == null ? 0 : mask(c.inheritable());
        long bounding = c == null ? 0 : mask(c.bounding());
        long ambient = c == null ? 0 : mask(c.ambient()) & permitted & inheritable;
        return new Creds(
                uid,
                uid,
                uid,
                uid,
                gid,
                gid,
                gid,
                gid,
                groups,
                permitted,
                effective,
                inheritable,
                bounding,
                ambient,
                0);
    }

    private static long mask(List<String> names) {
        long mask = 0;
        for (int i = 0; i < names.size(); i++) {
            int cap = index(CAPABILITIES, names.get(i), "CAP_");
            if (cap >= 0) {
                mask |= 1L << cap;
            }
        }
        return mask;
    }

    private static int index(String[] table, String name, String prefix) {
        if (!name.startsWith(prefix)) {
            return -1;
        }
        for (int i = 0; i < table.length; i++) {
            if (name.length() == prefix.length() + table[i].length() && name.endsWith(table[i])) {
                return i;
            }
        }
        return -1;
    }
}
