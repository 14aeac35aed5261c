// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct nlmsghdr. */
public final class NlmsghdrLayout {
    public static final int nlmsg_len = 0;
    public static final int nlmsg_type = 4;
    public static final int nlmsg_flags = 6;
    public static final int nlmsg_seq = 8;
    public static final int nlmsg_pid = 12;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 16;

    private NlmsghdrLayout() {}
}
