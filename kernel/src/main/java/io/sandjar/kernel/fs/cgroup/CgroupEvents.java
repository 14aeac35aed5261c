// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

/** What cgroup.events of one group says. */
final class CgroupEvents {
    private final Cgroup group;
    private final ToldFile file = new ToldFile();
    private boolean populated;
    private boolean frozen;

    CgroupEvents(Cgroup group) {
        this.group = group;
    }

    ToldFile file() {
        return file;
    }

    /** Looks whether it says something else than before. Without locks. */
    void look() {
        boolean p = group.populated();
        boolean f = group.standsStill();
        synchronized (this) {
            if (p == populated && f == frozen) {
                return;
            }
            populated = p;
            frozen = f;
        }
        file.changed();
    }
}
