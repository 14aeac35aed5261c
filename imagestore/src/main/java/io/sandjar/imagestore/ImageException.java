// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore;

import org.jspecify.annotations.Nullable;

/** What went wrong with an image. The message says what happened, to what and why; {@link #advice} what to do next. */
public final class ImageException extends Exception {
    /** What a caller may want to act on. */
    public enum Kind {
        /** The reference is not well-formed. Trying again is of no use. */
        INVALID_REFERENCE,
        /** The registry, archive or directory does not have it. */
        NOT_FOUND,
        /** The registry wants other credentials, or the image is not for this user. */
        UNAUTHORIZED,
        /** The registry asks to come back later. */
        RATE_LIMIT,
        /** What came is not what its digest or size promised. */
        DIGEST_MISMATCH,
        /** The other side did not answer in time. */
        TIMEOUT,
        /** The registry could not be reached or failed. */
        UNAVAILABLE,
        /** There is no variant for this machine. */
        PLATFORM,
        /** Not an image, or one that is broken or of an unknown format. */
        MALFORMED,
        /** Larger than the store's limits on unpacked images. */
        TOO_LARGE,
        /** The disk is full, or a quota is. */
        NO_SPACE,
        /** Not here, and the policy is not to fetch it. */
        NEVER_PULL,
        /** A container uses it. */
        IN_USE,
        /** The thread was interrupted. */
        INTERRUPTED,
        /** The store's own files cannot be read or written. */
        STORE
    }

    private final Kind kind;
    private final String advice;

    public ImageException(Kind kind, String message, String advice, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.advice = advice;
    }

    public ImageException(Kind kind, String message, String advice) {
        this(kind, message, advice, null);
    }

    public Kind kind() {
        return kind;
    }

    /** What to do next; empty when there is nothing to say. */
    public String advice() {
        return advice;
    }

    /** Whether the same call may do better later. */
    public boolean temporary() {
        return switch (kind) {
            case RATE_LIMIT, TIMEOUT, UNAVAILABLE, NO_SPACE -> true;
            default -> false;
        };
    }
}
