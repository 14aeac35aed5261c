// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim.ttrpc;

import java.nio.ByteBuffer;

/**
 * One message of ttrpc: a header of ten bytes (length, stream, type, flags; big-endian) and data. A call is one request and
 * one response on a stream of an odd number; streams end in any order.
 *
 * @param data protobuf of a Request or Response
 */
public record Frame(int stream, byte type, byte flags, byte[] data) {
    public static final byte REQUEST = 1;
    public static final byte RESPONSE = 2;
    public static final int HEADER = 10;

    /** No message may be larger; both sides of the protocol keep to it. */
    public static final int MAX_DATA = 4 << 20;

    /** Of bytes that hold one frame and nothing else; the supervisor has cut them so. */
    public static Frame parse(byte[] bytes) {
        if (bytes.length < HEADER) {
            throw new IllegalArgumentException("a frame of " + bytes.length + " bytes has no header");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int length = in.getInt();
        if (length != bytes.length - HEADER) {
            throw new IllegalArgumentException("a frame says " + length + " bytes and has " + (bytes.length - HEADER));
        }
        int stream = in.getInt();
        byte type = in.get();
        byte flags = in.get();
        byte[] data = new byte[length];
        in.get(data);
        return new Frame(stream, type, flags, data);
    }

    public static Frame request(int stream, byte[] data) {
        return new Frame(stream, REQUEST, (byte) 0, data);
    }

    public static Frame response(int stream, byte[] data) {
        return new Frame(stream, RESPONSE, (byte) 0, data);
    }

    public byte[] bytes() {
        return ByteBuffer.allocate(HEADER + data.length)
                .putInt(data.length)
                .putInt(stream)
                .put(type)
                .put(flags)
                .put(data)
                .array();
    }
}
