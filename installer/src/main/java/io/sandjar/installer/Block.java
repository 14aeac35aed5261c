// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Our lines in a file that belongs to somebody else: between two marks, so that they are found again whatever happens around them.
 */
final class Block {
    private static final String BEGIN = "# BEGIN sandjar";
    private static final String END = "# END sandjar";

    private Block() {}

    static boolean isIn(@Nullable String text) {
        return text != null && text.lines().anyMatch(line -> line.strip().startsWith(BEGIN));
    }

    /** The text with our block as its last part; a block that is there is replaced where it stands. */
    static String with(@Nullable String text, String body, String file) {
        String block = BEGIN + " (made by `sandjar node install`; `sandjar node uninstall` removes it)\n" + body.strip()
                + "\n" + END + "\n";
        if (text == null || text.isEmpty()) return block;
        if (isIn(text)) return replace(text, block, file);
        return text + (text.endsWith("\n") ? "" : "\n") + "\n" + block;
    }

    /** The text as it would be had we never been there; null when nothing but our block was in it. */
    static @Nullable String without(String text, String file) {
        if (!isIn(text)) return text;
        String rest = replace(text, "", file);
        if (rest.isBlank()) return null;
        // the empty line that `with` put before the block at the end
        return rest.endsWith("\n\n") && text.stripTrailing().endsWith(END)
                ? rest.substring(0, rest.length() - 1)
                : rest;
    }

    private static String replace(String text, String block, String file) {
        List<String> kept = new ArrayList<>();
        boolean inside = false;
        boolean placed = false;
        for (String line : text.split("\n", -1)) {
            String word = line.strip();
            if (!inside && word.startsWith(BEGIN)) {
                inside = true;
                if (!placed && !block.isEmpty()) kept.add(block.substring(0, block.length() - 1));
                placed = true;
            } else if (inside && word.startsWith(END)) {
                inside = false;
            } else if (!inside) {
                kept.add(line);
            }
        }
        if (inside) {
            throw new Problem(
                    file + ": the mark \"" + BEGIN + "\" has no \"" + END + "\" after it",
                    "put the end mark back, or take the block out by hand");
        }
        return String.join("\n", kept);
    }
}
