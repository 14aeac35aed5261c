// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.sandjar.node.store.DeleteOptions;
import io.sandjar.node.store.DeleteOptions.Propagation;
import io.sandjar.node.store.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeploymentControllerTest {
    private final World w = new World();

    @AfterEach
    void close() {
        w.close();
    }

    @Test
    void aDeploymentMakesAReplicaSetAndItsPods() throws InterruptedException {
        w.create(World.deployment("web", 3, "a").build());
        w.settle();
        assertEquals(1, w.sets().size());
        ReplicaSet set = w.sets().getFirst();
        String hash = World.labels(set).get("pod-template-hash");
        assertEquals("web-" + hash, set.getMetadata().getName());
        assertEquals(hash, set.getSpec().getSelector().getMatchLabels().get("pod-template-hash"));
        assertEquals("1", set.getMetadata().getAnnotations().get("deployment.kubernetes.io/revision"));
        assertEquals(3, w.pods().size());
        for (Pod pod : w.pods()) {
            assertTrue(Objects.controlledBy(pod, set));
            assertEquals(hash, World.labels(pod).get("pod-template-hash"));
            assertTrue(pod.getMetadata().getName().startsWith(set.getMetadata().getName() + "-"));
        }
        assertEquals("False MinimumReplicasUnavailable", w.condition("web", "Available"));
        w.allReady();
        assertEquals("True MinimumReplicasAvailable", w.condition("web", "Available"));
        assertEquals("True NewReplicaSetAvailable", w.condition("web", "Progressing"));
        var status = w.deployment("web").getStatus();
        assertEquals(
                List.of(3, 3, 3, 3, 0),
                List.of(
                        status.getReplicas(),
                        status.getUpdatedReplicas(),
                        status.getReadyReplicas(),
                        status.getAvailableReplicas(),
                        status.getUnavailableReplicas()));
        assertEquals(w.deployment("web").getMetadata().getGeneration(), status.getObservedGeneration());
        assertTrue(
                w.events.contains("ScalingReplicaSet: Scaled up replica set " + Objects.name(set) + " from 0 to 3"),
                w.events::toString);
    }

    @Test
    void podsAreAssignedToTheNode() throws InterruptedException {
        w.store.create(
                Kind.NODE,
                new io.fabric8.kubernetes.api.model.NodeBuilder()
                        .withNewMetadata()
                        .withName("here")
                        .endMetadata()
                        .build());
        w.create(World.deployment("web", 1, "a").build());
        w.settle();
        assertEquals("here", w.pods().getFirst().getSpec().getNodeName());
    }

    @Test
    void aRestartDoublesNothing() throws InterruptedException {
        w.create(World.deployment("web", 3, "a").build());
        for (int i = 0; i < 12; i++) { // in the middle of the work, with watches that see all anew
            w.controllers().stepWatch(i);
            w.controllers().stepWork();
            if (i % 3 == 2) {
                w.restart();
            }
        }
        w.settle();
        w.restart();
        w.settle();
        assertEquals(1, w.sets().size());
        assertEquals(3, w.pods().size());
    }

    /** replicas, surge, unavailable -> most pods and fewest available during the change. */
    @ParameterizedTest
    @CsvSource({
        "3,1,0,4,3",
        "3,0,1,3,2",
        "4,25%,25%,5,3",
        "10,25%,25%,13,8",
        "1,25%,25%,2,1",
        "3,0,0,3,2",
        "2,100%,0,4,2",
        "5,0%,100%,5,0"
    })
    void aChangeKeepsItsBounds(int replicas, String surge, String unavailable, int most, int fewest)
            throws InterruptedException {
        w.create(World.deployment("web", replicas, "a")
                .editSpec()
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxSurge(value(surge))
                .withMaxUnavailable(value(unavailable))
                .endRollingUpdate()
                .endStrategy()
                .endSpec()
                .build());
        w.allReady();
        w.image("web", "b");
        int seenMost = 0;
        int seenFewest = replicas;
        for (int round = 0; round < 40; round++) {
            w.settle();
            seenMost = Math.max(seenMost, w.active().size());
            seenFewest = Math.min(
                    seenFewest, (int) w.active().stream().filter(Objects::ready).count());
            Pod starting = w.active().stream()
                    .filter(p -> !Objects.ready(p))
                    .findFirst()
                    .orElse(null);
            if (starting != null) {
                w.ready(starting);
            }
            w.endAll();
        }
        assertEquals(most, seenMost);
        assertTrue(seenFewest >= fewest, "only " + seenFewest + " were available");
        assertEquals(replicas, w.active().size());
        assertTrue(w.active().stream().allMatch(p -> World.image(p).equals("b")));
        assertEquals("True NewReplicaSetAvailable", w.condition("web", "Progressing"));
        assertEquals("2", w.deployment("web").getMetadata().getAnnotations().get("deployment.kubernetes.io/revision"));
    }

    private static io.fabric8.kubernetes.api.model.IntOrString value(String text) {
        return text.endsWith("%")
                ? new io.fabric8.kubernetes.api.model.IntOrString(text)
                : new io.fabric8.kubernetes.api.model.IntOrString(Integer.valueOf(text));
    }

    @Test
    void aBrokenTemplateLeavesTheOldPodsAlone() throws InterruptedException {
        w.create(World.deployment("web", 4, "a")
                .editSpec()
                .withProgressDeadlineSeconds(60)
                .endSpec()
                .build());
        w.allReady();
        w.image("web", "broken");
        w.settle();
        w.endAll();
        assertEquals(
                3, w.active().stream().filter(p -> World.image(p).equals("a")).count());
        assertEquals(
                2,
                w.active().stream().filter(p -> World.image(p).equals("broken")).count());
        w.pass(Duration.ofSeconds(61));
        w.settle();
        assertEquals("False ProgressDeadlineExceeded", w.condition("web", "Progressing"));
        w.image("web", "a"); // back again: the old set is taken, under a new revision
        w.finish();
        assertEquals(2, w.sets().size());
        assertEquals(
                4, w.active().stream().filter(p -> World.image(p).equals("a")).count());
        assertEquals("3", w.deployment("web").getMetadata().getAnnotations().get("deployment.kubernetes.io/revision"));
        assertEquals("True NewReplicaSetAvailable", w.condition("web", "Progressing"));
    }

    @Test
    void recreateStartsNothingBeforeAllHaveEnded() throws InterruptedException {
        w.create(World.deployment("db", 2, "a")
                .editSpec()
                .withNewStrategy()
                .withType("Recreate")
                .endStrategy()
                .endSpec()
                .build());
        w.allReady();
        w.image("db", "b");
        w.settle();
        assertTrue(w.active().isEmpty());
        assertEquals(2, w.pods().size());
        w.end(w.pods().getFirst());
        w.settle();
        assertTrue(w.active().isEmpty(), "the second still runs");
        w.endAll();
        assertEquals(2, w.active().size());
        assertTrue(w.active().stream().allMatch(p -> World.image(p).equals("b")));
    }

    @Test
    void minReadySecondsAreWaitedFor() throws InterruptedException {
        w.create(World.deployment("web", 1, "a")
                .editSpec()
                .withMinReadySeconds(10)
                .endSpec()
                .build());
        w.allReady();
        assertEquals(0, w.deployment("web").getStatus().getAvailableReplicas());
        w.pass(Duration.ofSeconds(11));
        w.settle();
        assertEquals(1, w.deployment("web").getStatus().getAvailableReplicas());
        w.image("web", "b");
        w.allReady();
        assertEquals(2, w.active().size(), "the new one is ready, but not for long enough");
        w.pass(Duration.ofSeconds(11));
        w.settle();
        assertEquals(1, w.active().size());
        assertEquals("b", World.image(w.active().getFirst()));
    }

    @Test
    void scalingInTheMiddleOfAChangeIsShared() throws InterruptedException {
        w.create(World.deployment("web", 10, "a").build());
        w.allReady();
        w.image("web", "b");
        w.settle();
        w.endAll();
        assertEquals(8, count("a"));
        assertEquals(5, count("b"));
        w.scale("web", 20);
        w.settle();
        assertEquals(25, w.active().size(), "20 and a quarter");
        assertTrue(count("a") > 8 && count("b") > 5, "a " + count("a") + ", b " + count("b"));
        w.finish();
        assertEquals(20, count("b"));
        assertEquals(0, count("a"));
        w.scale("web", 0);
        w.settle();
        w.endAll();
        assertEquals(0, w.pods().size());
    }

    private int count(String image) {
        return (int)
                w.active().stream().filter(p -> World.image(p).equals(image)).count();
    }

    @Test
    void aPausedDeploymentIsScaledButNotChanged() throws InterruptedException {
        w.create(World.deployment("web", 2, "a").build());
        w.allReady();
        w.store.edit(Kind.DEPLOYMENT, "default", "web", d -> d.getSpec().setPaused(true));
        w.image("web", "b");
        w.scale("web", 3);
        w.settle();
        assertEquals(3, count("a"));
        assertEquals(0, count("b"));
        assertEquals("Unknown DeploymentPaused", w.condition("web", "Progressing"));
        w.store.edit(Kind.DEPLOYMENT, "default", "web", d -> d.getSpec().setPaused(null));
        w.finish();
        assertEquals(3, count("b"));
    }

    @Test
    void theHistoryIsLimited() throws InterruptedException {
        w.create(World.deployment("web", 1, "v0")
                .editSpec()
                .withRevisionHistoryLimit(2)
                .endSpec()
                .build());
        for (int i = 1; i < 6; i++) {
            w.finish();
            w.image("web", "v" + i);
        }
        w.finish();
        assertEquals(
                Set.of("4", "5", "6"),
                w.sets().stream()
                        .map(s -> s.getMetadata().getAnnotations().get("deployment.kubernetes.io/revision"))
                        .collect(Collectors.toSet()));
    }

    @Test
    void aChangeOfReplicasOrOfTheOrderOfAFileMakesNoRevision() throws InterruptedException {
        w.create(World.deployment("web", 1, "a").build());
        w.allReady();
        w.store.edit(Kind.DEPLOYMENT, "default", "web", d -> {
            d.getSpec().setReplicas(2);
            d.getSpec().getTemplate().getSpec().setVolumes(new java.util.ArrayList<>());
        });
        w.allReady();
        assertEquals(1, w.sets().size());
        assertEquals(2, w.active().size());
    }

    @Test
    void podsAreAdoptedAndReleasedByLabels() throws InterruptedException {
        w.create(World.deployment("web", 2, "a").build());
        w.allReady();
        Pod first = w.pods().getFirst();
        w.store.edit(
                Kind.POD,
                "default",
                Objects.name(first),
                p -> p.getMetadata().setLabels(java.util.Map.of("app", "quarantine")));
        w.settle();
        assertEquals(3, w.active().size(), "another one in its place");
        Pod released = w.store.require(Kind.POD, "default", Objects.name(first));
        assertFalse(World.owned(released));
        w.store.edit(
                Kind.POD,
                "default",
                Objects.name(first),
                p -> p.getMetadata().setLabels(first.getMetadata().getLabels()));
        w.settle();
        w.endAll();
        assertEquals(2, w.active().size(), "it was taken back, and one was too many");
        assertTrue(w.active().stream().allMatch(World::owned));
    }

    @Test
    void deletionInTheBackgroundTakesThePodsAfterwards() throws InterruptedException {
        w.create(World.deployment("web", 2, "a").build());
        w.allReady();
        w.store.delete(Kind.DEPLOYMENT, "default", "web", DeleteOptions.DEFAULT);
        w.settle();
        assertTrue(w.sets().isEmpty());
        assertTrue(w.active().isEmpty());
        w.endAll();
        assertTrue(w.pods().isEmpty());
    }

    @Test
    void deletionInTheForegroundTakesThePodsFirst() throws InterruptedException {
        w.create(World.deployment("web", 2, "a").build());
        w.allReady();
        w.store.delete(Kind.DEPLOYMENT, "default", "web", new DeleteOptions(null, Propagation.FOREGROUND, null, null));
        w.settle();
        assertEquals(1, w.sets().size(), "waits for its pods");
        assertEquals(1, w.store.list(Kind.DEPLOYMENT, "default").size());
        assertTrue(w.active().isEmpty());
        w.endAll();
        assertTrue(w.pods().isEmpty());
        assertTrue(w.sets().isEmpty());
        assertTrue(w.store.list(Kind.DEPLOYMENT, "default").isEmpty());
    }

    @Test
    void orphansStayAndAreAdoptedByTheNext() throws InterruptedException {
        w.create(World.deployment("web", 2, "a").build());
        w.allReady();
        Set<String> before = w.pods().stream().map(Objects::name).collect(Collectors.toSet());
        w.store.delete(Kind.DEPLOYMENT, "default", "web", new DeleteOptions(null, Propagation.ORPHAN, null, null));
        w.settle();
        assertEquals(1, w.sets().size());
        assertFalse(World.owned(w.sets().getFirst()));
        w.create(World.deployment("web", 2, "a").build());
        w.settle();
        assertEquals(1, w.sets().size());
        assertTrue(World.owned(w.sets().getFirst()));
        assertEquals(before, w.pods().stream().map(Objects::name).collect(Collectors.toSet()));
    }

    @Test
    void deletionWhileTheAgentWasDownIsMadeUpFor() throws InterruptedException {
        w.create(World.deployment("web", 2, "a").build());
        w.allReady();
        w.controllers().close();
        w.store.delete(Kind.DEPLOYMENT, "default", "web", DeleteOptions.DEFAULT);
        w.restart();
        w.settle();
        w.endAll();
        assertTrue(w.sets().isEmpty());
        assertTrue(w.pods().isEmpty());
    }

    @Test
    void aNamespaceIsEmptiedBeforeItGoes() throws InterruptedException {
        w.store.create(Kind.NAMESPACE, io.sandjar.node.store.ObjectStore.namespace("n"));
        Deployment d = World.deployment("web", 2, "a")
                .editMetadata()
                .withNamespace("n")
                .endMetadata()
                .build();
        w.create(d);
        w.settle();
        assertEquals(2, w.store.list(Kind.POD, "n").size());
        w.store.delete(Kind.NAMESPACE, null, "n", DeleteOptions.DEFAULT);
        w.settle();
        assertNotEquals(null, w.store.get(Kind.NAMESPACE, null, "n"));
        for (Pod pod : w.store.list(Kind.POD, "n")) {
            w.store.remove(Kind.POD, "n", Objects.name(pod), Objects.uid(pod));
        }
        w.settle();
        w.pass(Duration.ofSeconds(2));
        w.settle();
        assertNull(w.store.get(Kind.NAMESPACE, null, "n"));
        assertTrue(w.store.list(Kind.REPLICA_SET, "n").isEmpty());
    }

    @Test
    void aSetOfThatNameThatIsNotOursIsSteppedAround() throws InterruptedException {
        Deployment d = World.deployment("web", 1, "a").build();
        ReplicaSet other = new io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder()
                .withNewMetadata()
                .withName("web-" + Revisions.hash(d.getSpec().getTemplate(), 0))
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withReplicas(0)
                .withNewSelector()
                .addToMatchLabels("other", "x")
                .endSelector()
                .withTemplate(d.getSpec().getTemplate())
                .endSpec()
                .build();
        w.store.create(Kind.REPLICA_SET, other);
        w.create(d);
        w.settle();
        w.pass(Duration.ofSeconds(1));
        w.settle();
        assertEquals(2, w.sets().size());
        assertEquals(1, w.active().size());
        assertEquals(1, w.deployment("web").getStatus().getCollisionCount());
    }
}
