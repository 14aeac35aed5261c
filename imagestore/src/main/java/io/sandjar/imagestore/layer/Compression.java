// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import io.airlift.compress.v3.zstd.ZstdJavaInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** Compression of layers and archives, told by the first bytes: what a media type claims is often wrong. */
public final class Compression {
    private static final int MARK = 8;

    private Compression() {}

    /** The unpacked form of a stream: gzip, zstd, or as it is. */
    public static InputStream unpack(InputStream in) throws IOException {
        InputStream marked = in.markSupported() ? in : new BufferedInputStream(in, 1 << 16);
        marked.mark(MARK);
        byte[] b = marked.readNBytes(4);
        marked.reset();
        if (b.length >= 2 && b[0] == 0x1f && (b[1] & 0xff) == 0x8b) {
            return GzipCompressorInputStream.builder()
                    .setInputStream(marked)
                    .setDecompressConcatenated(true)
                    .setBufferSize(1 << 16)
                    .get();
        }
        boolean zstd = b.length == 4 && b[0] == 0x28 && (b[1] & 0xff) == 0xb5 && b[2] == 0x2f && (b[3] & 0xff) == 0xfd;
        boolean skippable = b.length == 4 && (b[0] & 0xf0) == 0x50 && b[1] == 0x2a && b[2] == 0x4d && b[3] == 0x18;
        return zstd || skippable ? new ZstdJavaInputStream(new ZstdFrames(marked)) : marked;
    }
}
