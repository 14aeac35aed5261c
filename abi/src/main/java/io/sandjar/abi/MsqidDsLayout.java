// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct msqid_ds. */
public final class MsqidDsLayout {
    public static final int msg_perm = 0;
    public static final int msg_stime = 48;
    public static final int msg_rtime = 56;
    public static final int msg_ctime = 64;
    public static final int msg_cbytes = 72;
    public static final int msg_qnum = 80;
    public static final int msg_qbytes = 88;
    public static final int msg_lspid = 96;
    public static final int msg_lrpid = 100;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 120;

    private MsqidDsLayout() {}
}
