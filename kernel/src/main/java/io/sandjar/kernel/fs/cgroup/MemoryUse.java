// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

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

    void add(MemoryUse o) {
        anonymous += o.anonymous;
        shared += o.shared;
        files += o.files;
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
