// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.sandjar.node.store.Kind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobControllerTest {
    private final World w = new World();

    @AfterEach
    void close() {
        w.close();
    }

    private void create(JobBuilder job) throws InterruptedException {
        w.store.create(Kind.JOB, job.build());
        w.settle();
    }

    private void end(String phase) throws InterruptedException {
        for (Pod pod : w.active()) {
            w.status(pod, phase, false);
        }
        w.settle();
    }

    private String conditions() {
        StringBuilder out = new StringBuilder();
        var conditions = w.job().getStatus().getConditions();
        if (conditions != null) {
            for (var c : conditions) {
                out.append(c.getType())
                        .append('=')
                        .append(c.getStatus())
                        .append(' ')
                        .append(c.getReason())
                        .append(';');
            }
        }
        return out.toString();
    }

    @Test
    void onePodAndDone() throws InterruptedException {
        create(World.job("pi"));
        assertEquals(1, w.pods().size());
        Pod pod = w.pods().getFirst();
        assertEquals("pi", World.labels(pod).get("job-name"));
        assertEquals(w.job().getMetadata().getUid(), World.labels(pod).get("batch.kubernetes.io/controller-uid"));
        assertEquals(1, w.job().getStatus().getActive());
        end("Succeeded");
        assertEquals(1, w.job().getStatus().getSucceeded());
        assertNull(w.job().getStatus().getActive());
        assertTrue(conditions().contains("Complete=True"), this::conditions);
        assertTrue(w.events.contains("Completed: Job completed"));
        w.restart();
        w.settle();
        assertEquals(1, w.pods().size());
    }

    @Test
    void failuresAreRepeatedWithPauses() throws InterruptedException {
        create(World.job("pi").editSpec().withBackoffLimit(2).endSpec());
        end("Failed");
        assertTrue(w.active().isEmpty(), "10 seconds of pause");
        w.pass(Duration.ofSeconds(11));
        w.settle();
        assertEquals(1, w.active().size());
        end("Failed");
        w.pass(Duration.ofSeconds(11));
        w.settle();
        assertTrue(w.active().isEmpty(), "20 seconds of pause");
        w.pass(Duration.ofSeconds(10));
        w.settle();
        assertEquals(1, w.active().size());
        end("Failed");
        assertEquals(3, w.job().getStatus().getFailed());
        assertTrue(conditions().contains("Failed=True BackoffLimitExceeded"), this::conditions);
        w.pass(Duration.ofHours(1));
        w.settle();
        assertTrue(w.active().isEmpty());
    }

    @Test
    void completionsAndParallelism() throws InterruptedException {
        create(World.job("pi").editSpec().withCompletions(5).withParallelism(2).endSpec());
        for (int i = 0; i < 2; i++) {
            assertEquals(2, w.active().size());
            end("Succeeded");
        }
        assertEquals(1, w.active().size(), "the last one");
        end("Succeeded");
        assertEquals(5, w.job().getStatus().getSucceeded());
        assertTrue(conditions().contains("Complete=True"));
    }

    @Test
    void indexesAreAllDone() throws InterruptedException {
        create(World.job("pi")
                .editSpec()
                .withCompletions(4)
                .withParallelism(3)
                .withCompletionMode("Indexed")
                .endSpec());
        assertEquals(
                List.of(0, 1, 2),
                w.active().stream().map(JobPods::index).sorted().toList());
        Pod one = w.active().stream()
                .filter(p -> JobPods.index(p) == 1)
                .findFirst()
                .orElseThrow();
        assertEquals("pi-1", one.getSpec().getHostname());
        assertEquals(
                "JOB_COMPLETION_INDEX",
                one.getSpec().getContainers().getFirst().getEnv().getFirst().getName());
        assertTrue(one.getMetadata().getName().startsWith("pi-1-"));
        w.status(one, "Failed", false);
        w.settle();
        w.pass(Duration.ofSeconds(11));
        w.settle();
        assertEquals(
                List.of(0, 1, 2),
                w.active().stream().map(JobPods::index).sorted().toList());
        end("Succeeded");
        assertEquals("0-2", w.job().getStatus().getCompletedIndexes());
        end("Succeeded");
        assertEquals("0-3", w.job().getStatus().getCompletedIndexes());
        assertTrue(conditions().contains("Complete=True"));
    }

    @Test
    void theDeadlineEndsIt() throws InterruptedException {
        create(World.job("pi").editSpec().withActiveDeadlineSeconds(30L).endSpec());
        w.pass(Duration.ofSeconds(31));
        w.settle();
        assertTrue(w.active().isEmpty());
        assertFalse(conditions().contains("Failed=True"), "not before its pod has ended");
        w.endAll();
        assertTrue(conditions().contains("Failed=True DeadlineExceeded"), this::conditions);
        assertTrue(w.pods().isEmpty());
    }

    @Test
    void suspendedAndResumed() throws InterruptedException {
        create(World.job("pi").editSpec().withSuspend(true).endSpec());
        assertTrue(w.pods().isEmpty());
        assertTrue(conditions().contains("Suspended=True"));
        w.store.edit(Kind.JOB, "default", "pi", j -> j.getSpec().setSuspend(false));
        w.settle();
        assertEquals(1, w.active().size());
        assertTrue(conditions().contains("Suspended=False JobResumed"));
        w.store.edit(Kind.JOB, "default", "pi", j -> j.getSpec().setSuspend(true));
        w.settle();
        assertTrue(w.active().isEmpty());
    }

    @Test
    void itGoesWhenItsTimeIsOver() throws InterruptedException {
        create(World.job("pi").editSpec().withTtlSecondsAfterFinished(60).endSpec());
        end("Succeeded");
        w.pass(Duration.ofSeconds(59));
        w.settle();
        assertEquals(1, w.store.list(Kind.JOB, "default").size());
        w.pass(Duration.ofSeconds(3));
        w.settle();
        assertTrue(w.store.list(Kind.JOB, "default").isEmpty());
        assertTrue(w.pods().isEmpty());
    }

    @Test
    void whatIsNotThereIsRefused() throws InterruptedException {
        create(World.job("pi")
                .editSpec()
                .withNewPodFailurePolicy()
                .endPodFailurePolicy()
                .endSpec());
        assertTrue(w.pods().isEmpty());
        assertTrue(conditions().contains("Failed=True NotSupported"), this::conditions);
    }

    @Test
    void aPodThatIsDeletedCountsAsFailed() throws InterruptedException {
        create(World.job("pi"));
        Pod pod = w.active().getFirst();
        w.store.delete(Kind.POD, "default", Objects.name(pod), io.sandjar.node.store.DeleteOptions.DEFAULT);
        w.settle();
        assertEquals(1, w.active().size(), "another at once");
        w.endAll();
        assertEquals(1, w.job().getStatus().getFailed());
        assertEquals(1, w.pods().size(), "the finalizer was taken off");
    }
}
