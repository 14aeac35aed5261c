// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.sandjar.node.store.Kind;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything in any order: changes are seen late or early, pods come and go, the agent is killed and comes back. After each step
 * the promises hold.
 */
class RandomHistoriesTest {
    private static final int STEPS = 600;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void aDeploymentKeepsItsBounds(long seed) throws InterruptedException {
        Random random = new Random(seed);
        int replicas = 1 + random.nextInt(6);
        int surge = random.nextInt(3);
        int unavailable = surge == 0 ? 1 + random.nextInt(2) : random.nextInt(3);
        try (World w = new World()) {
            w.create(World.deployment("web", replicas, "v0")
                    .editSpec()
                    .withNewStrategy()
                    .withType("RollingUpdate")
                    .withNewRollingUpdate()
                    .withMaxSurge(new IntOrString(surge))
                    .withMaxUnavailable(new IntOrString(unavailable))
                    .endRollingUpdate()
                    .endStrategy()
                    .endSpec()
                    .build());
            w.allReady();
            int floor = replicas - Math.min(replicas, unavailable);
            int version = 0;
            for (int step = 0; step < STEPS; step++) {
                int before = available(w);
                boolean byController = false;
                switch (random.nextInt(10)) {
                    case 0, 1, 2, 3 -> {
                        w.controllers().stepWork();
                        byController = true;
                    }
                    case 4, 5, 6 ->
                        w.controllers().stepWatch(random.nextInt(w.controllers().watchCount()));
                    case 7 -> play(w, random);
                    case 8 -> {
                        if (random.nextInt(20) == 0) {
                            w.image("web", "v" + ++version % 4);
                        }
                    }
                    default -> {
                        if (random.nextInt(15) == 0) {
                            w.restart();
                        }
                        w.pass(Duration.ofMillis(random.nextInt(500)));
                    }
                }
                String at = "seed " + seed + " step " + step;
                assertTrue(
                        w.active().size() <= replicas + surge,
                        () -> at + ": " + w.active().size() + " pods");
                int after = available(w);
                if (byController && after < before) { // pods that break by themselves are not its doing
                    assertTrue(after >= floor, () -> at + ": the controller left " + after + " available");
                }
            }
            w.finish();
            w.pass(Duration.ofMinutes(10));
            w.finish();
            int last = version % 4;
            assertEquals(replicas, w.active().size(), "seed " + seed);
            assertTrue(w.active().stream().allMatch(p -> World.image(p).equals("v" + last)), "seed " + seed);
            Set<String> hashes = new HashSet<>();
            for (var set : w.sets()) {
                assertTrue(
                        hashes.add(set.getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .getFirst()
                                .getImage()),
                        "doubled set, seed " + seed);
            }
        }
    }

    private static int available(World w) {
        return (int) w.active().stream().filter(Objects::ready).count();
    }

    /** Whether pods are to go that have not been told so yet: if pods break or recover in between, nobody takes that back. */
    private static boolean decided(World w) {
        for (var set : w.sets()) {
            long active = w.active().stream()
                    .filter(p -> Objects.controlledBy(p, set))
                    .count();
            if (active > Revisions.wanted(set)) {
                return true;
            }
        }
        return false;
    }

    /** Something happens to a pod. */
    private static void play(World w, Random random) {
        List<Pod> pods = w.pods();
        if (pods.isEmpty()) {
            return;
        }
        Pod pod = pods.get(random.nextInt(pods.size()));
        if (Objects.deleted(pod)) {
            w.end(pod);
        } else if (decided(w)) {
            w.pass(Duration.ofMillis(1));
        } else if (random.nextInt(6) == 0) {
            w.status(pod, "Running", false);
        } else {
            w.ready(pod);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void aJobCountsEachPodOnce(long seed) throws InterruptedException {
        Random random = new Random(seed);
        int completions = 1 + random.nextInt(6);
        int parallelism = 1 + random.nextInt(4);
        boolean indexed = random.nextBoolean();
        try (World w = new World()) {
            w.store.create(
                    Kind.JOB,
                    World.job("sum")
                            .editSpec()
                            .withCompletions(completions)
                            .withParallelism(parallelism)
                            .withBackoffLimit(1000)
                            .withCompletionMode(indexed ? "Indexed" : "NonIndexed")
                            .endSpec()
                            .build());
            int succeeded = 0;
            int failed = 0;
            Set<String> indexes = new HashSet<>();
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> w.controllers().stepWork();
                    case 3, 4 ->
                        w.controllers().stepWatch(random.nextInt(w.controllers().watchCount()));
                    case 5 -> {
                        List<Pod> active = w.active();
                        if (!active.isEmpty() && random.nextInt(3) == 0) {
                            Pod pod = active.get(random.nextInt(active.size()));
                            boolean good = random.nextInt(3) > 0;
                            w.status(pod, good ? "Succeeded" : "Failed", false);
                            succeeded += good ? 1 : 0;
                            failed += good ? 0 : 1;
                            if (good && indexed) {
                                assertTrue(
                                        indexes.add(String.valueOf(JobPods.index(pod))),
                                        "an index was done twice, seed " + seed);
                            }
                        }
                    }
                    case 6 -> {
                        if (random.nextInt(10) == 0) {
                            w.restart();
                        }
                    }
                    default -> w.pass(Duration.ofSeconds(random.nextInt(400)));
                }
                assertTrue(w.active().size() <= parallelism, "seed " + seed + " step " + step);
            }
            for (int i = 0; i < 80 && !JobConditions.finished(w.job()); i++) {
                w.settle();
                for (Pod pod : w.active()) {
                    w.status(pod, "Succeeded", false);
                    succeeded++;
                }
                w.settle();
                w.pass(Duration.ofMinutes(11));
            }
            Job job = w.job();
            assertTrue(JobConditions.finished(job), "seed " + seed);
            assertEquals(completions, job.getStatus().getSucceeded(), "seed " + seed);
            assertEquals(completions, succeeded, "no pod ran for nothing, seed " + seed);
            assertEquals(failed, Objects.or(job.getStatus().getFailed(), 0), "seed " + seed);
            assertTrue(w.pods().stream()
                    .allMatch(p -> p.getMetadata().getFinalizers() == null
                            || p.getMetadata().getFinalizers().isEmpty()));
        }
    }
}
