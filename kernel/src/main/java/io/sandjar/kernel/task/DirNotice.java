// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.ENOTDIR;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.O;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FsNotify;
import io.sandjar.kernel.vfs.Inode;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells the owner of an open directory by a signal that something in it changed (fcntl(2), F_NOTIFY): what there was
 * before inotify. Ends when a descriptor of it is closed, and after the first signal unless DN_MULTISHOT is given.
 */
public final class DirNotice implements FsNotify.Watch, FileDescription.ReleaseHook, Runnable {
    private static final int DN_MULTISHOT = 0x80000000;

    /** What each bit of the argument, from DN_ACCESS to DN_ATTRIB, waits for. */
    private static final int[] EVENTS = {
        IN_ACCESS, IN_MODIFY, IN_CREATE | IN_MOVED_TO, IN_DELETE | IN_MOVED_FROM, IN_MOVED_FROM | IN_MOVED_TO, IN_ATTRIB
    };

    private final Kernel kernel;
    private final FileDescription file;
    private final Inode dir;
    private final int fd;
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile int wanted;
    private volatile boolean again;
    private volatile boolean ended;

    private DirNotice(Kernel kernel, FileDescription file, int fd) {
        this.kernel = kernel;
        this.file = file;
        this.dir = file.inode();
        this.fd = fd;
    }

    /** Begins, changes or (with no events in {@code what}) ends it: 0 or -errno. */
    public static int watch(Task t, FileDescription file, int fd, int what) {
        DirNotice made = null;
        DirNotice old;
        synchronized (file) {
            old = (DirNotice) file.dirNotice;
            if ((what & ~DN_MULTISHOT) != 0) {
                if (!file.inode().isDir()) {
                    return -ENOTDIR;
                }
                file.owner = t.globalPid(t.pid());
                file.ownerType = O.F_OWNER_PID;
                DirNotice n = old == null ? new DirNotice(t.kernel(), file, fd) : old;
                n.add(what);
                if (old == null) {
                    made = n;
                    file.dirNotice = n;
                }
            }
        }
        if (made != null) {
            made.dir.fs.notify.add(made.dir, made);
        } else if (old != null && (what & ~DN_MULTISHOT) == 0) {
            old.released();
        }
        return 0;
    }

    private void add(int what) {
        int mask = wanted;
        for (int i = 0; i < EVENTS.length; i++) {
            mask |= (what >>> i & 1) != 0 ? EVENTS[i] : 0;
        }
        wanted = mask;
        again |= (what & DN_MULTISHOT) != 0;
    }

    @Override
    public void released() {
        synchronized (file) {
            if (ended) {
                return;
            }
            ended = true;
            file.dirNotice = null;
        }
        dir.fs.notify.remove(dir, this);
    }

    @Override
    public void event(int mask, int cookie, @Nullable String name) {
        if ((mask & wanted) != 0 && !ended && due.compareAndSet(false, true)) {
            if (!again) {
                released();
            }
            kernel.background(this);
        }
    }

    @Override
    public void run() {
        due.set(false);
        int signo = file.ownerSignal;
        SigInfo info = signo == 0
                ? SigInfo.kernel(Sig.SIGIO)
                : new SigInfo(signo, Sig.POLL_MSG, 0, 0, 0, POLLIN | POLLRDNORM | POLLMSG, fd, 0, 0);
        AsyncNotice.tell(kernel, file, info);
    }
}
