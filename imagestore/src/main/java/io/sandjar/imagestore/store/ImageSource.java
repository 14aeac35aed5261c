// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.content.Blobs;
import io.sandjar.imagestore.content.Digest;
import io.sandjar.imagestore.content.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Somewhere that an image comes from: a registry, a directory, an archive, or this program. */
public interface ImageSource extends AutoCloseable {
    /**
     * What the image consists of.
     *
     * @param id digest of the configuration
     * @param diffIds one for each piece
     * @param names that it brings along, in full form
     * @param digests references by digest
     */
    record Contents(
            Digest id,
            Json configuration,
            List<Digest> diffIds,
            List<Piece> pieces,
            List<String> names,
            List<String> digests) {}

    /** An archive that can be read. */
    interface Archive {
        InputStream open() throws IOException, ImageException;
    }

    /** A layer's archive. */
    interface Piece {
        /** Its digest, or what else it is called where it comes from. */
        String name();

        /** Of the archive; 0: not known. */
        long size();

        /**
         * Brings it here. Called from several threads for different pieces.
         *
         * @param wanted whether nobody else has unpacked it in the meantime
         */
        Archive fetch(Blobs.Watch watch, Blobs.Wanted wanted) throws ImageException;

        /** What its bytes must have; null: that has been checked. */
        @Nullable
        Digest digest();

        /** It has been unpacked. */
        default void discard() throws ImageException {}
    }

    Contents contents() throws ImageException;

    @Override
    default void close() throws ImageException {}
}
