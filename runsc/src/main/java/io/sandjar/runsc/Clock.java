// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.host.Processes;

/** Times as RFC 3339 has them; java.time would take its milliseconds at the first use. */
public final class Clock {
    private static final long NANOS = 1_000_000_000L;
    private static final long DAY = 86_400;

    private Clock() {}

    /** Nanoseconds since 1970. */
    public static long now() {
        return Processes.clock(0);
    }

    /** In UTC, with nanoseconds. */
    public static String text(long nanos) {
        long seconds = Math.floorDiv(nanos, NANOS);
        long days = Math.floorDiv(seconds, DAY);
        int rest = (int) Math.floorMod(seconds, DAY);
        // Civil date from days: the year begins in March, so that the odd day is its last.
        long z = days + 719_468;
        long era = Math.floorDiv(z, 146_097);
        long doe = z - era * 146_097;
        long yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        long doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        long mp = (5 * doy + 2) / 153;
        long month = mp < 10 ? mp + 3 : mp - 9;
        long year = yoe + era * 400 + (month <= 2 ? 1 : 0);
        StringBuilder b = new StringBuilder(30);
        pad(b, year, 4).append('-');
        pad(b, month, 2).append('-');
        pad(b, doy - (153 * mp + 2) / 5 + 1, 2).append('T');
        pad(b, rest / 3600, 2).append(':');
        pad(b, rest / 60 % 60, 2).append(':');
        pad(b, rest % 60, 2).append('.');
        return pad(b, Math.floorMod(nanos, NANOS), 9).append('Z').toString();
    }

    private static StringBuilder pad(StringBuilder b, long n, int width) {
        String s = Long.toString(n);
        for (int i = s.length(); i < width; i++) {
            b.append('0');
        }
        return b.append(s);
    }
}
