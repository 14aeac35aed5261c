// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore;

/** Who writes to a container's root. */
public enum RootMode {
    /** runsc: the root on the host stays as it is; changes go to the sandbox's own layer ({@link Root#overlay2}). */
    SANDBOX,
    /** Another runtime (runc): the root is a directory that it may write to, of this container alone. */
    HOST
}
