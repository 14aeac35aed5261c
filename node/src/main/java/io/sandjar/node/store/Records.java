// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Changes as bytes: length (u32) and CRC-32C (u32) of what follows; then what it is (u8), version (u64), resource,
 * namespace, name (Java's modified UTF-8 with length), and for an object its JSON.
 */
final class Records {
    private static final int PUT = 1;
    private static final int REMOVE = 2;
    private static final int VERSION = 3;
    private static final int HEADER = 8;
    private static final int LONGEST = 64 << 20;

    /** A change as it was read; without a key only the version, without JSON a removal. */
    record Entry(long version, Stored.@Nullable Key key, byte @Nullable [] json) {}

    private Records() {}

    /** Whether objects of this kind are written down: the node describes itself anew each time. */
    static boolean kept(Kind<?> kind) {
        return !kind.equals(Kind.NODE);
    }

    static void write(DataOutputStream out, long version, Stored.@Nullable Key key, byte @Nullable [] json)
            throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        try (DataOutputStream p = new DataOutputStream(payload)) {
            p.writeByte(key == null ? VERSION : json == null ? REMOVE : PUT);
            p.writeLong(version);
            if (key != null) {
                p.writeUTF(key.kind().qualified());
                p.writeUTF(key.namespace());
                p.writeUTF(key.name());
            }
            if (json != null) {
                p.write(json);
            }
        }
        byte[] bytes = payload.toByteArray();
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        out.writeInt(bytes.length);
        out.writeInt((int) crc.getValue());
        out.write(bytes);
    }

    /** Reads records as long as they are whole; returns where the first one that is not begins. */
    static int read(ByteBuffer bytes, Consumer<Entry> each) throws IOException {
        while (bytes.remaining() >= HEADER) {
            int start = bytes.position();
            int length = bytes.getInt(start);
            if (length < 9 || length > LONGEST || length > bytes.remaining() - HEADER) {
                return start;
            }
            CRC32C crc = new CRC32C();
            crc.update(bytes.slice(start + HEADER, length));
            if ((int) crc.getValue() != bytes.getInt(start + 4)) {
                return start;
            }
            byte[] payload = new byte[length];
            bytes.get(start + HEADER, payload);
            bytes.position(start + HEADER + length);
            Entry entry = entry(payload);
            if (entry != null) {
                each.accept(entry);
            }
        }
        return bytes.position();
    }

    private static @Nullable Entry entry(byte[] payload) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload))) {
            int what = in.readByte();
            long version = in.readLong();
            if (what == VERSION) {
                return new Entry(version, null, null);
            }
            Kind<?> kind = Kind.named(in.readUTF());
            String namespace = in.readUTF();
            String name = in.readUTF();
            if (kind == null) {
                return new Entry(version, null, null); // a kind of a later version of this program
            }
            Stored.Key key = new Stored.Key(kind, namespace, name);
            return new Entry(version, key, what == PUT ? in.readAllBytes() : null);
        }
    }
}
