// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** A pod's quality of service: who goes first when memory runs out. */
public enum Qos {
    GUARANTEED("Guaranteed"),
    BURSTABLE("Burstable"),
    BEST_EFFORT("BestEffort");

    private final String word;

    Qos(String word) {
        this.word = word;
    }

    /** As in status.qosClass. */
    public String word() {
        return word;
    }

    public static Qos of(Pod pod) {
        List<Container> all = new ArrayList<>(pod.getSpec().getContainers());
        all.addAll(pod.getSpec().getInitContainers());
        boolean any = false;
        boolean guaranteed = true;
        for (Container c : all) {
            for (String resource : List.of("cpu", "memory")) {
                BigDecimal limit = Quantities.limit(c, resource);
                BigDecimal request = Quantities.request(c, resource);
                any |= positive(limit) || positive(request);
                guaranteed &= limit != null && limit.signum() > 0 && request != null && limit.compareTo(request) == 0;
            }
        }
        return !any ? BEST_EFFORT : guaranteed ? GUARANTEED : BURSTABLE;
    }

    private static boolean positive(@org.jspecify.annotations.Nullable BigDecimal n) {
        return n != null && n.signum() > 0;
    }

    /** The kubelet's oom_score_adj for a container. */
    int oomScoreAdj(Container container) {
        return switch (this) {
            case GUARANTEED -> -997;
            case BEST_EFFORT -> 1000;
            case BURSTABLE -> {
                long request = Quantities.bytes(Quantities.request(container, "memory"));
                long total = Math.max(HostMemory.totalBytes(), 1);
                yield (int) Math.clamp(1000 - 1000 * request / total, 3, 999);
            }
        };
    }
}
