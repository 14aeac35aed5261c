// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 request over a UNIX socket, and its answer as a stream. java.net.http cannot do it and is ten times as big. */
final class Http implements Closeable {
    private static final int LONGEST_LINE = 65536;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(16384).flip();
    private int status;
    private final List<String> headers = new ArrayList<>();
    private boolean chunked;
    private long left = -1;

    private Http(SocketChannel channel) {
        this.channel = channel;
    }

    static Http connect(String path) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        return new Http(channel);
    }

    /** Sends a request with the headers (name, value, ...) and reads the head of the answer. */
    Http request(String method, String target, byte @Nullable [] body, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(256);
        head.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: sandjar\r\nUser-Agent: sandjar\r\n");
        boolean upgrade = false;
        for (int i = 0; i < headers.length; i += 2) {
            head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
            upgrade |= headers[i].equals("Upgrade");
        }
        head.append(upgrade ? "Connection: Upgrade\r\n" : "Connection: close\r\n");
        if (body != null) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append("\r\n");
        OutputStream out = new BufferedOutputStream(output(), 8192);
        out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        if (body != null) {
            out.write(body);
        }
        try {
            out.flush();
        } catch (
                IOException
                        e) { // the agent may have answered before it read everything; only without an answer it is an
            // error
            try {
                readHead();
                return this;
            } catch (IOException second) {
                e.addSuppressed(second);
                throw e;
            }
        }
        readHead();
        return this;
    }

    int status() {
        return status;
    }

    /** The values of a header. */
    List<String> header(String name) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase(name)) {
                found.add(headers.get(i + 1));
            }
        }
        return found;
    }

    private void readHead() throws IOException {
        String line = line();
        int blank = line.indexOf(' ');
        if (!line.startsWith("HTTP/1.") || line.length() < blank + 4) {
            throw new IOException("what listens there does not speak HTTP");
        }
        try {
            status = Integer.parseInt(line.substring(blank + 1, blank + 4));
        } catch (NumberFormatException e) {
            throw new IOException("what listens there does not speak HTTP", e);
        }
        for (line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.add(line.substring(0, colon));
                headers.add(line.substring(colon + 1).trim());
            }
        }
        List<String> encoding = header("Transfer-Encoding");
        List<String> length = header("Content-Length");
        if (!encoding.isEmpty() && encoding.getLast().equalsIgnoreCase("chunked")) {
            chunked = true;
            left = 0;
        } else if (status == 204) {
            left = 0;
        } else if (status != 101 && !length.isEmpty()) {
            left = Long.parseLong(length.getFirst());
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = read(); c != '\n'; c = read()) {
            if (c < 0) {
                throw new EOFException("the agent closed the connection");
            }
            if (line.length() == LONGEST_LINE) {
                throw new IOException("a header of the agent's answer is too long");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private int read() throws IOException {
        return fill() ? in.get() & 0xff : -1;
    }

    private boolean fill() throws IOException {
        if (in.hasRemaining()) {
            return true;
        }
        in.clear();
        int n = channel.read(in);
        in.flip();
        return n > 0;
    }

    /** The answer's body. */
    InputStream body() {
        return new Body();
    }

    OutputStream output() {
        return new Output();
    }

    /** Says that nothing more will be sent (of a connection that was turned into a tunnel). */
    void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // it is over in any case
        }
    }

    private final class Body extends InputStream {
        private boolean begun;
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (ended || length == 0) {
                return ended ? -1 : 0;
            }
            if (left == 0 && (!chunked || !nextChunk())) {
                ended = true;
                return -1;
            }
            if (!fill()) {
                ended = true;
                if (left > 0) {
                    throw new EOFException("the agent ended in the middle of its answer");
                }
                return -1;
            }
            int n = Math.min(length, in.remaining());
            if (left >= 0) {
                n = (int) Math.min(n, left);
                left -= n;
            }
            in.get(to, offset, n);
            return n;
        }

        private boolean nextChunk() throws IOException {
            if (begun) {
                line();
            }
            begun = true;
            String size = line();
            int end = size.indexOf(';');
            try {
                left = Long.parseLong((end < 0 ? size : size.substring(0, end)).trim(), 16);
            } catch (NumberFormatException e) {
                throw new IOException("the agent's answer is not in chunks as it said", e);
            }
            return left > 0;
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(from, offset, length);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }
}
