// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.abi.Rlimit;
import io.sandjar.kernel.task.ProcessSpec;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.oci.Capabilities;
import io.sandjar.oci.Linux;
import io.sandjar.oci.Names;
import io.sandjar.oci.Process;
import io.sandjar.oci.Spec;
import io.sandjar.oci.User;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a process of the specification in the kernel's terms, but for program, environment and files. */
final class ProcessFields {
    private static final int USUAL_UMASK = 022;

    /** PER_LINUX32 of personality(2): uname(2) says i686. */
    private static final int PER_LINUX32 = 8;

    private static final int IOPRIO_CLASS_SHIFT = 13;

    /** By number of sched_setscheduler(2). */
    private static final String[] POLICIES = {"SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "", "SCHED_IDLE"};

    private static final int SCHED_FIFO = 1;
    private static final int SCHED_RR = 2;
    private static final int SCHED_RESET_ON_FORK = 0x40000000;

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
            int resource = Names.rlimit(l.type());
            if (resource >= 0 && resource < Rlimit.NLIMITS) {
                p.rlimits[resource] = new long[] {l.soft(), l.hard()};
            }
        }
        Linux.Personality personality = container.linux().personality();
        p.personality = personality != null && personality.domain().equals("LINUX32") ? PER_LINUX32 : 0;
        p.ioPriority = ioPriority(process.ioPriority());
        p.schedPolicy = policy(process.scheduler());
        p.seccomp = SeccompProfile.of(container);
        return p;
    }

    private static int ioPriority(Process.@Nullable IoPriority p) {
        if (p == null) {
            return 0;
        }
        int c = switch (p.ioClass()) {
            case "IOPRIO_CLASS_RT" -> 1;
            case "IOPRIO_CLASS_BE" -> 2;
            default -> 3;
        };
        return c << IOPRIO_CLASS_SHIFT | p.priority();
    }

    /** Guests run as ordinary threads of the host: nobody may ask for more than that, as sched_setscheduler(2) inside. */
    private static int policy(Process.@Nullable Scheduler s) {
        if (s == null) {
            return 0;
        }
        for (int i = 0; i < POLICIES.length; i++) {
            if (POLICIES[i].equals(s.policy()) && i != SCHED_FIFO && i != SCHED_RR) {
                return i | (s.flags().contains("SCHED_FLAG_RESET_ON_FORK") ? SCHED_RESET_ON_FORK : 0);
            }
        }
        throw new Refusal("process.scheduler.policy: " + s.policy() + " is not supported");
    }

    /** Each once: engines name some twice. */
    private static int[] groups(List<Integer> given) {
        int[] groups = new int[given.size()];
        int n = 0;
        for (int i = 0; i < groups.length; i++) {
            if (given.indexOf(given.get(i)) == i) {
                groups[n++] = given.get(i);
            }
        }
        return Arrays.copyOf(groups, n);
    }

    private static Creds creds(User user, @Nullable Capabilities c) {
        int[] groups = groups(user.additionalGids());
        long permitted = c == null ? 0 : Names.capabilities(c.permitted());
        long effective = c == null ? 0 : Names.capabilities(c.effective());
        long inheritable = c == null ? 0 : Names.capabilities(c.inheritable());
        long bounding = c == null ? 0 : Names.capabilities(c.bounding());
        long ambient = c == null ? 0 : Names.capabilities(c.ambient()) & permitted & inheritable;
        return Creds.of(user.uid(), user.gid())
                .withGroups(groups)
                .withCaps(permitted, effective, inheritable)
                .withBounding(bounding)
                .withAmbient(ambient);
    }
}
