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

    /** As %0*X prints it. */
    static void upperHex(StringBuilder b, int value, int digits) {
        for (int i = digits - 1; i >= 0; i--) {
            b.append("0123456789ABCDEF".charAt(value >>> i * 4 & 15));
        }
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

    /** A decimal number that may be negative, with white space around it; Integer.MIN_VALUE for anything else. */
    static int number(String text) {
        String s = text.strip();
        boolean minus = s.startsWith("-");
        long n = decimal(minus ? s.substring(1) : s);
        return n < 0 || n > Integer.MAX_VALUE ? Integer.MIN_VALUE : (int) (minus ? -n : n);
    }

    /** A number of at most 32 bits in C's notation: decimal, octal with a 0 before it, or hexadecimal with 0x; -1. */
    static long unsigned(String text) {
        String s = text.strip();
        boolean hex = s.startsWith("0x") || s.startsWith("0X");
        int base = hex ? 16 : s.length() > 1 && s.charAt(0) == '0' ? 8 : 10;
        int from = hex ? 2 : 0;
        if (s.length() == from || s.length() > 12) {
            return -1;
        }
        long n = 0;
        for (int i = from; i < s.length(); i++) {
            int digit = s.charAt(i) > 'z' ? -1 : Character.digit(s.charAt(i), base);
            if (digit < 0) {
                return -1;
            }
            n = n * base + digit;
        }
        return n > 0xffffffffL ? -1 : n;
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
