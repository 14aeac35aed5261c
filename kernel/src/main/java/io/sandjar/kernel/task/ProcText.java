// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import org.jspecify.annotations.Nullable;

/** Numbers in the texts that the host has of a process (proc(5)). */
final class ProcText {
    private ProcText() {}

    /** The number after the first {@code key}; 0 where there is none, or no text. */
    static long after(@Nullable String text, String key) {
        int at = text == null ? -1 : text.indexOf(key);
        return at < 0 || text == null ? 0 : number(text, at + key.length());
    }

    /** The number after blanks and tabs; 0 where there is none. */
    static long number(String s, int from) {
        int i = from;
        while (i < s.length() && (s.charAt(i) == ' ' || s.charAt(i) == '\t')) {
            i++;
        }
        long n = 0;
        while (i < s.length() && s.charAt(i) >= '0' && s.charAt(i) <= '9') {
            n = n * 10 + s.charAt(i++) - '0';
        }
        return n;
    }
}
