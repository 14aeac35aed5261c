// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import io.sandjar.kernel.task.Task;

/** Runs the handler of the call whose number and arguments a receiver has put into the task. */
public interface Dispatcher {
    /** The result, a negative error, or a restart code. */
    long call(Task t);
}
