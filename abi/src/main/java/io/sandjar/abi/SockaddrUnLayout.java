// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct sockaddr_un. */
public final class SockaddrUnLayout {
    public static final int sun_family = 0;
    public static final int sun_path = 2;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 110;

    private SockaddrUnLayout() {}
}
