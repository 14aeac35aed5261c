// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import io.sandjar.abi.Aio;
import io.sandjar.abi.Net;
import io.sandjar.abi.O;
import io.sandjar.host.Scratch;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.LoneTask;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.MountNamespace;

/**
 * Vectors of pieces of memory and control blocks of asynchronous I/O with any contents. As the task's memory is this process's
 * own, addresses lie in one page-aligned area, or where nobody has memory. Byte 0 chooses the call, 1 the file, 2 the flags,
 * 3 the number of pieces; then five bytes for each piece.
 */
public final class IovecFuzz {
    private static final int HEAD = 4;
    private static final int PIECE = 5;
    private static final int MOST = 64;

    // the guest's memory
    private static final int VECTOR = 0;
    private static final int CONTEXT = 4096;
    private static final int BLOCKS = 12288;
    private static final int RESULTS = 20480;
    private static final int DATA = 32768;
    private static final int DATA_SIZE = 16384;
    private static final Scratch MEMORY = Scratch.take();

    private static final Task TASK = task();
    private static final int[] FILES = files();
    private static final long AIO = aio();

    private IovecFuzz() {}

    private static Task task() {
        MountNamespace ns = RootBuilder.empty(new FileStore()).build();
        return LoneTask.make(new Kernel(), new FsContext(ns.rootPath(), ns.rootPath(), 022));
    }

    private static int[] files() {
        int[] fds = new int[9];
        MEMORY.putString(DATA, "/file");
        fds[0] = (int) OpenCalls.sys_open(TASK, MEMORY.address + DATA, O.O_RDWR | O.O_CREAT, 0600);
        fds[1] = pair(PipeCalls.sys_pipe2(TASK, MEMORY.address + DATA, O.O_NONBLOCK), fds, 1);
        int flags = Net.SOCK_NONBLOCK;
        pair(SocketCalls.sys_socketpair(TASK, Net.AF_UNIX, Net.SOCK_STREAM | flags, 0, MEMORY.address + DATA), fds, 3);
        pair(SocketCalls.sys_socketpair(TASK, Net.AF_UNIX, Net.SOCK_DGRAM | flags, 0, MEMORY.address + DATA), fds, 5);
        fds[7] = (int) EventCalls.sys_eventfd2(TASK, 0, O.O_NONBLOCK);
        fds[8] = -1;
        return fds;
    }

    private static int pair(long r, int[] fds, int at) {
        if (r != 0) {
            throw new AssertionError("no pair: " + r);
        }
        fds[at] = MEMORY.buf.getInt(DATA);
        fds[at + 1] = MEMORY.buf.getInt(DATA + 4);
        return fds[at];
    }

    /** A context of which only the memory is missing that the stub would map. */
    private static long aio() {
        MEMORY.buf.putLong(RESULTS, 0);
        long r = AioCalls.sys_io_setup(TASK, 8, MEMORY.address + RESULTS);
        if (r != 0) {
            throw new AssertionError("no context: " + r);
        }
        TASK.trap.operationsDone(false, MEMORY.address + CONTEXT);
        return MEMORY.address + CONTEXT;
    }

    private static int at(byte[] data, int i) {
        return i < data.length ? data[i] & 0xff : 0;
    }

    private static long address(int kind, int offset) {
        return switch (kind & 7) {
            case 4 -> 8;
            case 5 -> -1;
            case 6 -> 1L << 47;
            case 7 -> Long.MIN_VALUE + offset;
            default -> MEMORY.address + DATA + offset % DATA_SIZE;
        };
    }

