// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.ipc;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The shared memory segments that a process has attached, by address. */
public final class Attachments {
    private final TreeMap<Long, SharedSegment> segments = new TreeMap<>();

    /** Notes a segment that was counted in by {@link SharedSegment#attach}; one that it replaces is let go. */
    public synchronized void add(long address, SharedSegment s, int pid) {
        SharedSegment old = segments.put(address, s);
        if (old != null) {
            old.detach(pid);
        }
    }

    /** Takes out what begins at an address; the caller detaches it once it is unmapped. null for EINVAL. */
    public synchronized @Nullable SharedSegment remove(long address) {
        return segments.remove(address);
    }

    /** What a forked process has. */
    public synchronized void copyTo(Attachments child, int pid) {
        segments.forEach((address, s) -> {
            if (s.attach(pid)) {
                child.add(address, s, pid);
            }
        });
    }

    /** The address space is gone. */
    public synchronized void clear(int pid) {
        segments.forEach((address, s) -> s.detach(pid));
        segments.clear();
    }
}
