// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct rlimit. */
public final class RlimitLayout {
    public static final int rlim_cur = 0;
    public static final int rlim_max = 8;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 16;

    private RlimitLayout() {}
}
