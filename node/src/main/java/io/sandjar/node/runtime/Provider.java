// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.nio.file.Path;

/** Where the Task service of a container is had: from a shim that is started for it, or from one that listens somewhere. */
interface Provider {
    /** One that answers, for a container that is to be made from this bundle. */
    TaskCalls open(String id, Path bundle) throws RuntimeFailure, InterruptedException;

    /** Removes what a provider that has gone left of a container. */
    void clear(String id, Path bundle) throws RuntimeFailure, InterruptedException;
}
