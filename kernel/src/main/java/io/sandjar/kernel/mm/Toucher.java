// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.mm;

/** Has a guest thread touch its own memory, so that it is the one who is charged, and struck when there is none left. */
@FunctionalInterface
public interface Toucher {
    /**
     * Returns when the pages are there, cannot be had, or the process is gone. Does nothing for a thread that is not in a
     * call which the calling thread carries out.
     */
    void touch(long address, long length);
}
