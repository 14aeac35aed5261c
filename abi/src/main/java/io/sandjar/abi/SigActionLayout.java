// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of the kernel's struct sigaction (rt_sigaction), which is not the C library's. */
public final class SigActionLayout {
    public static final int sa_handler = 0;
    public static final int sa_flags = 8;
    public static final int sa_restorer = 16;
    public static final int sa_mask = 24;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 32;

    private SigActionLayout() {}
}
