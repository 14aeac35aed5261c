// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** State and features as documents. */
class StateTest {
    private static final State STATE = new State(
            "1.2.0",
            "c1",
            "running",
            42,
            "/b \"q\" \\",
            "/b/rootfs",
            "2026-11-22T20:00:00Z",
            "",
            Map.of("k\n", "\u00c3\u00bc"));

    @Test
    void roundTrip() {
        byte[] text = STATE.text().getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(STATE, State.read(text));
        assertTrue(STATE.text().startsWith("{\n  \"ociVersion\": \"1.2.0\",\n  \"id\": \"c1\",\n  \"pid\": 42,"));
        for (int n = 0; n < text.length - 2; n++) {
            byte[] cut = java.util.Arrays.copyOf(text, n);
            assertThrows(SpecError.class, () -> State.read(cut));
        }
    }

    @Test
    void hooks() {
        assertEquals(
                "{\"ociVersion\":\"1.2.0\",\"id\":\"c1\",\"status\":\"stopped\",\"bundle\":\"/b \\\"q\\\" \\\\\","
                        + "\"annotations\":{\"k\\n\":\"\u00fc\"}}",
                new String(STATE.with("stopped", 0).forHook(), StandardCharsets.UTF_8));
    }

    @Test
    void bytesThatAreNotText() {
        String text = new JsonOut("")
                .array()
                .add("a\u00ff\u00c3\u0001\u007f\u00e2\u0082\u00ac")
                .endArray()
                .text();
        assertEquals("[\"a\\ufffd\\ufffd\\u0001\\u007f\u00e2\u0082\u00ac\"]", text);
    }

    @Test
    void features() {
        JsonObject f = Json.object(Features.text("1", "2").getBytes(StandardCharsets.ISO_8859_1));
        assertEquals("1.3.0", f.string("ociVersionMax"));
        JsonObject linux = f.object("linux");
        assertTrue(linux != null && linux.strings("capabilities").size() == 41);
        assertEquals(6, f.strings("hooks").size());
    }
}
