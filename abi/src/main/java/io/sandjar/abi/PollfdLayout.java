// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct pollfd. */
public final class PollfdLayout {
    public static final int fd = 0;
    public static final int events = 4;
    public static final int revents = 6;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 8;

    private PollfdLayout() {}
}
