// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Brings what is to what should be, for one object at a time. */
interface Reconciler {
    /**
     * Looks at one object and does what is due. Called again whenever something of it changes; a failure is an exception.
     *
     * @return when to look again though nothing changes, or null
     */
    @Nullable
    Duration sync(String namespace, String name);
}
