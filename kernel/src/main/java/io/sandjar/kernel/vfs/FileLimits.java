// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;

/** The largest file: what the format allows and what RLIMIT_FSIZE does. */
public final class FileLimits {
    /** Largest size of any file, as ext4 on x86-64 would have it with room to spare. */
    public static final long MAX = 1L << 43;

    private FileLimits() {}

    /**
     * How many of {@code n} bytes may be written at {@code off}: fewer at the limit, -EFBIG beyond it (with SIGXFSZ
     * where it is RLIMIT_FSIZE).
     */
    public static long room(Caller c, long off, long n) {
        long limit = c.rlimit(Rlimit.RLIMIT_FSIZE);
        if (n > 0 && off >= limit) {
            c.raise(Sig.SIGXFSZ);
            return -EFBIG;
        }
        long max = Math.min(limit, MAX);
        if (n > 0 && off >= max) {
            return -EFBIG;
        }
        return Math.min(n, max - off);
    }

    /** Whether a file may get {@code size}: 0 or -EFBIG. */
    public static int size(Caller c, long size) {
        if (size > c.rlimit(Rlimit.RLIMIT_FSIZE)) {
            c.raise(Sig.SIGXFSZ);
            return -EFBIG;
        }
        return size > MAX ? -EFBIG : 0;
    }
}
