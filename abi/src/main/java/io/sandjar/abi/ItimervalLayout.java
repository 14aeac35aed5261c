// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct itimerval: two struct timeval. */
public final class ItimervalLayout {
    public static final int it_interval = 0;
    public static final int it_value = 16;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 32;

    private ItimervalLayout() {}
}
