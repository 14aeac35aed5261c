// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Net;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a raw socket made of a ping socket lets through and gives back. */
class RawPingTest {
    @Test
    void onlyEchoRequestsLeave() {
        RawPing ping = new RawPing(Net.AF_INET);
        byte[] redirect = {5, 1, 0, 0, 0, 0, 0, 0};
        assertEquals(-Errno.EPERM, ping.prepare(-1, redirect));
        assertEquals(-Errno.EPERM, ping.prepare(-1, new byte[] {8, 0, 0}));
        assertEquals(0, ping.prepare(-1, new byte[] {8, 0, 0, 0, 0x12, 0x34, 0, 1}));
        RawPing six = new RawPing(Net.AF_INET6);
        assertEquals(-Errno.EPERM, six.prepare(-1, new byte[] {8, 0, 0, 0, 0, 1, 0, 1}));
        assertEquals(0, six.prepare(-1, new byte[] {(byte) 128, 0, 0, 0, 0, 1, 0, 1}));
    }

    @Test
    void answersHaveTheirHeader() {
        byte[] source = new byte[16];
        source[4] = 10;
        source[7] = 9;
        byte[] packet = new RawPing(Net.AF_INET).received(new byte[] {0, 0, 1, 2, 3, 4, 5, 6, 77}, 8, source);
        assertEquals(28, packet.length);
        assertEquals(0x45, packet[0]);
        assertEquals(28, packet[3]);
        assertEquals(Net.IPPROTO_ICMP, packet[9]);
        assertArrayEquals(new byte[] {10, 0, 0, 9}, Arrays.copyOfRange(packet, 12, 16));
        assertArrayEquals(new byte[] {0, 0, 1, 2, 3, 4, 5, 6}, Arrays.copyOfRange(packet, 20, 28));
        assertEquals(8, new RawPing(Net.AF_INET6).received(new byte[9], 8, source).length);
    }
}
