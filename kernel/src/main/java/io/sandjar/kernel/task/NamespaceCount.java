// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.vfs.Namespace;
import java.lang.ref.WeakReference;
import java.util.ArrayList;

/**
 * The namespaces that guests have made and that something still refers to, so that they cannot fill the kernel's heap with
 * them. Nobody counts references: that one is gone is known from the collector.
 */
final class NamespaceCount {
    private final ArrayList<WeakReference<Namespace>> alive = new ArrayList<>();
    private int purgeAt = 64;

    /** Adds one. @return false when there are too many */
    synchronized boolean add(Namespace n, int limit) {
        if (alive.size() >= Math.min(purgeAt, limit)) {
            purge();
            if (alive.size() >= limit) {
                System.gc(); // they may be gone for long, in old generations
                purge();
            }
            purgeAt = Math.max(64, alive.size() * 2);
        }
        if (alive.size() >= limit) {
            return false;
        }
        alive.add(new WeakReference<>(n));
        return true;
    }

    private void purge() {
        alive.removeIf(NamespaceCount::gone);
    }

    private static boolean gone(WeakReference<Namespace> r) {
        return r.get() == null;
    }
}
