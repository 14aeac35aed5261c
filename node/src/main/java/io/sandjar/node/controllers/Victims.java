// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Comparator;

/**
 * The order in which pods go when there are too many, as Kubernetes documents it: not assigned, pending, not ready, cheap by
 * annotation, ready for the shortest time, restarted most, youngest.
 */
final class Victims implements Comparator<Pod> {
    private static final String COST = "controller.kubernetes.io/pod-deletion-cost";

    @Override
    public int compare(Pod a, Pod b) {
        int order = Boolean.compare(assigned(a), assigned(b));
        if (order == 0) {
            order = Integer.compare(phase(a), phase(b));
        }
        if (order == 0) {
            order = Boolean.compare(Objects.ready(a), Objects.ready(b));
        }
        if (order == 0) {
            order = Long.compare(cost(a), cost(b));
        }
        if (order == 0 && Objects.ready(a)) {
            Instant since = Objects.readySince(a);
            Instant other = Objects.readySince(b);
            if (since != null && other != null) {
                order = other.compareTo(since);
            }
        }
        if (order == 0) {
            order = Integer.compare(Objects.restarts(b), Objects.restarts(a));
        }
        if (order == 0) {
            order = Objects.created(b).compareTo(Objects.created(a));
        }
        return order == 0 ? Objects.name(b).compareTo(Objects.name(a)) : order;
    }

    private static boolean assigned(Pod pod) {
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return node != null && !node.isEmpty();
    }

    private static int phase(Pod pod) {
        return switch (Objects.phase(pod)) {
            case "Pending" -> 0;
            case "Unknown" -> 1;
            default -> 2;
        };
    }

    private static long cost(Pod pod) {
        return Objects.number(Objects.annotation(pod, COST), 0);
    }
}
