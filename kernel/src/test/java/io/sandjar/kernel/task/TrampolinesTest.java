// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TrampolinesTest {
    private static final long AREA = 0x7f0000000000L;
    private static final long LINUX = 0xfffff0003d48050fL;

    @Test
    void sitesOfTheCLibraryAndOfGoCanBeRewritten() {
        assertEquals(6, Trampolines.compareLength(0xfffff0003d48050fL));
        assertEquals(6, Trampolines.compareLength(0xfffff0013d48050fL));
        assertEquals(5, Trampolines.compareLength(0x77fffff0003d050fL));
        assertEquals(0, Trampolines.compareLength(0xfffff0003d48050eL));
        assertEquals(0, Trampolines.compareLength(0x00c38948c031050fL));
    }

    @Test
    void everyJumpHasAnInvalidInstructionInItsMiddle() {
        Trampolines t = new Trampolines();
        t.addArea(AREA);
        for (long site = AREA + 0x123456; site < AREA + 0x183456; site += 4099) {
            long at = t.take(site, LINUX);
            assertNotEquals(0, at);
            assertEquals(0, at % Trampolines.SIZE);
            assertEquals(0x06, (int) (at - (site + 5) >> 8 & 0xff));
            assertTrue(t.contains(at) && t.contains(at + Trampolines.SIZE - 1));
        }
    }

    @Test
    void farSitesNeedAnotherArea() {
        Trampolines t = new Trampolines();
        t.addArea(AREA);
        assertFalse(t.reaches(0x400000));
        assertEquals(0, t.take(0x400000, LINUX));
        t.addArea(0x10400000);
        assertNotEquals(0, t.take(0x400000, LINUX));
        Trampolines child = new Trampolines(t);
        assertTrue(child.contains(AREA) && child.contains(0x10400000));
    }

    @Test
    void whoReadsTextSeesWhatWasThere() {
        Trampolines t = new Trampolines();
        t.addArea(AREA);
        long site = AREA + 0x123456;
        long jump = t.take(site, LINUX) - (site + 5) << 8 | 0xe9;
        byte[] b = new byte[32];
        for (int at = -7; at < 32; at++) { // text that begins in, before and behind the site
            for (int i = 0; i < b.length; i++) {
                int n = i - at;
                b[i] = (byte) (n >= 0 && n < 5 ? jump >>> 8 * n : n >= 5 && n < 8 ? LINUX >>> 8 * n : 0x90);
            }
            t.show(site - at, b, 0, b.length);
            for (int i = 0; i < b.length; i++) {
                int n = i - at;
                assertEquals((byte) (n >= 0 && n < 8 ? LINUX >>> 8 * n : 0x90), b[i]);
            }
        }
        Arrays.fill(b, (byte) 0x91); // something else by now
        t.show(site, b, 0, b.length);
        assertEquals((byte) 0x91, b[0]);
        assertEquals((byte) 0x91, b[4]);
    }

    @Test
    void flagsAreThoseOfTheCompare() {
        assertEquals(0x1 | 0x4, Trampolines.compare(0, -4096, false) & 0xc5); // below, not negative: 0 + 4096
        assertEquals(0x40 | 0x4, Trampolines.compare(-4096, -4096, false));
        assertEquals(0, Trampolines.compare(-14, -4096, false) & 0x41); // above: an error
        assertEquals(1, Trampolines.compare(77, -4095, false) & 0x41);
        assertEquals(0, Trampolines.compare(-14, -4096, true) & 0x41);
    }
}
