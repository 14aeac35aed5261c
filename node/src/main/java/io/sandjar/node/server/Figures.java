// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.node.model.Json;
import io.sandjar.node.server.NodeOperations.ContainerStats;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.Selector;
import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import io.sandjar.node.store.Stored;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What pods use, as the metrics server says it (metrics.k8s.io/v1beta1): rates of CPU, working sets. */
final class Figures {
    private final ObjectStore store;
    private final Supplier<NodeOperations> node;

    Figures(ObjectStore store, Supplier<NodeOperations> node) {
        this.store = store;
        this.node = node;
    }

    void answer(Exchange x, List<String> path) {
        String namespace = path.size() > 2 && path.getFirst().equals("namespaces") ? path.get(1) : null;
        List<String> rest = namespace == null ? path : path.subList(2, path.size());
        String what = rest.getFirst();
        if (!x.method().equals("GET") || rest.size() > 2) {
            throw new StoreException(Reason.METHOD_NOT_ALLOWED, "figures can only be looked at");
        }
        if (what.equals("nodes")) {
            nodes(x);
        } else if (what.equals("pods") && rest.size() == 2) {
            ObjectNode list = pods(namespace, Selector.parseFields("metadata.name=" + rest.get(1)));
            if (list.path("items").isEmpty()) {
                throw new StoreException(
                        Reason.NOT_FOUND,
                        "podmetrics.metrics.k8s.io \"" + namespace + "/" + rest.get(1) + "\" not found");
            }
            ApiServer.json(x, list.path("items").get(0));
        } else if (what.equals("pods")) {
            ApiServer.json(x, pods(namespace, Selector.parseLabels(x.param("labelSelector"))));
        } else {
            throw new StoreException(Reason.NOT_FOUND, "the server could not find the requested resource");
        }
    }

    private ObjectNode pods(@Nullable String namespace, Selector selector) {
        ObjectNode list = Json.mapper().createObjectNode();
        list.put("kind", "PodMetricsList").put("apiVersion", "metrics.k8s.io/v1beta1");
        list.putObject("metadata");
        ArrayNode items = list.putArray("items");
        for (Pod pod : store.list(Kind.POD, namespace, selector)) {
            List<ContainerStats> stats = node.get().stats(pod);
            if (!stats.isEmpty()) {
                item(items.addObject(), pod, stats);
            }
        }
        return list;
    }

    private static void item(ObjectNode item, Pod pod, List<ContainerStats> stats) {
        item.put("kind", "PodMetrics").put("apiVersion", "metrics.k8s.io/v1beta1");
        item.putObject("metadata")
                .put("name", pod.getMetadata().getName())
                .put("namespace", pod.getMetadata().getNamespace());
        item.put("timestamp", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        item.put("window", "10s");
        ArrayNode containers = item.putArray("containers");
        for (ContainerStats c : stats) {
            containers
                    .addObject()
                    .put("name", c.container())
                    .set("usage", usage(Math.max(0, c.cpuNanoCores()), c.memoryBytes()));
        }
    }

    private static ObjectNode usage(long nanoCores, long bytes) {
        ObjectNode usage = Json.mapper().createObjectNode();
        usage.put("cpu", nanoCores + "n");
        usage.put("memory", Math.max(0, bytes) / 1024 + "Ki");
        return usage;
    }

    private void nodes(Exchange x) {
        ObjectNode list = Json.mapper().createObjectNode();
        list.put("kind", "NodeMetricsList").put("apiVersion", "metrics.k8s.io/v1beta1");
        list.putObject("metadata");
        ArrayNode items = list.putArray("items");
        for (Stored n : store.rawList(Kind.NODE, null, Selector.EVERYTHING).items()) {
            ObjectNode item = items.addObject();
            item.put("kind", "NodeMetrics").put("apiVersion", "metrics.k8s.io/v1beta1");
            item.putObject("metadata").put("name", n.key().name());
            item.put("timestamp", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
            item.put("window", "0.3s");
            item.set("usage", usage(Machine.busyNanoCores(), Machine.usedMemoryBytes()));
        }
        ApiServer.json(x, list);
    }
}
