// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The program of a container, or another one that is to run in it. */
@SuppressWarnings("JavaLangClash") // the specification's word
public record Process(
        boolean terminal,
        @Nullable ConsoleSize consoleSize,
        User user,
        List<String> args,
        List<String> env,
        String cwd,
        @Nullable Capabilities capabilities,
        List<Rlimit> rlimits,
        boolean noNewPrivileges,
        String apparmorProfile,
        @Nullable Integer oomScoreAdj,
        @Nullable Scheduler scheduler,
        String selinuxLabel,
        @Nullable IoPriority ioPriority,
        @Nullable CpuAffinity execCpuAffinity) {

    /** Size of the terminal in characters. */
    public record ConsoleSize(int height, int width) {}

    /**
     * A limit of setrlimit(2). The values are unsigned; -1 is RLIM_INFINITY.
     *
     * @param type RLIMIT_NOFILE and so on
     */
    public record Rlimit(String type, long soft, long hard) {}

    /** Arguments of sched_setattr(2). Runtime, deadline and period are nanoseconds. */
    public record Scheduler(
            String policy, int nice, int priority, List<String> flags, long runtime, long deadline, long period) {}

    /** Arguments of ioprio_set(2); the class is IOPRIO_CLASS_RT, _BE or _IDLE. */
    public record IoPriority(String ioClass, int priority) {}

    /** CPUs for an exec'd process before and after it joins the container's group, as in "0-3,7". */
    public record CpuAffinity(String initial, String last) {}
}
