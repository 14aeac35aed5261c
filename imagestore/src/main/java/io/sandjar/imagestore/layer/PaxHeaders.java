// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The extended headers (POSIX pax) that precede one archive entry, as bytes in ISO-8859-1. The archive library has read
 * and checked them already; here the same bytes are looked at again, because it decodes values as UTF-8 and file names
 * and attributes need not be that.
 */
final class PaxHeaders {
    private static final int RECORD = 512;
    private static final int TYPE = 156;
    private static final int SIZE = 124;

    private PaxHeaders() {}

    /** @return key to value; null when there is something that cannot be understood */
    static @Nullable Map<String, String> read(Meter meter) {
        Map<String, String> all = new HashMap<>();
        byte[] b = meter.kept();
        int end = meter.keptLength();
        long at = Math.floorMod(-meter.keptFrom(), RECORD);
        while (at + RECORD <= end) {
            int type = b[(int) at + TYPE];
            if (type != 'x' && type != 'X' && type != 'g' && type != 'L' && type != 'K') {
                return all;
            }
            long size = number(b, (int) at + SIZE);
            if (size < 0 || size > end - at - RECORD) {
                return null;
            }
            if ((type == 'x' || type == 'X') && !records(b, (int) at + RECORD, (int) size, all)) {
                return null;
            }
            at += RECORD + (size + RECORD - 1) / RECORD * RECORD;
        }
        return all;
    }

    private static long number(byte[] b, int at) {
        if (b[at] < 0) {
            return -1; // base-256: no header is as long as that
        }
        long n = 0;
        for (int i = at; i < at + 12; i++) {
            if (b[i] >= '0' && b[i] <= '7') {
                n = n * 8 + b[i] - '0';
            } else if (b[i] != ' ' || n != 0) {
                break;
            }
        }
        return n;
    }

    /** "LENGTH KEY=VALUE\n", one after the other; the last of a key counts. */
    private static boolean records(byte[] b, int from, int length, Map<String, String> all) {
        int at = from;
        int end = from + length;
        while (at < end && b[at] != 0) {
            int space = at;
            int n = 0;
            while (space < end && b[space] >= '0' && b[space] <= '9' && n < Limits.MAX_HEADER_BYTES) {
                n = n * 10 + b[space++] - '0';
            }
            int stop = at + n;
            if (space == at || space >= end || b[space] != ' ' || n < space - at + 3 || stop > end) {
                return false;
            }
            String record = new String(b, space + 1, stop - space - 2, StandardCharsets.ISO_8859_1);
            int equals = record.indexOf('=');
            if (equals <= 0 || b[stop - 1] != '\n') {
                return false;
            }
            all.put(record.substring(0, equals), record.substring(equals + 1));
            at = stop;
        }
        return true;
    }
}
