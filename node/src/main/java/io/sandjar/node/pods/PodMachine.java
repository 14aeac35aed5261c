// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.model.Json;
import io.sandjar.node.runtime.ContainerState;
import io.sandjar.node.runtime.ExitStatus;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one pod needs next. Each {@link #step} looks at everything - the object, the record, the runtime - and does what is due,
 * never waiting for anything that may last; so the order in which things happen, and whether the agent died in between, makes
 * no difference.
 */
final class PodMachine {
    private static final Duration AT_LEAST_EVERY = Duration.ofMinutes(1);
    private static final Duration ROOM_EVERY = Duration.ofSeconds(3);
    private static final Duration AT_A_TIME = Duration.ofSeconds(2);
    private static final ReentrantLock ROOM =
            new ReentrantLock(); // one pod after the other takes its share of the node

    private final Work work;
    private final Actions actions;
    private final Killer killer;
    private final Pulls pulls;
    private final Starter starter;
    private final Prober prober;
    private final Sandbox sandbox;
    private final Finisher finisher;
    private final Eviction eviction;
    private final Refresher refresher;
    private final Set<String> watched = new HashSet<>();
    private boolean removed;
    private @Nullable String published;

    PodMachine(Work work, HttpCheck http) {
        this.work = work;
        this.actions = new Actions(work, http);
        this.killer = new Killer(work, actions);
        this.pulls = new Pulls(work);
        this.starter = new Starter(work, pulls, actions, killer);
        this.prober = new Prober(work, actions, killer);
        this.sandbox = new Sandbox(work, killer);
        this.finisher = new Finisher(work, killer);
        this.eviction = new Eviction(work);
        this.refresher = new Refresher(work);
    }

    /** Nothing of the pod is left: the worker can go. */
    boolean removed() {
        return removed;
    }

    /** Does what is due; the time to come back unless something happens before. */
    Instant step() throws InterruptedException {
        for (Runnable r; (r = work.inbox.poll()) != null; ) {
            r.run();
        }
        if (!work.record.freed) {
            observe();
            decide();
        }
        if (work.record.ended() || work.deleted()) {
            end();
        } else {
            go();
        }
        if (!removed) {
            work.save();
            publish();
        }
        work.soon(AT_LEAST_EVERY);
        return work.takeHorizon();
    }

    /** Containers that have ended since the last look, or about which nobody knew. */
    private void observe() {
        for (Container c : work.allContainers()) {
            ContainerRecord r = work.recordOf(c);
            if (r.live() || r.phase == ContainerRecord.Phase.CREATING && !watched.contains(r.id)) {
                observe(c, r);
            }
        }
        work.save(); // ends are on the disk before anything is removed
    }

    private void observe(Container c, ContainerRecord r) {
        if (!work.node.drivers().containsKey(work.record.handler)) {
            return;
        }
        boolean first = watched.add(r.id);
        ContainerState state = work.driver().state(r.id);
        ExitStatus exit = state.exit();
        if (r.phase == ContainerRecord.Phase.CREATING) {
            if (state.phase() == ContainerState.Phase.RUNNING) { // started, but an agent died before it wrote that down
                starter.running(c, r);
            } else if (state.phase() == ContainerState.Phase.EXITED && exit != null && !exit.lost()) {
                r.startedAt = exit.finishedAt();
                ended(c, r, exit);
            }
            return;
        }
        if (exit != null) {
            ended(c, r, exit);
        } else if (state.phase() == ContainerState.Phase.UNKNOWN) {
            ended(c, r, ExitStatus.lost(work.now()));
        } else if (first && r.live()) {
            Starter.watch(work, r.id);
            LifecycleHandler hook =
                    c.getLifecycle() == null ? null : c.getLifecycle().getPostStart();
            if (r.postStart == ContainerRecord.Hook.RUNNING && hook != null) {
                starter.postStart(c, r, hook);
            }
        }
    }

    private void ended(Container c, ContainerRecord r, ExitStatus exit) {
        boolean outOfMemory = exit.outOfMemory() && exit.code() != 0 && r.kill == null; // else it was asked to end
        r.exit = Termination.info(work, c, r, exit, outOfMemory);
        r.phase = ContainerRecord.Phase.EXITED;
        r.ready = false;
        r.started = false;
        r.kill = null;
        r.waitFor("", "");
        if (outOfMemory) {
            work.event(
                    EventRecorder.WARNING,
                    "OOMKilling",
                    "Container " + c.getName() + " was killed: it used more memory than its limit");
        }
    }

    /** Reasons of the pod's own to end it. */
    private void decide() {
        PodRecord record = work.record;
        if (record.ended() || work.deleted()) {
            return;
        }
        if (!record.admitted) {
            admit();
            return;
        }
        Long seconds = work.pod().getSpec().getActiveDeadlineSeconds();
        Instant begin = record.startTime;
        if (seconds != null && begin != null) {
            Instant deadline = begin.plusSeconds(seconds);
            if (!work.now().isBefore(deadline)) {
                record.end(
                        "Failed", "DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
                work.event(EventRecorder.NORMAL, "DeadlineExceeded", record.endMessage);
            } else {
                work.soon(deadline);
            }
        }
        eviction.pump();
    }

    private void admit() {
        Admission.Refusal refusal = Admission.refuse(work.node, work.pod());
        if (refusal != null) {
            work.record.end("Failed", refusal.reason(), refusal.message());
            work.event(EventRecorder.WARNING, refusal.reason(), refusal.message());
            return;
        }
        String handler = Admission.handler(work.node, work.pod());
        ROOM.lock();
        try {
            String noRoom = Admission.noRoom(work.node, work.pod());
            if (noRoom != null) {
                if (work.noRoom.isEmpty()) {
                    work.event(EventRecorder.WARNING, "FailedScheduling", noRoom);
                }
                work.noRoom = noRoom;
                work.soon(ROOM_EVERY);
                return;
            }
            work.noRoom = "";
            work.record.handler = handler == null ? "" : handler;
            work.record.admitted = true;
            work.record.startTime = work.now();
            work.save();
            publish();
        } finally {
            ROOM.unlock();
        }
    }

    private void end() throws InterruptedException {
        pulls.cancel();
        if (!finisher.stopped()) {
            return;
        }
        for (ContainerRecord r : work.record.containers) {
            r.kill = null;
        }
        if (work.goneAt() == null && work.deleted() && !work.record.ended()) {
            publish(); // how the containers ended, for who watches
        }
        if (refresher.underWay() || !finisher.freed()) {
            return;
        }
        if (work.deleted()) {
            if (work.goneAt() == null) {
                publish();
            }
            removed = finisher.remove();
        }
    }

    private void go() throws InterruptedException {
        if (!work.record.admitted || !sandbox.ready()) {
            return;
        }
        if (initialize()) {
            containers();
        }
        if (!work.record.ended()) {
            killer.pump();
            prober.pump();
            refresher.pump();
        }
    }

    /** Init containers and sidecars, in order; true when the pod's own containers may start. */
    private boolean initialize() throws InterruptedException {
        boolean initialized = work.record.initialized;
        for (Container c : work.initContainers()) {
            ContainerRecord r = work.recordOf(c);
            if (Work.isSidecar(c)) {
                keep(c, r);
                prober.pump();
                if (!initialized && !(r.live() && r.started && r.postStart == ContainerRecord.Hook.DONE)) {
                    return false;
                }
                continue;
            }
            ExitInfo exit = r.exit;
            if (initialized || r.phase == ContainerRecord.Phase.EXITED && exit != null && exit.code() == 0) {
                continue;
            }
            if (r.live()) {
                return false;
            }
            if (r.phase == ContainerRecord.Phase.EXITED && work.restartPolicy().equals("Never")) {
                work.record.end("Failed", "", "");
                work.soon(work.now());
                return false;
            }
            keep(c, r);
            return false;
        }
        work.record.initialized = true;
        return true;
    }

    private void containers() throws InterruptedException {
        boolean over = true;
        boolean failed = false;
        Instant begin = work.now();
        for (Container c : work.containers()) {
            if (work.deleted() || work.now().isAfter(begin.plus(AT_A_TIME))) {
                work.soon(work.now()); // many containers: let what there is be seen, probed or deleted
                return;
            }
            ContainerRecord r = work.recordOf(c);
            ExitInfo exit = r.exit;
            if (r.phase == ContainerRecord.Phase.EXITED && exit != null && !again(exit)) {
                failed |= exit.code() != 0;
                continue;
            }
            over = false;
            changed(c, r);
            if (!keep(c, r)) {
                break; // the hook of this one comes before the next container
            }
        }
        if (over && !work.containers().isEmpty()) {
            work.record.end(failed ? "Failed" : "Succeeded", "", "");
            work.soon(work.now());
        }
    }

    /** Whether a container that ended is to run again. */
    private boolean again(ExitInfo exit) {
        return switch (work.restartPolicy()) {
            case "Never" -> false;
            case "OnFailure" -> exit.code() != 0;
            default -> true;
        };
    }

    /** Another image for a container that runs: the one change of a running pod that is allowed. */
    private void changed(Container c, ContainerRecord r) {
        if (r.live() && !r.image.equals(c.getImage())) {
            killer.request(
                    r,
                    "Container " + c.getName() + " definition changed, will be restarted",
                    work.now().plusSeconds(work.graceSeconds()));
        }
    }

    /**
     * Has it run, with back-off after failures. False: those after it have to wait.
     */
    private boolean keep(Container c, ContainerRecord r) throws InterruptedException {
        if (r.live()) {
            return r.postStart != ContainerRecord.Hook.RUNNING;
        }
        ExitInfo exit = r.exit;
        if (r.phase == ContainerRecord.Phase.EXITED && exit != null && (r.waitReason.isEmpty() || isCrash(r))) {
            Instant until = r.crash.until(exit.finishedAt(), work.now());
            if (until != null) {
                backOff(c, r, until);
                return true;
            }
            r.crash.next(exit.finishedAt(), work.now());
            r.waitFor("ContainerCreating", "");
        }
        starter.start(c, r);
        return r.postStart != ContainerRecord.Hook.RUNNING || !r.live();
    }

    private static boolean isCrash(ContainerRecord r) {
        return r.waitReason.equals("CrashLoopBackOff") || r.waitReason.equals("RunContainerError");
    }

    private void backOff(Container c, ContainerRecord r, Instant until) {
        work.soon(until);
        if (r.waitReason.equals("CrashLoopBackOff")) {
            return;
        }
        if (r.waitReason.equals("RunContainerError")
                && r.exit != null
                && work.now().isBefore(r.exit.finishedAt().plusSeconds(2))) {
            work.soon(Duration.ofSeconds(2)); // long enough to be seen
            return;
        }
        r.waitFor(
                "CrashLoopBackOff",
                "back-off " + r.crash.text() + " restarting failed container=" + c.getName() + " pod="
                        + work.fullName());
        work.warn(c, "BackOff", "Back-off restarting failed container " + c.getName() + " in pod " + work.fullName());
    }

    /** Writes the status into the store if it says something new. */
    private void publish() {
        if (work.goneAt() != null) {
            return;
        }
        try {
            PodStatus fresh = StatusMaker.make(work, work.pod().getStatus());
            String text = Json.text(fresh);
            if (text.equals(published)) {
                return;
            }
            Pod written = work.node.store().editStatus(Kind.POD, work.record.namespace, work.record.name, p -> {
                if (p.getMetadata().getUid().equals(work.uid())) {
                    p.setStatus(StatusMaker.make(work, p.getStatus()));
                }
            });
            published = text;
            if (written.getMetadata().getUid().equals(work.uid())) {
                work.refresh(written);
            }
        } catch (StoreException e) {
            if (e.reason() != StoreException.Reason.NOT_FOUND) {
                work.soon(Duration.ofSeconds(1)); // the store cannot be written now
            }
        }
    }
}
