// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

/** The pods of this machine at work: what the server and the agent's main need of them. */
public interface PodWorkers extends AutoCloseable {

    /** Takes over what runs already and follows the object store from now on. */
    void start();

    /** Ends the workers, not the pods: they keep running, and the next agent finds them. */
    @Override
    void close();
}
