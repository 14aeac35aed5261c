// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Collection;
import java.util.List;

/** The network of all pods of this node. Every method may be called again after a crash at any place. */
public interface PodNetwork extends AutoCloseable {
    /** Makes the pod's network, or finds it as it was made before. Pods whose spec has hostNetwork too. */
    PodAddress setUp(Pod pod) throws NetworkException;

    /** Takes everything of the pod away: namespace, interface, port mappings, address. Idempotent. */
    void tearDown(String podUid) throws NetworkException;

    /**
     * At start, before anything else: what belongs to the given pods is kept (proxies for host ports are started again),
     * what a dead agent left of other pods is removed.
     */
    void adopt(Collection<Pod> living) throws NetworkException;

    /** What users should know about this node's network, for the log and for events about the node. */
    List<String> warnings();

    /** The host's address: status.hostIP. */
    String hostIp();

    /** One word for messages: bridge or loopback. */
    String mode();

    /** Stops proxies of this process. Pods keep their network. */
    @Override
    void close();
}
