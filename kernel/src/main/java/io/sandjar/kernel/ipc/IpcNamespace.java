// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.ipc;

import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.UserNamespace;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** The System V objects and POSIX message queues that some processes see (ipc_namespaces(7)). */
public final class IpcNamespace extends Namespace {
    /** Semaphores, message queues and shared memory of System V. */
    public final SystemV systemV;

    /** POSIX message queues by name; guarded by itself. */
    public final HashMap<String, PosixQueue> queues = new HashMap<>();

    private final @Nullable Users users;

    /** Who knows the processes. */
    public interface Users {
        boolean anyIn(IpcNamespace ns);
    }

    /** @param users null for one that lasts as long as the kernel */
    public IpcNamespace(UserNamespace owner, @Nullable Users users) {
        super(Kind.IPC, owner);
        systemV = new SystemV(owner);
        this.users = users;
    }

    @Override
    protected void released() {
        left();
    }

    /** A process left it: with the last its objects go, and the memory that they have of the host's. */
    public void left() {
        Users u = users;
        if (u == null || kept() || (systemV.used() == 0 && noQueues()) || u.anyIn(this)) {
            return;
        }
        systemV.clear();
        synchronized (queues) {
            for (PosixQueue q : queues.values()) {
                q.unlink();
            }
            queues.clear();
        }
    }

    private boolean noQueues() {
        synchronized (queues) {
            return queues.isEmpty();
        }
    }
}
