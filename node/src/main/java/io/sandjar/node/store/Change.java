// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * Something that happened to an object.
 *
 * @param <T> the class of the object
 * @param type what happened
 * @param object the object after it (a copy that belongs to the receiver); for DELETED as it was last
 */
public record Change<T extends HasMetadata>(Type type, T object) {
    /** What happened, in the words of Kubernetes' watch. */
    public enum Type {
        ADDED,
        MODIFIED,
        DELETED
    }
}
