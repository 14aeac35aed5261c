// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct sigevent. */
public final class SigeventLayout {
    public static final int sigev_value = 0;
    public static final int sigev_signo = 8;
    public static final int sigev_notify = 12;
    public static final int sigev_notify_thread_id = 16;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 64;

    private SigeventLayout() {}
}
