// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pidfd;

import io.sandjar.kernel.base.Pollable;

/** A process as a descriptor sees it: it becomes readable when the process has ended. */
public interface PidTarget extends Pollable {
    int pid();
}
