// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.HostFiles;

/** Whether a process has memory everywhere in a range: what calls ask that say ENOMEM for holes. The host knows. */
public final class MappedRange {
    private MappedRange() {}

    /** Whether no address from {@code from} to before {@code to} (unsigned) is free; true when the host does not tell. */
    public static boolean whole(Task t, long from, long to) {
        String maps = HostFiles.procText(t.group().hostPid + "/maps");
        if (maps == null) {
            return true;
        }
        long at = from;
        for (int line = 0; line < maps.length() && Long.compareUnsigned(at, to) < 0; ) {
            int dash = maps.indexOf('-', line);
            int space = maps.indexOf(' ', dash);
            int end = maps.indexOf('\n', line);
            if (dash < 0 || space < 0 || end < 0) {
                break;
            }
            if (Long.compareUnsigned(Long.parseUnsignedLong(maps, line, dash, 16), at) > 0) {
                return false;
            }
            long next = Long.parseUnsignedLong(maps, dash + 1, space, 16);
            at = Long.compareUnsigned(next, at) > 0 ? next : at;
            line = end + 1;
        }
        return Long.compareUnsigned(at, to) >= 0;
    }
}
