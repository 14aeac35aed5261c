// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A store, controllers that are moved step by step, a clock that is moved by hand, and pods that a test plays. */
final class World implements AutoCloseable {
    final ObjectStore store = ObjectStore.inMemory();
    final List<String> events = new ArrayList<>();
    private Instant now = Instant.now();
    private Controllers controllers;

    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };

    World() {
        controllers = fresh();
    }

    private Controllers fresh() {
        EventRecorder recorder = (about, field, type, reason, message) -> events.add(reason + ": " + message);
        Controllers made = new Controllers(store, recorder, clock);
        made.watch();
        return made;
    }

    Controllers controllers() {
        return controllers;
    }

    Instant now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /** As kill -9 and a new start. */
    void restart() {
        controllers.close();
        controllers = fresh();
    }

    /** Until nothing is left to do at this time. */
    void settle() throws InterruptedException {
        for (int quiet = 0, steps = 0; quiet < 2; steps++) {
            if (steps > 20_000) {
                throw new AssertionError("the controllers do not come to rest");
            }
            boolean any = controllers.stepWork();
            for (int i = 0; i < controllers.watchCount(); i++) {
                any |= controllers.stepWatch(i);
            }
            quiet = any ? 0 : quiet + 1;
        }
    }

    static DeploymentBuilder deployment(String name, int replicas, String image) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withNewSelector()
                .addToMatchLabels("app", name)
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", name)
                .endMetadata()
                .withNewSpec()
                .withContainers(
                        new ContainerBuilder().withName("c").withImage(image).build())
                .endSpec()
                .endTemplate()
                .endSpec();
    }

    static JobBuilder job(String name) {
        return new JobBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withContainers(
                        new ContainerBuilder().withName("c").withImage("i").build())
                .endSpec()
                .endTemplate()
                .endSpec();
    }

    void create(Deployment d) {
        store.create(Kind.DEPLOYMENT, d);
    }

    void image(String deployment, String image) {
        store.edit(
                Kind.DEPLOYMENT,
                "default",
                deployment,
                d -> d.getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .setImage(image));
    }

    void scale(String deployment, int replicas) {
        store.edit(Kind.DEPLOYMENT, "default", deployment, d -> d.getSpec().setReplicas(replicas));
    }

    Deployment deployment(String name) {
        return store.require(Kind.DEPLOYMENT, "default", name);
    }

    Job job() {
        return store.list(Kind.JOB, "default").getFirst();
    }

    List<Pod> pods() {
        return store.list(Kind.POD, "default");
    }

    List<Pod> active() {
        return pods().stream().filter(Objects::active).toList();
    }

    List<ReplicaSet> sets() {
        return store.list(Kind.REPLICA_SET, "default");
    }

    static String image(Pod pod) {
        return pod.getSpec().getContainers().getFirst().getImage();
    }

    static boolean owned(HasMetadata object) {
        return Objects.controllerOf(object) != null;
    }

    /** What the pod workers would write. */
    void status(Pod pod, String phase, boolean ready) {
        store.editStatus(Kind.POD, "default", Objects.name(pod), p -> {
            PodStatus status = new PodStatus();
            status.setPhase(phase);
            String since = Objects.text(now);
            if (Objects.ready(p) == ready && Objects.condition(p, "Ready") != null) {
                since = Objects.condition(p, "Ready").getLastTransitionTime();
            }
            status.setConditions(List.of(new PodConditionBuilder()
                    .withType("Ready")
                    .withStatus(ready ? "True" : "False")
                    .withLastTransitionTime(since)
                    .build()));
            if (phase.equals("Failed") || phase.equals("Succeeded")) {
                status.setContainerStatuses(List.of(new ContainerStatusBuilder()
                        .withName("c")
                        .withNewState()
                        .withNewTerminated()
                        .withExitCode(phase.equals("Failed") ? 1 : 0)
                        .withFinishedAt(Objects.text(now))
                        .endTerminated()
                        .endState()
                        .build()));
            }
            p.setStatus(status);
        });
    }

    void ready(Pod pod) {
        status(pod, "Running", true);
    }

    void allReady() throws InterruptedException {
        settle();
        for (Pod pod : active()) {
            if (!Objects.ready(pod)) {
                ready(pod);
            }
        }
        settle();
    }

    /** A pod that is told to end has ended. */
    void end(Pod pod) {
        store.remove(Kind.POD, "default", Objects.name(pod), Objects.uid(pod));
    }

    void endAll() throws InterruptedException {
        settle();
        for (Pod pod : pods()) {
            if (Objects.deleted(pod)) {
                end(pod);
            }
        }
        settle();
    }

    /** Steps until a change of a deployment is through: pods get ready, pods end. */
    void finish() throws InterruptedException {
        for (int i = 0; i < 60; i++) {
            allReady();
            endAll();
        }
    }

    @Nullable
    String condition(String deployment, String type) {
        for (var c : deployment(deployment).getStatus().getConditions()) {
            if (c.getType().equals(type)) {
                return c.getStatus() + " " + c.getReason();
            }
        }
        return null;
    }

    static Map<String, String> labels(HasMetadata object) {
        return object.getMetadata().getLabels();
    }

    @Override
    public void close() {
        controllers.close();
        store.close();
    }
}
