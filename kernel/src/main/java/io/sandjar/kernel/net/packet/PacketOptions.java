// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.packet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.kernel.net.NetStack;

/** The options of SOL_PACKET (packet(7)) and what they count. */
final class PacketOptions {
    static final int RX_RING = 5;
    static final int AUXDATA = 8;

    private static final int ADD_MEMBERSHIP = 1;
    private static final int DROP_MEMBERSHIP = 2;
    private static final int STATISTICS = 6;
    private static final int COPY_THRESH = 7;
    private static final int ORIGDEV = 9;
    private static final int VERSION = 10;
    private static final int HDRLEN = 11;
    private static final int RESERVE = 12;
    private static final int LOSS = 14;
    private static final int TIMESTAMP = 17;
    private static final int QDISC_BYPASS = 20;
    private static final int IGNORE_OUTGOING = 23;

    private volatile boolean aux;
    private volatile boolean origin;
    private volatile boolean noOutgoing;
    private volatile boolean loss;
    private volatile boolean bypass;
    private volatile int version = PacketRing.V1;
    private volatile int reserve;
    private volatile int copy;
    private volatile int stamp;

    /** Since somebody asked. Guarded by the monitor. */
    private int packets;

    private int drops;

    synchronized void counted(boolean taken) {
        packets++;
        drops += taken ? 0 : 1;
    }

    /** Whether packets were dropped that nobody was told of. */
    synchronized boolean losing() {
        return drops > 0;
    }

    boolean auxiliary() {
        return aux;
    }

    boolean ignoresOutgoing() {
        return noOutgoing;
    }

    int version() {
        return version;
    }

    int reserve() {
        return reserve;
    }

    int set(NetStack net, int name, byte[] v, int len, boolean ring, int reserveMax) {
        if (name == ADD_MEMBERSHIP || name == DROP_MEMBERSHIP) { // struct packet_mreq; all is seen anyway
            if (len < 16) {
                return -EINVAL;
            }
            return name == ADD_MEMBERSHIP && net.interfaces().byIndex(Bytes.i32(v, 0)) == null ? -ENODEV : 0;
        }
        switch (name) {
            case COPY_THRESH, AUXDATA, ORIGDEV, VERSION, RESERVE, LOSS, TIMESTAMP, QDISC_BYPASS, IGNORE_OUTGOING -> {}
            default -> {
                return -ENOPROTOOPT;
            }
        }
        if (len < 4) {
            return -EINVAL;
        }
        int x = Bytes.i32(v, 0);
        if (ring && (name == VERSION || name == RESERVE || name == LOSS)) {
            return -EBUSY;
        }
        switch (name) {
            case AUXDATA -> aux = x != 0;
            case ORIGDEV -> origin = x != 0;
            case VERSION -> {
                if (x != PacketRing.V1 && x != PacketRing.V2) {
                    return -EINVAL; // TPACKET_V3 is not there; libpcap goes on with V2
                }
                version = x;
            }
            case RESERVE -> {
                if (x < 0 || x > reserveMax) {
                    return -EINVAL;
                }
                reserve = x;
            }
            case LOSS -> loss = x != 0;
            case TIMESTAMP -> stamp = x;
            case QDISC_BYPASS -> bypass = x != 0;
            case IGNORE_OUTGOING -> {
                if (x < 0 || x > 1) {
                    return -EINVAL;
                }
                noOutgoing = x != 0;
            }
            default -> copy = x;
        }
        return 0;
    }

    int get(int name, byte[] out, int len) {
        if (name == STATISTICS) {
            synchronized (this) {
                Bytes.put32(out, 0, packets);
                Bytes.put32(out, 4, drops);
                packets = 0;
                drops = 0;
            }
            return Math.min(len, 8);
        }
        int x;
        switch (name) {
            case AUXDATA -> x = aux ? 1 : 0;
            case ORIGDEV -> x = origin ? 1 : 0;
            case VERSION -> x = version;
            case RESERVE -> x = reserve;
            case LOSS -> x = loss ? 1 : 0;
            case TIMESTAMP -> x = stamp;
            case QDISC_BYPASS -> x = bypass ? 1 : 0;
            case IGNORE_OUTGOING -> x = noOutgoing ? 1 : 0;
            case COPY_THRESH -> x = copy;
            case HDRLEN -> {
                int v = len < 4 ? -1 : Bytes.i32(out, 0);
                if (v != PacketRing.V1 && v != PacketRing.V2) {
                    return -EINVAL;
                }
                x = PacketRing.HEADER;
            }
            default -> {
                return -ENOPROTOOPT;
            }
        }
        Bytes.put32(out, 0, x);
        return Math.min(len, 4);
    }
}
