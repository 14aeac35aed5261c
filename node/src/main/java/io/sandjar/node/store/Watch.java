// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A look at the objects of a kind that goes on: first each that exists as ADDED, then each change in order.
 *
 * @param <T> the class of the objects
 */
public interface Watch<T extends HasMetadata> extends AutoCloseable {
    /** Waits for the next change. Null if the watch or the store was closed. */
    @Nullable
    Change<T> take() throws InterruptedException;

    /** The next change, or null if none came in that time or the watch was closed. */
    @Nullable
    Change<T> poll(Duration timeout) throws InterruptedException;

    /** Whether all objects that existed when the watch began have been taken. */
    boolean synced();

    boolean closed();

    @Override
    void close();
}
