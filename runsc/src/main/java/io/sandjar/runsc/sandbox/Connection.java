// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Poll;
import io.sandjar.host.Fds;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A client of the control socket and its one request. Answers may be given by any thread; only the server's thread
 * reads and closes. A client that takes nothing off its socket loses its answers, never a thread of ours.
 */
final class Connection {
    /** What happens to a request that is under way. */
    interface Follower {
        /** The client's window has another size. */
        void resized();

        /** The client passes a signal on. */
        void signal(int signo);

        /** The client has gone; perhaps after its answer. */
        void gone(Connection c);
    }

    private static final int PATIENCE_MILLIS = 2000;
    private static final int TEXT_MAX = 32768;

    final int fd;

    /** Descriptors that came with the request. */
    final Donated donated = new Donated();

    /** Records before the request itself. */
    int records;

    /** The request has come. Only for the server's thread, as {@link #records}. */
    boolean busy;

    private volatile @Nullable Follower follower;
    private boolean ended;
    private boolean closed;

    Connection(int fd) {
        this.fd = fd;
    }

    @Nullable
    Follower follower() {
        return follower;
    }

    /** Who hears of further records. */
    void follow(Follower f) {
        follower = f;
    }

    /** Text for the client's standard output. */
    void out(String text) {
        text('O', text);
    }

    /** Text for the client's standard error. */
    void error(String text) {
        text('E', text);
    }

    private void text(char kind, String text) {
        byte[] all = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int at = 0; at < all.length; at += TEXT_MAX) {
            send(kind, Arrays.copyOfRange(all, at, Math.min(at + TEXT_MAX, all.length)));
        }
    }

    /** The process runs. */
    void started() {
        send('S', new byte[0]);
    }

    /** The end of the request; later answers are dropped. */
    void end(int status) {
        synchronized (this) {
            if (ended || closed) {
                return;
            }
            send('X', Integer.toString(status).getBytes(StandardCharsets.ISO_8859_1));
            ended = true;
            Fds.shutdown(fd); // the server's thread sees it and closes
        }
    }

    private synchronized void send(char kind, byte[] payload) {
        if (ended || closed || !writable()) {
            return;
        }
        byte[] record = new byte[payload.length + 1];
        record[0] = (byte) kind;
        System.arraycopy(payload, 0, record, 1, payload.length);
        Fds.send(fd, record, record.length);
    }

    private boolean writable() {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(0, fd);
            s.buf.putInt(4, Poll.POLLOUT);
            return Sys.call(Nr.poll, s.address, 1, PATIENCE_MILLIS) > 0;
        } finally {
            s.give();
        }
    }

    /** Whether the client has gone. */
    synchronized boolean isClosed() {
        return closed;
    }

    /** For the server's thread: no answer goes out any more. */
    synchronized void close() {
        closed = true;
        if (!busy) {
            donated.close(); // otherwise whoever carries the request out does it
        }
        Sys.close(fd);
    }
}
