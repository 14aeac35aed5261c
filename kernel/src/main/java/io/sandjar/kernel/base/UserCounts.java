// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import java.util.concurrent.ConcurrentHashMap;

/** How much of some things each user has, for limits that hold for a user and not for a process. */
public final class UserCounts {
    /** Descriptions of inotify_init(2). */
    public static final int INOTIFY_INSTANCES = 0;
    /** Watches of all of them. */
    public static final int INOTIFY_WATCHES = 1;

    private final ConcurrentHashMap<Long, Long> counts = new ConcurrentHashMap<>();

    private static Long key(int kind, int uid) {
        return (long) kind << 32 | uid & 0xffffffffL;
    }

    /** Takes one, unless the user has {@code limit} already. */
    public boolean take(int kind, int uid, long limit) {
        Long key = key(kind, uid);
        while (true) {
            Long now = counts.get(key);
            if (now == null) {
                if (limit <= 0) {
                    return false;
                }
                if (counts.putIfAbsent(key, 1L) == null) {
                    return true;
                }
            } else if (now >= limit) {
                return false;
            } else if (counts.replace(key, now, now + 1)) {
                return true;
            }
        }
    }

    /** Gives one back. */
    public void give(int kind, int uid) {
        Long key = key(kind, uid);
        while (true) {
            Long now = counts.get(key);
            if (now == null || (now == 1 ? counts.remove(key, now) : counts.replace(key, now, now - 1))) {
                return;
            }
        }
    }
}
