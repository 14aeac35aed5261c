// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.sandjar.host.Sys;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Figures of containers' resources, as the downward API shows them. */
public final class Resources {
    private Resources() {}

    /** The containers of a pod, init containers too. */
    static List<Container> containers(Pod pod) {
        List<Container> all = new ArrayList<>(pod.getSpec().getInitContainers());
        all.addAll(pod.getSpec().getContainers());
        return all;
    }

    static @Nullable Container container(Pod pod, @Nullable String name) {
        for (Container c : containers(pod)) {
            if (c.getName().equals(name)) {
                return c;
            }
        }
        return null;
    }

    /** A limit as a number (bytes, cores); null: none. */
    public static @Nullable BigDecimal limit(Container c, String resource) {
        return number(c, resource, true);
    }

    /** A request as a number; without one, the limit counts. */
    public static @Nullable BigDecimal request(Container c, String resource) {
        BigDecimal r = number(c, resource, false);
        return r != null ? r : limit(c, resource);
    }

    private static @Nullable BigDecimal number(Container c, String resource, boolean limit) {
        ResourceRequirements r = c.getResources();
        Map<String, Quantity> of = r == null ? null : limit ? r.getLimits() : r.getRequests();
        Quantity q = of == null ? null : of.get(resource);
        return q == null ? null : q.getNumericalAmount();
    }

    /**
     * The value of a resourceFieldRef: "limits.cpu" and so on, divided and rounded up. Without a limit it is what the machine
     * has.
     *
     * @throws VolumeException when there is no such field
     */
    public static String field(Container c, String field, @Nullable Quantity divisor) throws VolumeException {
        int dot = field.indexOf('.');
        String kind = dot < 0 ? "" : field.substring(0, dot);
        String resource = field.substring(dot + 1);
        if (!kind.equals("limits") && !kind.equals("requests")) {
            throw new VolumeException("FailedMount", false, "resourceFieldRef: there is no field \"" + field + "\"");
        }
        BigDecimal value = kind.equals("limits") ? limit(c, resource) : request(c, resource);
        if (value == null) {
            value = switch (resource) {
                case "cpu" ->
                    kind.equals("requests")
                            ? BigDecimal.ZERO
                            : BigDecimal.valueOf(Runtime.getRuntime().availableProcessors());
                case "memory" -> kind.equals("requests") ? BigDecimal.ZERO : BigDecimal.valueOf(machineMemory());
                case "ephemeral-storage" -> BigDecimal.ZERO;
                default ->
                    throw new VolumeException(
                            "FailedMount", false, "resourceFieldRef: there is no field \"" + field + "\"");
            };
        }
        BigDecimal by = divisor == null ? BigDecimal.ONE : divisor.getNumericalAmount();
        if (by.signum() <= 0) {
            by = BigDecimal.ONE;
        }
        return value.divide(by, 0, RoundingMode.CEILING).toPlainString();
    }

    /** Bytes of memory of this machine. */
    static long machineMemory() {
        String text = Sys.readText("/proc/meminfo");
        if (text != null) {
            for (String line : text.split("\n", -1)) {
                if (line.startsWith("MemTotal:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
        }
        return 0;
    }
}
