// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.UserNamespace;

/** The one time namespace: clocks are read from the host's vDSO, which knows no offsets. */
public final class TimeNamespace extends Namespace {
    TimeNamespace() {
        super(Kind.TIME, UserNamespace.FIRST);
    }
}
