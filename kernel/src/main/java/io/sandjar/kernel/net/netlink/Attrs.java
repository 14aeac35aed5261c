// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Rtnl;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The attributes of a netlink message: type, length, bytes, aligned to four. Broken ones end the list. */
final class Attrs {
    private final byte[] data;
    private final int from;
    private final int end;

    Attrs(byte[] data, int from, int end) {
        this.data = data;
        this.from = from;
        this.end = end;
    }

    /** The bytes of the last attribute of a type; null for none. */
    byte @Nullable [] get(int type) {
        byte[] found = null;
        int at = from;
        while (at + 4 <= end) {
            int len = Bytes.u16(data, at);
            if (len < 4 || len > end - at) {
                break;
            }
            if ((Bytes.u16(data, at + 2) & Rtnl.NLA_TYPE_MASK) == type) {
                found = Arrays.copyOfRange(data, at + 4, at + len);
            }
            at += len + 3 & ~3;
        }
        return found;
    }

    boolean has(int type) {
        return get(type) != null;
    }

    int int32(int type, int otherwise) {
        byte[] v = get(type);
        return v == null || v.length < 4 ? otherwise : Bytes.i32(v, 0);
    }

    @Nullable
    String string(int type) {
        byte[] v = get(type);
        if (v == null) {
            return null;
        }
        int n = 0;
        while (n < v.length && v[n] != 0) {
            n++;
        }
        return new String(v, 0, n, StandardCharsets.ISO_8859_1);
    }

    /** The attributes within an attribute, after {@code skip} bytes of its own. */
    @Nullable
    Attrs nested(int type, int skip) {
        byte[] v = get(type);
        return v == null || v.length < skip ? null : new Attrs(v, skip, v.length);
    }

    /** Whether there is nothing at all. */
    boolean empty() {
        return from >= end;
    }
}
