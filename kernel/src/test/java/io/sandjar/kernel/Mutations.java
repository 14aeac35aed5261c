// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel;

import java.util.Arrays;
import java.util.Random;

/** Inputs made from others by small changes, always the same ones for the same seed. */
public final class Mutations {
    private static final int[] ODD = {0, 1, 2, 7, 8, 15, 16, 17, 63, 64, 127, 128, 255};
    private final Random random;
    private final byte[][] seeds;

    public Mutations(long seed, byte[]... seeds) {
        this.random = new Random(seed);
        this.seeds = seeds;
    }

    public byte[] next() {
        byte[] b = seeds[random.nextInt(seeds.length)].clone();
        if (random.nextInt(8) == 0) {
            b = new byte[random.nextInt(300)];
            random.nextBytes(b);
        }
        for (int n = 1 + random.nextInt(6); n > 0 && b.length > 0; n--) {
            int at = random.nextInt(b.length);
            switch (random.nextInt(7)) {
                case 0 -> b[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> b[at] = (byte) ODD[random.nextInt(ODD.length)];
                case 2 -> b[at] = (byte) random.nextInt();
                case 3 -> Arrays.fill(b, at, Math.min(b.length, at + 1 + random.nextInt(8)), (byte) -random.nextInt(2));
                case 4 -> {
                    int from = random.nextInt(b.length);
                    int length = Math.min(random.nextInt(16), b.length - Math.max(at, from));
                    System.arraycopy(b.clone(), from, b, at, length);
                }
                case 5 -> b = Arrays.copyOf(b, random.nextInt(b.length + 1));
                default -> {
                    byte[] other = seeds[random.nextInt(seeds.length)];
                    byte[] both = Arrays.copyOf(b, at + other.length);
                    System.arraycopy(other, 0, both, at, other.length);
                    b = both;
                }
            }
        }
        return b;
    }
}
