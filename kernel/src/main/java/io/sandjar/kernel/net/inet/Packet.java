// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.abi.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A packet with what its header says. Extension headers of IPv6 are taken for a protocol that nobody speaks. */
public record Packet(
        byte[] bytes, InetAddr src, InetAddr dst, int protocol, int hops, int trafficClass, int payloadAt) {

    /** Reads a packet; null when it is none, or only a part of one. */
    static @Nullable Packet parse(byte[] b) {
        if (b.length < Ip.V4_HEADER) {
            return null;
        }
        if ((b[0] & 0xf0) == 0x40) {
            int header = (b[0] & 15) * 4;
            int whole = Bytes.be16(b, 2);
            boolean part = (Bytes.be16(b, 6) & 0x3fff) != 0;
            if (header < Ip.V4_HEADER || header > whole || whole > b.length || part) {
                return null;
            }
            return new Packet(
                    whole == b.length ? b : Arrays.copyOf(b, whole),
                    InetAddr.v4(Bytes.be32(b, 12), 0),
                    InetAddr.v4(Bytes.be32(b, 16), 0),
                    b[9] & 0xff,
                    b[8] & 0xff,
                    b[1] & 0xff,
                    header);
        }
        int whole = b.length < Ip.V6_HEADER ? -1 : Ip.V6_HEADER + Bytes.be16(b, 4);
        if ((b[0] & 0xf0) != 0x60 || whole < 0 || whole > b.length) {
            return null;
        }
        return new Packet(
                whole == b.length ? b : Arrays.copyOf(b, whole),
                InetAddr.read6(b, 8, 0),
                InetAddr.read6(b, 24, 0),
                b[6] & 0xff,
                b[7] & 0xff,
                Bytes.be32(b, 0) >>> 20 & 0xff,
                Ip.V6_HEADER);
    }

    boolean isV4() {
        return payloadAt != Ip.V6_HEADER || bytes[0] >> 4 == 4;
    }

    int payloadLength() {
        return bytes.length - payloadAt;
    }

    byte[] payload() {
        return Arrays.copyOfRange(bytes, payloadAt, bytes.length);
    }

    /** Whether the checksum of the transport header is right. */
    boolean sumIsRight(boolean pseudo) {
        int start = pseudo ? Ip.pseudo(src, dst, protocol, payloadLength()) : 0;
        return Ip.sum(bytes, payloadAt, bytes.length, start) == 0xffff;
    }
}
