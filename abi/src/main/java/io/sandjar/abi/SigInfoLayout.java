// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of siginfo_t; which fields mean something depends on si_signo and si_code. */
public final class SigInfoLayout {
    public static final int si_signo = 0;
    public static final int si_errno = 4;
    public static final int si_code = 8;
    public static final int si_pid = 16;
    public static final int si_uid = 20;
    public static final int si_timerid = 16;
    public static final int si_overrun = 20;
    public static final int si_value = 24;
    public static final int si_status = 24;
    public static final int si_utime = 32;
    public static final int si_stime = 40;
    public static final int si_addr = 16;
    public static final int si_addr_lsb = 24;
    public static final int si_lower = 32;
    public static final int si_upper = 40;
    public static final int si_pkey = 32;
    public static final int si_band = 16;
    public static final int si_fd = 24;
    public static final int si_call_addr = 16;
    public static final int si_syscall = 24;
    public static final int si_arch = 28;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 128;

    private SigInfoLayout() {}
}
