// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import org.jspecify.annotations.Nullable;

/**
 * How to delete.
 *
 * @param gracePeriodSeconds time a pod has to end; null for what its spec says; 0 removes the object at once
 * @param propagation what becomes of the objects that it owns
 * @param uid only if the object still is this one
 * @param resourceVersion only if the object still is at this version
 */
public record DeleteOptions(
        @Nullable Long gracePeriodSeconds,
        Propagation propagation,
        @Nullable String uid,
        @Nullable String resourceVersion) {

    /** What becomes of the objects that it owns. */
    public enum Propagation {
        /** They are deleted afterwards. */
        BACKGROUND,
        /** They are deleted first. */
        FOREGROUND,
        /** They stay, without an owner. */
        ORPHAN
    }

    public static final DeleteOptions DEFAULT = new DeleteOptions(null, Propagation.BACKGROUND, null, null);

    public static DeleteOptions grace(long seconds) {
        return new DeleteOptions(seconds, Propagation.BACKGROUND, null, null);
    }

    public DeleteOptions onlyUid(String wanted) {
        return new DeleteOptions(gracePeriodSeconds, propagation, wanted, resourceVersion);
    }
}
