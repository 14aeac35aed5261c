// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct epoll_event, which is packed. */
public final class EpollEventLayout {
    public static final int events = 0;
    public static final int data = 4;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 12;

    private EpollEventLayout() {}
}
