// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.node.network.NetworkOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentPlacesTest {
    private static AgentOptions root(String... words) throws UsageException {
        return AgentOptions.parse(List.of(words), Map.of(), true);
    }

    @Test
    void places() throws Exception {
        assertEquals(Path.of("/run/sandjar/kubelet.sock"), root().socket());
        assertEquals(Path.of("/var/lib/sandjar"), root().rootDir);
        AgentOptions user =
                AgentOptions.parse(List.of(), Map.of("HOME", "/home/u", "XDG_RUNTIME_DIR", "/run/user/7"), false);
        assertEquals(Path.of("/home/u/.local/share/sandjar"), user.rootDir);
        assertEquals(Path.of("/run/user/7/sandjar/kubelet.sock"), user.socket());
        assertEquals(Path.of("/x/y"), root("--root-dir=/x/z/../y").rootDir);
    }

    @Test
    void spellings() throws Exception {
        AgentOptions o = root(
                "--runtime=runc",
                "--pod-manifest-path",
                "/m",
                "--network=loopback",
                "--cluster-dns=10.0.0.1,10.0.0.2",
                "--insecure-registry=a:5000",
                "--insecure-registry",
                "b",
                "--container-log-max-size=5Mi",
                "--detach",
                "--debug=false");
        assertEquals("runc", o.runtime);
        assertEquals(Path.of("/m"), o.manifests);
        assertEquals(NetworkOptions.Mode.LOOPBACK, o.network);
        assertEquals(List.of("10.0.0.1", "10.0.0.2"), o.clusterDns);
        assertEquals(List.of("a:5000", "b"), List.copyOf(o.insecureRegistries));
        assertEquals(5 << 20, o.logBytes);
        assertTrue(o.detach && !o.debug);
    }

    @ParameterizedTest
    @CsvSource({
        "--nonsense=1, there is no option --nonsense",
        "pods, unexpected word \"pods\"",
        "--network=calico, bridge or loopback",
        "--root-dir, needs a value",
        "--pod-pids-limit=many, is not a number",
        "--container-log-max-size=big, is not a size",
        "--bridge=averyveryverylongname, 1 to 15 characters"
    })
    void mistakes(String word, String message) {
        UsageException e = assertThrows(UsageException.class, () -> root(word));
        assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
    }
}
