// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct rusage. */
public final class RusageLayout {
    public static final int ru_utime = 0;
    public static final int ru_stime = 16;
    public static final int ru_maxrss = 32;
    public static final int ru_ixrss = 40;
    public static final int ru_idrss = 48;
    public static final int ru_isrss = 56;
    public static final int ru_minflt = 64;
    public static final int ru_majflt = 72;
    public static final int ru_nswap = 80;
    public static final int ru_inblock = 88;
    public static final int ru_oublock = 96;
    public static final int ru_msgsnd = 104;
    public static final int ru_msgrcv = 112;
    public static final int ru_nsignals = 120;
    public static final int ru_nvcsw = 128;
    public static final int ru_nivcsw = 136;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 144;

    private RusageLayout() {}
}