    private static long length(int kind, int offset, int length) {
        return switch (kind & 7) {
            case 4, 5, 6, 7 -> (kind & 8) != 0 ? (long) length << 47 : length;
            default -> (kind & 8) != 0 ? -1 - length : Math.min(length, DATA_SIZE - offset % DATA_SIZE);
        };
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < HEAD) {
            return;
        }
        int n = Math.min((data.length - HEAD) / PIECE, MOST);
        for (int i = 0; i < MOST * 16; i += 8) {
            MEMORY.buf.putLong(VECTOR + i, 0);
        }
        boolean blocks = (data[0] & 15) >= 10;
        for (int i = 0; i < n; i++) {
            int p = HEAD + i * PIECE;
            int kind = at(data, p);
            int offset = at(data, p + 1) | at(data, p + 2) << 8;
            int length = at(data, p + 3) | at(data, p + 4) << 8;
            if (blocks) {
                block(data, i, p, kind, offset, length);
            } else {
                MEMORY.buf.putLong(VECTOR + i * 16, address(kind, offset));
                MEMORY.buf.putLong(VECTOR + i * 16 + 8, length(kind, offset, length));
            }
        }
        int count = switch (data[3] & 15) {
            case 14 -> -1;
            case 15 -> 1025;
            default -> data[3] & 0xf0 | n;
        };
        count = count > MOST && count != 1025 ? n : count;
        long r = call(data, count);
        TASK.endCall();
        LoneTask.forgetOperations(TASK);
        if ((r < -4095 && r != Caller.BLOCK) || r > (long) MOST * 65536) {
            throw new AssertionError("result " + r);
        }
    }

    /** Control block i, whose buffer is a piece of memory or a vector of one. */
    private static void block(byte[] data, int i, int p, int kind, int offset, int length) {
        int cb = BLOCKS + i * Aio.IOCB_SIZEOF;
        for (int k = 0; k < Aio.IOCB_SIZEOF; k += 8) {
            MEMORY.buf.putLong(cb + k, 0);
        }
        int code = at(data, p + 1) & 15;
        boolean vector = code == Aio.IOCB_CMD_PREADV || code == Aio.IOCB_CMD_PWRITEV;
        MEMORY.buf.putLong(cb + Aio.aio_data, i);
        MEMORY.buf.putShort(cb + Aio.aio_lio_opcode, (short) code);
        MEMORY.buf.putInt(cb + Aio.aio_fildes, FILES[at(data, p + 2) % FILES.length]);
        MEMORY.buf.putInt(cb + Aio.aio_rw_flags, (kind & 0x80) != 0 ? at(data, p + 3) : 0);
        MEMORY.buf.putLong(cb + Aio.aio_offset, (kind & 0x40) != 0 ? (byte) at(data, p + 4) : length);
        MEMORY.buf.putLong(cb + Aio.aio_buf, vector ? MEMORY.address + VECTOR : address(kind, offset));
        MEMORY.buf.putLong(cb + Aio.aio_nbytes, vector ? (kind & 0x20) - 1 : length(kind, offset, length));
        if ((kind & 0x10) != 0) {
            MEMORY.buf.putInt(cb + Aio.aio_flags, Aio.IOCB_FLAG_RESFD);
            MEMORY.buf.putInt(cb + Aio.aio_resfd, FILES[at(data, p + 3) % FILES.length]);
        }
        MEMORY.buf.putLong(VECTOR + i * 8, MEMORY.address + cb);
    }

    private static long call(byte[] data, int count) {
        long vector = MEMORY.address + VECTOR;
        int fd = FILES[(data[1] & 0xff) % FILES.length];
        int flags = data[2] & 0xff;
        return switch ((data[0] & 15)) {
            case 0 -> IoCalls.sys_readv(TASK, fd, vector, count);
            case 1 -> IoCalls.sys_writev(TASK, fd, vector, count);
            case 2 -> IoCalls.sys_preadv(TASK, fd, vector, count, flags << 8);
            case 3 -> IoCalls.sys_preadv2(TASK, fd, vector, count, flags - 2, 0, flags);
            case 4 -> IoCalls.sys_pwritev2(TASK, fd, vector, count, flags - 2, 0, flags);
            case 5 -> TransferCalls.sys_vmsplice(TASK, fd, vector, count, flags);
            case 6 ->
                ProcessCalls.sys_process_vm_readv(TASK, 1, vector, count / 2, vector + 16L * (count / 2), count / 2, 0);
            case 7 ->
                ProcessCalls.sys_process_vm_writev(
                        TASK, 1, vector, count / 2, vector + 16L * (count / 2), count / 2, 0);
            case 8 -> SocketTransferCalls.sys_sendmsg(TASK, fd, message(vector, count), Net.MSG_DONTWAIT | flags);
            case 9 -> SocketTransferCalls.sys_recvmsg(TASK, fd, message(vector, count), Net.MSG_DONTWAIT | flags);
            default -> asynchronous(data, count);
        };
    }

    private static long message(long vector, int count) {
        for (int i = 0; i < 56; i += 8) {
            MEMORY.buf.putLong(RESULTS + i, 0);
        }
        MEMORY.buf.putLong(RESULTS + 16, vector);
        MEMORY.buf.putLong(RESULTS + 24, count);
        return MEMORY.address + RESULTS;
    }

    /** Control blocks, and what the guest may write into the memory of the context meanwhile. */
    private static long asynchronous(byte[] data, int count) {
        if ((data[2] & 1) != 0) {
            MEMORY.buf.putInt(CONTEXT + Aio.ring_head, data[1]);
        }
        if ((data[2] & 2) != 0) {
            MEMORY.buf.putInt(CONTEXT + Aio.ring_tail, data[1] << 24 | data[3]);
        }
        long r = AioCalls.sys_io_submit(TASK, AIO, count, MEMORY.address + VECTOR);
        if ((data[2] & 4) != 0) {
            AioCalls.sys_io_cancel(TASK, AIO, MEMORY.address + BLOCKS, MEMORY.address + RESULTS);
        }
        MEMORY.buf.putLong(RESULTS, 0).putLong(RESULTS + 8, 0);
        long got = AioCalls.sys_io_getevents(
                TASK, AIO, 0, data[3], MEMORY.address + RESULTS + 16, MEMORY.address + RESULTS);
        if (got > 256) {
            throw new AssertionError("events " + got);
        }
        return r;
    }
}
