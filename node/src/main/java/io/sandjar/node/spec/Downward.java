// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;
import io.sandjar.node.network.PodAddress;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a pod's containers may be told about the pod by variables: fieldRef and resourceFieldRef. */
final class Downward {
    private Downward() {}

    static String field(Pod pod, PodAddress address, String nodeName, @Nullable String path) throws SpecException {
        String p = path == null ? "" : path;
        return switch (p) {
            case "metadata.name" -> pod.getMetadata().getName();
            case "metadata.namespace" -> pod.getMetadata().getNamespace();
            case "metadata.uid" -> pod.getMetadata().getUid();
            case "spec.nodeName" -> nodeName;
            case "spec.serviceAccountName" ->
                pod.getSpec().getServiceAccountName() == null
                        ? "default"
                        : pod.getSpec().getServiceAccountName();
            case "status.hostIP", "status.hostIPs" -> address.hostIp();
            case "status.podIP" -> address.ip();
            case "status.podIPs" -> String.join(",", address.ips());
            default -> {
                String label = subscript(p, "metadata.labels");
                String annotation = subscript(p, "metadata.annotations");
                if (label != null) {
                    yield value(pod.getMetadata().getLabels(), label);
                } else if (annotation != null) {
                    yield value(pod.getMetadata().getAnnotations(), annotation);
                }
                throw new SpecException("unsupported fieldPath: " + p);
            }
        };
    }

    private static String value(@Nullable Map<String, String> map, String key) {
        String v = map == null ? null : map.get(key);
        return v == null ? "" : v;
    }

    private static @Nullable String subscript(String path, String name) {
        if (!path.startsWith(name + "['") || !path.endsWith("']")) {
            return null;
        }
        return path.substring(name.length() + 2, path.length() - 2);
    }

    static String resource(Pod pod, Container self, ResourceFieldSelector selector) throws SpecException {
        Container c = self;
        String wanted = selector.getContainerName();
        if (wanted != null && !wanted.isEmpty()) {
            List<Container> all = new ArrayList<>(pod.getSpec().getContainers());
            all.addAll(pod.getSpec().getInitContainers());
            c = all.stream().filter(x -> x.getName().equals(wanted)).findFirst().orElse(null);
            if (c == null) {
                throw new SpecException("resourceFieldRef: container " + wanted + " not found in pod");
            }
        }
        String name = String.valueOf(selector.getResource());
        int dot = name.indexOf('.');
        String what = dot < 0 ? name : name.substring(dot + 1);
        BigDecimal amount = name.startsWith("limits.")
                ? Quantities.limit(c, what)
                : name.startsWith("requests.") ? Quantities.request(c, what) : null;
        if (amount == null) {
            amount = name.startsWith("limits.") ? machine(what) : BigDecimal.ZERO;
        }
        BigDecimal divisor = selector.getDivisor() == null
                ? BigDecimal.ONE
                : selector.getDivisor().getNumericalAmount();
        if (divisor == null || divisor.signum() == 0) {
            divisor = BigDecimal.ONE;
        }
        return amount.divide(divisor, 0, RoundingMode.CEILING).toPlainString();
    }

    /** Without a limit, a container has the whole machine. */
    private static BigDecimal machine(String what) {
        return switch (what) {
            case "cpu" -> BigDecimal.valueOf(Runtime.getRuntime().availableProcessors());
            case "memory" -> BigDecimal.valueOf(HostMemory.totalBytes());
            default -> BigDecimal.ZERO;
        };
    }
}
