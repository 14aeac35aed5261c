// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static org.junit.jupiter.api.Assertions.*;

import io.sandjar.abi.Bytes;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketFilterTest {
    private static final int[] CODES = {
        0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0xb1, 0x80, 0x81, 0x00, 0x01, 0x60, 0x61, 0x02, 0x03, 0x06, 0x16, 0x07,
        0x87, 0x05, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d, 0x04, 0x0c, 0x14, 0x24, 0x34, 0x3c, 0x44, 0x54,
        0x64, 0x6c, 0x74, 0x84, 0xa4
    };

    private static byte[] program(int... words) {
        byte[] b = new byte[words.length / 4 * 8];
        for (int i = 0; i < words.length; i += 4) {
            Bytes.put16(b, i * 2, words[i]);
            b[i * 2 + 2] = (byte) words[i + 1];
            b[i * 2 + 3] = (byte) words[i + 2];
            Bytes.put32(b, i * 2 + 4, words[i + 3]);
        }
        return b;
    }

    @Test
    void takesAPortOfUdp() {
        // ldb [9]; jeq 17; ldxb 4*([0]&0xf); ldh [x+2]; jeq 53
        PacketFilter f = PacketFilter.check(program(
                0x30, 0, 0, 9, 0x15, 0, 4, 17, 0xb1, 0, 0, 0, 0x48, 0, 0, 2, 0x15, 0, 1, 53, 6, 0, 0, 99, 6, 0, 0, 0));
        assertNotNull(f);
        byte[] p = new byte[28];
        p[0] = 0x45;
        p[9] = 17;
        p[23] = 53;
        assertEquals(99, f.run(p));
        p[23] = 54;
        assertEquals(0, f.run(p));
        assertEquals(0, f.run(new byte[12]), "a load beyond the packet");
    }

    @Test
    void refusesWhatLinuxRefuses() {
        assertNull(PacketFilter.check(program(0x30, 0, 0, 9)), "does not end");
        assertNull(PacketFilter.check(program(0x05, 0, 0, 5, 6, 0, 0, 0)), "jumps out");
        assertNull(PacketFilter.check(program(0x60, 0, 0, 3, 0x16, 0, 0, 0)), "memory never written");
        assertNull(PacketFilter.check(program(0x34, 0, 0, 0, 0x16, 0, 0, 0)), "division by zero");
        assertNull(PacketFilter.check(program(0xff, 0, 0, 0, 0x16, 0, 0, 0)), "no such instruction");
    }

    @Test
    void randomProgramsEnd() {
        Random random = new Random(815);
        int taken = 0;
        for (int i = 0; i < 60_000; i++) {
            int n = 1 + random.nextInt(12);
            int[] words = new int[n * 4];
            for (int j = 0; j < n; j++) {
                words[j * 4] = CODES[random.nextInt(CODES.length)];
                words[j * 4 + 1] = random.nextInt(4);
                words[j * 4 + 2] = random.nextInt(4);
                words[j * 4 + 3] = switch (random.nextInt(4)) {
                    case 0 -> random.nextInt();
                    case 1 -> -0x1000 + random.nextInt(80);
                    case 2 -> (random.nextBoolean() ? -0x100000 : -0x200000) + random.nextInt(70);
                    default -> random.nextInt(20);
                };
            }
            words[n * 4 - 4] = random.nextBoolean() ? 0x06 : 0x16;
            PacketFilter f = PacketFilter.check(program(words));
            if (f != null) {
                byte[] packet = new byte[random.nextInt(64)];
                random.nextBytes(packet);
                assertTrue(f.run(packet) >= 0);
                taken++;
            }
        }
        assertTrue(taken > 1000, taken + " programs ran");
    }
}
