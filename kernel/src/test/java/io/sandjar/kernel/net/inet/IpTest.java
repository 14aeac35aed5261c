// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Packets that guests have made, and that routers pass on. */
class IpTest {
    @Test
    void headersThatSayMoreThanThereIs() {
        for (int length = 1; length <= Ip.V6_HEADER; length++) {
            for (int first = 0; first < 256; first++) {
                byte[] p = new byte[length];
                p[0] = (byte) first;
                assertEquals(length, Ip.aged(p, 3).length);
            }
        }
    }

    @Test
    void hops() {
        InetAddr a = InetAddr.v4(0x0a000001, 0);
        byte[] p = Ip.packet(a, a, 17, 64, 0, 1, new byte[5]);
        byte[] aged = Ip.aged(p, 2);
        assertEquals(62, aged[8]);
        assertEquals(0xffff, Ip.sum(aged, 0, Ip.V4_HEADER, 0));
    }
}
