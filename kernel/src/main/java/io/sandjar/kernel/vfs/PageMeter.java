// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/** Whom the pages of files in memory are counted against: those of whoever made the file. */
public interface PageMeter {
    /** Counts pages; negative for those that are given back. */
    void add(long pages);
}
