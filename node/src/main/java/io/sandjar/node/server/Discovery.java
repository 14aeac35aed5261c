// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.sandjar.node.model.Json;
import io.sandjar.node.store.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What there is: how a client that does not know this server finds its resources. */
final class Discovery {
    /** The version of Kubernetes whose shapes these are. */
    static final String KUBERNETES = "v1.34.0";

    static final List<String> PATHS = List.of(
            "/api",
            "/api/v1",
            "/apis",
            "/apis/apps/v1",
            "/apis/batch/v1",
            "/apis/node.k8s.io/v1",
            "/apis/metrics.k8s.io/v1beta1",
            "/apis/sandjar.io/v1",
            "/healthz",
            "/metrics",
            "/version");

    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    private static final List<String> LOOKING = List.of("get", "list", "watch");

    private Discovery() {}

    static Map<String, Object> version() {
        Map<String, Object> v = new TreeMap<>();
        String own = System.getProperty("sandjar.version", "dev");
        v.put("major", "1");
        v.put("minor", "34");
        v.put("gitVersion", KUBERNETES + "+sandjar-" + own);
        v.put("gitCommit", "");
        v.put("gitTreeState", "clean");
        v.put("buildDate", "2026-11-22T00:00:00Z");
        v.put("goVersion", "none");
        v.put("compiler", "javac");
        v.put("platform", "linux/amd64");
        return v;
    }

    static ObjectNode apiVersions() {
        ObjectNode o = Json.mapper().createObjectNode();
        o.put("kind", "APIVersions");
        o.putArray("versions").add("v1");
        o.putArray("serverAddressByClientCIDRs");
        return o;
    }

    private static TreeMap<String, String> versions() {
        TreeMap<String, String> groups = new TreeMap<>();
        for (Kind<?> k : Kind.ALL) {
            if (!k.group().isEmpty()) {
                groups.put(k.group(), k.version());
            }
        }
        groups.put("metrics.k8s.io", "v1beta1");
        return groups;
    }

    static ObjectNode groups() {
        ObjectNode o = Json.mapper().createObjectNode();
        o.put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode list = o.putArray("groups");
        versions().forEach((group, version) -> fill(list.addObject(), group, version));
        return o;
    }

    static @Nullable ObjectNode group(String group) {
        String version = versions().get(group);
        if (version == null) {
            return null;
        }
        ObjectNode o = Json.mapper().createObjectNode();
        o.put("kind", "APIGroup").put("apiVersion", "v1");
        fill(o, group, version);
        return o;
    }

    private static void fill(ObjectNode o, String group, String version) {
        o.put("name", group);
        o.putArray("versions")
                .addObject()
                .put("groupVersion", group + "/" + version)
                .put("version", version);
        o.putObject("preferredVersion")
                .put("groupVersion", group + "/" + version)
                .put("version", version);
    }

    static ObjectNode resources(String group, String version) {
        ObjectNode o = Json.mapper().createObjectNode();
        o.put("kind", "APIResourceList").put("apiVersion", "v1");
        o.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
        ArrayNode list = o.putArray("resources");
        if (group.equals("metrics.k8s.io")) {
            add(list, "pods", "", "PodMetrics", true, List.of("get", "list"), List.of());
            add(list, "nodes", "", "NodeMetrics", false, List.of("get", "list"), List.of());
        }
        for (Kind<?> k : Kind.ALL) {
            if (!k.group().equals(group) || !k.version().equals(version)) {
                continue;
            }
            boolean ours = k.equals(Kind.NODE) || k.equals(Kind.EVENT);
            add(list, k.plural(), k.singular(), k.kind(), k.namespaced(), ours ? LOOKING : VERBS, k.shortNames());
            List<String> change = List.of("get", "patch", "update");
            if (k.equals(Kind.DEPLOYMENT) || k.equals(Kind.REPLICA_SET)) {
                add(list, k.plural() + "/scale", "", "Scale", true, change, List.of());
            }
            if (List.of(Kind.POD, Kind.DEPLOYMENT, Kind.REPLICA_SET, Kind.JOB, Kind.NAMESPACE)
                    .contains(k)) {
                add(list, k.plural() + "/status", "", k.kind(), k.namespaced(), change, List.of());
            }
            if (k.equals(Kind.POD)) {
                add(list, "pods/log", "", "Pod", true, List.of("get"), List.of());
            }
        }
        return o;
    }

    private static void add(
            ArrayNode list,
            String name,
            String singular,
            String kind,
            boolean namespaced,
            List<String> verbs,
            List<String> shortNames) {
        ObjectNode r = list.addObject();
        r.put("name", name)
                .put("singularName", singular)
                .put("namespaced", namespaced)
                .put("kind", kind);
        ArrayNode v = r.putArray("verbs");
        new ArrayList<>(verbs).forEach(v::add);
        if (!shortNames.isEmpty()) {
            ArrayNode s = r.putArray("shortNames");
            shortNames.forEach(s::add);
        }
        if (name.equals("pods") || name.equals("deployments") || name.equals("replicasets") || name.equals("jobs")) {
            r.putArray("categories").add("all");
        }
    }
}
