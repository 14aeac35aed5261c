// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.memfd;

import io.sandjar.kernel.vfs.PageMeter;

/** The quota of a file system as one file has it whose pages are counted against its maker, too. */
final class MeteredQuota extends PageQuota {
    private final PageQuota of;
    private final PageMeter meter;

    MeteredQuota(PageQuota of, PageMeter meter) {
        super(of.limit());
        this.of = of;
        this.meter = meter;
    }

    @Override
    public long used() {
        return of.used();
    }

    @Override
    long take(long pages) {
        long got = of.take(pages);
        if (got != 0) {
            meter.add(got);
        }
        return got;
    }

    @Override
    public void give(long pages) {
        of.give(pages);
        meter.add(-pages);
    }
}
