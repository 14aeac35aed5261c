// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct sockaddr_nl. */
public final class SockaddrNlLayout {
    public static final int nl_family = 0;
    public static final int nl_pid = 4;
    public static final int nl_groups = 8;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 12;

    private SockaddrNlLayout() {}
}
