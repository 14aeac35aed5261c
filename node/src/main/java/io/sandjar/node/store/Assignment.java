// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.store;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;

/** What a scheduler would do: there is one node, and pods that name none are its own. */
public final class Assignment {
    private Assignment() {}

    /** Names the node in a new pod; nothing if there is no Node object (in tests). */
    public static void assign(ObjectStore store, Pod pod) {
        PodSpec spec = pod.getSpec();
        if (spec == null || spec.getNodeName() != null && !spec.getNodeName().isEmpty()) {
            return;
        }
        for (Node node : store.list(Kind.NODE, null)) {
            spec.setNodeName(node.getMetadata().getName());
            return;
        }
    }
}
