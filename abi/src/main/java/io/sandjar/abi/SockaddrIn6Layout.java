// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct sockaddr_in6; port and address in network order. */
public final class SockaddrIn6Layout {
    public static final int sin6_family = 0;
    public static final int sin6_port = 2;
    public static final int sin6_flowinfo = 4;
    public static final int sin6_addr = 8;
    public static final int sin6_scope_id = 24;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 28;

    /** The shortest address that Linux takes (without the scope). */
    public static final int SIN6_LEN_RFC2133 = 24;

    private SockaddrIn6Layout() {}
}
