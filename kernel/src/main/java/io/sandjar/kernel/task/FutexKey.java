// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.HostFiles;
import org.jspecify.annotations.Nullable;

/** What makes two addresses the same futex: the place in memory of one process, or in a file or memory that several share. */
final class FutexKey {
    private final @Nullable Object space;
    private final String file;
    private final long offset;

    private FutexKey(@Nullable Object space, String file, long offset) {
        this.space = space;
        this.file = file;
        this.offset = offset;
    }

    /** The futex that {@code t} means; null where it has no memory. */
    static @Nullable FutexKey of(Task t, long address, boolean isPrivate) {
        if (isPrivate) {
            return new FutexKey(t.space, "", address);
        }
        String maps = HostFiles.procText(t.group.hostPid + "/maps");
        if (maps == null) {
            return null;
        }
        for (int at = 0; at < maps.length(); ) {
            int end = maps.indexOf('\n', at);
            end = end < 0 ? maps.length() : end;
            int dash = maps.indexOf('-', at);
            int space = maps.indexOf(' ', at);
            long from = Long.parseUnsignedLong(maps, at, dash, 16);
            if (Long.compareUnsigned(address, from) < 0) {
                return null;
            }
            if (Long.compareUnsigned(address, Long.parseUnsignedLong(maps, dash + 1, space, 16)) < 0) {
                if (maps.charAt(space + 4) != 's') {
                    return new FutexKey(t.space, "", address);
                }
                int device = maps.indexOf(' ', space + 6);
                int inode = maps.indexOf(' ', device + 1);
                int name = maps.indexOf(' ', inode + 1);
                name = name < 0 || name > end ? end : name;
                long base = Long.parseUnsignedLong(maps, space + 6, device, 16);
                return new FutexKey(null, maps.substring(device + 1, name), base + address - from);
            }
            at = end + 1;
        }
        return null;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof FutexKey k && k.space == space && k.offset == offset && k.file.equals(file);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(offset) * 31 + (space == null ? file.hashCode() : System.identityHashCode(space));
    }
}
