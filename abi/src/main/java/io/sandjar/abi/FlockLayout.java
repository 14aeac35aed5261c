// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct flock of fcntl. */
public final class FlockLayout {
    public static final int l_type = 0;
    public static final int l_whence = 2;
    public static final int l_start = 8;
    public static final int l_len = 16;
    public static final int l_pid = 24;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 32;

    private FlockLayout() {}
}
