// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@link SpecFuzz} on what once failed, and on the default config.json with values exchanged, doubled and taken away. */
class SpecFuzzTest {
    private static final String[] VALUES = {
        "null",
        "true",
        "-1",
        "1e400",
        "18446744073709551616",
        "\"\"",
        "\"/\"",
        "[]",
        "{}",
        "[null]",
        "{\"a\":null}",
        "[[[[]]]]",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "4294967296",
        "0.5",
        "[\"\"]",
        "\"../..\"",
    };

    private static void one(String text) {
        byte[] b = text.getBytes(StandardCharsets.UTF_8);
        try {
            SpecFuzz.fuzzerTestOneInput(b);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(text, e);
        }
    }

    @Test
    void stored() throws IOException {
        Path dir = Path.of("src/test/resources/fuzz/SpecFuzz");
        if (Files.isDirectory(dir)) {
            try (Stream<Path> files = Files.list(dir)) {
                for (Path f : files.sorted().toList()) {
                    byte[] b = Files.readAllBytes(f);
                    try {
                        SpecFuzz.fuzzerTestOneInput(b);
                    } catch (RuntimeException | Error e) {
                        throw new AssertionError(HexFormat.of().formatHex(b), e);
                    }
                }
            }
        }
    }

    @Test
    void changed() {
        String spec = DefaultSpec.text();
        Random random = new Random(9);
        for (int i = 0; i < 4000; i++) {
            StringBuilder b = new StringBuilder(spec);
            for (int n = random.nextInt(3); n >= 0; n--) {
                change(b, random);
            }
            one((i % 8 == 0 ? "\0" : i % 8 == 1 ? "\1" : "\2") + b);
        }
    }

    /** Puts something else in the place of what follows a colon. */
    private static void change(StringBuilder b, Random random) {
        int at = b.indexOf(":", random.nextInt(b.length() + 1));
        if (at < 0) {
            b.setLength(random.nextInt(b.length() + 1));
            return;
        }
        int end = at + 1;
        int depth = 0;
        for (; end < b.length(); end++) {
            char c = b.charAt(end);
            if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
                break;
            }
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        }
        b.replace(at + 1, end, VALUES[random.nextInt(VALUES.length)]);
    }
}
