// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

/** Who sees to it that calls are taken while threads that take them wait in the middle of one. */
public interface Relieving {
    /** The calling thread is about to wait for something that a ring has to bring. */
    void begin();

    /** It still waits. */
    void more();

    /** It waits no longer. */
    void end();
}
