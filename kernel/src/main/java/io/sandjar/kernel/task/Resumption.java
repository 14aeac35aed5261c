// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

/** What makes a task's call anew after it has waited. */
public interface Resumption {
    /** May run on any thread that holds no lock. */
    void again(Task t);
}
