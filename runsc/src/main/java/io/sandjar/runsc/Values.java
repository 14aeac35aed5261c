// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/** Values of options: sizes, durations, numbers. Each says what it wants when it gets something else. */
final class Values {
    private Values() {}

    /** Bytes: a number with k, m or g behind it or nothing. */
    static long size(String option, String text) {
        long unit = 1;
        String digits = text;
        if (!text.isEmpty()) {
            int shift = switch (text.charAt(text.length() - 1)) {
                case 'k', 'K' -> 10;
                case 'm', 'M' -> 20;
                case 'g', 'G' -> 30;
                default -> 0;
            };
            if (shift > 0) {
                unit = 1L << shift;
                digits = text.substring(0, text.length() - 1);
            }
        }
        long n = number(digits);
        if (n < 0 || n > Long.MAX_VALUE / unit) {
            throw new UsageError(option + ": \"" + text + "\" is not a size", "write bytes, or 512k, 64m, 2g");
        }
        return n * unit;
    }

    /** Nanoseconds: a number, perhaps with a fraction, then ms, s, m, h or d; seconds if nothing follows. */
    static long duration(String option, String text) {
        int end = 0;
        while (end < text.length() && (text.charAt(end) == '.' || digit(text.charAt(end)))) {
            end++;
        }
        double unit = switch (text.substring(end)) {
            case "ms" -> 1e6;
            case "", "s" -> 1e9;
            case "m" -> 60e9;
            case "h" -> 3600e9;
            case "d" -> 86400e9;
            default -> -1;
        };
        double value = decimal(text.substring(0, end));
        double nanos = value * unit;
        if (value < 0 || unit < 0 || nanos >= Long.MAX_VALUE / 4.0) {
            throw new UsageError(
                    option + ": \"" + text + "\" is not a duration", "write seconds, or 500ms, 30s, 5m, 2h, 1d");
        }
        return (long) nanos;
    }

    /** CPUs: 0.01 or more. */
    static double cpus(String option, String text) {
        boolean plain = !text.isEmpty() && text.length() < 10;
        for (int i = 0; i < text.length(); i++) {
            plain &= text.charAt(i) == '.' || digit(text.charAt(i));
        }
        double n = plain ? decimal(text) : -1;
        if (n < 0.01) {
            throw new UsageError(
                    option + ": \"" + text + "\" is not a number of CPUs", "write 2, 1.5 or 0.25; 0.01 is the least");
        }
        return n;
    }

    private static double decimal(String text) {
        int dot = text.indexOf('.');
        if (text.isEmpty() || text.equals(".") || dot != text.lastIndexOf('.')) {
            return -1;
        }
        return Double.parseDouble(text);
    }

    /** A number without a sign; -1 if it is none or too large. */
    static long number(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return -1;
        }
        long n = 0;
        for (int i = 0; i < text.length(); i++) {
            if (!digit(text.charAt(i))) {
                return -1;
            }
            n = n * 10 + text.charAt(i) - '0';
        }
        return n;
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    /** A path made absolute from {@code base}, without "." and doubled slashes; ".." is left to whoever walks it. */
    static String absolute(String path, String base) {
        String whole = path.startsWith("/") ? path : base + "/" + path;
        StringBuilder b = new StringBuilder(whole.length());
        int at = 0;
        while (at < whole.length()) {
            int end = whole.indexOf('/', at);
            if (end < 0) {
                end = whole.length();
            }
            if (end > at && !(end == at + 1 && whole.charAt(at) == '.')) {
                b.append('/').append(whole, at, end);
            }
            at = end + 1;
        }
        return b.isEmpty() ? "/" : b.toString();
    }
}
