// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A zstd stream without its skippable frames (RFC 8878, 3.1.2), which our decompressor does not know and which images made
 * for lazy pulling (zstd:chunked) have at their ends.
 */
final class ZstdFrames extends InputStream {
    private static final int MAGIC = 0xfd2fb528;
    private static final int SKIPPABLE = 0x184d2a50;
    private static final int[] DICTIONARY_BYTES = {0, 1, 2, 4};
    private static final int[] SIZE_BYTES = {0, 2, 4, 8};

    private enum Next {
        FRAME,
        BLOCK,
        END
    }

    private final InputStream in;
    private final byte[] header = new byte[32];
    private int headerAt;
    private int headerEnd;
    private int passing;
    private boolean checksum;
    private boolean last;
    private Next next = Next.FRAME;

    ZstdFrames(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        if (len == 0) {
            return 0;
        }
        while (true) {
            if (headerAt < headerEnd) {
                int n = Math.min(len, headerEnd - headerAt);
                System.arraycopy(header, headerAt, b, off, n);
                headerAt += n;
                return n;
            }
            if (passing > 0) {
                int n = in.read(b, off, Math.min(len, passing));
                if (n < 0) {
                    throw new EOFException("the zstd stream ends in the middle");
                }
                passing -= n;
                return n;
            }
            headerAt = 0;
            headerEnd = 0;
            switch (next) {
                case BLOCK -> block();
                case FRAME -> {
                    if (!frame()) {
                        next = Next.END;
                    }
                }
                case END -> {
                    return -1;
                }
            }
        }
    }

    /** Takes bytes into the header; false: there are none. */
    private boolean take(int n, boolean mayEnd) throws IOException {
        int got = in.readNBytes(header, headerEnd, n);
        if (got == 0 && mayEnd) {
            return false;
        }
        if (got < n) {
            throw new EOFException("the zstd stream ends in the middle");
        }
        headerEnd += n;
        return true;
    }

    private int number(int at, int bytes) {
        int v = 0;
        for (int i = 0; i < bytes; i++) {
            v |= (header[at + i] & 0xff) << 8 * i;
        }
        return v;
    }

    private boolean frame() throws IOException {
        if (!take(4, true)) {
            return false;
        }
        int magic = number(0, 4);
        if ((magic & ~15) == SKIPPABLE) {
            take(4, false);
            in.skipNBytes(number(4, 4) & 0xffffffffL);
            headerEnd = 0;
            return true;
        }
        if (magic != MAGIC) {
            throw new IOException("the zstd stream goes on with something else");
        }
        take(1, false);
        int d = header[4];
        boolean single = (d & 0x20) != 0;
        int size = SIZE_BYTES[d >> 6 & 3];
        checksum = (d & 4) != 0;
        take((single ? 0 : 1) + DICTIONARY_BYTES[d & 3] + (size == 0 && single ? 1 : size), false);
        last = false;
        next = Next.BLOCK;
        return true;
    }

    private void block() throws IOException {
        if (last) {
            next = Next.FRAME;
            if (checksum) {
                take(4, false);
            }
            return;
        }
        take(3, false);
        int h = number(0, 3);
        last = (h & 1) != 0;
        passing = (h >> 1 & 3) == 1 ? 1 : h >>> 3;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
