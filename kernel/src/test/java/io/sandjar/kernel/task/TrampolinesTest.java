// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TrampolinesTest {
    private static final long AREA = 0x7f0000000000L;

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
            long at = t.take(site, 6, false);
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
        assertEquals(0, t.take(0x400000, 6, false));
        t.addArea(0x10400000);
        assertNotEquals(0, t.take(0x400000, 6, false));
        Trampolines child = new Trampolines(t);
        assertTrue(child.contains(AREA) && child.contains(0x10400000));
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
