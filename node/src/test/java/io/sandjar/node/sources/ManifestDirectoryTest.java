// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.sources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.Log;
import io.sandjar.node.server.Api;
import io.sandjar.node.store.DeleteOptions;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ManifestDirectoryTest {
    @TempDir
    Path dir;

    private ObjectStore store = ObjectStore.inMemory();
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private @Nullable ManifestDirectory manifests;

    @BeforeEach
    void quiet() {
        Log.to(new PrintStream(log, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stop() {
        end();
        store.close();
        Log.to(System.err);
    }

    private void begin(Path path) {
        EventRecorder recorder = new EventRecorder() {
            @Override
            public void record(HasMetadata about, @Nullable String field, String type, String reason, String message) {
                events.add(about.getMetadata().getName() + " " + reason + " " + message);
            }
        };
        manifests = new ManifestDirectory(path, new Api(store), recorder, null);
        manifests.start();
    }

    private void end() {
        ManifestDirectory m = manifests;
        if (m != null) {
            m.close();
        }
    }

    private static String pod(String name, String command) {
        return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name
                + "}\nspec:\n  containers:\n  - {name: c, image: \"i:1\", command: [" + command + "]}\n";
    }

    private Path write(String name, String text) throws IOException {
        Path temporary = Files.writeString(dir.resolve("." + name), text);
        return Files.move(
                temporary, dir.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 500 && !condition.getAsBoolean(); i++) {
            Thread.sleep(20);
        }
        assertTrue(condition.getAsBoolean());
    }

    private boolean there(String pod) {
        return store.get(Kind.POD, "default", pod) != null;
    }

    @Test
    void filesComeChangeAndGo() throws Exception {
        write("a.yaml", pod("a", "one") + pod("b", "one"));
        Files.writeString(dir.resolve("README"), "not a manifest");
        begin(dir);
        assertTrue(there("a") && there("b"), "what is there at the start is there at once");
        write("c.yaml", pod("c", "one"));
        until(() -> there("c"));
        write("a.yaml", pod("a", "one"));
        until(() -> !there("b") || store.require(Kind.POD, null, "b").isMarkedForDeletion());
        Files.delete(dir.resolve("c.yaml"));
        until(() -> store.require(Kind.POD, null, "c").isMarkedForDeletion());
        assertTrue(!store.require(Kind.POD, null, "a").isMarkedForDeletion());
    }

    @Test
    void whatCannotChangeIsMadeAnew() throws Exception {
        write("a.yaml", pod("a", "one"));
        begin(dir);
        Pod first = store.require(Kind.POD, null, "a");
        write("a.yaml", pod("a", "two"));
        until(() -> store.require(Kind.POD, null, "a").isMarkedForDeletion());
        store.remove(Kind.POD, "default", "a", first.getMetadata().getUid()); // what its worker does
        until(() -> there("a"));
        Pod second = store.require(Kind.POD, null, "a");
        assertNotEquals(first.getMetadata().getUid(), second.getMetadata().getUid());
        assertEquals(List.of("two"), second.getSpec().getContainers().getFirst().getCommand());
    }

    @Test
    void halfWrittenFilesDeleteNothing() throws Exception {
        write("a.yaml", pod("a", "one") + pod("b", "one"));
        begin(dir);
        String whole = pod("a", "one") + pod("b", "one");
        Files.writeString(dir.resolve("a.yaml"), whole.substring(0, whole.length() - 20));
        until(() -> log.toString(StandardCharsets.UTF_8).contains("manifests: a.yaml:"));
        assertTrue(!store.require(Kind.POD, null, "b").isMarkedForDeletion());
        Files.writeString(dir.resolve("a.yaml"), whole);
        write("c.yaml", pod("c", "one"));
        until(() -> there("c"));
        assertTrue(!store.require(Kind.POD, null, "b").isMarkedForDeletion());
    }

    @Test
    void twoFilesOneObject() throws Exception {
        write("a.yaml", pod("a", "one"));
        write("b.yaml", pod("a", "two"));
        begin(dir);
        assertEquals(
                List.of("one"),
                store.require(Kind.POD, null, "a")
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getCommand());
        assertTrue(
                log.toString(StandardCharsets.UTF_8)
                        .contains("pod/a in default is defined by a.yaml and again by b.yaml"),
                log.toString(StandardCharsets.UTF_8));
        write("b.yaml", pod("a", "three"));
        write("c.yaml", pod("c", "x"));
        until(() -> there("c"));
        until(() -> !events.isEmpty());
        assertTrue(events.getFirst().startsWith("a DuplicateManifest"), events.toString());
        Files.delete(dir.resolve("a.yaml")); // then it is b's
        until(() -> store.require(Kind.POD, null, "a").isMarkedForDeletion());
        store.remove(
                Kind.POD,
                null,
                "a",
                store.require(Kind.POD, null, "a").getMetadata().getUid());
        until(() -> there("a"));
        assertEquals(
                List.of("three"),
                store.require(Kind.POD, null, "a")
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getCommand());
    }

    @Test
    void restartsKnowWhatCameFromFiles() throws Exception {
        write("a.yaml", pod("a", "one"));
        write("b.yaml", pod("b", "one"));
        begin(dir);
        String version = store.require(Kind.POD, null, "a").getMetadata().getResourceVersion();
        end();
        store.create(Kind.POD, podObject("by-hand"));
        Files.delete(dir.resolve("b.yaml"));
        begin(dir);
        assertTrue(store.require(Kind.POD, null, "b").isMarkedForDeletion());
        assertEquals(
                version,
                store.require(Kind.POD, null, "a").getMetadata().getResourceVersion(),
                "nothing is doubled or touched");
        assertTrue(!store.require(Kind.POD, null, "by-hand").isMarkedForDeletion());
    }

    private static Pod podObject(String name) {
        return (Pod) io.sandjar.node.model.Manifests.read("x", pod(name, "x").getBytes(StandardCharsets.UTF_8), true)
                .manifests()
                .getFirst()
                .object();
    }

    @Test
    void aSingleFileThatComesLater() throws Exception {
        Path file = dir.resolve("later/one.yaml");
        begin(file);
        assertNull(store.get(Kind.POD, null, "one"));
        Files.createDirectory(file.getParent());
        Files.writeString(file, pod("one", "x").replace("name: one", "name: one, namespace: fresh"));
        until(() -> store.get(Kind.POD, "fresh", "one") != null);
        assertNotNull(store.get(Kind.NAMESPACE, null, "fresh"));
    }

    @Test
    void deletedByHandComesBack() throws Exception {
        write("a.yaml", pod("a", "one"));
        begin(dir);
        store.delete(Kind.POD, null, "a", DeleteOptions.grace(0));
        write("b.yaml", pod("b", "one"));
        until(() -> there("a") && there("b"));
    }
}
