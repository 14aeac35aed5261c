// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.ipc;

import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.UserNamespace;
import java.util.HashMap;

/** The System V objects and POSIX message queues that some processes see (ipc_namespaces(7)). */
public final class IpcNamespace extends Namespace {
    /** Semaphores, message queues and shared memory of System V. */
    public final SystemV systemV;

    /** POSIX message queues by name; guarded by itself. */
    public final HashMap<String, PosixQueue> queues = new HashMap<>();

    public IpcNamespace(UserNamespace owner) {
        super(Kind.IPC, owner);
        systemV = new SystemV(owner);
    }
}
