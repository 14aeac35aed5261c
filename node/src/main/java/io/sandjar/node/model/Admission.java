// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a pod fits on this machine, by the kubelet's rule: the requests of all pods must not exceed what there is. */
public final class Admission {
    /**
     * What this machine can give.
     *
     * @param milliCpus thousandths of a CPU
     * @param memoryBytes bytes
     * @param pods number of pods
     */
    public record Capacity(long milliCpus, long memoryBytes, int pods) {}

    /**
     * Why a pod is refused: it becomes Failed with that reason and message.
     *
     * @param reason OutOfcpu, OutOfmemory or OutOfpods
     */
    public record Rejection(String reason, String message) {}

    private Admission() {}

    /**
     * Checks a pod.
     *
     * @param others the pods that have their place already; those count that have not ended
     */
    public static Optional<Rejection> check(Pod pod, Collection<Pod> others, Capacity capacity) {
        int count = 0;
        long usedCpus = 0;
        long usedMemory = 0;
        for (Pod other : others) {
            if (!ended(other)
                    && !pod.getMetadata().getUid().equals(other.getMetadata().getUid())) {
                count++;
                usedCpus += requested(other, "cpu");
                usedMemory += requested(other, "memory");
            }
        }
        if (count >= capacity.pods()) {
            return Optional.of(new Rejection(
                    "OutOfpods",
                    "Node didn't have enough resource: pods, requested: 1, used: " + count + ", capacity: "
                            + capacity.pods()));
        }
        Optional<Rejection> cpu =
                exceeded("cpu", "thousandths of a CPU", requested(pod, "cpu"), usedCpus, capacity.milliCpus());
        return cpu.isPresent()
                ? cpu
                : exceeded("memory", "bytes", requested(pod, "memory"), usedMemory, capacity.memoryBytes());
    }

    private static Optional<Rejection> exceeded(String resource, String unit, long wanted, long used, long capacity) {
        if (wanted == 0 || wanted <= capacity - used) {
            return Optional.empty();
        }
        return Optional.of(new Rejection(
                "OutOf" + resource,
                "Node didn't have enough resource: " + resource + ", requested: " + wanted + ", used: " + used
                        + ", capacity: " + capacity + " (" + unit + "); lower the request or end other pods"));
    }

    private static boolean ended(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return "Failed".equals(phase) || "Succeeded".equals(phase);
    }

    /** The pod's request: containers and sidecars together, or the largest init container with the sidecars before it. */
    static long requested(Pod pod, String resource) {
        long sidecars = 0;
        long init = 0;
        for (Container c : Defaults.list(pod.getSpec().getInitContainers())) {
            if ("Always".equals(c.getRestartPolicy())) {
                sidecars += request(c, resource);
                init = Math.max(init, sidecars);
            } else {
                init = Math.max(init, sidecars + request(c, resource));
            }
        }
        long sum = sidecars;
        for (Container c : Defaults.list(pod.getSpec().getContainers())) {
            sum += request(c, resource);
        }
        Map<String, Quantity> overhead = pod.getSpec().getOverhead();
        return Math.max(sum, init) + amount(overhead == null ? null : overhead.get(resource), resource);
    }

    private static long request(Container c, String resource) {
        ResourceRequirements r = c.getResources();
        if (r == null) {
            return 0;
        }
        Quantity q = r.getRequests() == null ? null : r.getRequests().get(resource);
        if (q == null && r.getLimits() != null) {
            q = r.getLimits().get(resource);
        }
        return amount(q, resource);
    }

    private static long amount(@Nullable Quantity q, String resource) {
        return q == null ? 0 : resource.equals("cpu") ? Quantities.milliCpus(q) : Quantities.bytes(q);
    }

    /** Guaranteed, Burstable or BestEffort. */
    public static String qosClass(Pod pod) {
        boolean any = false;
        boolean guaranteed = true;
        for (var containers : java.util.List.of(
                Defaults.list(pod.getSpec().getInitContainers()),
                Defaults.list(pod.getSpec().getContainers()))) {
            for (Container c : containers) {
                ResourceRequirements r = c.getResources();
                Map<String, Quantity> limits = r == null || r.getLimits() == null ? Map.of() : r.getLimits();
                Map<String, Quantity> requests = r == null || r.getRequests() == null ? Map.of() : r.getRequests();
                for (String resource : new String[] {"cpu", "memory"}) {
                    Quantity limit = limits.get(resource);
                    Quantity request = requests.getOrDefault(resource, limit);
                    any |= request != null && Quantities.value(request).signum() > 0;
                    guaranteed &= limit != null
                            && request != null
                            && Quantities.value(limit).compareTo(Quantities.value(request)) == 0;
                }
            }
        }
        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }
}
