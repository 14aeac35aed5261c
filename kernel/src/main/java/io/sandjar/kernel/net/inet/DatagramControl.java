// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.kernel.net.ControlOut;
import io.sandjar.kernel.net.SoftwareStamps;
import java.util.Arrays;

/** The control data of a received datagram: what its socket asked for with options (ip(7), ipv6(7), socket(7), udp(7)). */
final class DatagramControl {
    private DatagramControl() {}

    static void put(InetSocket s, ControlOut out, Header h, long timeNanos) {
        InetAddr to = h.to();
        boolean four = to.isV4();
        SoftwareStamps.put(s.options, out, timeNanos);
        if (four && on(s, Net.SOL_IP, Net.IP_PKTINFO)) {
            byte[] p = new byte[12];
            Bytes.put32(p, 0, h.link());
            Bytes.putBe32(
                    p,
                    4,
                    Groupcast.means(s.net(), to)
                            ? Groupcast.source(s.net(), h.link(), to).v4()
                            : to.v4());
            Bytes.putBe32(p, 8, to.v4());
            out.put(Net.SOL_IP, Net.IP_PKTINFO, p, p.length);
        }
        if (four && on(s, Net.SOL_IP, Net.IP_RECVTTL)) {
            out.putInt(Net.SOL_IP, Net.IP_TTL, h.hops());
        }
        if (four && on(s, Net.SOL_IP, Net.IP_RECVTOS)) {
            out.put(Net.SOL_IP, Net.IP_TOS, new byte[] {(byte) h.trafficClass()}, 1);
        }
        if (four && on(s, Net.SOL_IP, Net.IP_RECVORIGDSTADDR)) {
            byte[] p = new byte[28];
            out.put(Net.SOL_IP, Net.IP_ORIGDSTADDR, p, to.encode(Net.AF_INET, p));
        }
        if (s.family() == Net.AF_INET6 && on(s, Net.SOL_IPV6, Net.IPV6_RECVPKTINFO)) {
            byte[] p = Arrays.copyOf(to.bytes(Net.AF_INET6), 20);
            Bytes.put32(p, 16, h.link());
            out.put(Net.SOL_IPV6, Net.IPV6_PKTINFO, p, p.length);
        }
        if (!four && on(s, Net.SOL_IPV6, Net.IPV6_RECVHOPLIMIT)) {
            out.putInt(Net.SOL_IPV6, Net.IPV6_HOPLIMIT, h.hops());
        }
        if (!four && on(s, Net.SOL_IPV6, Net.IPV6_RECVTCLASS)) {
            out.putInt(Net.SOL_IPV6, Net.IPV6_TCLASS, h.trafficClass());
        }
        if (h.segment() != 0) {
            out.putInt(Net.SOL_UDP, Net.UDP_GRO, h.segment());
        }
    }

    private static boolean on(InetSocket s, int level, int name) {
        return s.inet.get(level, name, 0) != 0;
    }
}
