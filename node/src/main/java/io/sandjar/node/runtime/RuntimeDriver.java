// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.time.Duration;
import java.util.List;

/**
 * A way to run containers. All of it may be repeated after a crash of the caller: what is there already is not made again, and
 * what is gone already counts as removed.
 */
public interface RuntimeDriver {

    /** runsc, runc: what a RuntimeClass calls the handler. */
    String handler();

    /** Whether one sandbox holds the containers of a pod (runsc), so that no namespace of the host has to be joined. */
    boolean podSandboxes();

    /** Makes the container; its process waits for {@link #start}. Ends when the runtime's create has ended. */
    ContainerState create(ContainerOrder order) throws RuntimeFailure, InterruptedException;

    void start(String id) throws RuntimeFailure, InterruptedException;

    /** Sends a signal to the container's first process, or to all. A container that has ended is not an error. */
    void kill(String id, int signal, boolean all) throws RuntimeFailure, InterruptedException;

    /** Ends what is left of it and removes all that the runtime keeps; the log stays. */
    void delete(String id) throws RuntimeFailure, InterruptedException;

    /** What is known of it; waits for a create that a dead caller began. */
    ContainerState state(String id);

    /** Waits until the container has ended. UNKNOWN if there is no such container (any more). */
    ContainerState awaitExit(String id) throws InterruptedException;

    /** Runs a command to its end; after the limit it is killed. */
    ExecResult exec(String id, List<String> command, Duration limit) throws RuntimeFailure, InterruptedException;

    ExecPlan execPlan(String id, List<String> command, boolean stdin, boolean terminal);

    /** Lets the monitor write to a fresh file, after somebody moved the log away. */
    void reopenLog(String id) throws RuntimeFailure;

    /** Ids of all that this driver has made and not deleted, containers before their sandboxes. */
    List<String> list();
}
