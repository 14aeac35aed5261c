// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.host;

import static io.sandjar.abi.Errno.EPERM;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.host.HostSockets;
import java.util.Arrays;

/**
 * A raw ICMP socket as far as ping(8) uses it, made of a ping socket of the host: only echo requests leave, only their answers come. The
 * host puts the socket's port where the identifier of a request is, so the identifier that the guest chose is made the port.
 */
final class RawPing {
    private static final int ECHO = 8;
    private static final int ECHO_V6 = 128;
    private static final int ICMP_HEADER = 8;
    private static final int IP_HEADER = 20;
    private static final int USUAL_TTL = 64;

    private final boolean v6;
    private boolean bound;

    RawPing(int family) {
        this.v6 = family == Net.AF_INET6;
    }

    /** Before a packet goes: 0 or -errno. */
    synchronized int prepare(int fd, byte[] packet) {
        if (packet.length < ICMP_HEADER || (packet[0] & 0xff) != (v6 ? ECHO_V6 : ECHO)) {
            return -EPERM;
        }
        if (!bound) {
            byte[] address = new byte[v6 ? 28 : 16];
            Bytes.put16(address, 0, v6 ? Net.AF_INET6 : Net.AF_INET);
            address[2] = packet[4];
            address[3] = packet[5];
            HostSockets.bind(fd, address, address.length); // where it is taken the host chooses another identifier
            bound = true;
        }
        return 0;
    }

    /** What a raw socket would have received: with IPv4 the packet's header goes before its content. */
    byte[] received(byte[] data, int len, byte[] source) {
        if (v6) {
            return Arrays.copyOf(data, len);
        }
        byte[] packet = new byte[IP_HEADER + len];
        packet[0] = 0x45; // version 4, five words
        packet[2] = (byte) (packet.length >>> 8);
        packet[3] = (byte) packet.length;
        packet[8] = USUAL_TTL;
        packet[9] = Net.IPPROTO_ICMP;
        System.arraycopy(source, 4, packet, 12, 4);
        System.arraycopy(data, 0, packet, IP_HEADER, len);
        return packet;
    }
}
