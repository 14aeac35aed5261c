// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.Time;
import io.sandjar.kernel.time.HostClock;

/** The times at which packets came and went, as control data: SO_TIMESTAMP, SO_TIMESTAMPNS, SO_TIMESTAMPING in both layouts. */
public final class SoftwareStamps {
    // linux/net_tstamp.h
    public static final int TX_SOFTWARE = 1 << 1;
    public static final int RX_SOFTWARE = 1 << 3;
    public static final int SOFTWARE = 1 << 4;
    public static final int OPT_ID = 1 << 7;
    public static final int TX_SCHED = 1 << 8;
    public static final int TX_ACK = 1 << 9;
    public static final int OPT_TSONLY = 1 << 11;

    /** All flags that Linux has names for; others are refused. */
    static final int KNOWN = (1 << 18) - 1;

    /** What must not be without OPT_ID. */
    static final int OPT_ID_TCP = 1 << 16;

    /** SCM_TSTAMP_SND, SCM_TSTAMP_SCHED, SCM_TSTAMP_ACK. */
    public static final int SENT = 0;

    public static final int SCHEDULED = 1;

    public static final int ACKED = 2;

    private SoftwareStamps() {}

    /** CLOCK_REALTIME, nanoseconds. */
    public static long now() {
        return HostClock.now(Time.CLOCK_REALTIME);
    }

    /** What a receiver asked for of {@code timeNanos}. */
    public static void put(SocketOptions o, ControlOut out, long timeNanos) {
        long seconds = timeNanos / 1_000_000_000L;
        long fraction = timeNanos % 1_000_000_000L;
        if (o.timestamp) {
            byte[] t = new byte[16];
            Bytes.put64(t, 0, seconds);
            Bytes.put64(t, 8, o.timestampNanos ? fraction : fraction / 1000);
            int old = o.timestampNanos ? Net.SO_TIMESTAMPNS_OLD : Net.SO_TIMESTAMP_OLD;
            int now = o.timestampNanos ? Net.SO_TIMESTAMPNS_NEW : Net.SO_TIMESTAMP_NEW;
            out.put(Net.SOL_SOCKET, o.timestampNew ? now : old, t, t.length);
        }
        if ((o.timestamping & SOFTWARE) != 0) {
            byte[] t = new byte[48]; // those of hardware stay 0
            Bytes.put64(t, 0, seconds);
            Bytes.put64(t, 8, fraction);
            int type = o.timestampingNew ? Net.SO_TIMESTAMPING_NEW : Net.SO_TIMESTAMPING_OLD;
            out.put(Net.SOL_SOCKET, type, t, t.length);
        }
    }
}
