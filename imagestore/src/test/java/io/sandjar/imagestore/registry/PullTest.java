// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.imagestore.Image;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.ImageStore;
import io.sandjar.imagestore.PullOptions;
import io.sandjar.imagestore.StoreOptions;
import io.sandjar.imagestore.Tars;
import io.sandjar.imagestore.content.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from registries that are good, slow, broken and lying. */
@Timeout(60)
final class PullTest {
    private static final PullOptions ALWAYS = PullOptions.DEFAULT.with(PullOptions.Policy.ALWAYS);

    @TempDir
    Path dir;

    private FakeRegistry registry;
    private ImageStore store;

    @BeforeEach
    void open() throws ImageException {
        registry = new FakeRegistry();
        store = open(Map.of());
    }

    private ImageStore open(Map<String, List<String>> mirrors) throws ImageException {
        return ImageStore.open(
                dir.resolve("store"),
                new StoreOptions(
                        mirrors,
                        1 << 30,
                        10_000,
                        Duration.ofMillis(700),
                        3,
                        Duration.ofMillis(5),
                        2,
                        dir.resolve("none"),
                        null));
    }

    @AfterEach
    void close() throws ImageException {
        store.close();
        registry.close();
    }

    private static byte[] layer(int seed, int size) {
        byte[] noise = new byte[size];
        new Random(seed).nextBytes(noise);
        return new Tars().dir("d").entry("d/f" + seed, '0', 0644, "", noise).end();
    }

    private String name(String rest) {
        return registry.host() + "/" + rest;
    }

    private ImageException fails(String reference, PullOptions o) {
        return assertThrows(ImageException.class, () -> store.pull(reference, o));
    }

    @Test
    void anImageWithItsConfiguration() throws Exception {
        Digest m = registry.image("a/b", "1", layer(1, 100_000), layer(2, 10));
        Image i = store.pull(name("a/b:1"), PullOptions.DEFAULT);
        assertEquals(List.of(name("a/b:1")), i.names());
        assertEquals(name("a/b@" + m), i.imageId());
        assertEquals(List.of("A=1"), i.config().env());
        assertEquals(List.of("/bin/x"), i.config().cmd());
        assertEquals("7", i.config().user());
        assertEquals(List.of("80/tcp"), i.config().exposedPorts());
        assertEquals(Map.of("k", "v"), i.config().labels());
        assertEquals(1_767_323_045, i.createdSeconds());
        assertEquals(100_010, i.sizeBytes());
        try (var s = Files.list(dir.resolve("store/blobs"))) {
            assertEquals(0, s.count());
        }
        int before = registry.requests.size();
        assertEquals(i, store.pull(name("a/b:1"), PullOptions.DEFAULT));
        assertEquals(before, registry.requests.size());
        store.pull(name("a/b:1"), ALWAYS);
        assertEquals(before + 2, registry.requests.size()); // manifest, configuration
        Image byDigest = store.pull(name("a/b@" + m), PullOptions.DEFAULT);
        assertEquals(i.id(), byDigest.id());
        assertEquals(i.id(), store.find(i.shortId()).orElseThrow().id());
    }

