// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import io.sandjar.kernel.ipc.PosixQueue;
import io.sandjar.kernel.net.SocketFile;
import io.sandjar.kernel.net.netlink.NetlinkSocket;

/**
 * mq_notify(2) with SIGEV_THREAD: the C library waits on a netlink socket for the bytes that it gave, the last of which
 * says what happened, and then starts the thread.
 */
final class ThreadNotice implements PosixQueue.Notice {
    /** Bytes of a cookie. */
    static final int SIZE = 32;

    private static final byte WOKEN = 1;
    private static final byte REMOVED = 2;

    private final SocketFile file;
    private final NetlinkSocket socket;
    private final byte[] cookie;

    /** @param file held until it is over */
    ThreadNotice(SocketFile file, NetlinkSocket socket, byte[] cookie) {
        this.file = file;
        this.socket = socket;
        this.cookie = cookie;
    }

    @Override
    public void arrived() {
        tell(WOKEN);
    }

    @Override
    public void withdrawn() {
        tell(REMOVED);
    }

    private void tell(byte what) {
        cookie[SIZE - 1] = what;
        socket.inject(cookie);
        file.release();
    }
}
