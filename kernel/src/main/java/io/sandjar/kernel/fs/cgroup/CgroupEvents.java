// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import static io.sandjar.abi.Poll.*;

import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.fs.pseudo.TextDescription;
import io.sandjar.kernel.vfs.FsNotify;
import io.sandjar.kernel.vfs.Path;
import java.lang.ref.WeakReference;
import java.util.ArrayList;

/** What cgroup.events of one group says, and who wants to hear of a change: by poll(2) for POLLPRI, or by inotify(7). */
final class CgroupEvents {
    private final Cgroup group;
    private final WaitQueue queue = new WaitQueue();

    /** The files that show it, one for each mount with a file system of its own. */
    private final ArrayList<WeakReference<CgroupFile>> files = new ArrayList<>(1);

    private boolean populated;
    private boolean frozen;
    private volatile int changes = 1;

    CgroupEvents(Cgroup group) {
        this.group = group;
    }

    void shownBy(CgroupFile f) {
        synchronized (files) {
            files.removeIf(r -> r.get() == null);
            files.add(new WeakReference<>(f));
        }
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
            changes++;
        }
        queue.wake(POLLPRI | POLLERR);
        ArrayList<CgroupFile> all = new ArrayList<>(1);
        synchronized (files) {
            for (WeakReference<CgroupFile> r : files) {
                CgroupFile file = r.get();
                if (file != null) {
                    all.add(file);
                }
            }
        }
        for (CgroupFile file : all) {
            FsNotify.event(file, IN_MODIFY);
        }
    }

    /** The file, open: POLLPRI and POLLERR until the last change was read. */
    final class Open extends TextDescription {
        private volatile int seen;

        Open(CgroupFile file, Path path, int flags) {
            super(file, path, flags);
        }

        @Override
        protected void readAnew() {
            seen = changes;
        }

        @Override
        public int poll() {
            int always = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
            return seen == changes ? always : always | POLLPRI | POLLERR;
        }

        @Override
        public WaitQueue waitQueue() {
            return queue;
        }

        @Override
        public boolean pollable() {
            return true;
        }
    }
}
