// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.DirentLayout;
import io.sandjar.kernel.vfs.DirSink;

/** The result of getdents(2) being put together. */
final class DirentBuffer implements DirSink {
    private static final int MAX = 65536;
    private final byte[] bytes;
    private final boolean old;
    private int at;
    private boolean overflow;

    /** @param old the records of getdents rather than getdents64: the type is the last byte */
    DirentBuffer(int size, boolean old) {
        this.bytes = new byte[Math.max(0, Math.min(size, MAX))];
        this.old = old;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return at;
    }

    /** Whether an entry did not fit. */
    boolean overflow() {
        return overflow;
    }

    @Override
    @SuppressWarnings("deprecation") // names are bytes: the copy of low bytes is what is wanted
    public boolean add(String name, long ino, long nextOff, int type) {
        int n = name.length();
        int nameAt = old ? 18 : DirentLayout.d_name;
        int len = nameAt + n + (old ? 2 : 1) + 7 & -8;
        if (len > bytes.length - at) {
            overflow = true;
            return false;
        }
        Bytes.put64(bytes, at + DirentLayout.d_ino, ino);
        Bytes.put64(bytes, at + DirentLayout.d_off, nextOff);
        Bytes.put16(bytes, at + DirentLayout.d_reclen, len);
        bytes[old ? at + len - 1 : at + DirentLayout.d_type] = (byte) type;
        name.getBytes(0, n, bytes, at + nameAt);
        at += len;
        return true;
    }
}
