// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.nio.file.Path;

/**
 * How often the host has killed something in a container for want of memory, as its groups count it, and how much of that
 * containerd knows. The supervisor wakes us when the number may have grown; the end of a container is a second occasion,
 * since a killed first process ends it before anybody can look.
 */
final class MemoryWatch {
    private final Path container;
    private long told;

    MemoryWatch(Path container) {
        this.container = container;
    }

    synchronized long told() {
        return told;
    }

    synchronized void restore(long was) {
        told = was;
    }

    /** Whether there are kills that nobody has been told of; they count as told then. */
    synchronized boolean grown() {
        long now = kills(new ControlGroups(container));
        boolean more = now > told;
        told = Math.max(told, now);
        return more;
    }

    /** Version 2 counts those below a group with it, version 1 does not. */
    private static long kills(ControlGroups groups) {
        Path group = groups.find("memory");
        if (group == null) {
            return 0;
        }
        if (groups.unified()) {
            return count(group, "memory.events");
        }
        Path guest = groups.guestMemory();
        return count(group, "memory.oom_control")
                + (group.equals(guest) || guest == null ? 0 : count(guest, "memory.oom_control"));
    }

    private static long count(Path group, String file) {
        return ControlGroups.table(group, file).getOrDefault("oom_kill", 0L);
    }
}