    @Test
    void theRightOneOfAnIndex() throws Exception {
        Digest m = registry.image("x", "amd", layer(1, 10));
        Digest other = registry.manifest("x", "arm", "application/vnd.oci.image.manifest.v1+json", "{\"broken\":1}");
        String entry =
                "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"size\":1,\"digest\":\"%s\",\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"%s}}";
        registry.manifest(
                "x",
                "all",
                "application/vnd.oci.image.index.v1+json",
                "{\"schemaVersion\":2,\"manifests\":["
                        + String.format(entry, other, "linux", "arm64", "")
                        + ","
                        + String.format(entry, other, "linux", "amd64", ",\"variant\":\"v3\"")
                        + ","
                        + String.format(entry, m, "linux", "amd64", "")
                        + ","
                        + String.format(entry, other, "unknown", "unknown", "")
                        + "]}");
        assertEquals(10, store.pull(name("x:all"), PullOptions.DEFAULT).sizeBytes());
        registry.manifest(
                "x",
                "arms",
                "application/vnd.docker.distribution.manifest.list.v2+json",
                "{\"schemaVersion\":2,\"manifests\":[" + String.format(entry, other, "linux", "arm64", "") + "]}");
        ImageException e = fails(name("x:arms"), PullOptions.DEFAULT);
        assertEquals(Kind.PLATFORM, e.kind());
        assertTrue(e.getMessage().contains("linux/arm64"), e.getMessage());
    }

    @Test
    void tellsWhatIsNotThere() {
        assertEquals(
                Kind.NOT_FOUND, fails(name("no/such:1"), PullOptions.DEFAULT).kind());
        assertEquals(
                Kind.NEVER_PULL,
                fails(name("no/such:1"), PullOptions.DEFAULT.with(PullOptions.Policy.NEVER))
                        .kind());
        registry.close();
        ImageException e = fails(name("no/such:1"), PullOptions.DEFAULT);
        assertEquals(Kind.UNAVAILABLE, e.kind());
        assertTrue(e.getMessage().contains("nobody listens"), e.getMessage());
    }

    @Test
    void logsInWithPasswordsAndTokens() throws Exception {
        registry.image("a/b", "1", layer(1, 10));
        String good = "{\"auths\":{\"" + registry.host() + "\":{\"auth\":\"am9lOnNlY3JldA==\"}}}";
        String wrong = "{\"auths\":{\"http://" + registry.host() + "/v2/\":{\"username\":\"joe\",\"password\":\"x\"}}}";
        String other = "{\"auths\":{\"example.com\":{\"auth\":\"am9lOnNlY3JldA==\"}}}";
        for (FakeRegistry.Auth a : List.of(FakeRegistry.Auth.BASIC, FakeRegistry.Auth.TOKEN)) {
            registry.auth = a;
            assertEquals(Kind.UNAUTHORIZED, fails(name("a/b:1"), ALWAYS).kind());
            assertEquals(
                    Kind.UNAUTHORIZED,
                    fails(name("a/b:1"), ALWAYS.withDockerConfigs(List.of(wrong)))
                            .kind());
            assertEquals(
                    Kind.UNAUTHORIZED,
                    fails(name("a/b:1"), ALWAYS.withDockerConfigs(List.of(other)))
                            .kind());
            store.pull(name("a/b:1"), ALWAYS.withDockerConfigs(List.of(other, good)));
            store.pull(name("a/b:1"), ALWAYS.withDockerConfigs(List.of(wrong, good)));
        }
        assertTrue(registry.tokens.get() >= 2);
    }

    @Test
    void credentialsDoNotFollowRedirects() throws Exception {
        registry.auth = FakeRegistry.Auth.TOKEN;
        registry.image("a/b", "1", layer(1, 5000));
        try (FakeRegistry storage = new FakeRegistry()) {
            storage.image("a/b", "1", layer(1, 5000));
            registry.redirectTo = "http://" + storage.host();
            String good = "{\"auths\":{\"" + registry.host() + "\":{\"auth\":\"am9lOnNlY3JldA==\"}}}";
            store.pull(name("a/b:1"), ALWAYS.withDockerConfigs(List.of(good)));
            assertEquals(2, storage.count("/elsewhere/"));
            assertEquals(0, storage.count(" auth"));
        }
    }

    @Test
    void goesOnAfterABreak() throws Exception {
        registry.image("a", "1", layer(1, 100_000));
        registry.breakAfter = 30_000;
        store.pull(name("a:1"), PullOptions.DEFAULT);
        assertTrue(registry.count("bytes=30000-") >= 1, registry.requests.toString());
        assertTrue(registry.count("bytes=60000-") >= 1, registry.requests.toString());
    }

    @Test
    void beginsAnewWhereRangesAreUnknown() throws Exception {
        registry.image("a", "1", layer(1, 100_000));
        registry.breakAfter = 60_000;
        registry.ranges = false;
        assertEquals(Kind.UNAVAILABLE, failsAfterMending(100_000));
        store.pull(name("a:1"), PullOptions.DEFAULT);
    }

    /** Fails while the registry breaks off each time; then it is mended. */
    private Kind failsAfterMending(int whole) {
        Kind k = fails(name("a:1"), PullOptions.DEFAULT).kind();
        registry.breakAfter = whole * 10;
        return k;
    }

    @Test
    void aLaterProcessGoesOnWithWhatIsThere() throws Exception {
        registry.image("a", "1", layer(1, 500_000));
        registry.breakAfter = 100_000;
        registry.stall = true;
        assertEquals(Kind.TIMEOUT, stalledTooOften());
        store.close();
        store = open(Map.of());
        registry.breakAfter = -1;
        registry.requests.clear();
        store.pull(name("a:1"), PullOptions.DEFAULT);
        assertTrue(registry.count("bytes=") == 1, registry.requests.toString());
    }

    private Kind stalledTooOften() throws Exception {
        Thread t = Thread.currentThread();
        assertFalse(t.isInterrupted());
        registry.ranges = true;
        registry.breakAfter = 100_000;
        // progress each time would go on for ever: nothing comes after the first part
        Kind[] kind = new Kind[1];
        Thread puller = Thread.ofVirtual()
                .start(() -> kind[0] = fails(name("a:1"), PullOptions.DEFAULT).kind());
        while (registry.count("bytes=") == 0) {
            Thread.sleep(20);
        }
        registry.breakAfter = 0;
        puller.join();
        return kind[0];
    }

    @Test
    void repeatsWhatMayPass() throws Exception {
        registry.image("a", "1", layer(1, 10));
        registry.fail("/manifests/", 2);
        registry.fail("/blobs/", 3);
        store.pull(name("a:1"), PullOptions.DEFAULT);
        registry.fail("/manifests/", 100);
        ImageException e = fails(name("a:1"), ALWAYS);
        assertEquals(Kind.UNAVAILABLE, e.kind());
        assertTrue(e.getMessage().contains("not now"), e.getMessage());
        registry.failStatus = 429;
        assertEquals(Kind.RATE_LIMIT, fails(name("a:1"), ALWAYS).kind());
        registry.retryAfter = "3600"; // is not waited for
        assertEquals(Kind.RATE_LIMIT, fails(name("a:1"), ALWAYS).kind());
    }

    @Test
    void noticesLies() throws Exception {
        registry.image("a", "1", layer(1, 10_000));
        registry.corrupt = true;
        assertEquals(
                Kind.DIGEST_MISMATCH, fails(name("a:1"), PullOptions.DEFAULT).kind());
        assertTrue(store.list().isEmpty());
        assertTrue(store.find(name("a:1")).isEmpty());
        registry.corrupt = false;
        store.pull(name("a:1"), PullOptions.DEFAULT);
        Digest wrong = Digest.of(new byte[1]);
        registry.manifest("a", wrong.toString(), "application/vnd.oci.image.manifest.v1+json", "{}");
        assertEquals(
                Kind.DIGEST_MISMATCH,
                fails(name("a@" + wrong), PullOptions.DEFAULT).kind());
    }

    @Test
    void layersThatAreNotWhatTheConfigurationSays() throws Exception {
        byte[] z = Tars.gzip(layer(1, 10));
        byte[] config = ("{\"rootfs\":{\"diff_ids\":[\"" + Digest.of(z) + "\"]}}").getBytes();
        String m = "{\"schemaVersion\":2,\"config\":{\"digest\":\"" + registry.blob(config) + "\",\"size\":"
                + config.length + "},\"layers\":[{\"mediaType\":\"application/vnd.docker.image.rootfs.diff.tar.gzip\","
                + "\"digest\":\"" + registry.blob(z) + "\",\"size\":" + z.length + "}]}";
        registry.manifest("a", "1", "application/vnd.docker.distribution.manifest.v2+json", m);
        assertEquals(
                Kind.DIGEST_MISMATCH, fails(name("a:1"), PullOptions.DEFAULT).kind());
        registry.manifest("a", "2", "x", m.replace("\"size\":" + z.length, "\"size\":" + (z.length - 1)));
        assertEquals(
                Kind.DIGEST_MISMATCH, fails(name("a:2"), PullOptions.DEFAULT).kind());
        registry.manifest("a", "3", "x", m.replace("tar.gzip", "wasm"));
        assertEquals(Kind.MALFORMED, fails(name("a:3"), PullOptions.DEFAULT).kind());
        registry.manifest("a", "4", "x", "{\"schemaVersion\":1,\"fsLayers\":[]}");
        assertTrue(fails(name("a:4"), PullOptions.DEFAULT).getMessage().contains("schema 1"));
        registry.manifest("a", "5", "x", "[".repeat(100_000));
        assertEquals(Kind.MALFORMED, fails(name("a:5"), PullOptions.DEFAULT).kind());
        registry.manifest("a", "6", "x", m.replace("sha256:", "sha256:../../"));
        assertEquals(Kind.MALFORMED, fails(name("a:6"), PullOptions.DEFAULT).kind());
    }

    @Test
    void pullsOfTheSameShareTheWork() throws Exception {
        registry.image("a", "1", layer(1, 300_000), layer(2, 10));
        registry.image("b", "1", layer(1, 300_000), layer(3, 10));
        List<Callable<Image>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            String n = name((i % 2 == 0 ? "a" : "b") + ":1");
            all.add(() -> store.pull(n, PullOptions.DEFAULT));
        }
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Image> f : pool.invokeAll(all)) {
                assertTrue(f.get().sizeBytes() >= 300_000);
            }
        }
        String big = Digest.of(Tars.gzip(layer(1, 300_000))).toString();
        assertEquals(1, registry.count(big), registry.requests.toString());
        assertEquals(2, store.list().size());
    }

    @Test
    void anInterruptEndsAPull() throws Exception {
        registry.image("a", "1", layer(1, 300_000));
        registry.breakAfter = 1000;
        registry.stall = true;
        Kind[] kind = new Kind[1];
        Thread t = Thread.ofPlatform()
                .start(() -> kind[0] = fails(name("a:1"), PullOptions.DEFAULT).kind());
        while (registry.count("/blobs/") < 2) {
            Thread.sleep(10);
        }
        t.interrupt();
        t.join(3000);
        assertFalse(t.isAlive());
        assertEquals(Kind.INTERRUPTED, kind[0]);
        registry.breakAfter = -1;
        store.pull(name("a:1"), PullOptions.DEFAULT);
    }

    @Test
    void mirrorsAreAskedFirst() throws Exception {
        registry.image("mirror/library/x", "1", layer(1, 10));
        store.close();
        store = open(Map.of("docker.io", List.of("http://127.0.0.1:9", "http://" + registry.host())));
        registry.image("library/x", "1", layer(1, 10));
        Image i = store.pull("x:1", PullOptions.DEFAULT);
        assertEquals(List.of("docker.io/library/x:1"), i.names());
        assertTrue(registry.count("/v2/library/x/") > 0);
    }
}
