// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.sandjar.node.runtime.ExecPlan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pods of this machine at work: what the server and the agent's main need of them. */
public interface PodWorkers extends AutoCloseable {

    /** Takes over what runs already and follows the object store from now on. */
    void start();

    /** Ends the workers, not the pods: they keep running, and the next agent finds them. */
    @Override
    void close();

    /**
     * Where a container's log lies.
     *
     * @param container its name, null for the pod's only (or default) one
     * @param previous of the instance before this one
     */
    LogFiles logs(String namespace, String pod, @Nullable String container, boolean previous) throws PodException;

    /** The command that runs another program in a container, for the terminal of whoever asked. */
    ExecPlan exec(
            String namespace,
            String pod,
            @Nullable String container,
            List<String> command,
            boolean stdin,
            boolean terminal)
            throws PodException;

    /** What a pod uses now. */
    Stats stats(String namespace, String pod) throws PodException;

    /** What all running pods use now. */
    List<Stats> stats();
}
