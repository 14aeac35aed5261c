// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.mqueue;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir.Entry;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.ipc.PosixQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The POSIX message queues by name, mounted at /dev/mqueue to be listed, looked at and removed (mq_overview(7)). */
public final class MqueueFs extends PseudoFs {
    private static final long MQUEUE_MAGIC = 0x19800202;

    private final HashMap<String, PosixQueue> queues;

    /** @param queues guarded by itself */
    public MqueueFs(HashMap<String, PosixQueue> queues) {
        super("mqueue", MQUEUE_MAGIC);
        this.queues = queues;
        setRoot(new Root());
    }

    @Override
    public boolean cachesNames() {
        return false;
    }

    private final class Root extends PseudoDir {
        Root() {
            super(MqueueFs.this, newIno(), 01777);
        }

        @Override
        public int lookup(Caller c, String name, Ref<Inode> out) {
            synchronized (queues) {
                PosixQueue q = queues.get(name);
                if (q == null) {
                    return -ENOENT;
                }
                out.set(new Queue(q));
                return 0;
            }
        }

        @Override
        protected void list(Caller c, List<Entry> out) {
            synchronized (queues) {
                for (Map.Entry<String, PosixQueue> e : queues.entrySet()) {
                    out.add(new Entry(e.getKey(), number(e.getValue()), 8));
                }
            }
        }

        @Override
        public int unlink(Caller c, String name) {
            synchronized (queues) {
                PosixQueue q = queues.remove(name);
                if (q != null) {
                    q.unlink();
                }
                return q == null ? -ENOENT : 0;
            }
        }
    }

    private static long number(PosixQueue q) {
        return 0x1000L + (System.identityHashCode(q) & 0x7fffffffL);
    }

    private final class Queue extends TextInode {
        private final PosixQueue queue;

        Queue(PosixQueue q) {
            super(MqueueFs.this, number(q), q.mode() & 0777);
            queue = q;
            own(q.uid(), q.gid());
        }

        @Override
        protected int text(Caller c, StringBuilder out) {
            out.append("QSIZE:").append(queue.bytes()).append(" NOTIFY:0 SIGNO:0 NOTIFY_PID:0\n");
            return 0;
        }
    }
}
