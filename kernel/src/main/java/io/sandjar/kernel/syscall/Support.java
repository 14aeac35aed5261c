// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

/** How much of a system call is there. */
public enum Support {
    /** Everything that programs are known to use. */
    FULL,
    /** Usable; the note says what is missing. */
    PARTIAL,
    /** Answered with the error that Linux gives to a process without the privilege or without the feature. */
    REFUSED
}
