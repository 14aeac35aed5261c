// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import java.util.HashMap;
import java.util.WeakHashMap;

/**
 * How much of some things each user has, for limits that hold for a user and not for a process. What counts for a user counts for
 * the owner of his user namespace as well, and so on up to the first; each namespace has limits of its own (/proc/sys/user).
 */
public final class UserCounts {
    /** Descriptions of inotify_init(2). */
    public static final int INOTIFY_INSTANCES = 0;
    /** Watches of all of them. */
    public static final int INOTIFY_WATCHES = 1;

    /** Limits in the first user namespace before anybody sets them. */
    private static final int[] USUAL = {128, 65536};

    private static final class Table {
        final int[] limits = {Integer.MAX_VALUE, Integer.MAX_VALUE};
        final HashMap<Long, Integer> counts = new HashMap<>();
    }

    private final WeakHashMap<UserNamespace, Table> tables = new WeakHashMap<>();

    private Table table(UserNamespace ns) {
        Table t = tables.get(ns);
        if (t == null) {
            t = new Table();
            if (ns == UserNamespace.FIRST) {
                System.arraycopy(USUAL, 0, t.limits, 0, USUAL.length);
            }
            tables.put(ns, t);
        }
        return t;
    }

    private static Long key(int kind, int uid) {
        return (long) kind << 32 | uid & 0xffffffffL;
    }

    /** How many each user may have in a user namespace and below. */
    public synchronized int limit(UserNamespace ns, int kind) {
        return table(ns).limits[kind];
    }

    public synchronized void setLimit(UserNamespace ns, int kind, int max) {
        table(ns).limits[kind] = max;
    }

    /** Takes one for a user, unless there are too many already. */
    public synchronized boolean take(int kind, UserNamespace ns, int uid) {
        int who = uid;
        for (UserNamespace at = ns; at != null; at = at.parent()) {
            Table t = table(at);
            if (t.counts.getOrDefault(key(kind, who), 0) >= t.limits[kind]) {
                return false;
            }
            who = at.ownerUid();
        }
        add(kind, ns, uid, 1);
        return true;
    }

    /** Gives one back. */
    public synchronized void give(int kind, UserNamespace ns, int uid) {
        add(kind, ns, uid, -1);
    }

    private void add(int kind, UserNamespace ns, int uid, int more) {
        int who = uid;
        for (UserNamespace at = ns; at != null; at = at.parent()) {
            HashMap<Long, Integer> counts = table(at).counts;
            int now = counts.getOrDefault(key(kind, who), 0) + more;
            if (now <= 0) {
                counts.remove(key(kind, who));
            } else {
                counts.put(key(kind, who), now);
            }
            who = at.ownerUid();
        }
    }
}
