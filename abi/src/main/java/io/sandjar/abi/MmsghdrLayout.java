// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct mmsghdr. */
public final class MmsghdrLayout {
    public static final int msg_hdr = 0;
    public static final int msg_len = 56;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 64;

    private MmsghdrLayout() {}
}
