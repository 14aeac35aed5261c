// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sandjar.node.runtime.ContainerOrder;
import io.sandjar.node.runtime.ContainerState;
import io.sandjar.node.runtime.ExecPlan;
import io.sandjar.node.runtime.ExecResult;
import io.sandjar.node.runtime.ExitStatus;
import io.sandjar.node.runtime.RuntimeDriver;
import io.sandjar.node.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Containers that live in a simulated time, and behave as a test wants by their names. */
final class FakeDriver implements RuntimeDriver {
    /**
     * How a container behaves.
     *
     * @param seconds after which it ends by itself; below 0: never
     * @param stopSeconds how long it takes after the stop signal; below 0: it ignores it
     * @param failure what the runtime says instead of making it; empty: it is made
     */
    record Behaviour(double seconds, int code, double stopSeconds, boolean outOfMemory, String failure) {
        static final Behaviour RUNS = new Behaviour(-1, 0, 0.1, false, "");

        static Behaviour exits(double seconds, int code) {
            return new Behaviour(seconds, code, 0.1, false, "");
        }
    }

    /** Commands of probes and hooks. */
    interface Commands {
        ExecResult run(String container, List<String> command);
    }

    static final class Box {
        String name = "";
        ContainerState.Phase phase = ContainerState.Phase.CREATED;

        @Nullable
        ExitStatus exit;

        ContainerOrder order;

        Box(ContainerOrder order) {
            this.order = order;
        }
    }

    final Map<String, Box> boxes = new LinkedHashMap<>();
    final Map<String, Behaviour> behaviours = new HashMap<>();
    final List<String> log = new ArrayList<>();
    Commands commands = (c, words) -> new ExecResult(0, false, "");
    Runnable fault = () -> {};
    Runnable changed = () -> {};
    private final SimTiming timing;
    private final Instant epoch;

    FakeDriver(SimTiming timing) {
        this.timing = timing;
        this.epoch = timing.now();
    }

    private void note(String what) {
        log.add(seconds() + " " + what);
    }

    long seconds() {
        return Duration.between(epoch, timing.now()).toSeconds();
    }

    /** Seconds at which something was noted. */
    List<Long> times(String what) {
        return log.stream()
                .filter(l -> l.endsWith(" " + what))
                .map(l -> Long.parseLong(l.substring(0, l.indexOf(' '))))
                .toList();
    }

    @Override
    public String handler() {
        return "runsc";
    }

    @Override
    public boolean podSandboxes() {
        return true;
    }

    private static String name(ContainerOrder order) {
        try {
            JsonObject config = JsonParser.parseString(
                            Files.readString(order.bundle().resolve("config.json")))
                    .getAsJsonObject();
            JsonObject annotations = config.getAsJsonObject("annotations");
            return annotations.has("io.kubernetes.cri.container-name")
                    ? annotations.get("io.kubernetes.cri.container-name").getAsString()
                    : "sandbox";
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public ContainerState create(ContainerOrder order) throws RuntimeFailure {
        fault.run();
        if (state(order.id()).phase() == ContainerState.Phase.CREATED) {
            return state(order.id());
        }
        if (boxes.containsKey(order.id())) {
            throw new RuntimeFailure("container " + order.id() + " exists");
        }
        if (!order.id().equals(order.sandboxId())) {
            Box sandbox = boxes.get(order.sandboxId());
            if (sandbox == null || sandbox.phase != ContainerState.Phase.RUNNING) {
                throw new RuntimeFailure("no sandbox");
            }
        }
        Box b = new Box(order);
        b.name = name(order);
        String failure = behaviour(b).failure();
        if (!failure.isEmpty()) {
            throw new RuntimeFailure(failure);
        }
        boxes.put(order.id(), b);
        fault.run();
        return state(order.id());
    }

    private Behaviour behaviour(Box b) {
        return behaviours.getOrDefault(b.name, Behaviour.RUNS);
    }

    private Box box(String id) throws RuntimeFailure {
        Box b = boxes.get(id);
        if (b == null) {
            throw new RuntimeFailure("container " + id + " does not exist");
        }
        return b;
    }

    @Override
    public void start(String id) throws RuntimeFailure {
        fault.run();
        Box b = box(id);
        if (b.phase != ContainerState.Phase.CREATED) {
            throw new RuntimeFailure("started twice");
        }
        b.phase = ContainerState.Phase.RUNNING;
        note("start " + b.name);
        Behaviour how = behaviour(b);
        if (how.seconds() >= 0) {
            end(b, how.seconds(), how.code(), 0, how.outOfMemory());
        }
        fault.run();
    }

    void end(Box b, double seconds, int code, int signal, boolean oom) {
        Instant when = timing.now().plusMillis((long) (seconds * 1000));
        timing.at(when, () -> {
            if (b.phase == ContainerState.Phase.RUNNING) {
                b.phase = ContainerState.Phase.EXITED;
                b.exit = new ExitStatus(code, signal, when, oom, false);
                note("end " + b.name);
                changed.run();
            }
        });
    }

    @Override
    public void kill(String id, int signal, boolean all) throws RuntimeFailure {
        fault.run();
        Box b = box(id);
        note("signal " + signal + " " + b.name);
        double stop = behaviour(b).stopSeconds();
        if (signal == Signals.KILL) {
            end(b, 0, 137, 9, false);
        } else if (stop >= 0) {
            end(b, stop, 128 + signal, signal, false);
        }
        fault.run();
    }

    @Override
    public void delete(String id) {
        fault.run();
        Box b = boxes.remove(id);
        if (b != null && b.phase == ContainerState.Phase.RUNNING) {
            b.phase = ContainerState.Phase.EXITED;
            note("destroy " + b.name);
        }
        fault.run();
    }

    @Override
    public ContainerState state(String id) {
        Box b = boxes.get(id);
        return b == null
                ? new ContainerState(id, ContainerState.Phase.UNKNOWN, 0, null)
                : new ContainerState(id, b.phase, b.phase == ContainerState.Phase.EXITED ? 0 : 4711, b.exit);
    }

    @Override
    public ContainerState awaitExit(String id) {
        return state(id);
    }

    @Override
    public ExecResult exec(String id, List<String> command, Duration limit) throws RuntimeFailure {
        Box b = box(id);
        note("exec " + b.name + " " + String.join(" ", command));
        return commands.run(b.name, command);
    }

    @Override
    public ExecPlan execPlan(String id, List<String> command, boolean stdin, boolean terminal) {
        return new ExecPlan(command);
    }

    @Override
    public void reopenLog(String id) {}

    @Override
    public List<String> list() {
        return List.copyOf(boxes.keySet());
    }
}
