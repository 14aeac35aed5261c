// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import java.util.Arrays;

/**
 * struct tcp_info (tcp(7), linux/tcp.h) of a connection that never lost anything: bytes and times are counted, segments follow from
 * the calls that sent, the rest is what Linux tells of an idle loopback.
 */
final class TcpInfo {
    private static final int SIZE = 248;
    private static final int SEGMENT = 65483;

    private TcpInfo() {}

    static int put(TcpSocket s, byte[] out, int len) {
        Arrays.fill(out, 0, SIZE, (byte) 0);
        int state = s.state();
        boolean listens = state == Net.TCP_LISTEN;
        out[0] = (byte) state;
        out[5] = 7; // timestamps, SACK, window scaling
        out[6] = 0x77;
        Bytes.put32(out, 8, 201_000); // rto, us
        Bytes.put32(out, 12, 40_000); // ato
        Bytes.put32(out, 16, SEGMENT); // snd_mss
        Bytes.put32(out, 20, SEGMENT); // rcv_mss
        Bytes.put32(out, 24, listens ? s.available() : 0); // unacked
        Bytes.put32(out, 28, listens ? s.unsent() : 0); // sacked
        Bytes.put32(out, 44, s.sinceSentMillis());
        Bytes.put32(out, 52, s.sinceReceivedMillis());
        Lifeline l = s.lifelineOrNull();
        Bytes.put32(out, 56, l == null ? s.sinceReceivedMillis() : l.sinceHeardMillis());
        Bytes.put32(out, 60, 65535); // pmtu
        Bytes.put32(out, 64, SEGMENT); // rcv_ssthresh
        Bytes.put32(out, 68, 30); // rtt, us
        Bytes.put32(out, 72, 15); // rttvar
        Bytes.put32(out, 76, Integer.MAX_VALUE); // snd_ssthresh
        Bytes.put32(out, 80, 10); // snd_cwnd
        Bytes.put32(out, 84, SEGMENT); // advmss
        Bytes.put32(out, 88, 3); // reordering
        Bytes.put32(out, 96, SEGMENT); // rcv_space
        if (!listens && state != Net.TCP_CLOSE) {
            counters(s, out);
            if (l != null) {
                out[2] = (byte) l.repeats();
                out[3] = (byte) l.probes();
                out[4] = (byte) l.repeats(); // each doubles the time to the next
                Bytes.put32(out, 24, (l.heldBytes() + SEGMENT - 1) / SEGMENT);
            }
        }
        return Math.min(len, SIZE);
    }

    private static void counters(TcpSocket s, byte[] out) {
        long sent = s.bytesSent();
        int sends = s.sends();
        int receives = s.receives();
        Bytes.put64(out, 120, sent + 1); // acked: with what opened the connection
        Bytes.put64(out, 128, s.bytesReceived());
        Bytes.put32(out, 136, 2 + sends + receives); // segments out: the opening, data, acknowledgements
        Bytes.put32(out, 140, 1 + sends + receives);
        Bytes.put32(out, 148, 30); // min_rtt
        Bytes.put32(out, 152, receives);
        Bytes.put32(out, 156, sends);
        Bytes.put32(out, 192, sends + 1); // delivered
        Bytes.put64(out, 200, sent);
        Bytes.put32(out, 228, SEGMENT); // windows
        Bytes.put32(out, 232, SEGMENT);
    }
}
