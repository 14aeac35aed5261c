// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim.ttrpc;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A caller of ttrpc over a UNIX socket, one call at a time; connects when it has to and again after an error. */
public final class TtrpcClient implements Carrier, AutoCloseable {
    private final String address;
    private final long patienceMillis;
    private @Nullable SocketChannel channel;
    private int stream = -1;

    /**
     * Connects with the first call.
     *
     * @param address a path, or unix://PATH
     * @param patienceMillis how long an answer may take; 0: as long as it wants
     */
    public TtrpcClient(String address, long patienceMillis) {
        this.patienceMillis = patienceMillis;
        this.address = address.startsWith("unix://") ? address.substring(7) : address;
    }

    @Override
    public byte[] call(byte[] request) throws IOException {
        if (address.isEmpty()) {
            throw new IOException("there is no address to call");
        }
        SocketChannel c = channel;
        boolean good = false;
        try {
            if (c == null) {
                c = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel = c;
                stream = -1;
                connect(c);
            }
            stream += 2;
            Thread guard = Thread.ofVirtual().start(new Guard(c, patienceMillis));
            try {
                byte[] answer = exchange(c, request);
                good = true;
                return answer;
            } catch (ClosedByInterruptException e) {
                throw e;
            } catch (AsynchronousCloseException e) {
                throw new IOException("no answer from " + address + " within " + patienceMillis / 1000 + " s", e);
            } finally {
                guard.interrupt();
            }
        } finally {
            if (!good) {
                close();
            }
        }
    }

    private void connect(SocketChannel c) throws IOException {
        try {
            c.connect(UnixDomainSocketAddress.of(address));
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (SocketException e) {
            throw new Unreachable(address, e);
        }
    }

    private byte[] exchange(SocketChannel c, byte[] request) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(Frame.request(stream, request).bytes());
        while (out.hasRemaining()) {
            c.write(out);
        }
        while (true) {
            ByteBuffer head = read(c, Frame.HEADER);
            int length = head.getInt();
            int answered = head.getInt();
            byte type = head.get();
            if (length < 0 || length > Frame.MAX_DATA) {
                throw new IOException("an answer of " + Integer.toUnsignedString(length) + " bytes");
            }
            byte[] data = read(c, length).array();
            if (type == Frame.RESPONSE && answered == stream) {
                return data;
            }
        }
    }

    private static ByteBuffer read(SocketChannel c, int n) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(n);
        while (b.hasRemaining()) {
            if (c.read(b) < 0) {
                throw new EOFException("the other side closed the connection");
            }
        }
        return b.flip();
    }

    @Override
    public void close() throws IOException {
        SocketChannel c = channel;
        channel = null;
        if (c != null) {
            c.close();
        }
    }

    /** Closes a connection whose other side has stopped talking. */
    private static final class Guard implements Runnable {
        private final SocketChannel channel;
        private final long millis;

        Guard(SocketChannel channel, long millis) {
            this.channel = channel;
            this.millis = millis;
        }

        @Override
        public void run() {
            try {
                Thread.sleep(millis == 0 ? Long.MAX_VALUE : millis);
                channel.close();
            } catch (InterruptedException e) {
                // The answer came.
            } catch (IOException e) {
                // It is of no use any more in any case.
            }
        }
    }
}
