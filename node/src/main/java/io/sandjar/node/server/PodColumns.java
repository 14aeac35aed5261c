// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The line of a pod in `get pods`: how many containers are ready, one word for its state, restarts. */
final class PodColumns {
    private static final int SIGNALS = 128;

    private final JsonNode pod;
    private int total;
    private int ready;
    private long restarts;
    private @Nullable Instant lastRestart;
    private String reason;

    PodColumns(JsonNode pod) {
        this.pod = pod;
        JsonNode status = pod.path("status");
        String phase = status.path("phase").asString("Unknown");
        String ownReason = status.path("reason").asString("");
        reason = ownReason.isEmpty() ? phase : ownReason;
        total = pod.path("spec").path("containers").size();
        boolean initializing = init(status);
        if (!initializing || initialized(status)) {
            containers(status);
        }
        if (pod.path("metadata").has("deletionTimestamp")) {
            reason = ownReason.equals("NodeLost") ? "Unknown" : terminal(phase) ? reason : "Terminating";
        }
    }

    private static boolean terminal(String phase) {
        return phase.equals("Failed") || phase.equals("Succeeded");
    }

    private static boolean initialized(JsonNode status) {
        for (JsonNode c : status.path("conditions")) {
            if (c.path("type").asString("").equals("Initialized")) {
                return c.path("status").asString("").equals("True");
            }
        }
        return false;
    }

    /** Looks at the init containers; whether one of them is what the pod waits for. */
    private boolean init(JsonNode status) {
        Map<String, JsonNode> specs = new HashMap<>();
        List<String> order = new ArrayList<>();
        for (JsonNode spec : pod.path("spec").path("initContainers")) {
            specs.put(spec.path("name").asString(""), spec);
            order.add(spec.path("name").asString(""));
            if (sidecar(spec)) {
                total++;
            }
        }
        long sidecarRestarts = 0;
        long initRestarts = 0;
        @Nullable Instant initRestart = null;
        boolean waiting = false;
        int at = 0;
        for (JsonNode c : status.path("initContainerStatuses")) {
            JsonNode spec = specs.get(c.path("name").asString(""));
            boolean side = spec != null && sidecar(spec);
            initRestarts += c.path("restartCount").asLong(0);
            initRestart = later(
                    initRestart,
                    c.path("lastState").path("terminated").path("finishedAt").asString(null));
            if (side) {
                sidecarRestarts += c.path("restartCount").asLong(0);
            }
            JsonNode terminated = c.path("state").path("terminated");
            if (side && c.path("ready").asBoolean(false)) {
                ready++;
            }
            boolean done = terminated.isObject() && terminated.path("exitCode").asInt(-1) == 0;
            boolean started = side && c.path("started").asBoolean(false);
            if (!waiting && !done && !started) {
                waiting = true;
                reason = "Init:" + initReason(c, at, order.size());
            }
            at++;
        }
        restarts = waiting ? initRestarts : sidecarRestarts;
        lastRestart = waiting || sidecarRestarts > 0 ? initRestart : null;
        return waiting;
    }

    private static boolean sidecar(JsonNode spec) {
        return spec.path("restartPolicy").asString("").equals("Always");
    }

    private static String initReason(JsonNode c, int at, int of) {
        JsonNode terminated = c.path("state").path("terminated");
        if (terminated.isObject()) {
            return ended(terminated);
        }
        String why = c.path("state").path("waiting").path("reason").asString("");
        return why.isEmpty() || why.equals("PodInitializing") ? at + "/" + of : why;
    }

    private static String ended(JsonNode terminated) {
        String why = terminated.path("reason").asString("");
        if (!why.isEmpty()) {
            return why;
        }
        int signal = terminated.path("signal").asInt(0);
        int code = terminated.path("exitCode").asInt(0);
        if (signal == 0 && code > SIGNALS) {
            signal = code - SIGNALS;
        }
        return signal != 0 ? "Signal:" + signal : "ExitCode:" + code;
    }

    private void containers(JsonNode status) {
        boolean running = false;
        List<JsonNode> all = new ArrayList<>();
        status.path("containerStatuses").forEach(all::addFirst);
        long sum = 0;
        for (JsonNode c : all) {
            sum += c.path("restartCount").asLong(0);
            lastRestart = later(
                    lastRestart,
                    c.path("lastState").path("terminated").path("finishedAt").asString(null));
            JsonNode state = c.path("state");
            String waiting = state.path("waiting").path("reason").asString("");
            if (!waiting.isEmpty()) {
                reason = waiting;
            } else if (state.path("terminated").isObject()) {
                reason = ended(state.path("terminated"));
            } else if (c.path("ready").asBoolean(false) && state.path("running").isObject()) {
                running = true;
                ready++;
            }
        }
        restarts += sum;
        if (reason.equals("Completed") && running) {
            reason = readyCondition(status) ? "Running" : "NotReady";
        }
    }

    private static boolean readyCondition(JsonNode status) {
        for (JsonNode c : status.path("conditions")) {
            if (c.path("type").asString("").equals("Ready")) {
                return c.path("status").asString("").equals("True");
            }
        }
        return false;
    }

    private static @Nullable Instant later(@Nullable Instant a, @Nullable String text) {
        Instant b = Ages.parse(text);
        return a == null || (b != null && b.isAfter(a)) ? b : a;
    }

    String ready() {
        return ready + "/" + total;
    }

    String status() {
        return reason;
    }

    String restarts() {
        Instant last = lastRestart;
        return restarts == 0 || last == null
                ? Long.toString(restarts)
                : restarts + " (" + Ages.since(last.toString()) + " ago)";
    }

    long restartCount() {
        return restarts;
    }
}
