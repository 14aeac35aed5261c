// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

/** Building blocks of the text of /proc. */
final class Fields {
    static final long NANOS_PER_TICK = 10_000_000L;
    static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Fields() {}

    static void padLeft(StringBuilder b, long n, int width) {
        String s = Long.toString(n);
        for (int i = s.length(); i < width; i++) {
            b.append(' ');
        }
        b.append(s);
    }

    static void padRight(StringBuilder b, String s, int width) {
        b.append(s);
        for (int i = s.length(); i < width; i++) {
            b.append(' ');
        }
    }

    static void zeros(StringBuilder b, long n, int width) {
        String s = Long.toString(n);
        for (int i = s.length(); i < width; i++) {
            b.append('0');
        }
        b.append(s);
    }

    static void hex(StringBuilder b, long n, int width) {
        String s = Long.toHexString(n);
        for (int i = s.length(); i < width; i++) {
            b.append('0');
        }
        b.append(s);
    }

    /** Seconds with two digits behind the point. */
    static void seconds(StringBuilder b, long nanos) {
        long hundredths = nanos / NANOS_PER_TICK;
        b.append(hundredths / 100).append('.');
        zeros(b, hundredths % 100, 2);
    }

    /** Space, tab, newline, backslash and # by their octal number, as in /proc/mounts. */
    static void escaped(StringBuilder b, String s) {
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\\' || c == '#') {
                b.append('\\').append((char) ('0' + (c >> 6))).append((char) ('0' + (c >> 3 & 7)));
                b.append((char) ('0' + (c & 7)));
            } else {
                b.append(c);
            }
        }
    }

    /** A decimal number with white space around it; -1 for anything else. */
    static long decimal(String text) {
        String s = text.strip();
        if (s.isEmpty() || s.length() > 18) {
            return -1;
        }
        long n = 0;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            n = n * 10 + c - '0';
        }
        return n;
    }

    /** The number of a line "name: number kB"; -1 when there is none. */
    static long kilobytes(String text, String name) {
        int at = text.startsWith(name + ":") ? 0 : text.indexOf("\n" + name + ":");
        if (at < 0) {
            return -1;
        }
        int i = text.indexOf(':', at) + 1;
        while (i < text.length() && (text.charAt(i) == ' ' || text.charAt(i) == '\t')) {
            i++;
        }
        long n = 0;
        while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            n = n * 10 + text.charAt(i++) - '0';
        }
        return n;
    }
}
