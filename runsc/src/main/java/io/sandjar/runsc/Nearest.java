// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import org.jspecify.annotations.Nullable;

/** The name that somebody may have meant. */
final class Nearest {
    private Nearest() {}

    /** The candidate with the smallest edit distance (Levenshtein), or null if none is close. */
    static @Nullable String of(String word, String[] candidates) {
        String best = null;
        int least = Math.min(3, word.length() / 2 + 1);
        for (String c : candidates) {
            int d = c.startsWith(word) && word.length() > 1 ? 0 : distance(word, c);
            if (d < least) {
                least = d;
                best = c;
            }
        }
        return best;
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
