// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;
import static io.sandjar.abi.Poll.POLLIN;

import io.sandjar.abi.Aio;
import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.Cpus;
import io.sandjar.kernel.fs.aio.AioContext;
import io.sandjar.kernel.fs.aio.AioRequest;
import io.sandjar.kernel.fs.eventfd.EventFile;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.task.AioMaps;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.UserIo;

/** Linux's own asynchronous I/O (io_setup(2)), which databases use. */
public final class AioCalls {
    /** More events than this are an error, whatever the limit is. */
    private static final int MAX_EVENTS = 0x10000000 / Aio.EVENT_SIZEOF;

    private static final int RWF_KNOWN = RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND;

    private AioCalls() {}

    @Syscall(nr = Nr.io_setup)
    public static long sys_io_setup(Task t, @As(Kind.DEC) int nr_events, long ctxp) {
        long[] old = new long[1];
        int r = t.mem().readLong(ctxp, old);
        if (r < 0) {
            return r;
        }
        if (old[0] != 0 || nr_events == 0 || Integer.compareUnsigned(nr_events, MAX_EVENTS / 2) > 0) {
            return -EINVAL;
        }
        if (!t.kernel().aio.add(nr_events)) {
            return -EAGAIN;
        }
        // as Linux: room for some more than was asked for
        int slots = AioContext.slotsFor(2 * Math.max(nr_events, 4 * Cpus.count()));
        return AioMaps.setup(t, slots, nr_events, ctxp);
    }

    @Syscall(nr = Nr.io_destroy)
    public static long sys_io_destroy(Task t, long ctx) {
        return AioMaps.destroy(t, ctx);
    }

    @Syscall(nr = Nr.io_submit)
    public static long sys_io_submit(Task t, long ctx, long nr, long iocbpp) {
        AioContext c = t.group().aio.find(ctx);
        if (c == null || nr < 0) {
            return -EINVAL;
        }
        long[] at = new long[1];
        byte[] cb = new byte[Aio.IOCB_SIZEOF];
        for (long i = 0; i < nr; i++) {
            long r = t.mem().readLong(iocbpp + i * Long.BYTES, at);
            r = r < 0 ? r : t.mem().read(at[0], cb);
            r = r < 0 ? r : one(t, c, cb, at[0]);
            if (r < 0) {
                return i > 0 ? i : r;
            }
        }
        return nr;
    }

    private static long one(Task t, AioContext c, byte[] cb, long address) {
        if (Bytes.i64(cb, Aio.aio_reserved2) != 0 || Bytes.i64(cb, Aio.aio_nbytes) < 0) {
            return -EINVAL;
        }
        long r = c.reserve();
        if (r < 0) {
            return r;
        }
        r = prepared(t, c, cb, address);
        if (r < 0) {
            c.giveBack();
        }
        return r;
    }

    private static long prepared(Task t, AioContext c, byte[] cb, long address) {
        FileDescription f = t.fget(Bytes.i32(cb, Aio.aio_fildes));
        if (f == null || (f.flags() & O_PATH) != 0) {
            return -EBADF;
        }
        EventFile notice = null;
        if ((Bytes.i32(cb, Aio.aio_flags) & Aio.IOCB_FLAG_RESFD) != 0) {
            FileDescription e = t.fget(Bytes.i32(cb, Aio.aio_resfd));
            if (!(e instanceof EventFile n)) {
                return e == null ? -EBADF : -EINVAL;
            }
            notice = n;
        }
        int r = t.mem().writeInt(address + Aio.aio_key, 0);
        if (r < 0) {
            return r;
        }
        int code = Bytes.i32(cb, Aio.aio_lio_opcode) & 0xffff;
        int flags = Bytes.i32(cb, Aio.aio_rw_flags);
        long buf = Bytes.i64(cb, Aio.aio_buf);
        long n = Bytes.i64(cb, Aio.aio_nbytes);
        long offset = Bytes.i64(cb, Aio.aio_offset);
        UserIo io = null;
        switch (code) {
            case Aio.IOCB_CMD_PREAD, Aio.IOCB_CMD_PWRITE, Aio.IOCB_CMD_PREADV, Aio.IOCB_CMD_PWRITEV -> {
                boolean read = code == Aio.IOCB_CMD_PREAD || code == Aio.IOCB_CMD_PREADV;
                if (read ? !f.readable() : !f.writable()) {
                    return -EBADF;
                }
                if ((flags & ~RWF_KNOWN) != 0) {
                    return -EOPNOTSUPP;
                }
                if (offset < 0 && f.seekable()) {
                    return -EINVAL;
                }
                boolean vector = code == Aio.IOCB_CMD_PREADV || code == Aio.IOCB_CMD_PWRITEV;
                io = new UserIo(memory(t), buf, vector ? 0 : Math.min(n, Io.MAX_RW_COUNT));
                r = vector ? io.reset(memory(t), buf, (int) Math.min(n, Integer.MAX_VALUE), Io.MAX_RW_COUNT) : 0;
            }
            case Aio.IOCB_CMD_FSYNC, Aio.IOCB_CMD_FDSYNC ->
                r = buf != 0 || offset != 0 || n != 0 || flags != 0 ? -EINVAL : 0;
            case Aio.IOCB_CMD_POLL ->
                r = (buf & ~0xffffL) != 0 || offset != 0 || n != 0 || flags != 0 || !f.pollable() ? -EINVAL : 0;
            default -> r = -EINVAL;
        }
        if (r < 0) {
            return r;
        }
        return new AioRequest(c, t, f, notice, io, code, flags, offset, (int) buf, Bytes.i64(cb, Aio.aio_data), address)
                .submit();
    }

