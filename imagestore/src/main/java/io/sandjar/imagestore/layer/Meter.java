// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.content.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stream that counts, hashes, and can keep what goes through it. What it keeps are the headers of one archive entry,
 * as bytes: the library decodes them as text, but names and attributes are bytes. It is bounded, so that headers that
 * claim to be gigabytes long end in an error and not in memory.
 */
final class Meter extends InputStream {
    /** Headers of one entry that are longer than anybody's. */
    static final class HeadersTooLong extends IOException {
        private static final long serialVersionUID = 1;

        HeadersTooLong() {
            super("the headers of one entry are longer than " + (Limits.MAX_HEADER_BYTES >> 10) + " KiB");
        }
    }

    /** A limit that was reached while a library was reading. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;
        private final transient ImageException reason;

        Refused(ImageException reason) {
            super(reason);
            this.reason = reason;
        }

        ImageException reason() {
            return reason;
        }
    }

    /** Called now and then with the number of bytes so far. */
    interface Watch {
        void at(long count) throws ImageException;
    }

    private final InputStream in;

    /** Null: nobody asks. Hashing is what an unpacking spends most of its time with. */
    private final @Nullable MessageDigest hash;

    private final Watch watch;
    private final byte[] one = new byte[1];
    private byte[] kept = new byte[4096];
    private int keptLength;
    private static final int BLOCK = 512;

    private boolean keeping;
    private boolean blocks;
    private int filled;
    private long count;
    private long keptFrom;

    Meter(InputStream in, @Nullable MessageDigest hash, Watch watch) {
        this.in = in;
        this.hash = hash;
        this.watch = watch;
    }

    void keep(boolean on) {
        keeping = on;
        if (on) {
            keptLength = 0;
            keptFrom = count;
        }
    }

    /** What was kept; valid up to {@link #keptLength}. */
    byte[] kept() {
        return kept;
    }

    int keptLength() {
        return keptLength;
    }

    /** Where in the stream the kept bytes begin. */
    long keptFrom() {
        return keptFrom;
    }

    long count() {
        return count;
    }

    @Override
    public int read() throws IOException {
        int n = read(one, 0, 1);
        return n < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        int n = in.read(b, off, len);
        if (n <= 0) {
            return n < 0 ? fill(b, off, len) : n;
        }
        if (hash != null) {
            hash.update(b, off, n);
        }
        count += n;
        if (keeping) {
            if (keptLength + n > Limits.MAX_HEADER_BYTES) {
                throw new HeadersTooLong();
            }
            if (keptLength + n > kept.length) {
                kept = Arrays.copyOf(kept, Math.max(kept.length * 2, keptLength + n));
            }
            System.arraycopy(b, off, kept, keptLength, n);
            keptLength += n;
        }
        try {
            watch.at(count);
        } catch (ImageException e) {
            throw new Refused(e);
        }
        return n;
    }

    /**
     * Fills up the last block of an archive. Some builders (umoci insert) leave that out, and Go's reader, which everybody
     * else uses, does not mind. Whether something is really missing is told by the digest, which does not see this.
     */
    private int fill(byte[] b, int off, int len) {
        int missing = (int) Math.floorMod(-count - filled, BLOCK);
        if (!blocks || missing == 0) {
            return -1;
        }
        int n = Math.min(len, missing);
        Arrays.fill(b, off, off + n, (byte) 0);
        filled += n;
        return n;
    }

    /** The stream consists of whole blocks, and the last one may be cut short. */
    Meter inBlocks() {
        blocks = true;
        return this;
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }

    /** The digest of what went through, of the same kind as another or SHA-256. To be asked once; null: not computed. */
    @Nullable
    Digest digest(@Nullable Digest like) {
        return hash == null ? null : Digest.finish(like == null ? "sha256" : like.algorithm(), hash.digest());
    }

    /** Reads what is left. */
    void drain(byte[] buffer) throws IOException {
        keeping = false;
        while (read(buffer, 0, buffer.length) >= 0) {
            // the digest wants all of it
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
