// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ManifestsTest {
    private static final Path FILES = Path.of("src/test/resources/manifests");

    static Stream<String> bad() throws IOException {
        try (Stream<Path> files = Files.list(FILES.resolve("bad"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList().stream();
        }
    }

    /** Each file says in comments "#: LINE:COLUMN: PATH: MESSAGE" what is wrong with it. */
    @ParameterizedTest
    @MethodSource("bad")
    void mistakesAreNamed(String name) throws IOException {
        String text = Files.readString(FILES.resolve("bad").resolve(name));
        List<String> expected = text.lines()
                .filter(l -> l.startsWith("#: "))
                .map(l -> name + ":" + l.substring(3))
                .toList();
        assertTrue(!expected.isEmpty(), "the file must say what it expects");
        Manifests.Result result = Manifests.read(name, text.getBytes(StandardCharsets.UTF_8), true);
        assertEquals(
                String.join("\n", expected),
                result.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")));
    }

    @Test
    void theRestOfAFileIsTaken() throws IOException {
        Manifests.Result result = Manifests.read("kind.yaml", Files.readAllBytes(FILES.resolve("bad/kind.yaml")), true);
        assertEquals(
                List.of("configmap/still-taken"),
                result.manifests().stream().map(m -> m.label()).toList());
        assertEquals(6, result.manifests().getFirst().line());
    }

    @Test
    void defaults() throws IOException {
        Manifests.Result result = Manifests.read("web.yaml", Files.readAllBytes(FILES.resolve("good/web.yaml")), true);
        assertEquals(List.of(), result.problems());
        assertEquals(
                List.of("namespace/shop", "configmap/web", "deployment.apps/web", "job.batch/once", "secret/s"),
                result.manifests().stream().map(m -> m.label()).toList());
        Deployment d = (Deployment) result.manifests().get(2).object();
        assertEquals(
                "25%",
                d.getSpec().getStrategy().getRollingUpdate().getMaxSurge().getStrVal());
        assertEquals(10, d.getSpec().getRevisionHistoryLimit());
        PodSpec pod = d.getSpec().getTemplate().getSpec();
        assertEquals("Always", pod.getRestartPolicy());
        assertEquals(30L, pod.getTerminationGracePeriodSeconds());
        assertEquals("ClusterFirst", pod.getDnsPolicy());
        assertEquals(420, pod.getVolumes().get(0).getConfigMap().getDefaultMode(), "0644 is octal, as for kubectl");
        assertNotNull(pod.getVolumes().get(1).getEmptyDir());
        Container c = pod.getContainers().getFirst();
        assertEquals("Always", c.getImagePullPolicy());
        assertEquals("IfNotPresent", pod.getInitContainers().getFirst().getImagePullPolicy());
        assertEquals("TCP", c.getPorts().getFirst().getProtocol());
        assertEquals(3, c.getReadinessProbe().getFailureThreshold());
        assertEquals("/", c.getReadinessProbe().getHttpGet().getPath());
        assertEquals(
                Map.of("cpu", new Quantity("0.25"), "memory", new Quantity("64Mi")),
                c.getResources().getRequests());
        Job job = (Job) result.manifests().get(3).object();
        assertEquals(1, job.getSpec().getCompletions());
        assertEquals(6, job.getSpec().getBackoffLimit());
        Secret secret = (Secret) result.manifests().get(4).object();
        assertEquals(Map.of("password", "eA=="), secret.getData());
        assertEquals("Opaque", secret.getType());
    }

    @Test
    void notStrictMeansWarnings() {
        Manifests.Result result = Manifests.read(
                "x.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labls: {}}}".getBytes(StandardCharsets.UTF_8),
                false);
        assertEquals(1, result.manifests().size());
        assertEquals(1, result.problems().size());
        assertTrue(!result.failed());
    }

    @Test
    void hugeFilesAndOtherFiles() {
        assertTrue(Manifests.read("x", new byte[4 << 20], true)
                .problems()
                .getFirst()
                .message()
                .contains("limit is 3 MiB"));
        assertEquals(
                "x: not a text file in UTF-8",
                Manifests.read("x", new byte[] {(byte) 0xff, (byte) 0xfe, 0}, true)
                        .problems()
                        .getFirst()
                        .toString());
        String deep = "[".repeat(50_000);
        assertTrue(
                Manifests.read("x", deep.getBytes(StandardCharsets.UTF_8), true).failed());
        assertEquals(
                "x: no objects in it",
                Manifests.read("x", "# only a comment\n".getBytes(StandardCharsets.UTF_8), true)
                        .problems()
                        .getFirst()
                        .toString());
    }

    @Test
    void podsThatDoNotFit() {
        Pod pod = pod("p", "{cpu: 2500m, memory: 1Gi}");
        Pod other = pod("o", "{cpu: 1, memory: 1Gi}");
        Admission.Capacity four = new Admission.Capacity(4000, 4L << 30, 10);
        assertTrue(Admission.check(pod, List.of(other, pod), four).isEmpty());
        assertEquals(
                "Node didn't have enough resource: cpu, requested: 2500, used: 1000, capacity: 2000 (thousandths of a CPU);"
                        + " lower the request or end other pods",
                Admission.check(pod, List.of(other), new Admission.Capacity(2000, 4L << 30, 10))
                        .orElseThrow()
                        .message());
        assertEquals(
                "OutOfmemory",
                Admission.check(pod, List.of(), new Admission.Capacity(9000, 1L << 20, 10))
                        .orElseThrow()
                        .reason());
        assertEquals(
                "OutOfpods",
                Admission.check(pod, List.of(other), new Admission.Capacity(9000, 4L << 30, 1))
                        .orElseThrow()
                        .reason());
        Admission.Capacity two = new Admission.Capacity(2600, 4L << 30, 10);
        assertTrue(Admission.check(pod, List.of(pod), two).isEmpty());
        assertEquals(
                "OutOfcpu",
                Admission.check(other, List.of(pod, other), two).orElseThrow().reason());
        pod.setStatus(new io.fabric8.kubernetes.api.model.PodStatusBuilder()
                .withPhase("Succeeded")
                .build());
        assertTrue(Admission.check(other, List.of(pod, other), two).isEmpty(), "ended pods need nothing");
        assertEquals("Guaranteed", Admission.qosClass(pod));
        assertEquals("BestEffort", Admission.qosClass(pod("p", "{}")));
    }

    private static Pod pod(String name, String limits) {
        Manifests.Result result = Manifests.read(
                "p",
                ("{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", uid: " + name
                                + "}, spec: {containers: [{name: c, image: i, resources: {limits: " + limits + "}}]}}")
                        .getBytes(StandardCharsets.UTF_8),
                true);
        assertEquals(List.of(), result.problems());
        return (Pod) result.manifests().getFirst().object();
    }
}
