// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct signalfd_siginfo. */
public final class SignalfdSiginfoLayout {
    public static final int ssi_signo = 0;
    public static final int ssi_errno = 4;
    public static final int ssi_code = 8;
    public static final int ssi_pid = 12;
    public static final int ssi_uid = 16;
    public static final int ssi_fd = 20;
    public static final int ssi_tid = 24;
    public static final int ssi_band = 28;
    public static final int ssi_overrun = 32;
    public static final int ssi_trapno = 36;
    public static final int ssi_status = 40;
    public static final int ssi_int = 44;
    public static final int ssi_ptr = 48;
    public static final int ssi_utime = 56;
    public static final int ssi_stime = 64;
    public static final int ssi_addr = 72;
    public static final int ssi_addr_lsb = 80;
    public static final int ssi_syscall = 84;
    public static final int ssi_call_addr = 88;
    public static final int ssi_arch = 96;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 128;

    private SignalfdSiginfoLayout() {}
}
