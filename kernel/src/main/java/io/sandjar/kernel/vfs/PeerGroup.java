// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import java.util.BitSet;
import java.util.LinkedHashSet;

/**
 * Mounts that show each other's mounts, and those that only follow them (mount_namespaces(7), "shared subtrees"). All is
 * guarded by {@link Mount#LOCK}.
 */
final class PeerGroup {
    private static final BitSet IDS = new BitSet();

    private final int id;
    final LinkedHashSet<Mount> members = new LinkedHashSet<>(4);

    /** Mounts whose master this group is. */
    final LinkedHashSet<Mount> slaves = new LinkedHashSet<>(2);

    PeerGroup() {
        synchronized (IDS) {
            id = IDS.nextClearBit(1);
            IDS.set(id);
        }
    }

    /** The number of mountinfo. */
    int id() {
        return id;
    }

    /** Nobody is in it any more: those who followed it follow {@code heir}, or nobody. */
    void dissolve(@org.jspecify.annotations.Nullable PeerGroup heir) {
        for (Mount s : slaves) {
            s.master = heir;
            if (heir != null) {
                heir.slaves.add(s);
            }
        }
        slaves.clear();
        synchronized (IDS) {
            IDS.clear(id);
        }
    }
}
