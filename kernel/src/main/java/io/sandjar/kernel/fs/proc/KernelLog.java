// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.fs.pseudo.PseudoInode;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;

/** /proc/kmsg: messages to the machine's owner, of which there are none for guests. Whoever reads waits for the first. */
final class KernelLog extends PseudoInode {
    private final WaitQueue nobody = new WaitQueue();

    KernelLog(ProcFs fs) {
        super(fs, fs.newIno(), 0100400);
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        if (!c.creds().has(Cap.CAP_SYSLOG)) {
            return -EPERM;
        }
        out.set(new Open(path, flags));
        return 0;
    }

    private final class Open extends FileDescription {
        Open(Path path, int flags) {
            super(path, flags);
        }

        @Override
        public Inode inode() {
            return KernelLog.this;
        }

        @Override
        public long read(Caller c, IoBuffer dst) {
            return -EAGAIN;
        }

        @Override
        public int poll() {
            return 0;
        }

        @Override
        public WaitQueue waitQueue() {
            return nobody;
        }

        @Override
        public boolean pollable() {
            return true;
        }
    }
}
