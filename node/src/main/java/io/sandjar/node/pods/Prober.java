// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The probes of one pod's containers: when they are due, what their results add up to. */
final class Prober {
    private enum Kind {
        STARTUP,
        LIVENESS,
        READINESS;

        String word() {
            return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
        }
    }

    /** One probe of one instance of a container. */
    private static final class State {
        @Nullable
        Instant next;

        boolean underWay;
        int successes;
        int failures;
    }

    private final Work work;
    private final Actions actions;
    private final Killer killer;

    /** By the container's id: a new instance begins anew. */
    private final Map<String, Map<Kind, State>> states = new HashMap<>();

    Prober(Work work, Actions actions, Killer killer) {
        this.work = work;
        this.actions = actions;
        this.killer = killer;
    }

    /** Begins the probes that are due; the worker hears of the results. */
    void pump() {
        for (Container c : work.allContainers()) {
            ContainerRecord r = work.recordOf(c);
            if (!r.live() || r.kill != null || r.postStart == ContainerRecord.Hook.RUNNING) {
                continue;
            }
            if (!r.started) {
                if (c.getStartupProbe() == null) {
                    r.started = true;
                } else {
                    pump(c, r, Kind.STARTUP, c.getStartupProbe());
                    continue;
                }
            }
            if (c.getReadinessProbe() == null) {
                r.ready = true;
            } else {
                pump(c, r, Kind.READINESS, c.getReadinessProbe());
            }
            if (c.getLivenessProbe() != null) {
                pump(c, r, Kind.LIVENESS, c.getLivenessProbe());
            }
        }
        states.keySet().removeIf(id -> work.record.containers.stream().noneMatch(r -> r.live() && r.id.equals(id)));
    }

    private static int or(@Nullable Integer value, int otherwise) {
        return value == null || value <= 0 ? otherwise : value;
    }

    private void pump(Container c, ContainerRecord r, Kind kind, Probe probe) {
        State s = states.computeIfAbsent(r.id, id -> new EnumMap<>(Kind.class)).computeIfAbsent(kind, k -> new State());
        if (s.underWay) {
            return;
        }
        Instant now = work.now();
        Instant next = s.next;
        if (next == null) {
            Instant begin = r.startedAt == null ? now : r.startedAt;
            Integer delay = probe.getInitialDelaySeconds();
            next = begin.plusSeconds(delay == null ? 0 : Math.max(delay, 0));
            s.next = next;
        }
        if (now.isBefore(next)) {
            work.soon(next);
            return;
        }
        s.underWay = true;
        s.next = now.plusSeconds(or(probe.getPeriodSeconds(), 10));
        String id = r.id;
        Duration limit = Duration.ofSeconds(or(probe.getTimeoutSeconds(), 1));
        work.fork(kind.word() + " probe of " + c.getName(), () -> {
            try {
                Actions.Result result = actions.probe(c, id, probe, limit);
                work.post(() -> heard(c, r, id, kind, probe, s, result));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        if (s.next != null) {
            work.soon(s.next);
        }
    }

    private void heard(
            Container c, ContainerRecord r, String id, Kind kind, Probe probe, State s, Actions.Result result) {
        s.underWay = false;
        if (!r.live() || !r.id.equals(id) || r.kill != null) {
            return;
        }
        if (result.success()) {
            s.failures = 0;
            s.successes++;
            if (s.successes >= or(probe.getSuccessThreshold(), 1)) {
                succeeded(r, kind);
            }
            return;
        }
        s.successes = 0;
        s.failures++;
        work.warn(c, "Unhealthy", kind.word() + " probe failed: " + result.message());
        if (s.failures >= or(probe.getFailureThreshold(), 3)) {
            failed(c, r, kind, probe);
        }
    }

    private static void succeeded(ContainerRecord r, Kind kind) {
        switch (kind) {
            case STARTUP -> r.started = true;
            case READINESS -> r.ready = true;
            case LIVENESS -> {}
        }
    }

    private void failed(Container c, ContainerRecord r, Kind kind, Probe probe) {
        if (kind == Kind.READINESS) {
            r.ready = false;
            return;
        }
        long grace = probe.getTerminationGracePeriodSeconds() != null
                ? probe.getTerminationGracePeriodSeconds()
                : work.graceSeconds();
        killer.request(
                r,
                "Container " + c.getName() + " failed " + kind.word().toLowerCase(Locale.ROOT)
                        + " probe, will be restarted",
                work.now().plusSeconds(Math.max(grace, 1)));
    }
}
