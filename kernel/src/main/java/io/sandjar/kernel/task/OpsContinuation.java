// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

/** What follows operations of the stub. */
@FunctionalInterface
interface OpsContinuation {
    /**
     * Runs when the stub rings again.
     *
     * @param failed whether an operation failed
     * @param result its result
     */
    void done(Task t, boolean failed, long result);
}
