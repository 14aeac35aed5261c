// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore;

import java.util.List;

/**
 * An image that the store has, unpacked and ready to run.
 *
 * @param id the digest of its configuration, "sha256:..."; of a plain directory, a digest of its path
 * @param names references that lead to it, in their full form; a removed name leaves an image without any
 * @param digests references by digest ("docker.io/library/debian@sha256:...") as the registry knows it; empty for archives
 * @param sizeBytes of its unpacked files, without what it shares being taken off
 * @param createdSeconds when it was built, in seconds since 1970; 0: unknown
 */
public record Image(
        String id, List<String> names, List<String> digests, long sizeBytes, long createdSeconds, ImageConfig config) {
    public Image {
        names = List.copyOf(names);
        digests = List.copyOf(digests);
    }

    /** What Kubernetes calls imageID: a reference by digest where there is one, else the id. */
    public String imageId() {
        return digests.isEmpty() ? id : digests.getFirst();
    }

    /** The id's first twelve digits. */
    public String shortId() {
        String hex = id.substring(id.indexOf(':') + 1);
        return hex.substring(0, Math.min(12, hex.length()));
    }
}
