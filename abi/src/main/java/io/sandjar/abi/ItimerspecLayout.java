// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct itimerspec: two struct timespec. */
public final class ItimerspecLayout {
    public static final int it_interval = 0;
    public static final int it_value = 16;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 32;

    private ItimerspecLayout() {}
}
