// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Our lines in files of others: whatever is around them comes back as it was. */
class BlockTest {
    private static final String FILE = "config.toml";

    @Test
    void anEmptyFileBecomesTheBlockAndGoesAgain() {
        String with = Block.with(null, "a = 1", FILE);
        assertTrue(Block.isIn(with));
        assertNull(Block.without(with, FILE));
    }

    @Test
    void othersTextIsTheSameAfterwards() {
        for (String text :
                List.of("x = 1\n", "x = 1\n\n", "\n", "# only a comment\n", "x = 1\n[t]\n  y = \"# BEGIN\"\n")) {
            String with = Block.with(text, "a = 1", FILE);
            assertTrue(with.startsWith(text), text);
            if (!text.isBlank()) assertEquals(text, Block.without(with, FILE), text);
        }
    }

    @Test
    void aSecondTimeReplacesTheBlockWhereItStands() {
        String once = Block.with("x = 1\n", "a = 1", FILE) + "z = 3\n";
        String twice = Block.with(once, "a = 2", FILE);
        assertEquals(once.replace("a = 1", "a = 2"), twice);
        assertEquals("x = 1\n\nz = 3\n", Block.without(twice, FILE));
    }

    @Test
    void twoBlocksBecomeOne() {
        String once = Block.with("x = 1\n", "a = 1", FILE);
        String with = Block.with(once + Block.with(null, "b = 1", FILE), "c = 1", FILE);
        assertFalse(with.contains("a = 1") || with.contains("b = 1"));
        assertEquals(with.indexOf("# BEGIN"), with.lastIndexOf("# BEGIN"));
    }

    @Test
    void aLostEndIsTold() {
        String broken = Block.with("x = 1\n", "a = 1", FILE).replace("# END sandjar", "");
        Problem problem = assertThrows(Problem.class, () -> Block.without(broken, FILE));
        assertTrue(String.valueOf(problem.getMessage()).contains(FILE));
        assertNotNull(problem.remedy());
    }

    @Test
    void textWithoutOurBlockIsNotTouched() {
        assertEquals("x = 1", Block.without("x = 1", FILE));
    }
}
