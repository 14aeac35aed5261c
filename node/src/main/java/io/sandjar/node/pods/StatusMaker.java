// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HostIP;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.sandjar.node.network.PodAddress;
import io.sandjar.node.spec.Qos;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pod's status, made of its record: the same record gives the same status, but for the times of changes. */
final class StatusMaker {
    private final Work work;
    private final PodRecord record;

    private StatusMaker(Work work) {
        this.work = work;
        this.record = work.record;
    }

    /** @param old what the object has now, for times of transitions and for what others wrote into it */
    static PodStatus make(Work work, @Nullable PodStatus old) {
        return new StatusMaker(work).status(old == null ? new PodStatus() : old);
    }

    static String time(Instant t) {
        return t.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private PodStatus status(PodStatus old) {
        PodStatus s = new PodStatus();
        s.setPhase(phase());
        s.setReason(record.endReason.isEmpty() ? null : record.endReason);
        s.setMessage(record.endMessage.isEmpty() ? null : record.endMessage);
        s.setQosClass(Qos.of(work.pod()).word());
        if (record.startTime != null) {
            s.setStartTime(time(record.startTime));
        }
        PodAddress a = work.address;
        if (a != null) {
            s.setHostIP(a.hostIp());
            s.setHostIPs(List.of(new HostIP(a.hostIp())));
        } else {
            s.setHostIP(old.getHostIP());
            s.setHostIPs(old.getHostIPs());
        }
        if (a != null && !record.freed && !a.ips().isEmpty()) {
            s.setPodIP(a.ip());
            s.setPodIPs(a.ips().stream().map(PodIP::new).toList());
        } else if (a == null && !record.freed) {
            s.setPodIP(old.getPodIP());
            s.setPodIPs(old.getPodIPs());
        }
        if (record.startTime != null) { // it was let in
            s.setInitContainerStatuses(statuses(work.initContainers()));
            s.setContainerStatuses(statuses(work.containers()));
        }
        s.setConditions(conditions(old));
        return s;
    }

    /** As the kubelet has it: what is not known to be over is running or pending. */
    private String phase() {
        if (record.ended() && record.freed) {
            return record.end;
        }
        for (Container c : work.initContainers()) {
            ContainerRecord r = work.recordOf(c);
            boolean done = Work.isSidecar(c)
                    ? r.started && r.live() || record.initialized
                    : record.initialized || r.phase == ContainerRecord.Phase.EXITED && succeeded(r);
            if (!done) {
                return "Pending";
            }
        }
        int running = 0;
        int waiting = 0;
        for (Container c : work.containers()) {
            ContainerRecord r = work.recordOf(c);
            boolean was = r.last != null || r.phase == ContainerRecord.Phase.EXITED;
            if (r.live() || was) {
                running++;
            } else {
                waiting++;
            }
        }
        return waiting > 0 || running == 0 ? "Pending" : "Running";
    }

    private static boolean succeeded(ContainerRecord r) {
        return r.exit != null && r.exit.code() == 0;
    }

    private List<ContainerStatus> statuses(List<Container> containers) {
        List<ContainerStatus> all = new ArrayList<>();
        for (Container c : containers) {
            all.add(status(c, work.recordOf(c)));
        }
        return all;
    }

    private ContainerStatus status(Container c, ContainerRecord r) {
        boolean init = work.isInit(c) && !Work.isSidecar(c);
        boolean ready = r.live() && r.started && r.ready && r.kill == null;
        if (init) {
            ready = r.phase == ContainerRecord.Phase.EXITED && succeeded(r);
        }
        ExitInfo last = r.last;
        ContainerState state = state(c, r);
        if (state.getWaiting() != null && r.exit != null) {
            last = r.exit;
        }
        return new ContainerStatusBuilder()
                .withName(c.getName())
                .withImage(c.getImage())
                .withImageID(r.imageId)
                .withContainerID(r.id.isEmpty() ? null : "sandjar://" + r.id)
                .withRestartCount(r.restarts())
                .withReady(ready)
                .withStarted(r.live() && r.started && r.postStart == ContainerRecord.Hook.DONE)
                .withState(state)
                .withLastState(last == null ? new ContainerState() : terminated(last))
                .build();
    }

    private ContainerState state(Container c, ContainerRecord r) {
        ExitInfo exit = r.exit;
        if (r.live()) {
            Instant began = r.startedAt;
            return new ContainerStateBuilder()
                    .withNewRunning()
                    .withStartedAt(began == null ? null : time(began))
                    .endRunning()
                    .build();
        }
        boolean waits = !r.waitReason.isEmpty() && !record.ended() && !work.deleted();
        if (exit != null && r.phase == ContainerRecord.Phase.EXITED && !waits) {
            return terminated(exit);
        }
        String reason = waits
                ? r.waitReason
                : !record.initialized
                                        && !work.isInit(c)
                                        && !work.initContainers().isEmpty()
                                || work.isInit(c) && before(c)
                        ? "PodInitializing"
                        : "ContainerCreating";
        return new ContainerStateBuilder()
                .withNewWaiting()
                .withReason(reason)
                .withMessage(waits && !r.waitMessage.isEmpty() ? r.waitMessage : null)
                .endWaiting()
                .build();
    }

    /** Whether init containers before this one are not done. */
    private boolean before(Container c) {
        List<Container> init = work.initContainers();
        int i = init.indexOf(c);
        return i > 0
                && !record.initialized
                && work.recordOf(init.get(i - 1)).phase != ContainerRecord.Phase.EXITED
                && !work.recordOf(init.get(i - 1)).live();
    }

    private static ContainerState terminated(ExitInfo e) {
        return new ContainerStateBuilder()
                .withNewTerminated()
                .withContainerID(e.containerId().isEmpty() ? null : "sandjar://" + e.containerId())
                .withExitCode(e.code())
                .withSignal(e.signal() == 0 ? null : e.signal())
                .withReason(e.reason())
                .withMessage(e.message().isEmpty() ? null : e.message())
                .withStartedAt(e.startedAt() == null ? null : time(e.startedAt()))
                .withFinishedAt(time(e.finishedAt()))
                .endTerminated()
                .build();
    }

    private List<PodCondition> conditions(PodStatus old) {
        String end = record.ended() && record.freed ? record.end : "";
        boolean sandbox = record.sandboxAttempt >= 0 && work.address != null && !record.freed && !work.deleted();
        List<String> notInitialized = new ArrayList<>();
        for (Container c : work.initContainers()) {
            ContainerRecord r = work.recordOf(c);
            boolean done = Work.isSidecar(c) ? r.started : r.phase == ContainerRecord.Phase.EXITED && succeeded(r);
            if (!done && !record.initialized) {
                notInitialized.add(c.getName());
            }
        }
        List<String> notReady = new ArrayList<>();
        List<Container> counted = new ArrayList<>();
        work.initContainers().stream().filter(Work::isSidecar).forEach(counted::add);
        counted.addAll(work.containers());
        for (Container c : counted) {
            if (!status(c, work.recordOf(c)).getReady()) {
                notReady.add(c.getName());
            }
        }
        List<PodCondition> all = new ArrayList<>();
        all.add(condition(old, "PodReadyToStartContainers", sandbox, null, null));
        all.add(
                notInitialized.isEmpty()
                        ? condition(old, "Initialized", true, end.equals("Succeeded") ? "PodCompleted" : null, null)
                        : condition(
                                old,
                                "Initialized",
                                false,
                                "ContainersNotInitialized",
                                "containers with incomplete status: " + notInitialized));
        String why = end.equals("Succeeded") ? "PodCompleted" : end.equals("Failed") ? "PodFailed" : null;
        boolean ready = notReady.isEmpty() && why == null;
        String reason = ready ? null : why != null ? why : "ContainersNotReady";
        String message = ready || why != null ? null : "containers with unready status: " + notReady;
        String gate = missingGate(old);
        if (ready && gate != null) {
            all.add(condition(
                    old,
                    "Ready",
                    false,
                    "ReadinessGatesNotReady",
                    "corresponding condition of pod readiness gate \"" + gate + "\" does not exist."));
        } else {
            all.add(condition(old, "Ready", ready, reason, message));
        }
        all.add(condition(old, "ContainersReady", ready, reason, message));
        boolean room = work.noRoom.isEmpty();
        all.add(condition(old, "PodScheduled", room, room ? null : "Unschedulable", room ? null : work.noRoom));
        for (PodCondition c : old.getConditions()) {
            if (all.stream().noneMatch(x -> x.getType().equals(c.getType()))) {
                all.add(c); // somebody else's
            }
        }
        return all;
    }

    private @Nullable String missingGate(PodStatus old) {
        for (PodReadinessGate g : work.pod().getSpec().getReadinessGates()) {
            boolean there = old.getConditions().stream()
                    .anyMatch(c -> c.getType().equals(g.getConditionType()) && "True".equals(c.getStatus()));
            if (!there) {
                return g.getConditionType();
            }
        }
        return null;
    }

    private PodCondition condition(
            PodStatus old, String type, boolean status, @Nullable String reason, @Nullable String message) {
        String word = status ? "True" : "False";
        String since = time(work.now());
        for (PodCondition c : old.getConditions()) {
            if (c.getType().equals(type) && word.equals(c.getStatus()) && c.getLastTransitionTime() != null) {
                since = c.getLastTransitionTime();
            }
        }
        return new PodConditionBuilder()
                .withType(type)
                .withStatus(word)
                .withReason(reason)
                .withMessage(message)
                .withLastTransitionTime(since)
                .build();
    }
}
