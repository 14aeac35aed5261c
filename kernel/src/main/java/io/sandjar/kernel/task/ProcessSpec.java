// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Rlimit;
import io.sandjar.kernel.seccomp.SeccompFilter;
import io.sandjar.kernel.vfs.Creds;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a process that is started from outside is to be: filled by who starts it, read once. */
public final class ProcessSpec {
    public List<byte[]> args = List.of();
    public List<byte[]> env = List.of();

    /** Path of the program; null: {@code args[0]}, looked for in the PATH of {@link #env} as a shell does. */
    public @Nullable String program;

    /** Working directory, below the container's root. */
    public String cwd = "/";

    public Creds creds = Creds.of(0, 0);
    public int umask = 022;
    public boolean noNewPrivs;

    /** By RLIMIT_*: soft and hard, -1 is infinity; null entries are those of the container's init, or the host's. */
    public final long[] @Nullable [] rlimits = new long[Rlimit.NLIMITS][];

    /** What its calls go through; null for nothing. */
    public @Nullable SeccompFilter seccomp;

    public int personality;

    /** As ioprio_set(2) and sched_setscheduler(2) have them; remembered for those who ask. */
    public int ioPriority;

    public int schedPolicy;
    public int oomScoreAdj;

    /** Set by {@link Container#prepare} when it fails: what the error is about, for a message. */
    public String complaint = "";
}