    /** The process's memory, whichever of its threads live on. */
    private static UserMemory memory(Task t) {
        return new UserMemory(t.group().hostPid());
    }

    @Syscall(nr = Nr.io_cancel)
    public static long sys_io_cancel(Task t, long ctx, long iocb, long result) {
        int[] key = new int[1];
        int r = t.mem().readInt(iocb + Aio.aio_key, key);
        if (r < 0) {
            return r;
        }
        AioContext c = t.group().aio.find(ctx);
        if (key[0] != 0 || c == null) {
            return -EINVAL;
        }
        AioRequest q = c.take(iocb);
        return q != null && q.cancel() ? -EINPROGRESS : -EINVAL;
    }

    @Syscall(nr = Nr.io_getevents)
    public static long sys_io_getevents(
            Task t, long ctx, @As(Kind.DEC) long min_nr, long nr, long events, @As(Kind.TIMESPEC) long timeout) {
        long nanos = timeout == 0 ? -1 : Waits.timespec(t, timeout);
        if (timeout != 0 && nanos < 0) {
            return nanos;
        }
        return await(t, ctx, min_nr, nr, events, nanos);
    }

    @Syscall(nr = Nr.io_pgetevents)
    public static long sys_io_pgetevents(
            Task t,
            long ctx,
            @As(Kind.DEC) long min_nr,
            long nr,
            long events,
            @As(Kind.TIMESPEC) long timeout,
            long usig) {
        long nanos = timeout == 0 ? -1 : Waits.timespec(t, timeout);
        if (timeout != 0 && nanos < 0) {
            return nanos;
        }
        if (usig != 0) {
            byte[] b = new byte[16];
            int r = t.mem().read(usig, b);
            r = r < 0 ? r : Waits.temporaryMask(t, Bytes.i64(b, 0), Bytes.i64(b, 8));
            if (r < 0) {
                return r;
            }
        }
        return await(t, ctx, min_nr, nr, events, nanos);
    }

    private static long await(Task t, long ctx, long minNr, long nr, long events, long timeoutNanos) {
        AioContext c = t.group().aio.find(ctx);
        if (c == null || minNr < 0 || minNr > nr) {
            return -EINVAL;
        }
        int min = (int) Math.min(minNr, MAX_EVENTS);
        int max = (int) Math.min(nr, MAX_EVENTS);
        int n = c.collect(t.mem(), events, timeoutNanos == 0 ? 0 : min, max);
        if (n != 0 || min == 0 || timeoutNanos == 0) {
            return n;
        }
        return collectRest(t, c, events, min, max, timeoutNanos);
    }

    /** Waits until there are enough; events stay in the ring until then, so that a second run misses none. */
    private static long collectRest(Task t, AioContext c, long events, int min, int max, long timeoutNanos) {
        long deadline = Waits.deadline(t, timeoutNanos);
        Waits.keep(t, deadline);
        while (true) {
            int w = t.await(c.queue(), POLLIN, () -> c.has(min), deadline);
            if (w == Task.BLOCK) {
                return w;
            }
            int n = c.collect(t.mem(), events, w == 0 ? min : 0, max);
            if (n != 0 || w != 0) {
                return n != 0 || w == -ETIMEDOUT ? n : w == -ERESTARTSYS ? -EINTR : w;
            }
        }
    }
}
