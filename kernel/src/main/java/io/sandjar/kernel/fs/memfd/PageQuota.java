// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.memfd;

import io.sandjar.kernel.vfs.PageMeter;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How many pages of 4 KiB a file system may fill. */
public class PageQuota {
    public static final int PAGE = 4096;
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    /** @param limit pages; Long.MAX_VALUE for none */
    public PageQuota(long limit) {
        this.limit = limit;
    }

    /** The same for one file, whose pages {@code meter} counts as well; null for nobody. */
    public final PageQuota meteredBy(@Nullable PageMeter meter) {
        return meter == null ? this : new MeteredQuota(this, meter);
    }

    public final long limit() {
        return limit;
    }

    public long used() {
        return used.get();
    }

    /** Takes up to {@code pages}: how many there were. */
    long take(long pages) {
        while (true) {
            long u = used.get();
            long n = Math.max(0, Math.min(pages, limit - u));
            if (n == 0 || used.compareAndSet(u, u + n)) {
                return n;
            }
        }
    }

    /** Takes {@code pages} or none. */
    public final boolean takeAll(long pages) {
        long got = take(pages);
        if (got < pages) {
            give(got);
            return false;
        }
        return true;
    }

    public void give(long pages) {
        used.addAndGet(-pages);
    }
}
