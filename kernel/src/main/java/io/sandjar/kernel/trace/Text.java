// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import io.sandjar.kernel.mm.UserMemory;

/** Bytes and strings of guest memory as C literals. */
final class Text {
    /** Bytes of a buffer that are shown, as strace -s 32. */
    static final int SHOWN = 32;

    private Text() {}

    static String pointer(long v) {
        return v == 0 ? "NULL" : "0x" + Long.toHexString(v);
    }

    /** A zero-terminated string, whole. */
    static String string(UserMemory mem, long address) {
        if (address == 0) {
            return "NULL";
        }
        byte[] b = new byte[4096];
        int have = 0;
        while (have < b.length) {
            int n = (int) Math.min(b.length - have, 4096 - (address + have & 4095));
            int r = mem.readSome(address + have, b, have, n);
            if (r <= 0) {
                return pointer(address);
            }
            for (int i = have; i < have + r; i++) {
                if (b[i] == 0) {
                    return quote(b, i, false);
                }
            }
            have += r;
        }
        return quote(b, have, true);
    }

    /** The first bytes of a buffer. */
    static String buffer(UserMemory mem, long address, long len) {
        if (address == 0) {
            return "NULL";
        }
        if (len <= 0) {
            return len == 0 ? "\"\"" : pointer(address);
        }
        byte[] b = new byte[(int) Math.min(len, SHOWN)];
        return mem.read(address, b) < 0 ? pointer(address) : quote(b, b.length, len > SHOWN);
    }

    static String quote(byte[] b, int len, boolean more) {
        StringBuilder s = new StringBuilder(len + 8).append('"');
        for (int i = 0; i < len; i++) {
            int c = b[i] & 0xff;
            switch (c) {
                case '"', '\\' -> s.append('\\').append((char) c);
                case '\n' -> s.append("\\n");
                case '\t' -> s.append("\\t");
                case '\r' -> s.append("\\r");
                case 11 -> s.append("\\v");
                case '\f' -> s.append("\\f");
                default -> {
                    if (c >= ' ' && c < 127) {
                        s.append((char) c);
                    } else {
                        boolean digitFollows = i + 1 < len && b[i + 1] >= '0' && b[i + 1] <= '9';
                        String octal = Integer.toOctalString(c);
                        s.append('\\')
                                .append(digitFollows ? "000".substring(octal.length()) : "")
                                .append(octal);
                    }
                }
            }
        }
        return s.append(more ? "\"..." : "\"").toString();
    }
}
