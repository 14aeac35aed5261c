// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.fs.aio.AioContext;
import io.sandjar.kernel.mm.UserMemory;

/** The rings of io_setup(2): the stub maps them, because the address is the host's to choose. */
public final class AioMaps {
    private AioMaps() {}

    /**
     * Queues the making of a context whose events the totals have counted already.
     *
     * @param ctxp guest address that gets the context's name
     */
    public static long setup(Task t, int slots, int counted, long ctxp) {
        long size = AioContext.sizeOf(slots);
        t.trap.ops.call(
                Stub.OPF_RING,
                Nr.mmap,
                0,
                size,
                Mm.PROT_READ | Mm.PROT_WRITE,
                Mm.MAP_PRIVATE | Mm.MAP_ANONYMOUS,
                -1,
                0);
        t.trap.continuation = (task, failed, at) -> {
            if (at < 0 && at > -4096) {
                task.kernel.aio.remove(counted);
                task.trap.ops.result(-ENOMEM);
                return;
            }
            AioContext c = new AioContext(at, slots, new UserMemory(task.group.hostPid), task.kernel.aio, counted);
            int r = c.begin();
            r = r < 0 ? r : task.mem.writeLong(ctxp, at);
            if (r < 0) {
                c.close();
                task.trap
                        .ops
                        .call(Stub.OPF_IGNORE, Nr.munmap, at, size, 0, 0, 0, 0)
                        .result(r);
                return;
            }
            task.group.aio.add(c);
            task.trap.ops.result(0);
        };
        return 0;
    }

    /** Queues the end of a context. */
    public static long destroy(Task t, long ctx) {
        AioContext c = t.group.aio.remove(ctx);
        if (c == null) {
            return -EINVAL;
        }
        c.close();
        t.trap.ops
                .call(Stub.OPF_IGNORE, Nr.munmap, c.address(), c.size(), 0, 0, 0, 0)
                .result(0);
        return 0;
    }
}
