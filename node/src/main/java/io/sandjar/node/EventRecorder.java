// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node;

import io.fabric8.kubernetes.api.model.HasMetadata;
import org.jspecify.annotations.Nullable;

/** Tells people what happened to an object, as Event objects; the same again only raises a count. */
public interface EventRecorder {
    String NORMAL = "Normal";
    String WARNING = "Warning";

    /**
     * Records an event; returns at once.
     *
     * @param about the object; its metadata must have name, namespace and uid
     * @param type {@link #NORMAL} or {@link #WARNING}
     * @param reason one word as Kubernetes has them: Pulled, BackOff, FailedMount
     * @param message what happened, why, what to do
     */
    default void record(HasMetadata about, String type, String reason, String message) {
        record(about, null, type, reason, message);
    }

    /**
     * As above, for a part of the object.
     *
     * @param fieldPath {@code spec.containers{web}}, or null for the whole
     */
    void record(HasMetadata about, @Nullable String fieldPath, String type, String reason, String message);

    /** A recorder that forgets, for tests. */
    EventRecorder NONE = (about, fieldPath, type, reason, message) -> {};
}
