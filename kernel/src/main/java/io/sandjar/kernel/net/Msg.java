// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import io.sandjar.abi.Net;
import org.jspecify.annotations.Nullable;

/** What goes with the bytes of one send or receive: address, control data, flags. */
public final class Msg {
    private static final byte[] NONE = {};

    /** Destination of a send, source of a receive. */
    public byte[] name = NONE;

    /** Bytes of {@link #name}; 0 for no address. */
    public int nameLen;

    /** Descriptors and credentials to send; the socket takes over their references when it takes the first byte. */
    public @Nullable Ancillary ancillary;

    /** Hop limit and traffic class that a datagram is to carry; -1 for the socket's. */
    public int hops = -1;

    public int trafficClass = -1;

    /** UDP_SEGMENT of one send; -1 for the socket's. */
    public int segment = -1;

    /** The own address that a datagram is to come from (IP_PKTINFO), four or sixteen bytes; null for the socket's. */
    public byte @Nullable [] from;

    /** The interface that a datagram is to leave by (IP_PKTINFO); 0 for any. */
    public int link;

    /** MSG_* bits of a receive: MSG_TRUNC, MSG_CTRUNC, MSG_EOR. */
    public int flags;

    /** Where received control data goes; null where the guest gave no room. */
    public @Nullable ControlOut control;

    /** A source address. */
    public void source(byte[] addr, int len) {
        name = addr;
        nameLen = len;
    }

    /** A message of which {@code n} bytes were copied: its sender, and whether that was all. */
    public void received(RecordQueue.Rec rec, long n) {
        source(rec.source, rec.source.length);
        flags |= n < rec.data.length ? Net.MSG_TRUNC : 0;
    }
}
