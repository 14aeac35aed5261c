// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeDevice;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.sandjar.node.store.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a pod can run on this node at all, and by which runtime. */
final class Admission {
    /**
     * A pod that cannot.
     *
     * @param reason status.reason
     */
    record Refusal(String reason, String message) {}

    private Admission() {}

    /** The handler of the runtime, from runtimeClassName or --runtime; null if there is none of that name. */
    static @Nullable String handler(Node node, Pod pod) {
        String name = pod.getSpec().getRuntimeClassName();
        if (name == null || name.isEmpty()) {
            return node.drivers().containsKey(node.defaultHandler()) ? node.defaultHandler() : null;
        }
        RuntimeClass c = node.store().get(Kind.RUNTIME_CLASS, null, name);
        String handler = c != null ? c.getHandler() : name;
        return node.drivers().containsKey(handler) ? handler : null;
    }

    static @Nullable Refusal refuse(Node node, Pod pod) {
        if (handler(node, pod) == null) {
            return noRuntime(node, pod);
        }
        List<Container> all = new ArrayList<>(pod.getSpec().getInitContainers());
        all.addAll(pod.getSpec().getContainers());
        for (Container c : all) {
            if (c.getSecurityContext() != null
                    && Boolean.TRUE.equals(c.getSecurityContext().getPrivileged())) {
                return new Refusal(
                        "PrivilegedNotSupported",
                        "Pod was rejected: container " + c.getName()
                                + " is privileged, which would give it the devices of the host; this node runs no privileged"
                                + " containers. Remove securityContext.privileged, and add the capabilities that it needs");
            }
            for (VolumeDevice d : c.getVolumeDevices()) {
                return new Refusal(
                        "UnsupportedPodSpec",
                        "Pod was rejected: container " + c.getName() + " wants the raw device " + d.getName()
                                + " (volumeDevices), which this node does not offer");
            }
        }
        List<EphemeralContainer> ephemeral = pod.getSpec().getEphemeralContainers();
        if (ephemeral != null && !ephemeral.isEmpty()) {
            return new Refusal(
                    "UnsupportedPodSpec", "Pod was rejected: ephemeral containers are not supported on this node");
        }
        String node0 = pod.getSpec().getNodeName();
        if (node0 != null && !node0.isEmpty() && !node0.equals(node.nodeName())) {
            return new Refusal(
                    "NodeAffinity",
                    "Pod was rejected: spec.nodeName is " + node0 + ", this node is " + node.nodeName());
        }
        return null;
    }

    /**
     * Why there is no room for the pod now, in the words of the scheduler; null if there is. What other pods have asked for
     * counts as long as they have not ended.
     */
    static @Nullable String noRoom(Node node, Pod pod) {
        List<Pod> others = new ArrayList<>();
        for (Pod p : node.store().list(Kind.POD, null)) {
            if (p.getStatus() != null && p.getStatus().getStartTime() != null) {
                others.add(p);
            }
        }
        return io.sandjar.node.model.Admission.check(pod, others, node.capacity())
                .map(r -> "0/1 nodes are available: 1 "
                        + (r.reason().equals("OutOfpods")
                                ? "Too many pods"
                                : "Insufficient " + r.reason().substring("OutOf".length()))
                        + ". " + r.message())
                .orElse(null);
    }

    private static Refusal noRuntime(Node node, Pod pod) {
        String name = pod.getSpec().getRuntimeClassName();
        if (name == null || name.isEmpty()) {
            return new Refusal(
                    "RuntimeNotFound",
                    "Pod was rejected: the runtime " + node.defaultHandler() + " is not installed; there are "
                            + node.drivers().keySet());
        }
        RuntimeClass c = node.store().get(Kind.RUNTIME_CLASS, null, name);
        return c == null
                ? new Refusal(
                        "RuntimeClassNotFound",
                        "Pod was rejected: RuntimeClass \"" + name
                                + "\" not found; create it, or use one of the handlers "
                                + node.drivers().keySet())
                : new Refusal(
                        "RuntimeHandlerNotFound",
                        "Pod was rejected: RuntimeClass \"" + name + "\" wants the handler \"" + c.getHandler()
                                + "\", which this node does not have; there are "
                                + node.drivers().keySet());
    }
}
