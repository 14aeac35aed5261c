// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A watch that makes objects of what it sees. */
record TypedWatch<T extends HasMetadata>(Kind<T> kind, RawWatch raw) implements Watch<T> {
    @Override
    public @Nullable Change<T> take() throws InterruptedException {
        return change(raw.take());
    }

    @Override
    public @Nullable Change<T> poll(Duration timeout) throws InterruptedException {
        return change(raw.poll(timeout));
    }

    private @Nullable Change<T> change(RawWatch.@Nullable Item item) {
        return item == null ? null : new Change<>(item.type(), item.stored().object(kind));
    }

    @Override
    public boolean synced() {
        return raw.synced();
    }

    @Override
    public boolean closed() {
        return raw.closed();
    }

    @Override
    public void close() {
        raw.close();
    }
}
