// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/** Times as kubectl shows them: 5s, 3m10s, 4h, 2d3h; Mon, 02 Jan 2006 15:04:05 +0000. */
final class Time {
    private static final String[] DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private Time() {}

    /** Milliseconds since 1970 of a time in RFC 3339, -1 if it is none. Without java.time's parser, which is slow to load. */
    static long millis(String rfc3339) {
        try {
            if (rfc3339.length() < 20) {
                return -1;
            }
            int year = Integer.parseInt(rfc3339, 0, 4, 10);
            int month = Integer.parseInt(rfc3339, 5, 7, 10);
            int day = Integer.parseInt(rfc3339, 8, 10, 10);
            int hour = Integer.parseInt(rfc3339, 11, 13, 10);
            int minute = Integer.parseInt(rfc3339, 14, 16, 10);
            int second = Integer.parseInt(rfc3339, 17, 19, 10);
            int at = 19;
            int millis = 0;
            if (rfc3339.charAt(at) == '.') {
                int scale = 100;
                for (at++; at < rfc3339.length() && Character.isDigit(rfc3339.charAt(at)); at++) {
                    millis += scale * (rfc3339.charAt(at) - '0');
                    scale /= 10;
                }
            }
            long offset = 0;
            if (rfc3339.charAt(at) != 'Z') {
                offset = Integer.parseInt(rfc3339, at + 1, at + 3, 10) * 60L
                        + Integer.parseInt(rfc3339, at + 4, at + 6, 10);
                offset = rfc3339.charAt(at) == '-' ? -offset : offset;
            }
            LocalDateTime local = LocalDateTime.of(year, month, day, hour, minute, second);
            return (local.toEpochSecond(ZoneOffset.UTC) - offset * 60) * 1000 + millis;
        } catch (DateTimeException | NumberFormatException | IndexOutOfBoundsException e) {
            return -1;
        }
    }

    /** How long ago a time was, as the column AGE has it. */
    static String age(String rfc3339, long nowMillis) {
        long then = millis(rfc3339);
        return then < 0 ? "<unknown>" : duration(nowMillis - then);
    }

    static String duration(long millis) {
        long seconds = millis / 1000;
        if (seconds < -1) {
            return "<invalid>";
        }
        if (seconds < 0) {
            return "0s";
        }
        if (seconds < 120) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 10) {
            return minutes + "m" + part(seconds % 60, "s");
        }
        if (minutes < 180) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        if (hours < 8) {
            return hours + "h" + part(minutes % 60, "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        if (hours < 192) {
            return hours / 24 + "d" + part(hours % 24, "h");
        }
        long days = hours / 24;
        if (days < 730) {
            return days + "d";
        }
        return days / 365 + "y" + (days < 2920 ? part(days % 365, "d") : "");
    }

    private static String part(long value, String unit) {
        return value == 0 ? "" : value + unit;
    }

    /** Mon, 02 Jan 2006 15:04:05 +0000, in the zone of this machine. */
    static String date(String rfc3339) {
        long millis = millis(rfc3339);
        if (millis < 0) {
            return rfc3339;
        }
        ZonedDateTime t = Instant.ofEpochMilli(millis).atZone(ZoneId.systemDefault());
        OffsetDateTime offset = t.toOffsetDateTime();
        int minutes = offset.getOffset().getTotalSeconds() / 60;
        return DAYS[t.getDayOfWeek().getValue() - 1]
                + ", " + two(t.getDayOfMonth()) + " " + MONTHS[t.getMonthValue() - 1] + " " + t.getYear() + " "
                + two(t.getHour()) + ":"
                + two(t.getMinute()) + ":" + two(t.getSecond()) + " " + (minutes < 0 ? "-" : "+")
                + two(Math.abs(minutes) / 60)
                + two(Math.abs(minutes) % 60);
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : String.valueOf(number);
    }

    /** Now in RFC 3339, in seconds. */
    static String rfc3339(long millis) {
        LocalDateTime t = LocalDateTime.ofEpochSecond(Math.floorDiv(millis, 1000L), 0, ZoneOffset.UTC);
        return t.getYear() + "-" + two(t.getMonthValue()) + "-" + two(t.getDayOfMonth()) + "T" + two(t.getHour()) + ":"
                + two(t.getMinute()) + ":" + two(t.getSecond()) + "Z";
    }

    /** A duration as Go writes it, 5s, 2m30s, 1h, 250ms; -1 if it is none. Milliseconds. */
    static long parseDuration(String text) {
        if (text.equals("0")) {
            return 0;
        }
        long sum = 0;
        int at = 0;
        if (text.isEmpty()) {
            return -1;
        }
        while (at < text.length()) {
            int from = at;
            while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            int unitFrom = at;
            while (at < text.length() && Character.isLetter(text.charAt(at))) {
                at++;
            }
            double number;
            try {
                number = Double.parseDouble(text.substring(from, unitFrom));
            } catch (NumberFormatException e) {
                return -1;
            }
            long unit = switch (text.substring(unitFrom, at)) {
                case "ms" -> 1;
                case "s" -> 1000;
                case "m" -> 60_000;
                case "h" -> 3_600_000;
                default -> -1;
            };
            if (unit < 0) {
                return -1;
            }
            sum += (long) (number * unit);
        }
        return sum;
    }
}
