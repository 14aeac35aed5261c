// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.seccomp;

/** One filter: a function of the call alone. */
sealed interface Filter permits Profile, BpfProgram, Strict {
    /** A value of {@link Verdict}. */
    int verdict(int nr, long ip, long a0, long a1, long a2, long a3, long a4, long a5);

    /** Whether the call is allowed whatever its arguments are. */
    boolean always(int nr);

    /** What it counts towards the limit of a chain. */
    int length();
}
