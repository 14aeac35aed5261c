// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** What some processes and files take, bytes. */
public final class MemoryUse {
    /** How exactly a process is asked: the more exactly, the longer it takes. */
    public enum Exactness {
        /** All pages that it has, those of files as well: some microseconds. */
        BOUND,
        /** Without pages of files, but those that it shares with others in full. */
        NEAR,
        /** Of pages that it shares its part: the host walks its tables, a millisecond for a few hundred megabytes. */
        EXACT
    }

    /** Memory without a file. */
    public long anonymous;

    /** Memory that can be shared: of files in memory, and of none. */
    public long shared;

    /** Files in memory. */
    long files;

    /** What processes brought along, as far as it was not left out yet; null for nothing. */
    private @Nullable IdentityHashMap<BroughtMemory.Load, Long> left;

    /**
     * Adds what a process takes, as far as it counts for the group that this is about.
     *
     * @return what does not, because the process brought it along: all that have pages of one load, together at most the load
     */
    long add(MemoryUse o, @Nullable BroughtMemory brought, Cgroup group) {
        BroughtMemory.Share share = brought == null ? null : brought.into(group);
        long without = 0;
        if (share != null) {
            if (left == null) {
                left = new IdentityHashMap<>();
            }
            long rest = left.getOrDefault(share.load(), share.load().bytes());
            without = Math.min(o.anonymous, Math.min(share.bytes(), rest));
            left.put(share.load(), rest - without);
        }
        anonymous += o.anonymous - without;
        shared += o.shared;
        files += o.files;
        return without;
    }

    void subtract(MemoryUse o) {
        anonymous -= o.anonymous;
        shared -= o.shared;
        files -= o.files;
    }

    /** Files that are mapped are among both. */
    long shmem() {
        return Math.max(files, shared);
    }

    long total() {
        return anonymous + shmem();
    }
}
