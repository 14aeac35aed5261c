// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.cgroups;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.sandjar.node.volumes.Resources;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pod may use in all, and which quality of service that makes.
 *
 * @param memoryBytes -1: no limit
 * @param cpuMilli -1: no limit
 * @param cpuRequestMilli decides about the share
 */
record Totals(Qos qos, long memoryBytes, long cpuMilli, long cpuRequestMilli) {
    /** Where the pod's group is. */
    enum Qos {
        GUARANTEED(""),
        BURSTABLE("/burstable"),
        BESTEFFORT("/besteffort");

        final String directory;

        Qos(String directory) {
            this.directory = directory;
        }
    }

    /** For the sandbox itself (its kernel and the pause program), when the RuntimeClass says nothing. */
    static final long OVERHEAD_BYTES = 192L << 20;

    static Totals of(Pod pod) {
        BigDecimal memory = total(pod, "memory", true);
        BigDecimal cpu = total(pod, "cpu", true);
        BigDecimal request = total(pod, "cpu", false);
        Quantity memoryOverhead = overhead(pod, "memory");
        Quantity cpuOverhead = overhead(pod, "cpu");
        long extra = memoryOverhead == null ? OVERHEAD_BYTES : bytes(memoryOverhead.getNumericalAmount());
        BigDecimal extraCpu = cpuOverhead == null ? BigDecimal.ZERO : cpuOverhead.getNumericalAmount();
        return new Totals(
                qos(pod),
                memory == null ? -1 : bytes(memory) + extra,
                cpu == null ? -1 : milli(cpu.add(extraCpu)),
                milli((request == null ? BigDecimal.ZERO : request).add(extraCpu)));
    }

    private static @Nullable Quantity overhead(Pod pod, String resource) {
        Map<String, Quantity> o = pod.getSpec().getOverhead();
        return o == null ? null : o.get(resource);
    }

    private static long bytes(BigDecimal v) {
        return v.setScale(0, RoundingMode.CEILING)
                .min(BigDecimal.valueOf(Long.MAX_VALUE / 2))
                .longValue();
    }

    private static long milli(BigDecimal cores) {
        return cores.movePointRight(3)
                .setScale(0, RoundingMode.CEILING)
                .min(BigDecimal.valueOf(1_000_000_000))
                .longValue();
    }

    /**
     * The sum over the containers, sidecars among them, or the largest init container with the sidecars started before it.
     * Null for limits when one container has none.
     */
    private static @Nullable BigDecimal total(Pod pod, String resource, boolean limits) {
        if (pod.getSpec().getResources() != null) {
            Map<String, Quantity> own = limits
                    ? pod.getSpec().getResources().getLimits()
                    : pod.getSpec().getResources().getRequests();
            if (own != null && own.get(resource) != null) {
                return own.get(resource).getNumericalAmount();
            }
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (Container c : pod.getSpec().getContainers()) {
            BigDecimal v = value(c, resource, limits);
            if (v == null) {
                return null;
            }
            sum = sum.add(v);
        }
        BigDecimal sidecars = BigDecimal.ZERO;
        BigDecimal largest = BigDecimal.ZERO;
        for (Container c : pod.getSpec().getInitContainers()) {
            BigDecimal v = value(c, resource, limits);
            if (v == null) {
                return null;
            }
            if ("Always".equals(c.getRestartPolicy())) {
                sidecars = sidecars.add(v);
            } else {
                largest = largest.max(sidecars.add(v));
            }
        }
        return sum.add(sidecars).max(largest);
    }

    private static @Nullable BigDecimal value(Container c, String resource, boolean limits) {
        BigDecimal v = limits ? Resources.limit(c, resource) : Resources.request(c, resource);
        return v == null && !limits ? BigDecimal.ZERO : v;
    }

    /** As Kubernetes decides it: all equal, nothing at all, or between. */
    static Qos qos(Pod pod) {
        boolean any = false;
        boolean all = true;
        java.util.List<Container> containers =
                new java.util.ArrayList<>(pod.getSpec().getContainers());
        containers.addAll(pod.getSpec().getInitContainers());
        for (Container c : containers) {
            for (String r : new String[] {"cpu", "memory"}) {
                BigDecimal limit = Resources.limit(c, r);
                BigDecimal request = Resources.request(c, r);
                any |= positive(limit) || positive(request);
                all &= limit != null && request != null && positive(limit) && limit.compareTo(request) == 0;
            }
        }
        return !any ? Qos.BESTEFFORT : all ? Qos.GUARANTEED : Qos.BURSTABLE;
    }

    private static boolean positive(@Nullable BigDecimal v) {
        return v != null && v.signum() > 0;
    }
}
