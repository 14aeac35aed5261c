// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import org.jspecify.annotations.Nullable;

/** A file that stands for a process: a descriptor of /proc/PID can be used like a pidfd by pidfd_send_signal(2). */
public interface ProcessInode {
    /** The process; null for a directory of one of its threads. */
    @Nullable
    ThreadGroup process();
}
