// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.mm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.host.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryRoomTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path dir;

    private int file(String name, String text) throws IOException {
        Path p = dir.resolve(name);
        Files.writeString(p, text);
        int fd = Sys.openat(Sys.AT_FDCWD, p.toString(), 0, 0);
        assertTrue(fd >= 0);
        return fd;
    }

    private MemoryRoom room(String... limitsAndUsed) throws IOException {
        int n = limitsAndUsed.length / 2;
        int[] limits = new int[n];
        int[] used = new int[n];
        for (int i = 0; i < n; i++) {
            limits[i] = file("limit" + i, limitsAndUsed[2 * i] + "\n");
            used[i] = file("used" + i, limitsAndUsed[2 * i + 1] + "\n");
        }
        return new MemoryRoom(limits, used);
    }

    @Test
    void muchIsLeft() throws IOException {
        assertFalse(room("" + 100 * MIB, "" + 50 * MIB).tight(4096));
    }

    @Test
    void littleIsLeft() throws IOException {
        assertTrue(room("" + 100 * MIB, "" + 90 * MIB).tight(4096));
    }

    @Test
    void aSmallLimitLeavesAQuarter() throws IOException {
        assertFalse(room("" + 16 * MIB, "" + 11 * MIB).tight(4096));
        assertTrue(room("" + 16 * MIB, "" + 13 * MIB).tight(4096));
    }

    @Test
    void theTightestGroupCounts() throws IOException {
        assertTrue(room("max", "0", "" + 1000 * MIB, "" + MIB, "" + 64 * MIB, "" + 60 * MIB)
                .tight(1));
    }

    @Test
    void noLimits() throws IOException {
        assertFalse(room("max", "123").tight(1 << 30));
        assertFalse(room("9223372036854771712", "123456789").tight(1 << 30));
        assertFalse(new MemoryRoom(new int[0], new int[0]).tight(1 << 30));
    }

    @Test
    void looksAgainWhenMuchWasWritten() throws IOException {
        MemoryRoom r = room("" + 100 * MIB, "" + 50 * MIB);
        assertFalse(r.tight(1));
        Files.writeString(dir.resolve("used0"), 99 * MIB + "\n");
        boolean seen = false;
        for (int i = 0; i < 1000 && !seen; i++) {
            seen = r.tight(MIB);
        }
        assertTrue(seen);
    }

    @Test
    void afterCloseNothingIsTight() throws IOException {
        MemoryRoom r = room("" + 100 * MIB, "" + 99 * MIB);
        assertTrue(r.tight(1));
        r.close();
        boolean tight = true;
        for (int i = 0; i < 1000 && tight; i++) {
            tight = r.tight(MIB);
        }
        assertFalse(tight);
    }
}
