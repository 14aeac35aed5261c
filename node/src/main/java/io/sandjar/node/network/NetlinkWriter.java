// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;

/** Netlink messages in the making: header, fixed part, attributes (netlink(7)), nested as deep as needed. */
final class NetlinkWriter {
    static final int REQUEST = 1;
    static final int ACK = 4;
    static final int DUMP = 0x300;
    static final int CREATE = 0x400;
    static final int EXCL = 0x200;
    static final int REPLACE = 0x100;
    static final int APPEND = 0x800;

    private static final int NESTED = 0x8000;
    private static final int HEADER = 16;

    private ByteBuffer buf = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    private final ArrayDeque<Integer> open = new ArrayDeque<>();
    private int start = -1;

    /** Begins a message; the one before ends. */
    NetlinkWriter message(int type, int flags, int sequence) {
        end();
        start = buf.position();
        room(HEADER)
                .putInt(0)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(sequence)
                .putInt(0);
        return this;
    }

    private void end() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("a nest is open");
        }
        if (start >= 0) {
            buf.putInt(start, buf.position() - start);
            start = -1;
        }
    }

    private ByteBuffer room(int bytes) {
        if (buf.remaining() < bytes + 8) {
            int size = Math.max(buf.capacity() * 2, buf.position() + bytes + 8);
            ByteBuffer next = ByteBuffer.wrap(Arrays.copyOf(buf.array(), size)).order(ByteOrder.LITTLE_ENDIAN);
            next.position(buf.position());
            buf = next;
        }
        return buf;
    }

    /** Part of the fixed header of a family. */
    NetlinkWriter u8(int v) {
        room(1).put((byte) v);
        return this;
    }

    NetlinkWriter u16(int v) {
        room(2).putShort((short) v);
        return this;
    }

    NetlinkWriter u32(int v) {
        room(4).putInt(v);
        return this;
    }

    NetlinkWriter attr(int type, byte[] value) {
        room(4 + value.length + 4).putShort((short) (4 + value.length)).putShort((short) type);
        buf.put(value);
        while ((buf.position() & 3) != 0) {
            buf.put((byte) 0);
        }
        return this;
    }

    NetlinkWriter attr(int type, String text) {
        byte[] b = text.getBytes(StandardCharsets.ISO_8859_1);
        return attr(type, Arrays.copyOf(b, b.length + 1));
    }

    NetlinkWriter attr8(int type, int v) {
        return attr(type, new byte[] {(byte) v});
    }

    NetlinkWriter attr32(int type, int v) {
        return attr(type, new byte[] {(byte) v, (byte) (v >> 8), (byte) (v >> 16), (byte) (v >> 24)});
    }

    /** In network order, as netfilter wants all of its numbers. */
    NetlinkWriter attrBe32(int type, int v) {
        return attr(type, new byte[] {(byte) (v >> 24), (byte) (v >> 16), (byte) (v >> 8), (byte) v});
    }

    NetlinkWriter nest(int type) {
        room(4);
        open.push(buf.position());
        buf.putShort((short) 0).putShort((short) (type | NESTED));
        return this;
    }

    NetlinkWriter endNest() {
        int at = open.pop();
        buf.putShort(at, (short) (buf.position() - at));
        return this;
    }

    byte[] bytes() {
        end();
        return Arrays.copyOf(buf.array(), buf.position());
    }
}
