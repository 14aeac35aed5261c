// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

/** Who wants to hear that a process has ended. Called once, on a thread that may block. */
public interface EndListener {
    /** @param status wait(2) status */
    void ended(int status);
}
