// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import io.sandjar.abi.Errno;
import io.sandjar.host.Netlink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests over one netlink socket and their answers. */
final class NetlinkCalls implements AutoCloseable {
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;

    /** One message of an answer: its type and what follows the header. */
    record Answer(int type, ByteBuffer body) {
        /** An attribute behind {@code fixed} bytes; null if there is none. */
        @Nullable
        ByteBuffer attr(int fixed, int wanted) {
            return find(body, fixed, wanted);
        }

        static @Nullable ByteBuffer find(ByteBuffer in, int from, int wanted) {
            int at = from;
            while (at + 4 <= in.limit()) {
                int len = in.getShort(at) & 0xffff;
                if (len < 4 || at + len > in.limit()) {
                    return null;
                }
                if ((in.getShort(at + 2) & 0x3fff) == wanted) {
                    return in.slice(at + 4, len - 4).order(ByteOrder.LITTLE_ENDIAN);
                }
                at += len + 3 & ~3;
            }
            return null;
        }
    }

    private final Netlink socket;
    private int sequence = 1;

    private NetlinkCalls(Netlink socket) {
        this.socket = socket;
    }

    static NetlinkCalls here(int protocol) throws NetworkException {
        int[] error = new int[1];
        return of(Netlink.open(protocol, error), error[0]);
    }

    static NetlinkCalls in(String netns, int protocol) throws NetworkException {
        int[] error = new int[1];
        return of(Netlink.openIn(netns, protocol, error), error[0]);
    }

    private static NetlinkCalls of(@Nullable Netlink socket, int error) throws NetworkException {
        if (socket == null) {
            throw new NetworkException("no netlink socket: " + Errno.name(-error));
        }
        return new NetlinkCalls(socket);
    }

    int nextSequence() {
        return ++sequence;
    }

    /** Sends a request that wants an acknowledgement; 0 or -errno. */
    int acknowledged(NetlinkWriter request) throws NetworkException {
        byte[] data = request.bytes();
        int sent = socket.send(data, data.length);
        if (sent < 0) {
            return sent;
        }
        byte[] in = new byte[65536];
        int wanted = sequence;
        while (true) {
            int n = socket.receive(in);
            if (n < 0) {
                return n;
            }
            for (ByteBuffer m : messages(in, n)) {
                if (m.getShort(4) == NLMSG_ERROR && m.getInt(8) == wanted) {
                    return m.getInt(16);
                }
            }
        }
    }

    /**
     * Sends a batch, in which each message with an acknowledgement flag or an error is answered by its sequence; the first
     * error, or 0 when the acknowledgement of {@code last} has come.
     */
    int batch(byte[] data, int last) {
        int sent = socket.send(data, data.length);
        if (sent < 0) {
            return sent;
        }
        byte[] in = new byte[65536];
        while (true) {
            int n = socket.receive(in);
            if (n < 0) {
                return n;
            }
            for (ByteBuffer m : messages(in, n)) {
                if (m.getShort(4) == NLMSG_ERROR && (m.getInt(16) != 0 || m.getInt(8) == last)) {
                    return m.getInt(16);
                }
            }
        }
    }

    /** Sends a request for a list. */
    List<Answer> dump(NetlinkWriter request) throws NetworkException {
        byte[] data = request.bytes();
        List<Answer> out = new ArrayList<>();
        int r = socket.send(data, data.length);
        byte[] in = new byte[65536];
        while (r >= 0) {
            r = socket.receive(in);
            for (ByteBuffer m : messages(in, Math.max(r, 0))) {
                int type = m.getShort(4) & 0xffff;
                if (m.getInt(8) != sequence) {
                    continue; // of an earlier request that was given up
                }
                if (type == NLMSG_DONE) {
                    return out;
                }
                if (type == NLMSG_ERROR) {
                    throw new NetworkException("netlink: " + Errno.name(-m.getInt(16)));
                }
                byte[] body = new byte[m.limit() - 16];
                m.get(16, body);
                out.add(new Answer(type, ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN)));
            }
        }
        throw new NetworkException("netlink: " + Errno.name(-r));
    }

    private static List<ByteBuffer> messages(byte[] in, int n) {
        List<ByteBuffer> out = new ArrayList<>();
        ByteBuffer all = ByteBuffer.wrap(in, 0, n).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + 16 <= n; ) {
            int len = all.getInt(at);
            if (len < 16 || at + len > n) {
                break;
            }
            out.add(all.slice(at, len).order(ByteOrder.LITTLE_ENDIAN));
            at += len + 3 & ~3;
        }
        return out;
    }

    @Override
    public void close() {
        socket.close();
    }
}
