// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import org.jspecify.annotations.Nullable;

/** One change of the store: an object's version before and after it. */
record Write(
        long version,
        Stored.Key key,
        @Nullable Stored before,
        @Nullable Stored after) {}
