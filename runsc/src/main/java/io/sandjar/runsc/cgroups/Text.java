// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import java.util.ArrayList;
import java.util.List;

/** Cutting the text of /proc and cgroup files, without regular expressions. */
final class Text {
    private Text() {}

    static List<String> lines(String text) {
        ArrayList<String> out = new ArrayList<>();
        for (String line : split(text, '\n')) {
            if (!line.isEmpty()) {
                out.add(line);
            }
        }
        return out;
    }

    static List<String> split(String text, char at) {
        ArrayList<String> out = new ArrayList<>();
        int start = 0;
        while (true) {
            int end = text.indexOf(at, start);
            if (end < 0) {
                out.add(text.substring(start));
                return out;
            }
            out.add(text.substring(start, end));
            start = end + 1;
        }
    }

    /** Pieces between blanks and ends of lines. */
    static List<String> words(String text) {
        ArrayList<String> out = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean blank = i == text.length() || text.charAt(i) <= ' ';
            if (blank && start >= 0) {
                out.add(text.substring(start, i));
                start = -1;
            } else if (!blank && start < 0) {
                start = i;
            }
        }
        return out;
    }

    /** Octal escapes as /proc/self/mountinfo has them. */
    static String unescape(String s) {
        if (s.indexOf('\\') < 0) {
            return s;
        }
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) == '\\' && i + 3 < s.length()) {
                b.append((char) Integer.parseInt(s.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                b.append(s.charAt(i));
            }
        }
        return b.toString();
    }

    /** A number, or {@code otherwise} for anything else ("max" among them). Numbers beyond a long are the largest one. */
    static long number(String s, long otherwise) {
        int from = s.startsWith("-") ? 1 : 0;
        if (s.length() == from) {
            return otherwise;
        }
        for (int i = from; i < s.length(); i++) {
            if (s.charAt(i) < '0' || s.charAt(i) > '9') {
                return otherwise;
            }
        }
        if (s.length() > 18) {
            return new java.math.BigInteger(s)
                    .min(java.math.BigInteger.valueOf(Long.MAX_VALUE))
                    .longValue();
        }
        return Long.parseLong(s);
    }
}
