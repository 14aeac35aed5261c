// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.sandjar.node.store.StoreException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ObjectStoreTest {
    private final ObjectStore store = ObjectStore.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    static Pod pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("app", name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withImage("sandjar.io/demo")
                .withNewResources()
                .addToLimits("memory", new io.fabric8.kubernetes.api.model.Quantity("64Mi"))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
    }

    @Test
    void metadataIsFilledIn() {
        Pod pod = store.create(Kind.POD, pod("a"));
        assertEquals("default", pod.getMetadata().getNamespace());
        assertNotNull(pod.getMetadata().getUid());
        assertEquals(1L, pod.getMetadata().getGeneration());
        assertEquals(
                "64Mi",
                pod.getSpec()
                        .getContainers()
                        .getFirst()
                        .getResources()
                        .getLimits()
                        .get("memory")
                        .toString());
        assertEquals(pod, store.get(Kind.POD, "default", "a"));
        StoreException e = assertThrows(StoreException.class, () -> store.create(Kind.POD, pod("a")));
        assertEquals(Reason.ALREADY_EXISTS, e.reason());
        assertEquals("pods \"a\" already exists", e.getMessage());
    }

    @Test
    void versionsAndConflicts() {
        Pod first = store.create(Kind.POD, pod("a"));
        Pod mine = store.require(Kind.POD, null, "a");
        mine.getMetadata().getLabels().put("x", "y");
        Pod second = store.update(Kind.POD, mine);
        assertNotEquals(
                first.getMetadata().getResourceVersion(), second.getMetadata().getResourceVersion());
        assertEquals(1L, second.getMetadata().getGeneration(), "labels are not the spec");
        assertEquals(
                Reason.CONFLICT,
                assertThrows(StoreException.class, () -> store.update(Kind.POD, first))
                        .reason());
        Pod third = store.edit(Kind.POD, "default", "a", p -> p.getSpec().setNodeName("here"));
        assertEquals(2L, third.getMetadata().getGeneration());
        Pod same = store.edit(Kind.POD, "default", "a", p -> {});
        assertEquals(
                third.getMetadata().getResourceVersion(), same.getMetadata().getResourceVersion());
    }

    @Test
    void statusAndSpecAreApart() {
        store.create(Kind.POD, pod("a"));
        Pod pod = store.require(Kind.POD, "default", "a");
        pod.getSpec().setNodeName("not this way");
        pod.setStatus(new io.fabric8.kubernetes.api.model.PodStatusBuilder()
                .withPhase("Running")
                .build());
        Pod after = store.updateStatus(Kind.POD, pod);
        assertNull(after.getSpec().getNodeName());
        assertEquals("Running", after.getStatus().getPhase());
        after.setStatus(null);
        assertEquals("Running", store.update(Kind.POD, after).getStatus().getPhase());
    }

    @Test
    void podsGoInTwoSteps() {
        Pod pod = store.create(Kind.POD, pod("a"));
        Pod marked = store.delete(Kind.POD, "default", "a", DeleteOptions.DEFAULT);
        assertNotNull(marked.getMetadata().getDeletionTimestamp());
        assertEquals(30L, marked.getMetadata().getDeletionGracePeriodSeconds());
        assertNotNull(store.get(Kind.POD, "default", "a"));
        assertEquals(
                5L,
                store.delete(Kind.POD, "default", "a", DeleteOptions.grace(5))
                        .getMetadata()
                        .getDeletionGracePeriodSeconds());
        assertEquals(
                5L,
                store.delete(Kind.POD, "default", "a", DeleteOptions.grace(60))
                        .getMetadata()
                        .getDeletionGracePeriodSeconds(),
                "never longer");
        store.remove(Kind.POD, "default", "a", "another-uid");
        assertNotNull(store.get(Kind.POD, "default", "a"));
        store.remove(Kind.POD, "default", "a", pod.getMetadata().getUid());
        assertNull(store.get(Kind.POD, "default", "a"));
    }

    @Test
    void finalizersHold() {
        Pod pod = pod("a");
        pod.getMetadata().setFinalizers(List.of("example.com/hold"));
        store.create(Kind.POD, pod);
        store.delete(Kind.POD, "default", "a", DeleteOptions.grace(0));
        assertNotNull(store.get(Kind.POD, "default", "a"));
        store.edit(Kind.POD, "default", "a", p -> p.getMetadata().setFinalizers(List.of()));
        assertNull(store.get(Kind.POD, "default", "a"));
    }

    @Test
    void watchBeginsWithWhatIsThere() throws InterruptedException {
        store.create(Kind.POD, pod("a"));
        try (Watch<Pod> watch = store.watch(Kind.POD)) {
            store.create(Kind.POD, pod("b"));
            Change<Pod> first = watch.take();
            assertNotNull(first);
            assertEquals("a", first.object().getMetadata().getName());
            assertTrue(watch.synced());
            Change<Pod> second = watch.poll(Duration.ofSeconds(5));
            assertNotNull(second);
            assertEquals("b", second.object().getMetadata().getName());
            store.delete(Kind.POD, "default", "a", DeleteOptions.grace(0));
            Change<Pod> third = watch.take();
            assertNotNull(third);
            assertEquals(Change.Type.DELETED, third.type());
            assertNull(watch.poll(Duration.ofMillis(10)));
        }
    }

    @Test
    void selectorsFollowChanges() throws InterruptedException {
        Selector web = Selector.parseLabels("app in (web, shop),!old");
        try (Watch<Pod> watch = store.watch(Kind.POD, "default", web)) {
            store.create(Kind.POD, pod("other"));
            store.create(Kind.POD, pod("web"));
            store.edit(
                    Kind.POD, "default", "web", p -> p.getMetadata().getLabels().put("n", "1"));
            store.edit(
                    Kind.POD, "default", "web", p -> p.getMetadata().getLabels().put("old", ""));
            store.edit(Kind.POD, "default", "other", p -> p.getMetadata().setLabels(Map.of("app", "shop")));
            StringBuilder seen = new StringBuilder();
            for (int i = 0; i < 4; i++) {
                Change<Pod> c = watch.take();
                assertNotNull(c);
                seen.append(c.type())
                        .append(' ')
                        .append(c.object().getMetadata().getName())
                        .append(", ");
            }
            assertEquals("ADDED web, MODIFIED web, DELETED web, ADDED other, ", seen.toString());
        }
        assertEquals(1, store.list(Kind.POD, null, web).size());
        assertEquals(
                1,
                store.list(Kind.POD, null, Selector.parseFields("metadata.name=web"))
                        .size());
        assertThrows(StoreException.class, () -> Selector.parseLabels("a in b"));
        assertThrows(StoreException.class, () -> Selector.parseFields("spec.nope=1"));
    }

    @Test
    void namespacesMustExist() {
        Pod pod = pod("a");
        pod.getMetadata().setNamespace("nowhere");
        StoreException e = assertThrows(StoreException.class, () -> store.create(Kind.POD, pod));
        assertEquals(Reason.NOT_FOUND, e.reason());
        store.create(Kind.NAMESPACE, ObjectStore.namespace("nowhere"));
        store.create(Kind.POD, pod);
        assertEquals(1, store.list(Kind.POD, "nowhere").size());
        assertEquals(0, store.list(Kind.POD, "default").size());
        assertEquals(1, store.list(Kind.POD, null).size());
    }
}
