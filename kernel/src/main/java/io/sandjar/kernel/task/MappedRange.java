// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.HostFiles;

/** What a process has mapped, range by range, as the host tells it: addresses are without sign. */
public final class MappedRange {
    private final String maps;
    private int line;

    /** The range that {@link #next} has come to. */
    long from;

    long to;

    private MappedRange(String maps) {
        this.maps = maps;
    }

    /** In front of the first range; in front of nothing when the host does not tell. */
    static MappedRange first(Task t) {
        String maps = HostFiles.procText(t.group().hostPid + "/maps");
        return new MappedRange(maps == null ? "" : maps);
    }

    /** Whether the host tells. */
    boolean told() {
        return !maps.isEmpty();
    }

    /** Goes on to the next range; false when there is none. */
    boolean next() {
        int dash = maps.indexOf('-', line);
        int space = maps.indexOf(' ', dash);
        int end = maps.indexOf('\n', line);
        if (line >= maps.length() || dash < 0 || space < 0 || end < 0) {
            return false;
        }
        from = Long.parseUnsignedLong(maps, line, dash, 16);
        to = Long.parseUnsignedLong(maps, dash + 1, space, 16);
        line = end + 1;
        return true;
    }

    /** Whether no address from {@code from} to before {@code to} is free; true when the host does not tell. */
    public static boolean whole(Task t, long from, long to) {
        MappedRange m = first(t);
        if (!m.told()) {
            return true;
        }
        long at = from;
        while (Long.compareUnsigned(at, to) < 0 && m.next()) {
            if (Long.compareUnsigned(m.from, at) > 0) {
                return false;
            }
            at = Long.compareUnsigned(m.to, at) > 0 ? m.to : at;
        }
        return Long.compareUnsigned(at, to) >= 0;
    }
}
