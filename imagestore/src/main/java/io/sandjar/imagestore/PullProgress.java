// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore;

/** Somebody who watches a pull. Called from several threads, one call at a time. */
@FunctionalInterface
public interface PullProgress {
    /** What is done with a piece. */
    enum Phase {
        /** Names are looked up. */
        RESOLVING,
        DOWNLOADING,
        UNPACKING,
        /** The piece is there; it may have been there before. */
        DONE
    }

    PullProgress NONE = (piece, phase, doneBytes, totalBytes) -> {};

    /**
     * Something has moved on. Not called more often than some ten times a second for a piece.
     *
     * @param piece digest of a layer; while {@link Phase#RESOLVING}, the reference
     * @param totalBytes 0: not known
     */
    void moved(String piece, Phase phase, long doneBytes, long totalBytes);
}
