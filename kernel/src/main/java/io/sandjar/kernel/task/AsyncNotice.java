// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.O;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.FileDescription;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells the owner of a description with O_ASYNC by a signal that it became ready (fcntl(2), F_SETOWN). The signal goes
 * out on a thread of its own, since wake-ups come under the locks of files.
 */
public final class AsyncNotice extends WaitEntry implements Runnable {
    private final Kernel kernel;
    private final FileDescription file;
    private final int fd;
    private final AtomicBoolean due = new AtomicBoolean();

    private AsyncNotice(Kernel kernel, FileDescription file, int fd) {
        super(POLLIN | POLLOUT | POLLPRI);
        this.kernel = kernel;
        this.file = file;
        this.fd = fd;
    }

    /** Begins or ends the notices as the description's flags now say. */
    public static void update(Task t, FileDescription file, int fd) {
        synchronized (file) {
            boolean wanted = (file.flags() & O.O_ASYNC) != 0 && file.pollable();
            if (wanted && file.asyncEntry == null) {
                AsyncNotice n = new AsyncNotice(t.kernel(), file, fd);
                file.asyncEntry = n;
                file.waitQueue().add(n);
            } else if (!wanted && file.asyncEntry != null) {
                file.waitQueue().remove(file.asyncEntry);
                file.asyncEntry = null;
            }
        }
    }

    @Override
    public boolean wake(int events) {
        if (file.owner != 0 && due.compareAndSet(false, true)) {
            kernel.background(this);
        }
        return false;
    }

    @Override
    public void run() {
        due.set(false);
        int owner = file.owner;
        int events = file.poll() & (POLLIN | POLLOUT | POLLPRI | POLLHUP | POLLERR);
        if (owner == 0 || events == 0) {
            return;
        }
        tell(kernel, file, info(events));
    }

    /** Sends a signal to the owner of a description. */
    static void tell(Kernel kernel, FileDescription file, SigInfo info) {
        int owner = file.owner;
        if (owner == 0) {
            return;
        }
        kernel.taskLock().lock();
        try {
            PidSpace pids = kernel.containers().spaceOf(Math.abs(owner));
            if (pids == null) {
                return;
            }
            int id = pids.local(Math.abs(owner));
            if (owner < 0) {
                ProcessGroup p = pids.tasks().processGroup(id);
                if (p != null) {
                    kernel.signals().sendToProcessGroup(p, info, false);
                }
            } else if (file.ownerType == O.F_OWNER_TID) {
                Task t = pids.tasks().task(id);
                if (t != null) {
                    kernel.signals().sendToTask(t, info);
                }
            } else {
                ThreadGroup g = pids.tasks().group(id);
                if (g != null) {
                    kernel.signals().sendToGroup(g, info);
                }
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }

    private SigInfo info(int events) {
        int signo = file.ownerSignal;
        if (signo == 0) {
            return SigInfo.kernel(Sig.SIGIO);
        }
        int code = (events & POLLHUP) != 0
                ? Sig.POLL_HUP
                : (events & POLLERR) != 0
                        ? Sig.POLL_ERR
                        : (events & POLLIN) != 0 ? Sig.POLL_IN : (events & POLLPRI) != 0 ? Sig.POLL_PRI : Sig.POLL_OUT;
        return new SigInfo(signo, code, 0, 0, 0, events, fd, 0, 0);
    }
}
