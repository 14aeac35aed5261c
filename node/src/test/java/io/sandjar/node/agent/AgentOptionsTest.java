// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentOptionsTest {
    private static AgentOptions parse(String... words) throws UsageException {
        return AgentOptions.parse(List.of(words), Map.of("HOME", "/home/u"), true);
    }

    @Test
    void bothSpellings() throws UsageException {
        AgentOptions o = parse("--runtime", "runc", "--pod-manifest-path=/m/", "--detach", "--root-dir=/r");
        assertEquals("runc", o.runtime);
        assertEquals(Path.of("/m"), o.manifests);
        assertEquals(Path.of("/r"), o.rootDir);
        assertTrue(o.detach);
        assertNull(o.provider);
        AgentOptions provided = parse("--runtime-provider=runsc");
        assertEquals("runsc", provided.runtime);
        assertEquals("runsc", provided.provider);
        assertEquals("unix:///a/b", parse("--runtime-provider", "unix:///a/b").provider);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --container-runtime=remote        | dockershim was removed in 1.24
            --kubeconfig=/x                   | there is no cluster
            --runtime-provider=/x             | did you mean unix:///x?
            --runtime-provider=runc           | A program is chosen with --runtime
            --sync                            | --sync-frequency
            --pod-manifest-pth=/x             | there is no option --pod-manifest-pth
            --pod-manifest                    | did you mean --pod-manifest-path
            --podmanifestpath=x               | did you mean --pod-manifest-path
            --network=weave                   | bridge or loopback
            pods                              | unexpected word
            """)
    void mistakesAreAnswered(String word, String part) {
        UsageException e = assertThrows(UsageException.class, () -> parse(word));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {phase: Pending}                                                          | ''
            {phase: Running, podIP: 10.88.0.2}                                        | Running 10.88.0.2
            {phase: Succeeded}                                                        | Succeeded
            {phase: Failed, reason: OutOfcpu, message: too much}                      | Failed OutOfcpu: too much
            {phase: Failed, containerStatuses: [{name: c, state: {terminated: {exitCode: 3, reason: Error}}}]} | Failed (container c: Error, exit code 3; see sandjar logs)
            {phase: Pending, containerStatuses: [{name: c, state: {waiting: {reason: ImagePullBackOff, message: "no such\\n  image"}}}]} | ImagePullBackOff (container c: no such image)
            {phase: Pending, containerStatuses: [{name: c, state: {waiting: {reason: ContainerCreating}}}]} | ''
            """)
    void lines(String status, String expected) {
        Pod pod = (Pod) io.sandjar.node.model.Manifests.read(
                        "x",
                        ("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}, status: "
                                        + status + "}")
                                .getBytes(StandardCharsets.UTF_8),
                        false)
                .manifests()
                .getFirst()
                .object();
        assertEquals(expected, PodLines.line(pod));
    }
}
