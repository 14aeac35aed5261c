// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct msghdr. */
public final class MsghdrLayout {
    public static final int msg_name = 0;
    public static final int msg_namelen = 8;
    public static final int msg_iov = 16;
    public static final int msg_iovlen = 24;
    public static final int msg_control = 32;
    public static final int msg_controllen = 40;
    public static final int msg_flags = 48;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 56;

    private MsghdrLayout() {}
}
