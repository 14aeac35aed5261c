// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.abi.Net;
import io.sandjar.kernel.net.SoftwareStamps;
import java.util.Arrays;

/** When the bytes of a connection went and were acknowledged (SO_TIMESTAMPING), for its error queue: at once, in memory. */
final class TcpStamps {
    private static final int ANY = SoftwareStamps.TX_SOFTWARE | SoftwareStamps.TX_SCHED | SoftwareStamps.TX_ACK;
    private static final byte[] NOTHING = {};

    final ErrorQueue errors = new ErrorQueue();
    private volatile int flags;

    /** How much had been sent when the numbering began. */
    private long base;

    /** @param sent bytes of the connection so far */
    void configure(int wanted, long sent) {
        if ((wanted & ~flags & SoftwareStamps.OPT_ID) != 0) {
            base = sent;
        }
        flags = wanted;
    }

    /** Whether the bytes that are sent are to come back with their times. */
    boolean wantsData() {
        return (flags & ANY) != 0 && (flags & SoftwareStamps.OPT_TSONLY) == 0;
    }

    /**
     * Bytes were sent: whether somebody is told.
     *
     * @param data what was sent, if it is wanted
     * @param sent bytes of the connection with these
     */
    boolean sent(TcpSocket s, byte[] data, long sent) {
        int f = flags;
        InetAddr to = s.remote;
        if ((f & ANY) == 0 || to == null) {
            return false;
        }
        int number = (f & SoftwareStamps.OPT_ID) != 0 ? (int) (sent - base - 1) : 0;
        byte[] frame = NOTHING;
        if (data.length > 0) {
            byte[] packet = Ip.packet(s.local, to, Net.IPPROTO_TCP, Ip.TTL, 0, 0, Segments.plain(s, data));
            frame = new byte[Wire.LINK_HEADER + packet.length];
            Wire.linkHeader(frame, to.isV4());
            System.arraycopy(packet, 0, frame, Wire.LINK_HEADER, packet.length);
        }
        long now = SoftwareStamps.now();
        if ((f & SoftwareStamps.TX_SCHED) != 0) {
            errors.stamped(frame, SoftwareStamps.SCHEDULED, number, now);
        }
        if ((f & SoftwareStamps.TX_SOFTWARE) != 0) {
            errors.stamped(frame, SoftwareStamps.SENT, number, now);
        }
        if ((f & SoftwareStamps.TX_ACK) != 0) {
            errors.stamped(Arrays.copyOf(data, data.length), SoftwareStamps.ACKED, number, now);
        }
        return true;
    }
}
