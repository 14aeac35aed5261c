// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of stack_t of sigaltstack. */
public final class SigStackLayout {
    public static final int ss_sp = 0;
    public static final int ss_flags = 8;
    public static final int ss_size = 16;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 24;

    private SigStackLayout() {}
}
