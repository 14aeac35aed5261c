// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.imagestore.Image;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.PullOptions;
import io.sandjar.node.cgroups.GroupUsage;
import io.sandjar.node.server.NodeOperations;
import io.sandjar.node.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the server asks about pods that run here. */
public final class PodOperations implements NodeOperations {
    /** A reading of a container's CPU time, to tell its rate by the next one. */
    private record Reading(long timeNanos, long cpuNanos) {}

    private final PodManager manager;
    private final Map<String, Reading> readings = new ConcurrentHashMap<>();

    public PodOperations(PodManager manager) {
        this.manager = manager;
    }

    private static StoreException bad(String message) {
        return new StoreException(StoreException.Reason.BAD_REQUEST, message);
    }

    private Work work(Pod pod) {
        Work w = manager.work(pod.getMetadata().getUid());
        if (w == null) {
            throw new StoreException(
                    StoreException.Reason.NOT_FOUND,
                    "pod " + pod.getMetadata().getName() + " does not run on this node");
        }
        return w;
    }

    private static ContainerRecord container(Work w, String name) {
        Container c = w.named(name);
        if (c == null) {
            throw bad("container " + name + " is not valid for pod " + w.record.name);
        }
        return w.recordOf(c);
    }

    @Override
    public InputStream logs(Pod pod, LogOptions options) throws IOException {
        Work w = work(pod);
        ContainerRecord r = container(w, options.container());
        int attempt = r.attempt;
        if (options.previous()) {
            attempt--;
            if (attempt < 0 || !Files.exists(w.logFile(r.name, attempt))) {
                throw bad(
                        "previous terminated container \"" + r.name + "\" in pod \"" + w.record.name + "\" not found");
            }
        } else if (attempt < 0) {
            String why = r.waitReason.isEmpty() ? "ContainerCreating" : r.waitReason;
            throw bad("container \"" + r.name + "\" in pod \"" + w.record.name + "\" is waiting to start: " + why);
        }
        Path file = w.logFile(r.name, attempt);
        int shown = attempt;
        return new LogStream(
                file, options, () -> r.attempt == shown && r.phase != ContainerRecord.Phase.EXITED && !w.record.freed);
    }

    @Override
    public ExecPlan exec(Pod pod, ExecRequest request) {
        Work w = work(pod);
        ContainerRecord r = container(w, request.container());
        if (!r.live()) {
            throw bad("container " + r.name + " in pod " + w.record.name + " is not running: "
                    + (r.waitReason.isEmpty() ? "it has not started or has ended" : r.waitReason));
        }
        if (request.command().isEmpty()) {
            throw bad("you must specify at least one command for the container");
        }
        return new ExecPlan(
                w.driver()
                        .execPlan(r.id, request.command(), request.stdin(), request.tty())
                        .argv(),
                Map.of(),
                "/");
    }

    @Override
    public List<ContainerStats> stats(Pod pod) {
        Work w = manager.work(pod.getMetadata().getUid());
        if (w == null) {
            return List.of();
        }
        List<ContainerStats> all = new ArrayList<>();
        for (Container c : w.allContainers()) {
            ContainerRecord r = w.recordOf(c);
            GroupUsage u = r.live() ? manager.node().cgroups().usage(w.uid(), r.id) : null;
            if (u != null) {
                all.add(stats(r, u));
            }
        }
        return all;
    }

    private ContainerStats stats(ContainerRecord r, GroupUsage u) {
        Reading before = readings.put(r.id, new Reading(u.timeNanos(), u.cpuNanos()));
        long span = before == null ? 0 : u.timeNanos() - before.timeNanos();
        long rate = before == null || span <= 0
                ? sinceStart(r.startedAt, u.cpuNanos())
                : (long) ((u.cpuNanos() - before.cpuNanos()) * (1e9 / span));
        return new ContainerStats(
                r.name, u.cpuNanos(), rate, u.workingSetBytes(), u.memoryLimitBytes(), u.pids(), r.startedAt);
    }

    private static long sinceStart(@Nullable Instant started, long cpuNanos) {
        if (started == null) {
            return -1;
        }
        long millis = Math.max(Instant.now().toEpochMilli() - started.toEpochMilli(), 1);
        return cpuNanos * 1000 / millis;
    }

    private static StoreException failure(ImageException e) {
        StoreException.Reason reason = switch (e.kind()) {
            case NOT_FOUND -> StoreException.Reason.NOT_FOUND;
            case INVALID_REFERENCE -> StoreException.Reason.BAD_REQUEST;
            case IN_USE -> StoreException.Reason.CONFLICT;
            default -> StoreException.Reason.INTERNAL;
        };
        return new StoreException(reason, e.getMessage() + (e.advice().isEmpty() ? "" : "; " + e.advice()));
    }

    private static Map<String, Object> map(Image image) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("id", image.id());
        m.put("names", image.names());
        m.put("sizeBytes", image.sizeBytes());
        m.put(
                "createdAt",
                image.createdSeconds() == 0
                        ? ""
                        : Instant.ofEpochSecond(image.createdSeconds()).toString());
        return m;
    }

    @Override
    public List<Map<String, Object>> images() {
        try {
            return manager.node().images().list().stream()
                    .map(PodOperations::map)
                    .toList();
        } catch (ImageException e) {
            throw failure(e);
        }
    }

    @Override
    public Map<String, Object> pull(String reference, Consumer<String> progress) {
        PullOptions options = new PullOptions(
                PullOptions.Policy.ALWAYS,
                List.of(),
                manager.node().insecureRegistries(),
                (piece, phase, done, total) -> progress.accept(
                        phase.name().toLowerCase(java.util.Locale.ROOT) + " " + piece + " " + done + "/" + total));
        try {
            return map(manager.node().images().pull(reference, options));
        } catch (ImageException e) {
            throw failure(e);
        }
    }

    @Override
    public void removeImage(String reference) {
        try {
            manager.node().images().remove(reference);
        } catch (ImageException e) {
            throw failure(e);
        }
    }
}
