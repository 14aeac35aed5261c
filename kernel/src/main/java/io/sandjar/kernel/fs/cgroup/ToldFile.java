// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import static io.sandjar.abi.Poll.*;

import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.fs.pseudo.TextDescription;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.vfs.FsNotify;
import io.sandjar.kernel.vfs.Path;
import java.lang.ref.WeakReference;
import java.util.ArrayList;

/** A file of a group that says when it changes: by poll(2) for POLLPRI, and by inotify(7). */
final class ToldFile {
    private final WaitQueue queue = new WaitQueue();

    /** The files that show it, one for each mount with a file system of its own. */
    private final ArrayList<WeakReference<TextInode>> files = new ArrayList<>(1);

    private volatile int changes = 1;

    void shownBy(TextInode f) {
        synchronized (files) {
            files.removeIf(r -> r.get() == null);
            files.add(new WeakReference<>(f));
        }
    }

    /** It says something else than before. Without locks. */
    void changed() {
        synchronized (this) {
            changes++;
        }
        queue.wake(POLLPRI | POLLERR);
        ArrayList<TextInode> all = new ArrayList<>(1);
        synchronized (files) {
            for (WeakReference<TextInode> r : files) {
                TextInode file = r.get();
                if (file != null) {
                    all.add(file);
                }
            }
        }
        for (TextInode file : all) {
            FsNotify.event(file, IN_MODIFY);
        }
    }

    /** The file, open: POLLPRI and POLLERR until the last change was read. */
    final class Open extends TextDescription {
        private volatile int seen;

        Open(TextInode file, Path path, int flags) {
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
