// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.ipc;

/** All System V objects of one kernel. */
public final class SystemV {
    public final IpcTable<SemaphoreSet> semaphores = new IpcTable<>();
    public final IpcTable<MessageQueue> messages = new IpcTable<>();
    public final IpcTable<SharedSegment> memory = new IpcTable<>();

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
