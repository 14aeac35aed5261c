// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;

/**
 * Passes mounts on to the peers and followers of the mount that they are made on (mount_namespaces(7)). First all places
 * are found and counted, then the copies are made, so that it happens whole or not at all. Under {@link Mount#LOCK}.
 */
final class Propagation {
    /** One mount that gets a copy. */
    private static final class Step {
        final Mount target;

        /** Index of the step whose copy is copied; -1 for the original. */
        final int from;

        /** The copy follows what it is copied from, rather than being its peer. */
        final boolean slave;

        final boolean shared;

        Step(Mount target, int from, boolean slave, boolean shared) {
            this.target = target;
            this.from = from;
            this.slave = slave;
            this.shared = shared;
        }
    }

    private record Source(PeerGroup group, int from) {}

    private final Dentry at;
    private final ArrayList<Step> steps = new ArrayList<>();

    private Propagation(Dentry at) {
        this.at = at;
    }

    private boolean shows(Mount m) {
        return m.namespace() != null && FileOps.within(at, m.root());
    }

    private void collect(Mount dest, PeerGroup first) {
        ArrayDeque<Source> todo = new ArrayDeque<>();
        HashSet<PeerGroup> seen = new HashSet<>();
        for (Mount m : first.members) {
            if (m != dest && shows(m)) {
                steps.add(new Step(m, -1, false, true));
            }
        }
        seen.add(first);
        todo.add(new Source(first, -1));
        while (!todo.isEmpty()) {
            Source s = todo.poll();
            for (Mount m : s.group.slaves) {
                PeerGroup own = m.peers;
                if (own == null) {
                    if (shows(m)) {
                        steps.add(new Step(m, s.from, true, false));
                    }
                } else if (seen.add(own)) {
                    int leader = -1;
                    for (Mount peer : own.members) {
                        if (!shows(peer)) {
                            continue;
                        }
                        steps.add(
                                leader < 0 ? new Step(peer, s.from, true, true) : new Step(peer, leader, false, true));
                        leader = leader < 0 ? steps.size() - 1 : leader;
                    }
                    todo.add(new Source(own, leader < 0 ? s.from : leader));
                }
            }
        }
    }

    /**
     * Copies {@code tree}, which is about to stand on {@code dest}, to wherever else it is to be seen, and makes all its
     * mounts shared.
     *
     * @return 0, or -ENOSPC for too many mounts
     */
    static int spread(Mount tree, Path dest) {
        PeerGroup group = dest.mount().peers;
        MountNamespace ns = dest.mount().namespace();
        if (group == null || ns == null) {
            return 0;
        }
        Propagation p = new Propagation(dest.dentry());
        p.collect(dest.mount(), group);
        List<Mount> all = MountOps.tree(tree);
        if (!ns.world().room((long) all.size() * (p.steps.size() + 1))) {
            return -ENOSPC;
        }
        for (Mount m : all) {
            m.share();
        }
        p.make(tree, ns);
        return 0;
    }

    private void make(Mount tree, MountNamespace ns) {
        HashMap<Integer, Mount> made = new HashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            Step s = steps.get(i);
            Mount from = s.from < 0 ? tree : made.get(s.from);
            MountNamespace there = s.target.namespace();
            if (from == null || there == null) {
                continue;
            }
            int how = (s.slave ? MountOps.SLAVE : 0) | (s.shared ? MountOps.SHARE : 0);
            Mount copy = MountOps.copyTree(from, from.root(), how);
            if (copy == null) {
                continue;
            }
            made.put(i, copy);
            if (there.owner() != ns.owner()) {
                for (Mount m : MountOps.tree(copy)) {
                    m.lockFlags();
                    m.setLocked(m != copy);
                }
            }
            slip(copy, new Path(s.target, at));
            there.take(copy);
        }
    }

    /** Stands a tree on a place; what stands there already stands on the tree afterwards. */
    private static void slip(Mount copy, Path place) {
        Mount above = place.mount().on(place.dentry());
        if (above != null) {
            above.lift();
        }
        copy.standOn(place);
        if (above != null) {
            above.standOn(Mount.top(copy.rootPath()));
        }
    }

    /** The mounts that stand where {@code m} stands on the peers and followers of what it stands on. */
    static List<Mount> echoes(Mount m) {
        Path point = m.point();
        ArrayList<Mount> found = new ArrayList<>();
        PeerGroup group = point == null ? null : point.mount().peers;
        if (point == null || group == null) {
            return found;
        }
        Propagation p = new Propagation(point.dentry());
        p.collect(point.mount(), group);
        for (Step s : p.steps) {
            Mount there = s.target.on(point.dentry());
            if (there != null) {
                found.add(there);
            }
        }
        return found;
    }
}
