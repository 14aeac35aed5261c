// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore;

import io.sandjar.imagestore.store.LocalImageStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Images of this machine and the containers' roots made of them. All methods may be called from any thread, and several
 * processes may have the same store open.
 *
 * <p>A name is a registry reference ("debian:12", "ghcr.io/a/b@sha256:..."), "oci:DIR[:TAG]", "oci-archive:FILE[:TAG]",
 * "docker-archive:FILE[:NAME]", "dir:DIR" (a plain root) or "sandjar.io/demo", which is built in.
 */
public interface ImageStore extends AutoCloseable {
    /**
     * Opens the store in {@code root}, which is made if it is not there. Leftovers of a process that died are removed;
     * roots that were prepared stay, see {@link #prepared}.
     */
    static ImageStore open(Path root, StoreOptions options) throws ImageException {
        return new LocalImageStore(root, options);
    }

    /** Sees to it that an image is here. Waits; an interrupt ends it. Concurrent pulls of the same image share the work. */
    Image pull(String reference, PullOptions options) throws ImageException;

    /** An image that is here, by name, id, or the beginning of its id. */
    Optional<Image> find(String reference) throws ImageException;

    List<Image> list() throws ImageException;

    /** What was left out when an image was unpacked (devices, attributes), for people. */
    default List<String> warnings(Image image) throws ImageException {
        return List.of();
    }

    /**
     * Takes a name away, and the image with its last one (or at once, when it is named by its id).
     *
     * @return what was removed: names, and the id if the image is gone
     */
    List<String> remove(String reference) throws ImageException;

    /** Removes images without a name that no container uses, and pieces of files that nothing needs: bytes freed. */
    long collect() throws ImageException;

    /**
     * Makes a container's root. The same call again gives the same root, also after a restart.
     *
     * @param containerId letters, digits, "_", ".", "-"
     * @param quotaBytes how much the container may write; 0: no limit. A limit with {@link RootMode#HOST} is not enforced
     *     but can be watched with {@link #writtenBytes}
     */
    Root prepare(Image image, String containerId, RootMode mode, long quotaBytes) throws ImageException;

    /** Removes a container's root and what the container wrote. Nothing happens when there is none. */
    void release(String containerId) throws ImageException;

    /** Containers that have a root, with the ids of their images; after a start, what an earlier process left. */
    Map<String, String> prepared() throws ImageException;

    /** The directory on the host where what a container changes ends up; empty if there is none. */
    default Optional<Path> changes(String containerId) throws ImageException {
        return Optional.empty();
    }

    /**
     * What a container has written to its root, as far as it can be seen on the host's disk: not what runsc keeps in
     * nameless files, which it counts against the quota itself.
     */
    long writtenBytes(String containerId) throws ImageException;

    /** Pulls that are under way fail; what was pulled is flushed to the disk. */
    @Override
    void close();
}
