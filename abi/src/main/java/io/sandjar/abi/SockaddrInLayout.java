// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct sockaddr_in; port and address in network order. */
public final class SockaddrInLayout {
    public static final int sin_family = 0;
    public static final int sin_port = 2;
    public static final int sin_addr = 4;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 16;

    private SockaddrInLayout() {}
}
