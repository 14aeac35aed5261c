// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import io.sandjar.shim.ttrpc.Frame;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The line to the native supervisor, which holds everything that must outlive this JVM: containerd's connections, the
 * containers' processes, their terminals. It speaks in records: length, type, a number, bytes.
 */
final class Link {
    /**
     * One record.
     *
     * @param type H hello, O, F, R, C of connections, X exits, M memory, P answers; F, A, T to the supervisor
     * @param number a connection or a pid
     */
    record Message(char type, int number, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    private static final int MAX_RECORD = Frame.MAX_DATA + 4096;

    private final InputStream in;
    private final OutputStream out;
    private final ReentrantLock writing = new ReentrantLock();

    Link(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** The next record; null when the supervisor has gone. For one thread. */
    @Nullable
    Message read() throws IOException {
        byte[] head = in.readNBytes(4);
        if (head.length == 0) {
            return null;
        }
        if (head.length < 4) {
            throw new EOFException("the supervisor's record ends in its length");
        }
        int length = ByteBuffer.wrap(head).getInt();
        if (length < 5 || length > MAX_RECORD) {
            throw new IOException("the supervisor sent a record of " + Integer.toUnsignedString(length) + " bytes");
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the supervisor's record of " + length + " bytes ends after " + body.length);
        }
        ByteBuffer b = ByteBuffer.wrap(body);
        char type = (char) (b.get() & 0xff);
        int number = b.getInt();
        byte[] payload = new byte[b.remaining()];
        b.get(payload);
        return new Message(type, number, payload);
    }

    /** Sends a record; any thread. A supervisor that has gone takes us with it, so a failure is only noted. */
    void send(char type, int number, byte[] payload) {
        byte[] record = ByteBuffer.allocate(9 + payload.length)
                .putInt(5 + payload.length)
                .put((byte) type)
                .putInt(number)
                .put(payload)
                .array();
        writing.lock();
        try {
            out.write(record);
            out.flush();
        } catch (IOException e) {
            Log.error("the supervisor does not listen: " + e.getMessage());
        } finally {
            writing.unlock();
        }
    }

    /** An order: words with NUL between them. */
    void order(String... words) {
        send('T', 0, String.join("\0", words).getBytes(StandardCharsets.UTF_8));
    }
}
