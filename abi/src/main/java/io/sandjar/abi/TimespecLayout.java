// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct timespec. */
public final class TimespecLayout {
    public static final int tv_sec = 0;
    public static final int tv_nsec = 8;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 16;

    private TimespecLayout() {}
}
