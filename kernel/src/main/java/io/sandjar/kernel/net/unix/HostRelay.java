// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.unix;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.abi.Poll;
import io.sandjar.host.HostSockets;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.HostFds;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.base.Worker;
import io.sandjar.kernel.net.HostPoller;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Carries bytes between a stream of a guest and a UNIX socket of the host ({@code --host-uds}). The guest is connected with an end
 * of the kernel's own, so that its socket is one like all others; bytes pass, and nothing else: descriptors and credentials of
 * neither side reach the other.
 */
final class HostRelay implements Runnable {
    private static final int PIECE = 64 * 1024;

    /** How many are carried at a time. */
    private static final int PIECES_MAX = 16;

    private static final int NEWS = Poll.POLLIN | Poll.POLLOUT | Poll.POLLRDHUP;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final byte[] NONE = {};

    /** How often a listener of the host whose queue is full is asked again, and how long that takes each time. */
    private static final int TRIES = 250;

    private static final int TRY_MILLIS = 20;

    private final UnixStream far;
    private final HostPoller poller;
    private final int fd;
    private final WaitQueue news = new WaitQueue();
    private final Wake wake = new Wake();

    /** How many reasons there are to look that were not yet looked at. */
    private final AtomicInteger reasons = new AtomicInteger();

    // only of the thread that runs
    private byte[] toHost = NONE;
    private boolean guestEnded;
    private boolean hostEnded;
    private boolean over;

    private final class Wake extends WaitEntry {
        Wake() {
            super(NEWS);
        }

        @Override
        public boolean wake(int events) {
            if (reasons.getAndIncrement() == 0) {
                Worker.later(HostRelay.this);
            }
            return true;
        }
    }

    private HostRelay(UnixStream far, HostPoller poller, int fd) {
        this.far = far;
        this.poller = poller;
        this.fd = fd;
    }

    /**
     * Connects to a socket of the host.
     *
     * @param named a descriptor that names it, which stays the caller's
     * @param patient whether to wait where its queue is full
     * @return a host descriptor or -errno
     */
    static int connect(int named, boolean patient) {
        if (!HostFds.hasRoom()) {
            return -ENFILE;
        }
        int fd = HostSockets.socket(Net.AF_UNIX, Net.SOCK_STREAM, 0);
        if (fd < 0) {
            return fd;
        }
        int r = HostSockets.connectNamed(fd, named);
        for (int i = 0; r == -EAGAIN && patient && i < TRIES; i++) {
            try {
                Thread.sleep(TRY_MILLIS);
            } catch (InterruptedException e) {
                break;
            }
            r = HostSockets.connectNamed(fd, named);
        }
        if (r < 0) {
            Sys.close(fd);
            return r;
        }
        HostFds.count(1);
        return fd;
    }

    static void giveUp(int fd) {
        Sys.close(fd);
        HostFds.count(-1);
    }

    /** Begins to carry between {@code far}, which is the guest's peer, and a connection of the host. */
    static void start(UnixStream far, HostPoller poller, int fd) {
        HostRelay r = new HostRelay(far, poller, fd);
        r.news.add(r.wake);
        far.waitQueue().add(r.wake);
        poller.register(fd, NEWS, r.news);
        r.wake.wake(0);
    }

    @Override
    public void run() {
        int seen;
        do {
            seen = reasons.get();
            int pieces = 0;
            while (!over && (toHost() | toGuest())) {
                if (++pieces == PIECES_MAX) {
                    Thread.ofVirtual().start(this); // others wait for this thread
                    return;
                }
            }
        } while (!reasons.compareAndSet(seen, 0));
    }

    /** A piece from the guest to the host: whether something moved. */
    private boolean toHost() {
        if (toHost.length == 0 && !guestEnded) {
            byte[] piece = new byte[PIECE];
            int n = far.takeBytes(piece);
            if (n == 0) {
                guestEnded = true;
                HostSockets.shutdown(fd, Net.SHUT_WR);
                endIfBoth();
                return true;
            }
            toHost = n > 0 ? Arrays.copyOf(piece, n) : NONE;
        }
        if (toHost.length == 0) {
            return false;
        }
        int n = HostSockets.send(fd, toHost, toHost.length, MSG_NOSIGNAL, NONE, 0);
        if (n == -EAGAIN) {
            return false;
        }
        if (n < 0) {
            end();
            return false;
        }
        toHost = Arrays.copyOfRange(toHost, n, toHost.length);
        return true;
    }

    /** A piece from the host to the guest: whether something moved. */
    private boolean toGuest() {
        int room = Math.min(PIECE, far.roomOfPeer());
        if (hostEnded || over || room <= 0) {
            return false;
        }
        byte[] piece = new byte[room];
        int n = HostSockets.receive(fd, piece, room, 0, new byte[128], new int[1]);
        if (n == -EAGAIN) {
            return false;
        }
        if (n > 0) {
            far.giveBytes(piece, n);
            return true;
        }
        hostEnded = true;
        if (n < 0) {
            end();
        } else {
            far.shut(Net.SHUT_WR);
            endIfBoth();
        }
        return true;
    }

    private void endIfBoth() {
        if (guestEnded && (hostEnded || far.peer() == null)) {
            end();
        }
    }

    private void end() {
        if (!over) {
            over = true;
            far.waitQueue().remove(wake);
            poller.unregister(fd);
            giveUp(fd);
            far.close();
        }
    }
}
