// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sandjar.runsc.UsageError;
import org.junit.jupiter.api.Test;

final class OverlayTest {
    @Test
    void forms() {
        assertEquals(Overlay.NONE, Overlay.of(null));
        assertEquals(Overlay.NONE, Overlay.of("none"));
        assertEquals(new Overlay("memory", "", 2L << 20, false), Overlay.of("root:memory,size=2m"));
        assertEquals(new Overlay("dir", "/a/b", 0, false), Overlay.of("root:dir=/a/b"));
        assertEquals(new Overlay("dir", "/a", 500, true), Overlay.of("root:dir=/a,size=500,owners=stored"));
        assertEquals(new Overlay("dir", "/a", 0, true), Overlay.of("root:dir=/a,owners=stored"));
        for (String wrong : new String[] {"all:memory", "root:disk", "root:dir=a", "root:memory,size=0", "memory"}) {
            assertThrows(UsageError.class, () -> Overlay.of(wrong), wrong);
        }
    }
}
