// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.signal.SigInfo;
import java.util.List;

/** Hears of what happens to guests beside their calls; there is none unless somebody traces. */
public interface Tracer {
    /** Pid 1 is about to run its program. */
    void program(Task init, String path, List<byte[]> argv, int variables);

    /** A signal is about to be delivered. */
    void signal(Task t, SigInfo info);

    /** A thread that is not the last of its process has ended. */
    void threadEnded(Task t);

    /** A process has ended with a wait(2) status. Called with the task lock. */
    void ended(ThreadGroup g, int status);
}
