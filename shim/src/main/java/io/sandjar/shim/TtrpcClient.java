// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A caller of ttrpc over a UNIX socket, one call at a time; connects when it has to and again after an error. */
final class TtrpcClient implements Events.Carrier {
    private static final long PATIENCE_MILLIS = 5000;

    private final String address;
    private @Nullable SocketChannel channel;
    private int stream = -1;

    /** @param address a path, or unix://PATH */
    TtrpcClient(String address) {
        this.address = address.startsWith("unix://") ? address.substring(7) : address;
    }

    @Override
    public byte[] call(byte[] request) throws IOException {
        if (address.isEmpty()) {
            return new byte[0]; // CRI-O gives no address: it does not listen
        }
        SocketChannel c = channel;
        boolean good = false;
        try {
            if (c == null) {
                c = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel = c;
                stream = -1;
                c.connect(UnixDomainSocketAddress.of(address));
            }
            stream += 2;
            Thread guard = Thread.ofVirtual().start(new Guard(c));
            try {
                byte[] answer = exchange(c, request);
                good = true;
                return answer;
            } catch (AsynchronousCloseException e) {
                throw new IOException("no answer within " + PATIENCE_MILLIS / 1000 + " s", e);
            } finally {
                guard.interrupt();
            }
        } finally {
            if (!good) {
                close();
            }
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
                throw new EOFException("containerd closed the connection");
            }
        }
        return b.flip();
    }

    private void close() throws IOException {
        SocketChannel c = channel;
        channel = null;
        if (c != null) {
            c.close();
        }
    }

    /** Closes a connection whose other side has stopped talking. */
    private static final class Guard implements Runnable {
        private final SocketChannel channel;

        Guard(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void run() {
            try {
                Thread.sleep(PATIENCE_MILLIS);
                channel.close();
            } catch (InterruptedException e) {
                // The answer came.
            } catch (IOException e) {
                Log.debug("closing a connection: " + e.getMessage());
            }
        }
    }
}
