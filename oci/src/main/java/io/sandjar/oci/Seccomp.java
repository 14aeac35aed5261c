// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A filter of system calls by name. A rule without comparisons outweighs those that have some for the same call. */
public record Seccomp(
        String defaultAction,
        @Nullable Integer defaultErrnoRet,
        List<String> architectures,
        List<String> flags,
        String listenerPath,
        String listenerMetadata,
        List<Rule> syscalls) {

    /** What happens to some calls when all the comparisons hold. */
    public record Rule(
            List<String> names, String action, @Nullable Integer errnoRet, List<Arg> args) {}

    /**
     * A comparison of an argument.
     *
     * @param value unsigned; the mask for SCMP_CMP_MASKED_EQ
     * @param valueTwo unsigned; what is left after the mask
     */
    public record Arg(int index, long value, long valueTwo, String op) {}
}
