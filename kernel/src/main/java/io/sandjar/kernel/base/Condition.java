// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

/** What a blocked call waits for; see {@code Caller.await}. */
@FunctionalInterface
public interface Condition {
    boolean holds();
}
