// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.sandjar.node.server.Api;
import io.sandjar.node.server.ApiServer;
import io.sandjar.node.server.HttpServer;
import io.sandjar.node.server.NodeOperations;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands against the agent's own server, with a store in memory and no pods that run. */
@Timeout(60)
class CommandsTest {
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata:
              name: hello
              labels: {app: hello}
            spec:
              containers:
              - name: web
                image: sandjar.io/demo
                ports: [{containerPort: 8080}]
                env: [{name: GREETING, value: "hi there"}]
            """;
    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers: [{name: web, image: sandjar.io/demo}]
            """;

    @TempDir
    Path dir;

    private final ObjectStore store = ObjectStore.inMemory();
    private final FakeNode node = new FakeNode();
    private HttpServer server;
    private String out = "";
    private String err = "";

    @BeforeEach
    void start() throws IOException {
        server = new ApiServer(new Api(store), () -> node).listen(dir.resolve("s"));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        store.close();
    }

    private int run(String input, String... words) {
        ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(stdout, false, StandardCharsets.UTF_8),
                new PrintStream(stderr, false, StandardCharsets.UTF_8),
                Map.of(
                        "SANDJAR_KUBELET",
                        dir.resolve("s").toString(),
                        "SANDJAR_PLAN",
                        dir.resolve("plan").toString()));
        int status = Main.run(words, terminal);
        out = stdout.toString(StandardCharsets.UTF_8);
        err = stderr.toString(StandardCharsets.UTF_8);
        return status;
    }

    private void apply(String manifest) {
        assertEquals(0, run(manifest, "apply", "-f", "-"), () -> err);
    }

    private void running(String name) {
        store.editStatus(
                Kind.POD,
                "default",
                name,
                p -> p.setStatus(new PodStatusBuilder()
                        .withPhase("Running")
                        .withPodIP("10.88.0.7")
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("True")
                        .endCondition()
                        .addNewContainerStatus()
                        .withName("web")
                        .withReady(true)
                        .withRestartCount(0)
                        .withImage("sandjar.io/demo")
                        .withNewState()
                        .withNewRunning("2026-01-02T03:04:05Z")
                        .endState()
                        .endContainerStatus()
                        .build()));
    }

    @Test
    void applyTellsWhatItDid() {
        assertEquals(0, run(POD, "apply", "-f", "-"));
        assertEquals("pod/hello created\n", out);
        assertEquals(0, run(POD, "apply", "-f", "-"));
        assertEquals("pod/hello unchanged\n", out);
        assertEquals(0, run(POD.replace("app: hello", "app: hello, tier: front"), "apply", "-f", "-"));
        assertEquals("pod/hello configured\n", out);
        assertEquals(0, run(DEPLOYMENT, "apply", "-f", "-", "--dry-run=server"));
        assertEquals("deployment.apps/web created (server dry run)\n", out);
        assertTrue(store.list(Kind.DEPLOYMENT, null).isEmpty());
    }

    @Test
    void errorsNameFileLineAndColumn() throws IOException {
        Path file = dir.resolve("bad.yaml");
        Files.writeString(file, POD.replace("kind: Pod", "kind: Pot"));
        assertEquals(1, run("", "apply", "-f", file.toString()));
        assertTrue(err.contains("bad.yaml:2:"), err);
        Files.writeString(file, "a: b: c\n");
        assertEquals(1, run("", "apply", "-f", file.toString()));
        assertTrue(err.contains("bad.yaml:1:"), err);
        assertEquals(1, run("", "apply", "-f", dir.resolve("none.yaml").toString()));
        assertEquals("error: the path \"" + dir + "/none.yaml\" does not exist\n", err);
        assertEquals(1, run("", "apply", "-f", "https://example.com/x.yaml"));
        assertTrue(err.contains("curl -fsSL"), err);
        assertEquals(1, run("", "apply"));
        assertTrue(err.startsWith("error: must specify one of -f"), err);
    }

    @Test
    void aDirectoryIsAppliedInOrder() throws IOException {
        Path files = Files.createDirectories(dir.resolve("m/sub"));
        Files.writeString(dir.resolve("m/2.yaml"), POD);
        Files.writeString(dir.resolve("m/1.yml"), DEPLOYMENT);
        Files.writeString(dir.resolve("m/README.md"), "not a manifest");
        Files.writeString(files.resolve("3.yaml"), POD.replace("hello", "deep"));
        assertEquals(0, run("", "apply", "-f", dir.resolve("m").toString()));
        assertEquals("deployment.apps/web created\npod/hello created\n", out);
        assertEquals(0, run("", "apply", "-R", "-f", dir.resolve("m").toString()));
        assertEquals("deployment.apps/web unchanged\npod/hello unchanged\npod/deep created\n", out);
        assertEquals(
                0,
                run("", "delete", "--wait=false", "-f", dir.resolve("m/1.yml").toString()));
        assertEquals("deployment.apps \"web\" deleted from default namespace\n", out);
    }

    @Test
    void getPrintsTables() {
        assertEquals(0, run("", "get", "pods"));
        assertEquals("", out);
        assertEquals("No resources found in default namespace.\n", err);
        apply(POD);
        running("hello");
        assertEquals(0, run("", "get", "po"));
        assertTrue(
                out.matches("NAME {4}READY {3}STATUS {4}RESTARTS {3}AGE\nhello {3}1/1 {5}Running {3}0 {10}\\d+s\n"),
                out);
        assertEquals(0, run("", "get", "pods", "--no-headers", "--show-labels"));
        assertTrue(out.endsWith("app=hello\n"), out);
        assertEquals(0, run("", "get", "pods", "-A", "-o", "wide"));
        assertTrue(out.startsWith("NAMESPACE   NAME    READY   STATUS    RESTARTS   AGE   IP "), out);
        assertTrue(out.contains("10.88.0.7"), out);
        assertEquals(0, run("", "get", "all"));
        assertTrue(out.contains("pod/hello "), out);
        assertEquals(0, run("", "get", "pods", "-l", "app=other"));
        assertEquals("", out);
        assertEquals(0, run("", "get", "pods", "--field-selector", "status.phase=Running", "-o", "name"));
        assertEquals("pod/hello\n", out);
    }

    @Test
    void whatIsNotThereIsSaidAsKubectlSaysIt() {
        assertEquals(1, run("", "get", "pod", "none"));
        assertEquals("Error from server (NotFound): pods \"none\" not found\n", err);
        assertEquals(1, run("", "get", "deploy/none"));
        assertEquals("Error from server (NotFound): deployments.apps \"none\" not found\n", err);
        assertEquals(0, run("", "get", "pod", "none", "--ignore-not-found"));
        assertEquals("", out + err);
        assertEquals(1, run("", "get", "pots"));
        assertTrue(err.startsWith("error: the server doesn't have a resource type \"pots\""), err);
        assertEquals(1, run("", "get", "svc"));
        assertTrue(err.contains("port-forward"), err);
        assertEquals(1, run("", "get"));
        assertTrue(err.contains("You must specify the type of resource to get"), err);
        assertEquals(1, run("", "get", "pods", "-o", "xml"));
        assertTrue(err.contains("allowed formats are"), err);
        assertEquals(1, run("", "delete", "pod", "none"));
        assertEquals("Error from server (NotFound): pods \"none\" not found\n", err);
    }

    @Test
    void formats() {
        apply(POD);
        assertEquals(0, run("", "get", "pod", "hello", "-o", "yaml"));
        assertTrue(out.startsWith("apiVersion: v1\nkind: Pod\nmetadata:\n"), out);
        assertTrue(out.contains("    - name: GREETING\n      value: hi there\n"), out);
        assertFalse(out.contains("managedFields"), out);
        assertEquals(0, run("", "get", "pods", "-o", "json"));
        assertTrue(out.startsWith("{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n        {\n"), out);
        assertEquals(
                0,
                run("", "get", "pod", "hello", "-o", "jsonpath={.metadata.name} {.spec.containers[*].image}{\"\\n\"}"));
        assertEquals("hello sandjar.io/demo\n", out);
        assertEquals(
                0,
                run(
                        "",
                        "get",
                        "pods",
                        "-o",
                        "jsonpath={range .items[*]}{.metadata.name}={.spec.containers[?(@.name==\"web\")].ports[0].containerPort};{end}"));
        assertEquals("hello=8080;", out);
        assertEquals(0, run("", "get", "pods", "-o", "custom-columns=N:.metadata.name,X:.metadata.annotations.none"));
        assertEquals("N       X\nhello   <none>\n", out);
    }

    /** What is printed as YAML is a manifest again. */
    @Test
    void yamlIsReadBack() {
        String odd =
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\ndata:\n  a: \"yes\"\n  b: \"0x1F\"\n  c: \"line\\nline\\n\"\n"
                        + "  d: \"no end\\nof line\"\n  e: \" blank\"\n  f: \"a: b # c\"\n  g: \"\"\n  h: \"- x\"\n  i: \"1.2.3\"\n  j: \"@{'\"\n"
                        + "  k: \"tab\\there\"\n  l: \"two\\n\\n\"\n  m: \"2026-01-01\"\n  n: \"1e3\"\n  o: \"null\"\n";
        apply(odd);
        var before = store.require(Kind.CONFIG_MAP, "default", "odd").getData();
        assertEquals(0, run("", "get", "cm", "odd", "-o", "yaml"));
        String yaml = out;
        store.delete(Kind.CONFIG_MAP, "default", "odd", io.sandjar.node.store.DeleteOptions.DEFAULT);
        assertEquals(0, run(yaml, "apply", "-f", "-"), () -> err + yaml);
        assertEquals(before, store.require(Kind.CONFIG_MAP, "default", "odd").getData(), yaml);
    }

    @Test
    void describeHasKubectlsLayout() {
        apply(POD);
        running("hello");
        assertEquals(0, run("", "describe", "pod", "hello"));
        for (String line : List.of(
                "Name:             hello\n",
                "Namespace:        default\n",
                "Labels:           app=hello\n",
                "Status:           Running\n",
                "IP:               10.88.0.7\n",
                "Containers:\n  web:\n",
                "    Port:           8080/TCP\n",
                "    State:          Running\n",
                "      GREETING:  hi there\n",
                "Events:")) {
            assertTrue(out.contains(line), () -> line + " is not in\n" + out);
        }
        apply(DEPLOYMENT);
        assertEquals(0, run("", "describe", "deploy", "web"));
        assertTrue(
                out.contains("Replicas:               2 desired | 0 updated | 0 total | 0 available | 0 unavailable"),
                out);
        assertEquals(1, run("", "describe", "pod", "x"));
        assertEquals("Error from server (NotFound): pods \"x\" not found\n", err);
    }

    @Test
    void scaleAndRollout() {
        apply(DEPLOYMENT);
        assertEquals(0, run("", "scale", "deploy/web", "--replicas=5"), () -> err);
        assertEquals("deployment.apps/web scaled\n", out);
        assertEquals(
                5, store.require(Kind.DEPLOYMENT, "default", "web").getSpec().getReplicas());
        assertEquals(1, run("", "scale", "deploy/web", "--replicas=2", "--current-replicas=4"));
        assertEquals("error: Expected replicas to be 4, was 5\n", err);
        assertEquals(0, run("", "rollout", "restart", "deploy/web"), () -> err);
        assertEquals("deployment.apps/web restarted\n", out);
        assertTrue(store.require(Kind.DEPLOYMENT, "default", "web")
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getAnnotations()
                .containsKey("kubectl.kubernetes.io/restartedAt"));
        assertEquals(0, run("", "rollout", "pause", "deploy/web"), () -> err);
        assertEquals(
                Boolean.TRUE,
                store.require(Kind.DEPLOYMENT, "default", "web").getSpec().getPaused());
        assertEquals(0, run("", "rollout", "resume", "deploy/web"), () -> err);
        assertEquals(1, run("", "rollout", "undo", "deploy/web"));
        assertEquals("error: no rollout history found for deployment \"web\"\n", err);
        assertEquals(1, run("", "rollout", "status", "deploy/web", "--timeout=1s"));
        assertTrue(out.startsWith("Waiting for deployment"), out);
        assertEquals("error: timed out waiting for the condition\n", err);
    }

    @Test
    void deleteWaitsUntilItIsGone() throws InterruptedException {
        apply(POD);
        running("hello");
        Thread worker = Thread.ofVirtual().start(() -> {
            while (true) {
                Pod pod = store.require(Kind.POD, "default", "hello");
                if (pod.getMetadata().getDeletionTimestamp() != null) {
                    store.remove(Kind.POD, "default", "hello", pod.getMetadata().getUid());
                    return;
                }
                Thread.onSpinWait();
            }
        });
        assertEquals(0, run("", "delete", "pod", "hello"));
        worker.join();
        assertEquals("pod \"hello\" deleted from default namespace\n", out);
        apply(POD);
        running("hello");
        assertEquals(1, run("", "delete", "pod", "hello", "--timeout=300ms"));
        assertEquals("error: timed out waiting for the condition on pods/hello\n", err);
        assertEquals(0, run("", "delete", "pod", "hello", "--grace-period=0", "--force"));
        assertEquals("pod \"hello\" force deleted from default namespace\n", out);
        assertTrue(err.startsWith("Warning: Immediate deletion"), err);
        assertEquals(1, run("", "delete", "pods"));
        assertTrue(err.contains("no name was specified"), err);
        assertEquals(0, run("", "delete", "pods", "--all"));
        assertEquals("No resources found\n", out);
    }

    @Test
    void waitLooksAtConditionsAndFields() {
        apply(POD);
        assertEquals(1, run("", "wait", "pod/hello", "--for=condition=Ready", "--timeout=200ms"));
        assertEquals("error: timed out waiting for the condition on pods/hello\n", err);
        running("hello");
        assertEquals(0, run("", "wait", "pod/hello", "--for=condition=Ready"));
        assertEquals("pod/hello condition met\n", out);
        assertEquals(0, run("", "wait", "pod", "hello", "--for=jsonpath={.status.phase}=Running"));
        assertEquals(1, run("", "wait", "pod/hello", "--for=delete", "--timeout=200ms"));
        store.delete(Kind.POD, "default", "hello", io.sandjar.node.store.DeleteOptions.grace(0));
        assertEquals(0, run("", "wait", "pod/hello", "--for=delete"));
    }

    @Test
    void logsOfTheRightContainer() {
        apply(POD + "  - {name: side, image: sandjar.io/demo}\n");
        node.log = "one\ntwo\nthree";
        assertEquals(0, run("", "logs", "hello"));
        assertEquals("one\ntwo\nthree", out);
        assertEquals("Defaulted container \"web\" out of: web, side\n", err);
        assertEquals("web", node.asked.container());
        assertEquals(0, run("", "logs", "hello", "-c", "side", "--tail", "2", "--timestamps", "-p"));
        assertEquals("side", node.asked.container());
        assertEquals(2L, node.asked.tailLines());
        assertTrue(node.asked.timestamps() && node.asked.previous());
        assertEquals(0, run("", "logs", "-l", "app=hello", "--all-containers", "--prefix"));
        assertEquals(
                "[pod/hello/web] one\n[pod/hello/web] two\n[pod/hello/web] three[pod/hello/side] one\n"
                        + "[pod/hello/side] two\n[pod/hello/side] three",
                out);
        assertEquals(1, run("", "logs", "hello", "-c", "none"));
        assertTrue(err.startsWith("Error from server (BadRequest): container none"), err);
        assertEquals(1, run("", "logs", "none"));
        assertEquals("Error from server (NotFound): pods \"none\" not found\n", err);
        assertEquals(1, run("", "logs", "hello", "--since", "never"));
        assertTrue(err.contains("--since"), err);
    }

    @Test
    void execHandsThePlanOver() throws IOException {
        apply(POD);
        running("hello");
        assertEquals(0, run("", "exec", "hello", "--", "ls", "-l", "a b"), () -> err);
        assertEquals("stdin=null\0/bin/runsc\0exec\0web\0ls\0-l\0a b\0", Files.readString(dir.resolve("plan")));
        assertEquals(0, run("", "exec", "-i", "pod/hello", "-c", "web", "--", "cat"));
        assertEquals("/bin/runsc\0exec\0web\0cat\0", Files.readString(dir.resolve("plan")));
        assertEquals(1, run("", "exec", "hello", "ls"));
        assertTrue(err.contains("Use exec [POD] -- [COMMAND] instead"), err);
        assertEquals(1, run("", "exec", "none", "--", "ls"));
        assertEquals("Error from server (NotFound): pods \"none\" not found\n", err);
    }

    @Test
    void runMakesAPod() {
        assertEquals(
                0,
                run(
                        "",
                        "run",
                        "once",
                        "--image=sandjar.io/demo",
                        "--restart=Never",
                        "--env=A=b",
                        "--port=80",
                        "--",
                        "echo",
                        "x"),
                () -> err);
        assertEquals("pod/once created\n", out);
        Pod pod = store.require(Kind.POD, "default", "once");
        assertEquals("Never", pod.getSpec().getRestartPolicy());
        assertEquals(
                List.of("echo", "x"), pod.getSpec().getContainers().getFirst().getArgs());
        assertEquals("once", pod.getMetadata().getLabels().get("run"));
        assertEquals(0, run("", "run", "x", "--image=i", "--dry-run=client", "-o", "yaml"));
        assertTrue(out.startsWith("apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    run: x\n"), out);
        assertEquals(1, run("", "run", "x"));
        assertEquals(1, run("", "run", "once", "--image=i"));
        assertEquals("Error from server (AlreadyExists): pods \"once\" already exists\n", err);
    }

    @Test
    void topAndImages() {
        apply(POD);
        running("hello");
        assertEquals(0, run("", "top", "pods"), () -> err);
        assertEquals("NAME    CPU(cores)   MEMORY(bytes)\nhello   250m         12Mi\n", out);
        assertEquals(0, run("", "top", "pod", "--containers", "--no-headers"));
        assertEquals("hello   web   250m   12Mi\n", out);
        assertEquals(0, run("", "images"));
        assertEquals(
                "IMAGE                           ID             SIZE\ndocker.io/library/busybox:1     0123456789ab   4.3MB\n"
                        + "docker.io/library/busybox:1.3   0123456789ab   4.3MB\n",
                out);
        assertEquals(0, run("", "pull", "busybox"));
        assertEquals("busybox sha256:0123456789abcdef\n", out);
        assertEquals(1, run("", "pull", "none"));
        assertEquals("error: cannot pull none: there is no such image\n", err);
        assertEquals(0, run("", "rmi", "busybox"), () -> err);
    }

    @Test
    void watchShowsChangesInTheSameColumns() throws InterruptedException {
        apply(POD);
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                InputStream.nullInputStream(),
                new PrintStream(seen, true, StandardCharsets.UTF_8),
                new PrintStream(seen, true, StandardCharsets.UTF_8),
                Map.of("SANDJAR_KUBELET", dir.resolve("s").toString()));
        Thread watcher = Thread.ofVirtual().start(() -> Main.run(new String[] {"get", "pods", "-w"}, terminal));
        for (int i = 0; i < 500 && seen.size() == 0; i++) {
            Thread.sleep(10);
        }
        running("hello");
        for (int i = 0; i < 500 && !seen.toString(StandardCharsets.UTF_8).contains("Running"); i++) {
            Thread.sleep(10);
        }
        String text = seen.toString(StandardCharsets.UTF_8);
        assertEquals(1, text.split("NAME", -1).length - 1, text);
        assertTrue(text.matches("(?s).*\nhello {3}0/1 {5}Pending {3}0 .*\nhello {3}1/1 {5}Running {3}0 .*"), text);
        watcher.interrupt();
    }

    @Test
    void withoutAnAgentItIsSaidWhatToDo() throws IOException {
        server.close();
        assertEquals(1, run("", "get", "pods"));
        assertTrue(
                err.startsWith("The connection to the node agent at " + dir + "/s was refused - is it running?\n"),
                err);
        assertTrue(err.contains("sandjar kubelet"), err);
        assertEquals(1, run("", "get", "pods", "--kubeconfig=x"));
        assertTrue(err.contains("there is no cluster"), err);
        assertEquals(1, run("", "attach", "x"));
        assertTrue(err.contains("sandjar logs -f"), err);
        assertEquals(1, run("", "get", "pods", "--colour"));
        assertEquals("error: unknown flag: --colour\nSee 'sandjar get --help' for usage.\n", err);
        for (String verb : Help.VERBS) {
            assertEquals(0, run("", verb, "--help"));
            assertTrue(out.startsWith("sandjar "), verb);
        }
    }

    /** A node whose pods do not run. */
    private static final class FakeNode implements NodeOperations {
        private String log = "";
        private LogOptions asked = new LogOptions("", false, false, false, null, null, null);

        @Override
        public InputStream logs(Pod pod, LogOptions options) {
            asked = options;
            return new ByteArrayInputStream(log.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public ExecPlan exec(Pod pod, ExecRequest request) {
            List<String> words = new java.util.ArrayList<>(List.of("/bin/runsc", "exec", request.container()));
            words.addAll(request.command());
            return new ExecPlan(words, Map.of(), "/");
        }

        @Override
        public List<ContainerStats> stats(Pod pod) {
            return List.of(new ContainerStats("web", 1, 250_000_000, 12 << 20, -1, 3, Instant.now()));
        }

        @Override
        public List<Map<String, Object>> images() {
            return List.of(Map.of(
                    "id",
                    "sha256:0123456789abcdef",
                    "names",
                    List.of("docker.io/library/busybox:1", "docker.io/library/busybox:1.3"),
                    "sizeBytes",
                    4_301_234L));
        }

        @Override
        public Map<String, Object> pull(String reference, Consumer<String> progress) {
            if (reference.equals("none")) {
                throw new io.sandjar.node.store.StoreException(
                        io.sandjar.node.store.StoreException.Reason.NOT_FOUND, "there is no such image");
            }
            progress.accept("downloading sha256:abc 1/2");
            return images().getFirst();
        }

        @Override
        public void removeImage(String reference) {}
    }
}
