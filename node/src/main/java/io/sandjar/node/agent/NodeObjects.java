// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.agent;

import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.NodeStatusBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClassBuilder;
import io.sandjar.host.Sys;
import io.sandjar.node.model.Admission.Capacity;
import io.sandjar.node.model.Quantities;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What the agent itself puts into the store: the node, and a RuntimeClass for each runtime that is here. */
final class NodeObjects {
    private static final int PODS = 110;

    private final ObjectStore store;
    private final String name;
    private final String hostIp;

    NodeObjects(ObjectStore store, String name, String hostIp) {
        this.store = store;
        this.name = name;
        this.hostIp = hostIp;
    }

    private static String text(String file) {
        String t = Sys.readText(file);
        return t == null ? "" : t.trim();
    }

    /** What pods may ask for, all together: the machine. */
    static Capacity allocatable() {
        return new Capacity(
                Runtime.getRuntime().availableProcessors() * 1000L, Quantities.bytes(new Quantity(memory())), PODS);
    }

    static String memory() {
        for (String line : text("/proc/meminfo").split("\n", -1)) {
            if (line.startsWith("MemTotal:")) {
                return line.substring(9).replace("kB", "").trim() + "Ki";
            }
        }
        return "0";
    }

    private NodeStatus status(String since) {
        Map<String, Quantity> capacity = Map.of(
                "cpu", new Quantity(Integer.toString(Runtime.getRuntime().availableProcessors())),
                "memory", new Quantity(memory()),
                "pods", new Quantity(Integer.toString(PODS)));
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return new NodeStatusBuilder()
                .withCapacity(capacity)
                .withAllocatable(capacity)
                .withAddresses(new NodeAddress(hostIp, "InternalIP"), new NodeAddress(name, "Hostname"))
                .withConditions(new NodeConditionBuilder()
                        .withType("Ready")
                        .withStatus("True")
                        .withReason("KubeletReady")
                        .withMessage("the node agent is at work")
                        .withLastHeartbeatTime(now)
                        .withLastTransitionTime(since)
                        .build())
                .withNewNodeInfo()
                .withArchitecture("amd64")
                .withOperatingSystem("linux")
                .withKernelVersion(text("/proc/sys/kernel/osrelease"))
                .withBootID(text("/proc/sys/kernel/random/boot_id"))
                .withMachineID(text("/etc/machine-id"))
                .withOsImage("Linux")
                .withContainerRuntimeVersion("sandjar://" + System.getProperty("sandjar.version", "0"))
                .withKubeletVersion("v" + System.getProperty("sandjar.version", "0") + "-sandjar")
                .endNodeInfo()
                .build();
    }

    /** Puts them there, or brings them up to date. */
    void register(Collection<String> handlers) {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        if (store.get(Kind.NODE, null, name) == null) {
            store.create(
                    Kind.NODE,
                    new NodeBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .addToLabels("kubernetes.io/hostname", name)
                            .addToLabels("kubernetes.io/os", "linux")
                            .addToLabels("kubernetes.io/arch", "amd64")
                            .endMetadata()
                            .withNewSpec()
                            .endSpec()
                            .build());
        }
        store.editStatus(Kind.NODE, null, name, n -> n.setStatus(status(now)));
        for (io.fabric8.kubernetes.api.model.Node other : List.copyOf(store.list(Kind.NODE, null))) {
            if (!other.getMetadata().getName().equals(name)) { // the host's name changed
                store.remove(
                        Kind.NODE,
                        null,
                        other.getMetadata().getName(),
                        other.getMetadata().getUid());
            }
        }
        for (String h : handlers) {
            if (store.get(Kind.RUNTIME_CLASS, null, h) == null) {
                store.create(
                        Kind.RUNTIME_CLASS,
                        new RuntimeClassBuilder()
                                .withNewMetadata()
                                .withName(h)
                                .endMetadata()
                                .withHandler(h)
                                .build());
            }
        }
    }
}
