// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import java.util.Arrays;

/** Any bytes as a filter of packets (SO_ATTACH_FILTER), and the same as packets: refused, or a program that ends. */
public final class PacketFilterFuzz {
    private PacketFilterFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        PacketFilter f = PacketFilter.check(Arrays.copyOf(data, Math.min(data.length & -8, 4096 * 8)));
        if (f == null) {
            return;
        }
        byte[][] packets = {data, new byte[0], new byte[] {0x45}, Arrays.copyOf(data, data.length / 2)};
        for (byte[] p : packets) {
            if (f.run(p) < 0) {
                throw new AssertionError("length");
            }
        }
    }
}
