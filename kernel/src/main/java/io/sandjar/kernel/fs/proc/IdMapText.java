// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.vfs.IdMap;
import org.jspecify.annotations.Nullable;

/** The lines of a map of ids as they are written: first id inside, first id outside, count. */
final class IdMapText {
    private final String data;
    private final int[] inner = new int[IdMap.MAX_RANGES];
    private final int[] outside = new int[IdMap.MAX_RANGES];
    private final int[] count = new int[IdMap.MAX_RANGES];
    private int ranges;
    private int at;

    IdMapText(String data) {
        this.data = data;
    }

    boolean isOne() {
        return ranges == 1 && count[0] == 1;
    }

    int outside(int i) {
        return outside[i];
    }

    /** Whether a range holds the id {@code id} outside. */
    boolean mapsOutside(int id) {
        for (int i = 0; i < ranges; i++) {
            if (Integer.compareUnsigned(id - outside[i], count[i]) < 0) {
                return true;
            }
        }
        return false;
    }

    /** 0, or -EINVAL for what is no map. */
    int parse() {
        int end = data.indexOf('\0');
        int length = end < 0 ? data.length() : end;
        while (at < length) {
            int line = data.indexOf('\n', at);
            int stop = line < 0 || line > length ? length : line;
            long a = number(stop);
            long b = number(stop);
            long n = number(stop);
            spaces(stop);
            if (a < 0 || b < 0 || n <= 0 || at != stop || ranges == IdMap.MAX_RANGES) {
                return -EINVAL;
            }
            if (a == 0xffffffffL || b == 0xffffffffL || a + n > 0xffffffffL || b + n > 0xffffffffL) {
                return -EINVAL;
            }
            if (overlaps(a, b, n)) {
                return -EINVAL;
            }
            inner[ranges] = (int) a;
            outside[ranges] = (int) b;
            count[ranges++] = (int) n;
            at = stop + 1;
        }
        return ranges == 0 ? -EINVAL : 0;
    }

    private boolean overlaps(long a, long b, long n) {
        for (int i = 0; i < ranges; i++) {
            long length = count[i] & 0xffffffffL;
            if (meet(a, n, inner[i] & 0xffffffffL, length) || meet(b, n, outside[i] & 0xffffffffL, length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean meet(long a, long n, long b, long m) {
        return a < b + m && b < a + n;
    }

    private void spaces(int stop) {
        while (at < stop && " \t\r\u000b\f".indexOf(data.charAt(at)) >= 0) {
            at++;
        }
    }

    /** The next number; -1 for none. */
    private long number(int stop) {
        spaces(stop);
        long n = 0;
        int from = at;
        while (at < stop && data.charAt(at) >= '0' && data.charAt(at) <= '9') {
            n = n * 10 + data.charAt(at++) - '0';
        }
        boolean ends = at == stop || " \t\r\u000b\f".indexOf(data.charAt(at)) >= 0;
        return at == from || !ends ? -1 : n & 0xffffffffL; // as Linux cuts it off
    }

    /** The map with the kernel's ids for those outside; null where {@code above} lacks one. */
    @Nullable
    IdMap through(IdMap above) {
        int[] in = new int[ranges];
        int[] kernel = new int[ranges];
        int[] n = new int[ranges];
        for (int i = 0; i < ranges; i++) {
            in[i] = inner[i];
            n[i] = count[i];
            kernel[i] = above.rangeToKernel(outside[i], count[i]);
            if (kernel[i] == -1) {
                return null;
            }
        }
        return new IdMap(in, kernel, n);
    }
}
