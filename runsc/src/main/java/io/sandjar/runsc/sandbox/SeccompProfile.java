// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.abi.Errno;
import io.sandjar.kernel.seccomp.Profile;
import io.sandjar.kernel.seccomp.SeccompFilter;
import io.sandjar.kernel.seccomp.Verdict;
import io.sandjar.oci.Seccomp;
import io.sandjar.oci.Spec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A container's seccomp profile as a filter of the kernel. */
final class SeccompProfile {
    /** In the order of {@link Profile}'s numbers. */
    private static final String[] OPERATORS = {
        "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"
    };

    private SeccompProfile() {}

    /** Null for a container without one. */
    static @Nullable SeccompFilter of(Spec spec) {
        Seccomp s = spec.linux().seccomp();
        if (s == null) {
            return null;
        }
        Profile p = new Profile(verdict(s.defaultAction(), s.defaultErrnoRet(), "linux.seccomp.defaultAction"));
        List<Seccomp.Rule> rules = s.syscalls();
        for (int i = 0; i < rules.size(); i++) {
            Seccomp.Rule r = rules.get(i);
            String at = "linux.seccomp.syscalls[" + i + "]";
            p.add(r.names(), verdict(r.action(), r.errnoRet(), at + ".action"), comparisons(r.args(), at));
        }
        return p.filter();
    }

    private static int verdict(String action, @Nullable Integer errno, String at) {
        int data = (errno == null ? Errno.EPERM : errno) & Verdict.DATA;
        return switch (action) {
            case "SCMP_ACT_ALLOW" -> Verdict.ALLOW;
            case "SCMP_ACT_LOG" -> Verdict.LOG;
            case "SCMP_ACT_ERRNO" -> Verdict.ERRNO | data;
            case "SCMP_ACT_TRACE" -> Verdict.TRACE | data;
            case "SCMP_ACT_TRAP" -> Verdict.TRAP;
            case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD" -> Verdict.KILL_THREAD;
            case "SCMP_ACT_KILL_PROCESS" -> Verdict.KILL_PROCESS;
            default -> throw new Refusal(at + ": " + action + " is not supported");
        };
    }

    private static Profile.Comparison[] comparisons(List<Seccomp.Arg> args, String at) {
        Profile.Comparison[] all = new Profile.Comparison[args.size()];
        for (int k = 0; k < all.length; k++) {
            Seccomp.Arg a = args.get(k);
            int operator = 0;
            while (operator < OPERATORS.length && !OPERATORS[operator].equals(a.op())) {
                operator++;
            }
            if (operator == OPERATORS.length) {
                throw new Refusal(at + ".args[" + k + "].op: \"" + a.op() + "\" is no comparison");
            }
            all[k] = new Profile.Comparison(a.index(), operator, a.value(), a.valueTwo());
        }
        return all;
    }
}
