// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.ipc;

import io.sandjar.kernel.vfs.UserNamespace;

/** All System V objects of one namespace. */
public final class SystemV {
    public final IpcTable<SemaphoreSet> semaphores;
    public final IpcTable<MessageQueue> messages;
    public final IpcTable<SharedSegment> memory;

    SystemV(UserNamespace owner) {
        semaphores = new IpcTable<>(owner);
        messages = new IpcTable<>(owner);
        memory = new IpcTable<>(owner);
    }

    int used() {
        return semaphores.used() + messages.used() + memory.used();
    }

    /** Removes everything. */
    void clear() {
        semaphores.clear();
        messages.clear();
        memory.clear();
    }

    /** Whether a process has semaphore operations with SEM_UNDO. */
    public boolean hasUndo(int pid) {
        for (SemaphoreSet s : semaphores.all()) {
            if (s.hasUndo(pid)) {
                return true;
            }
        }
        return false;
    }

    /** A process has ended: its semaphore operations with SEM_UNDO are taken back. */
    public void exited(int pid) {
        if (semaphores.used() == 0) {
            return;
        }
        for (SemaphoreSet s : semaphores.all()) {
            s.exited(pid);
        }
    }
}
