// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.kernel.net.ControlOut;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.SoftwareStamps;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What MSG_ERRQUEUE gives: datagrams that nobody took (IP_RECVERR), and when one was sent (SO_TIMESTAMPING). */
final class ErrorQueue {
    private static final int MAX = 64;
    private static final int KEPT_BYTES = 1024;
    private static final int ORIGIN_TIMESTAMPING = 4;

    /**
     * One message.
     *
     * @param to where it was sent; null for a time stamp
     * @param why it failed; null for a time stamp
     * @param offender who says so
     * @param kind of a time stamp SCM_TSTAMP_*
     */
    private record Entry(
            @Nullable InetAddr to,
            byte[] data,
            @Nullable Refusal why,
            @Nullable InetAddr offender,
            int kind,
            int number,
            long timeNanos) {}

    private final ArrayDeque<Entry> entries = new ArrayDeque<>(1);

    /** A datagram to {@code to} came to nothing, as {@code offender} says. */
    void failed(InetAddr to, byte[] data, Refusal why, InetAddr offender) {
        add(new Entry(to, Arrays.copyOf(data, Math.min(data.length, KEPT_BYTES)), why, offender, 0, 0, 0));
    }

    /** A transmission was stamped. */
    void stamped(byte[] data, int kind, int number, long timeNanos) {
        add(new Entry(null, data, null, null, kind, number, timeNanos));
    }

    private synchronized void add(Entry e) {
        if (entries.size() < MAX) {
            entries.add(e);
        }
    }

    synchronized boolean isEmpty() {
        return entries.isEmpty();
    }

    /** The oldest: what was sent, where to, and struct sock_extended_err. */
    long receive(InetSocket s, IoBuffer dst, @Nullable Msg msg) {
        Entry x;
        synchronized (this) {
            x = entries.poll();
            if (x != null && entries.isEmpty()) {
                s.forgetError();
            }
        }
        if (x == null) {
            return -EAGAIN;
        }
        int n = (int) Math.min(dst.remaining(), x.data().length);
        int e = n == 0 ? 0 : dst.put(x.data(), 0, n);
        if (e < 0) {
            return e;
        }
        if (msg != null) {
            msg.flags |= Net.MSG_ERRQUEUE | (n < x.data().length ? Net.MSG_TRUNC : 0);
            InetAddr to = x.to();
            if (to != null) {
                byte[] name = new byte[28];
                msg.source(name, to.encode(s.family(), name));
            }
            ControlOut out = msg.control;
            if (out != null) {
                describe(s, x, out);
            }
        }
        return n;
    }

    private static void describe(InetSocket s, Entry x, ControlOut out) {
        InetAddr to = x.to();
        boolean four = to == null ? s.family() == Net.AF_INET : to.isV4();
        byte[] b = new byte[four ? 32 : 44];
        Refusal why = x.why();
        InetAddr says = x.offender();
        Bytes.put32(b, 0, why == null ? ENOMSG : why.errno());
        int len = 16;
        if (why == null || says == null) {
            SoftwareStamps.put(s.options, out, x.timeNanos());
            b[4] = ORIGIN_TIMESTAMPING;
            Bytes.put32(b, 8, x.kind());
            Bytes.put32(b, 12, x.number());
            len = b.length;
        } else {
            byte[] offender = new byte[28];
            int size = says.encode(four ? Net.AF_INET : Net.AF_INET6, offender);
            b[4] = (byte) (four ? 2 : 3); // SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6
            b[5] = (byte) why.type();
            b[6] = (byte) why.code();
            System.arraycopy(offender, 0, b, 16, size);
            len += size;
        }
        out.put(four ? Net.SOL_IP : Net.SOL_IPV6, four ? Net.IP_RECVERR : Net.IPV6_RECVERR, b, len);
    }
}
