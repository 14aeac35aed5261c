// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Numbers of a container's resources. */
public final class Quantities {
    private Quantities() {}

    public static @Nullable BigDecimal limit(Container container, String resource) {
        ResourceRequirements r = container.getResources();
        return r == null ? null : amount(r.getLimits(), resource);
    }

    /** The request; where there is none, the limit, as the API server's defaulting has it. */
    public static @Nullable BigDecimal request(Container container, String resource) {
        ResourceRequirements r = container.getResources();
        BigDecimal asked = r == null ? null : amount(r.getRequests(), resource);
        return asked == null ? limit(container, resource) : asked;
    }

    private static @Nullable BigDecimal amount(@Nullable Map<String, Quantity> all, String resource) {
        Quantity q = all == null ? null : all.get(resource);
        return q == null ? null : q.getNumericalAmount();
    }

    /** Rounded up; 0 for null. */
    public static long bytes(@Nullable BigDecimal amount) {
        return amount == null ? 0 : amount.setScale(0, RoundingMode.CEILING).longValue();
    }

    /** Thousandths of a CPU, rounded up; 0 for null. */
    public static long milli(@Nullable BigDecimal cpus) {
        return cpus == null
                ? 0
                : cpus.movePointRight(3).setScale(0, RoundingMode.CEILING).longValue();
    }
}
