// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.node.server.NodeOperations.ContainerStats;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.Selector;
import io.sandjar.node.store.Stored;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Figures for Prometheus, by the names that cAdvisor and kube-state-metrics gave them: dashboards know those. */
final class Metrics {
    private final ObjectStore store;
    private final Supplier<NodeOperations> node;
    private final Map<String, StringBuilder> families = new TreeMap<>();

    Metrics(ObjectStore store, Supplier<NodeOperations> node) {
        this.store = store;
        this.node = node;
    }

    synchronized String text() {
        families.clear();
        for (Kind<?> kind : Kind.ALL) {
            family("sandjar_store_objects", "gauge", "Objects in the store.");
            sample(
                    "sandjar_store_objects",
                    "resource=\"" + kind.qualified() + "\"",
                    store.rawList(kind, null, Selector.EVERYTHING).items().size());
        }
        family("sandjar_store_writable", "gauge", "1 if the store can be written.");
        sample("sandjar_store_writable", "", store.trouble() == null ? 1 : 0);
        family("kube_pod_status_phase", "gauge", "The pods current phase.");
        family(
                "kube_pod_container_status_restarts_total",
                "counter",
                "The number of container restarts per container.");
        family("kube_pod_container_status_ready", "gauge", "Whether the container's readiness check succeeds.");
        for (Stored pod : store.rawList(Kind.POD, null, Selector.EVERYTHING).items()) {
            pod(pod);
        }
        family("container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed in seconds.");
        family("container_memory_working_set_bytes", "gauge", "Current working set in bytes.");
        for (Pod pod : store.list(Kind.POD, null)) {
            usage(pod);
        }
        Runtime jvm = Runtime.getRuntime();
        family("process_start_time_seconds", "gauge", "Start of the agent since 1970.");
        sample(
                "process_start_time_seconds",
                "",
                ProcessHandle.current()
                        .info()
                        .startInstant()
                        .map(Instant::getEpochSecond)
                        .orElse(0L));
        family("jvm_memory_used_bytes", "gauge", "Heap in use.");
        sample("jvm_memory_used_bytes", "area=\"heap\"", jvm.totalMemory() - jvm.freeMemory());
        StringBuilder all = new StringBuilder();
        families.values().forEach(all::append);
        return all.toString();
    }

    private void family(String name, String type, String help) {
        families.computeIfAbsent(
                name, n -> new StringBuilder("# HELP " + n + " " + help + "\n# TYPE " + n + " " + type + "\n"));
    }

    private void sample(String name, String labels, double value) {
        StringBuilder family = families.get(name);
        if (family != null) {
            family.append(name);
            if (!labels.isEmpty()) {
                family.append('{').append(labels).append('}');
            }
            family.append(' ')
                    .append(
                            value == Math.rint(value)
                                    ? Long.toString((long) value)
                                    : String.format(Locale.ROOT, "%.6f", value))
                    .append('\n');
        }
    }

    private void pod(Stored stored) {
        ObjectNode pod = stored.tree();
        String labels = "namespace=\"" + stored.key().namespace() + "\",pod=\""
                + stored.key().name() + "\",uid=\""
                + pod.path("metadata").path("uid").asString("") + "\"";
        String phase = pod.path("status").path("phase").asString("Unknown");
        for (String p : new String[] {"Pending", "Running", "Succeeded", "Failed", "Unknown"}) {
            sample("kube_pod_status_phase", labels + ",phase=\"" + p + "\"", p.equals(phase) ? 1 : 0);
        }
        for (JsonNode c : pod.path("status").path("containerStatuses")) {
            String own = labels + ",container=\"" + c.path("name").asString("") + "\"";
            sample(
                    "kube_pod_container_status_restarts_total",
                    own,
                    c.path("restartCount").asLong(0));
            sample("kube_pod_container_status_ready", own, c.path("ready").asBoolean(false) ? 1 : 0);
        }
    }

    private void usage(Pod pod) {
        String labels = "namespace=\"" + pod.getMetadata().getNamespace() + "\",pod=\""
                + pod.getMetadata().getName() + "\"";
        for (ContainerStats c : node.get().stats(pod)) {
            String own = "container=\"" + c.container() + "\"," + labels;
            if (c.cpuNanos() >= 0) {
                sample("container_cpu_usage_seconds_total", own, c.cpuNanos() / 1e9);
            }
            if (c.memoryBytes() >= 0) {
                sample("container_memory_working_set_bytes", own, c.memoryBytes());
            }
        }
    }
}
