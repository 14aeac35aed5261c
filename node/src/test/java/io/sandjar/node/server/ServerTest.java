// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class ServerTest {
    private static final String POD =
            "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"NAME\",\"labels\":{\"app\":\"web\"}},\"spec\":"
                    + "{\"containers\":[{\"name\":\"c\",\"image\":\"sandjar.io/demo\"}]}}";
    private static final String WEB = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                  - {name: a, image: "a:1", env: [{name: X, value: "1"}]}
                  - {name: b, image: "b:1"}
            """;
    private static final String PODS = "/api/v1/namespaces/default/pods";

    @TempDir
    Path dir;

    private final ObjectStore store = ObjectStore.inMemory();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ApiServer(new Api(store), () -> new Node()).listen(dir.resolve("kubelet.sock"));
    }

    @AfterEach
    void stop() {
        server.close();
        store.close();
        assertFalse(Files.exists(dir.resolve("kubelet.sock")));
    }

    /** A node whose containers say two words. */
    private static final class Node implements NodeOperations {
        @Override
        public InputStream logs(Pod pod, LogOptions options) {
            return new ByteArrayInputStream(
                    (options.container() + " " + options.tailLines() + "\n").getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public ExecPlan exec(Pod pod, ExecRequest request) {
            return new ExecPlan(List.of("/bin/runsc", "exec", request.container()), Map.of(), "/");
        }

        @Override
        public List<ContainerStats> stats(Pod pod) {
            return List.of(new ContainerStats("c", 2_500_000_000L, 250_000_000, 64 << 20, -1, 3, Instant.now()));
        }

        @Override
        public List<Map<String, Object>> images() {
            return List.of(Map.of("id", "sha256:1"));
        }

        @Override
        public Map<String, Object> pull(String reference, Consumer<String> progress) {
            progress.accept("downloading sha256:2 10/200");
            return Map.of("id", "sha256:3");
        }

        @Override
        public void removeImage(String reference) {}
    }

    private Client client() throws IOException {
        return new Client(server.socket());
    }

    private JsonNode call(int code, String method, String target, String body, String... headers) throws IOException {
        try (Client c = client()) {
            c.send(method, target, body, headers);
            JsonNode answer = c.json();
            assertEquals(code, c.code, answer.toString());
            return answer;
        }
    }

    @Test
    void onlyTheOwnerMayConnect() throws IOException {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(server.socket())));
    }

    @Test
    void objectsComeAndGo() throws IOException {
        try (Client c = client()) { // one connection for all: keep-alive
            JsonNode pod = c.send("POST", PODS, POD.replace("NAME", "a")).json();
            assertEquals(201, c.code);
            assertEquals("Always", pod.path("spec").path("restartPolicy").asString());
            assertEquals("Pending", pod.path("status").path("phase").asString());
            assertEquals(pod, c.send("GET", PODS + "/a", "").json());
            JsonNode list =
                    c.send("GET", "/api/v1/pods?labelSelector=app%3Dweb", "").json();
            assertEquals("PodList", list.path("kind").asString());
            assertEquals(1, list.path("items").size());
            assertEquals(
                    0,
                    c.send("GET", "/api/v1/pods?labelSelector=app%21%3Dweb", "")
                            .json()
                            .path("items")
                            .size());
            JsonNode twice = c.send("POST", PODS, POD.replace("NAME", "a")).json();
            assertEquals(409, c.code);
            assertEquals("AlreadyExists", twice.path("reason").asString());
            JsonNode wrong = c.send("POST", PODS, POD.replace("NAME", "B_")).json();
            assertEquals(422, c.code);
            assertTrue(
                    wrong.path("message").asString().startsWith("Pod \"B_\" is invalid: metadata.name: Invalid value"),
                    wrong.toString());
            JsonNode deleted =
                    c.send("DELETE", PODS + "/a", "{\"gracePeriodSeconds\":3}").json();
            assertEquals(
                    3,
                    deleted.path("metadata").path("deletionGracePeriodSeconds").asInt());
            JsonNode gone =
                    c.send("DELETE", PODS + "/a?gracePeriodSeconds=0", "").json();
            assertEquals("Success", gone.path("status").asString());
            assertEquals(
                    "NotFound",
                    c.send("GET", PODS + "/a", "").json().path("reason").asString());
            assertEquals(404, c.code);
        }
    }

    @Test
    void errorsAreStatusObjects() throws IOException {
        assertEquals(
                "NotFound", call(404, "GET", "/nothing/here", "").path("reason").asString());
        assertEquals(
                "BadRequest", call(400, "POST", PODS, "{broken").path("reason").asString());
        assertEquals(
                405,
                call(405, "POST", "/api/v1/nodes", "{\"metadata\":{\"name\":\"n\"}}")
                        .path("code")
                        .asInt());
        assertEquals(
                "Forbidden",
                call(403, "DELETE", "/api/v1/namespaces/default", "")
                        .path("reason")
                        .asString());
        JsonNode version = call(200, "GET", "/version", "");
        assertTrue(version.path("gitVersion").asString().startsWith("v1."));
        try (Client c = client()) {
            assertEquals("ok", c.send("GET", "/healthz", "").text());
        }
    }

    @Test
    void watchesGoOn() throws IOException {
        try (Client watch = client()) {
            call(201, "POST", PODS, POD.replace("NAME", "a"));
            watch.send("GET", PODS + "?watch=true", "");
            assertEquals(200, watch.code);
            JsonNode first = io.sandjar.node.model.Json.mapper().readTree(watch.chunk());
            assertEquals("ADDED", first.path("type").asString());
            call(201, "POST", PODS, POD.replace("NAME", "b"));
            JsonNode second = io.sandjar.node.model.Json.mapper().readTree(watch.chunk());
            assertEquals(
                    "b", second.path("object").path("metadata").path("name").asString());
            String version = second.path("object")
                    .path("metadata")
                    .path("resourceVersion")
                    .asString();
            call(200, "DELETE", PODS + "/a?gracePeriodSeconds=0", "");
            JsonNode third = io.sandjar.node.model.Json.mapper().readTree(watch.chunk());
            assertEquals("DELETED", third.path("type").asString());
            try (Client again = client()) {
                again.send("GET", PODS + "?watch=true&resourceVersion=" + version + "&timeoutSeconds=1", "");
                assertTrue(again.chunk().contains("\"DELETED\""));
                assertEquals("", again.chunk(), "ends after its time");
            }
            assertEquals(
                    "Expired",
                    call(410, "GET", PODS + "?watch=true&resourceVersion=999999", "")
                            .path("reason")
                            .asString());
        }
    }

    @Test
    void tables() throws IOException {
        call(201, "POST", PODS, POD.replace("NAME", "a"));
        JsonNode table =
                call(200, "GET", PODS, "", "Accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        assertEquals("Table", table.path("kind").asString());
        assertEquals("Name", table.path("columnDefinitions").get(0).path("name").asString());
        assertEquals(1, table.path("columnDefinitions").get(5).path("priority").asInt());
        assertEquals(
                "[\"a\",\"0/1\",\"Pending\",\"0\",\"0s\",\"<none>\",\"<none>\",\"<none>\",\"<none>\"]",
                table.path("rows").get(0).path("cells").toString());
        assertEquals(
                "PartialObjectMetadata",
                table.path("rows").get(0).path("object").path("kind").asString());
        for (Kind<?> kind : Kind.ALL) {
            String prefix = kind.group().isEmpty() ? "/api/v1/" : "/apis/" + kind.apiVersion() + "/";
            call(200, "GET", prefix + kind.plural() + "?as=Table", "");
        }
    }

    @Test
    void applyIsThreeWay() throws IOException {
        String path = "/apis/apps/v1/namespaces/default/deployments/web";
        String type = "Content-Type: application/apply-patch+yaml";
        assertEquals(
                1,
                call(201, "PATCH", path, WEB, type)
                        .path("spec")
                        .path("replicas")
                        .asInt());
        call(
                200,
                "PATCH",
                path + "/scale",
                "{\"spec\":{\"replicas\":5}}",
                "Content-Type: application/merge-patch+json");
        JsonNode same = call(200, "PATCH", path, WEB, type);
        assertEquals(5, same.path("spec").path("replicas").asInt(), "others' fields stay");
        JsonNode changed = call(
                200,
                "PATCH",
                path,
                WEB.replace(", env: [{name: X, value: \"1\"}]", "")
                        .replace("- {name: b, image: \"b:1\"}", "- {name: nn, image: \"n:1\"}"),
                type);
        JsonNode containers = changed.path("spec").path("template").path("spec").path("containers");
        assertEquals(2, containers.size());
        assertFalse(containers.get(0).has("env"), "what was ours and is not any more goes");
        assertEquals("nn", containers.get(1).path("name").asString());
        assertEquals("IfNotPresent", containers.get(1).path("imagePullPolicy").asString());
        JsonNode again = call(200, "GET", path, "");
        assertEquals(
                changed.path("metadata").path("resourceVersion"),
                again.path("metadata").path("resourceVersion"));
        JsonNode wrong = call(422, "PATCH", path, WEB.replace("app: web", "app: other"), type);
        assertTrue(
                wrong.path("message").asString().contains("spec.selector: Invalid value: field is immutable"),
                wrong.toString());
    }

    @Test
    void otherAppliersOnlyAdd() throws IOException {
        String path = "/apis/apps/v1/namespaces/default/deployments/web";
        String type = "Content-Type: application/apply-patch+yaml";
        call(201, "PATCH", path, WEB, type);
        String part =
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, labels: {from: other}}, spec: {replicas: 3}}";
        JsonNode both = call(200, "PATCH", path + "?fieldManager=other", part, type);
        assertEquals(3, both.path("spec").path("replicas").asInt());
        assertEquals(
                2,
                both.path("spec")
                        .path("template")
                        .path("spec")
                        .path("containers")
                        .size());
        JsonNode again = call(200, "PATCH", path + "?fieldManager=kubectl", WEB, type);
        assertEquals("other", again.path("metadata").path("labels").path("from").asString());
        assertEquals(3, again.path("spec").path("replicas").asInt());
        call(400, "PATCH", path, part.replace("name: web", "name: nobody"), type);
        call(422, "PATCH", path.replace("web", "part"), part.replace("name: web", "name: part"), type);
        JsonNode index = call(200, "GET", "/openapi/v3", "");
        String where = index.path("paths")
                .path("apis/apps/v1")
                .path("serverRelativeURL")
                .asString();
        assertTrue(call(200, "GET", where, "").toString().contains("fieldValidation"));
    }

    @Test
    void patchesOfAllKinds() throws IOException {
        String path = "/apis/apps/v1/namespaces/default/deployments/web";
        call(201, "PATCH", path, WEB, "Content-Type: application/apply-patch+yaml");
        JsonNode strategic = call(
                200,
                "PATCH",
                path,
                "{\"spec\":{\"template\":{\"spec\":{\"$setElementOrder/containers\":[{\"name\":\"a\"}],\"containers\":[{\"name\":\"a\",\"image\":\"a:2\"},"
                        + "{\"name\":\"b\",\"$patch\":\"delete\"}]}}}}",
                "Content-Type: application/strategic-merge-patch+json");
        JsonNode containers =
                strategic.path("spec").path("template").path("spec").path("containers");
        assertEquals(1, containers.size());
        assertEquals("a:2", containers.get(0).path("image").asString());
        assertEquals("1", containers.get(0).path("env").get(0).path("value").asString());
        assertEquals(2, strategic.path("metadata").path("generation").asInt());
        JsonNode json = call(
                200,
                "PATCH",
                path,
                "[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":1},{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":3},"
                        + "{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":{\"x\":\"y\"}}]",
                "Content-Type: application/json-patch+json");
        assertEquals(3, json.path("spec").path("replicas").asInt());
        assertEquals(
                "Invalid",
                call(
                                422,
                                "PATCH",
                                path,
                                "[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":1}]",
                                "Content-Type: application/json-patch+json")
                        .path("reason")
                        .asString());
        JsonNode merge = call(
                200,
                "PATCH",
                path,
                "{\"metadata\":{\"labels\":{\"x\":null,\"z\":\"1\"}}}",
                "Content-Type: application/merge-patch+json");
        assertEquals("{\"z\":\"1\"}", merge.path("metadata").path("labels").toString());
        call(415, "PATCH", path, "{}", "Content-Type: text/plain");
        JsonNode conflict = call(
                409,
                "PATCH",
                path,
                "{\"metadata\":{\"resourceVersion\":\"1\"},\"spec\":{\"replicas\":9}}",
                "Content-Type: application/merge-patch+json");
        assertEquals("Conflict", conflict.path("reason").asString());
    }

    @Test
    void filesOfManifests() throws IOException {
        String file = WEB + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n---\n"
                + POD.replace("NAME", "p") + "\n";
        String path = "/apis/sandjar.io/v1/apply?file=web.yaml&action=";
        JsonNode first = call(200, "POST", path + "apply", file);
        assertEquals(2, first.path("items").size(), first.toString());
        assertEquals("created", first.path("items").get(0).path("operation").asString());
        assertTrue(
                first.path("errors").get(0).asString().startsWith("web.yaml:14:1: kind Service is not served here"),
                first.toString());
        JsonNode second = call(200, "POST", path + "apply", file);
        assertEquals("unchanged", second.path("items").get(0).path("operation").asString());
        JsonNode third = call(200, "POST", path + "apply", file.replace("a:1", "a:2"));
        assertEquals("configured", third.path("items").get(0).path("operation").asString());
        assertEquals("unchanged", third.path("items").get(1).path("operation").asString());
        JsonNode create = call(200, "POST", path + "create", file);
        assertTrue(create.path("errors").toString().contains("already exists"), create.toString());
        JsonNode resolve = call(200, "POST", path + "resolve", file);
        assertEquals("p", resolve.path("items").get(1).path("name").asString());
        JsonNode dry = call(200, "POST", path + "apply&dryRun=All", POD.replace("NAME", "dry"));
        assertEquals("created", dry.path("items").get(0).path("operation").asString());
        call(404, "GET", PODS + "/dry", "");
        JsonNode live = call(200, "GET", PODS + "/p", "");
        JsonNode tried = call(
                200,
                "PATCH",
                PODS + "/p?dryRun=All",
                "{\"metadata\":{\"creationTimestamp\":null}}",
                "Content-Type: application/merge-patch+json");
        assertEquals(live, tried);
        JsonNode pod =
                call(200, "POST", path + "apply", POD.replace("NAME", "p").replace("\"name\":\"c\"", "\"name\":\"d\""));
        assertTrue(pod.path("errors").get(0).asString().contains("pod updates may not change fields"), pod.toString());
    }

    @Test
    void theRestOfTheNode() throws IOException {
        call(201, "POST", PODS, POD.replace("NAME", "a"));
        try (Client c = client()) {
            assertEquals("c 7\n", c.send("GET", PODS + "/a/log?tailLines=7", "").text());
            assertEquals(400, c.send("GET", PODS + "/a/log?container=zz", "").code);
        }
        JsonNode plan =
                call(200, "POST", "/apis/sandjar.io/v1/namespaces/default/pods/a/exec", "{\"command\":[\"ls\"]}");
        assertEquals("[\"/bin/runsc\",\"exec\",\"c\"]", plan.path("argv").toString());
        JsonNode top = call(200, "GET", "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods", "");
        assertEquals(
                "{\"cpu\":\"250000000n\",\"memory\":\"65536Ki\"}",
                top.path("items").get(0).path("containers").get(0).path("usage").toString());
        assertEquals(
                1,
                call(200, "GET", "/apis/sandjar.io/v1/images", "").path("items").size());
        try (Client c = client()) {
            String lines = c.send("POST", "/apis/sandjar.io/v1/images", "{\"image\":\"x\"}")
                    .text();
            assertTrue(lines.contains("\"total\":200") && lines.contains("{\"image\":{\"id\":\"sha256:3\"}}"), lines);
            String metrics = c.send("GET", "/metrics", "").text();
            assertTrue(
                    metrics.contains(
                            "container_cpu_usage_seconds_total{container=\"c\",namespace=\"default\",pod=\"a\"} 2.500000\n"),
                    metrics);
            assertTrue(metrics.contains("kube_pod_status_phase{namespace=\"default\",pod=\"a\""), metrics);
        }
    }

    @Test
    void discovery() throws IOException {
        assertEquals("[\"v1\"]", call(200, "GET", "/api", "").path("versions").toString());
        assertEquals(4, call(200, "GET", "/apis", "").path("groups").size());
        JsonNode core = call(200, "GET", "/api/v1", "");
        assertEquals("v1", core.path("groupVersion").asString());
        assertTrue(core.toString().contains("\"pods/log\""));
        assertTrue(call(200, "GET", "/apis/apps/v1", "").toString().contains("deployments/scale"));
        assertEquals(
                "apps/v1",
                call(200, "GET", "/apis/apps", "")
                        .path("preferredVersion")
                        .path("groupVersion")
                        .asString());
    }

    @Test
    void manyWatchersAndLeavers() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Client c = client()) {
                c.send("GET", "/api/v1/pods?watch=true", "");
                assertNotNull(c.headers);
            }
        }
        call(201, "POST", PODS, POD.replace("NAME", "a"));
        for (int i = 0;
                i < 50
                        && Thread.getAllStackTraces().keySet().stream()
                                .anyMatch(t -> t.getName().equals("request"));
                i++) {
            Thread.sleep(Duration.ofMillis(20));
        }
        assertEquals(1, store.list(Kind.POD, null).size());
    }

    @Test
    void ages() {
        assertEquals("119s", Ages.human(Duration.ofSeconds(119)));
        assertEquals("2m", Ages.human(Duration.ofSeconds(120)));
        assertEquals("9m59s", Ages.human(Duration.ofSeconds(599)));
        assertEquals("10m", Ages.human(Duration.ofSeconds(601)));
        assertEquals("3h", Ages.human(Duration.ofMinutes(180)));
        assertEquals("7h59m", Ages.human(Duration.ofMinutes(479)));
        assertEquals("47h", Ages.human(Duration.ofHours(47)));
        assertEquals("2d", Ages.human(Duration.ofHours(48)));
        assertEquals("100d", Ages.human(Duration.ofDays(100)));
    }
}
