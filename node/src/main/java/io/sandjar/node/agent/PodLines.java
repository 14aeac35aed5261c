// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.agent;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.sandjar.node.Log;
import io.sandjar.node.store.Change;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.Watch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A line on the terminal for whatever a pod comes to: "pod default/hello Running 10.88.0.2 in 0.8 s". */
final class PodLines implements AutoCloseable {
    private final Watch<Pod> watch;
    private final Map<String, String> last = new HashMap<>();
    private final Map<String, Long> since = new HashMap<>();

    PodLines(ObjectStore store) {
        watch = store.watch(Kind.POD);
    }

    void start() {
        Thread.ofVirtual().name("pod lines").start(this::run);
    }

    private void run() {
        try {
            for (Change<Pod> change; (change = watch.take()) != null; ) {
                follow(change);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(Change<Pod> change) {
        Pod pod = change.object();
        String uid = pod.getMetadata().getUid();
        String name = "pod " + pod.getMetadata().getNamespace() + "/"
                + pod.getMetadata().getName();
        if (change.type() == Change.Type.DELETED) {
            last.remove(uid);
            since.remove(uid);
            Log.info(name + " is gone");
            return;
        }
        String line = line(pod);
        boolean first = since.putIfAbsent(uid, System.nanoTime()) == null;
        String before = last.put(uid, line);
        if (line.isEmpty() || line.equals(before)) {
            return;
        }
        Long begun = since.get(uid);
        boolean running = line.startsWith("Running");
        boolean known = first && change.type() == Change.Type.ADDED;
        String time = running && !known && begun != null && (before == null || before.isEmpty())
                ? String.format(Locale.ROOT, " in %.1f s", (System.nanoTime() - begun) / 1e9)
                : "";
        Log.info(name + " " + line + time);
    }

    /** What there is to say; empty while it only waits. */
    static String line(Pod pod) {
        PodStatus status = pod.getStatus();
        if (status == null || status.getPhase() == null) {
            return "";
        }
        if (pod.isMarkedForDeletion()) {
            return "ends";
        }
        List<ContainerStatus> all = new ArrayList<>();
        if (status.getInitContainerStatuses() != null) {
            all.addAll(status.getInitContainerStatuses());
        }
        if (status.getContainerStatuses() != null) {
            all.addAll(status.getContainerStatuses());
        }
        String trouble = trouble(all);
        if (trouble != null) {
            return trouble;
        }
        return switch (status.getPhase()) {
            case "Running" -> "Running" + (status.getPodIP() == null ? "" : " " + status.getPodIP());
            case "Succeeded" -> "Succeeded";
            case "Failed" -> "Failed" + failure(status, all);
            default -> unschedulable(status);
        };
    }

    private static String unschedulable(PodStatus status) {
        for (PodCondition c : status.getConditions()) {
            if ("PodScheduled".equals(c.getType()) && "False".equals(c.getStatus())) {
                return "waits for room: " + c.getMessage();
            }
        }
        return "";
    }

    private static @Nullable String trouble(List<ContainerStatus> all) {
        for (ContainerStatus c : all) {
            ContainerStateWaiting waiting =
                    c.getState() == null ? null : c.getState().getWaiting();
            if (waiting != null
                    && waiting.getReason() != null
                    && waiting.getReason().matches(".*(BackOff|Err.*|Error|Invalid.*)")) {
                String why = waiting.getMessage() == null ? "" : ": " + oneLine(waiting.getMessage());
                return waiting.getReason() + " (container " + c.getName() + why + ")";
            }
        }
        return null;
    }

    private static String oneLine(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() > 300 ? line.substring(0, 297) + "..." : line;
    }

    private static String failure(PodStatus status, List<ContainerStatus> all) {
        if (status.getReason() != null) {
            return " " + status.getReason() + (status.getMessage() == null ? "" : ": " + oneLine(status.getMessage()));
        }
        for (ContainerStatus c : all) {
            ContainerStateTerminated t =
                    c.getState() == null ? null : c.getState().getTerminated();
            if (t != null && t.getExitCode() != null && t.getExitCode() != 0) {
                String why = t.getReason() == null ? "" : t.getReason() + ", ";
                return " (container " + c.getName() + ": " + why + "exit code " + t.getExitCode()
                        + "; see sandjar logs)";
            }
        }
        return "";
    }

    @Override
    public void close() {
        watch.close();
    }
}
