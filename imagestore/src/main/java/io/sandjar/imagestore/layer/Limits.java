// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;

/**
 * What is left of the limits on one image's unpacked files. Counts down over its layers.
 *
 * <p>A ratio that no honest layer reaches is refused too, but only after {@link #FREE_BYTES}: a file of zeros is honest.
 */
public final class Limits {
    /** Most bytes that headers of one entry may take: long names, extended attributes. */
    static final int MAX_HEADER_BYTES = 1 << 20;

    private static final long FREE_BYTES = 1L << 30;
    private static final long MAX_RATIO = 400;

    private final String what;
    private final long maxBytes;
    private final long maxEntries;
    private final long freeBytes;
    private long bytes;
    private long entries;

    /** @param what the image, for messages */
    public Limits(String what, long maxBytes, long maxEntries) {
        this(what, maxBytes, maxEntries, FREE_BYTES);
    }

    Limits(String what, long maxBytes, long maxEntries, long freeBytes) {
        this.what = what;
        this.maxBytes = maxBytes;
        this.maxEntries = maxEntries;
        this.freeBytes = freeBytes;
    }

    /** Another entry. */
    void entry() throws ImageException {
        if (++entries > maxEntries) {
            throw new ImageException(
                    Kind.TOO_LARGE,
                    what + ": more than " + maxEntries + " files",
                    "if you trust it, raise the limit on files of an image");
        }
    }

    /** More bytes of a file, a sparse one's holes included. */
    void bytes(long n) throws ImageException {
        if (n < 0 || n > maxBytes - bytes) {
            throw new ImageException(
                    Kind.TOO_LARGE,
                    what + ": its files are larger than " + (maxBytes >> 20) + " MiB",
                    "if you trust it, raise the limit on the size of an image");
        }
        bytes += n;
    }

    /** Unpacked bytes of a layer so far, made from so many. */
    void ratio(long unpacked, long packed) throws ImageException {
        if (unpacked > freeBytes && unpacked / MAX_RATIO > packed) {
            throw new ImageException(
                    Kind.TOO_LARGE,
                    what + ": " + (packed >> 10) + " KiB of a layer became " + (unpacked >> 20)
                            + " MiB; it is made to fill the disk",
                    "do not use this image");
        }
    }

    /** A layer that was there already. */
    public void had(long itsBytes, long itsEntries) throws ImageException {
        bytes(itsBytes);
        entries += itsEntries;
        if (entries > maxEntries) {
            entry();
        }
    }

    long usedBytes() {
        return bytes;
    }

    long usedEntries() {
        return entries;
    }
}
