// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct tms of times(2). */
public final class TmsLayout {
    public static final int tms_utime = 0;
    public static final int tms_stime = 8;
    public static final int tms_cutime = 16;
    public static final int tms_cstime = 24;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 32;

    private TmsLayout() {}
}
