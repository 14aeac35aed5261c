// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import org.jspecify.annotations.Nullable;

/** An out-parameter: the object that a call gives back beside its errno. */
public final class Ref<T> {
    private @Nullable T value;

    public void set(@Nullable T value) {
        this.value = value;
    }

    /** The value; only to be asked for after the call returned 0. */
    public T get() {
        T v = value;
        if (v == null) {
            throw new IllegalStateException("no value was set");
        }
        return v;
    }

    public @Nullable T orNull() {
        return value;
    }
}
