// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Linux's asynchronous I/O: struct iocb, struct io_event, the ring. */
public final class Aio {
    public static final int IOCB_CMD_PREAD = 0;
    public static final int IOCB_CMD_PWRITE = 1;
    public static final int IOCB_CMD_FSYNC = 2;
    public static final int IOCB_CMD_FDSYNC = 3;
    public static final int IOCB_CMD_POLL = 5;
    public static final int IOCB_CMD_NOOP = 6;
    public static final int IOCB_CMD_PREADV = 7;
    public static final int IOCB_CMD_PWRITEV = 8;

    public static final int IOCB_FLAG_RESFD = 1;

    // struct iocb
    public static final int aio_data = 0;
    public static final int aio_key = 8;
    public static final int aio_rw_flags = 12;
    public static final int aio_lio_opcode = 16;
    public static final int aio_fildes = 20;
    public static final int aio_buf = 24;
    public static final int aio_nbytes = 32;
    public static final int aio_offset = 40;
    public static final int aio_reserved2 = 48;
    public static final int aio_flags = 56;
    public static final int aio_resfd = 60;
    public static final int IOCB_SIZEOF = 64;

    /** data, obj, res, res2. */
    public static final int EVENT_SIZEOF = 32;

    // the head of the ring
    public static final int ring_nr = 4;
    public static final int ring_head = 8;
    public static final int ring_tail = 12;
    public static final int ring_magic = 16;
    public static final int ring_compat_features = 20;
    public static final int ring_header_length = 28;
    public static final int RING_SIZEOF = 32;
    public static final int RING_MAGIC = 0xa10a10a1;

    private Aio() {}
}
