// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NameFilesTest {
    @TempDir
    private Path etc = Path.of("");

    private NameFiles names(String... dns) {
        NetworkOptions o =
                new NetworkOptions(null, null, "sandjar0", etc, etc, "node1", null, List.of(dns), "cluster.local");
        return new NameFiles(o, etc, etc.resolve("resolved.conf"));
    }

    private static PodBuilder pod() {
        return new PodBuilder(BridgeNetworkTest.pod("web-0"));
    }

    @Test
    void hostnames() throws Exception {
        assertEquals("web-0", names().hostname(pod().build()));
        Pod sub = pod().editSpec()
                .withHostname("h")
                .withSubdomain("s")
                .withSetHostnameAsFQDN(true)
                .endSpec()
                .build();
        assertEquals("h.s.default.svc.cluster.local", names().hostname(sub));
        assertEquals("h", names().shortName(sub));
        Pod host = pod().editSpec().withHostNetwork(true).endSpec().build();
        assertEquals("node1", names().hostname(host));
        Pod longName = BridgeNetworkTest.pod("a".repeat(62) + "-bcd");
        assertEquals("a".repeat(62), names().hostname(longName));
        Pod tooLong = new PodBuilder(longName)
                .editSpec()
                .withSubdomain("s")
                .withSetHostnameAsFQDN(true)
                .endSpec()
                .build();
        assertThrows(NetworkException.class, () -> names().hostname(tooLong));
    }

    @Test
    void hostsFile() throws Exception {
        Pod p = pod().editSpec()
                .withSubdomain("s")
                .addNewHostAlias()
                .withIp("10.0.0.9")
                .withHostnames("foo", "bar")
                .endHostAlias()
                .endSpec()
                .build();
        String text = names().hosts(p, List.of("10.88.0.2"));
        assertTrue(text.startsWith("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n"), text);
        assertTrue(text.contains("\n10.88.0.2\tweb-0.s.default.svc.cluster.local\tweb-0\n"), text);
        assertTrue(text.endsWith("\n# Entries added by HostAliases.\n10.0.0.9\tfoo\tbar\n"), text);
        Files.writeString(etc.resolve("hosts"), "127.0.0.1 here");
        Pod host = pod().editSpec().withHostNetwork(true).endSpec().build();
        assertEquals(
                "# Kubernetes-managed hosts file (host network).\n127.0.0.1 here\n", names().hosts(host, List.of()));
    }

    @Test
    void policies() throws Exception {
        Files.writeString(etc.resolve("resolv.conf"), "nameserver 192.0.2.53\nsearch example.com\noptions ndots:2\n");
        List<PodAddress.Warning> w = new ArrayList<>();
        String host = "nameserver 192.0.2.53\nsearch example.com\noptions ndots:2\n";
        assertEquals(host, names().resolvConf(pod().build(), w), "no cluster DNS: the host's");
        assertEquals(
                "nameserver 10.0.0.10\nsearch default.svc.cluster.local svc.cluster.local cluster.local example.com\n"
                        + "options ndots:5\n",
                names("10.0.0.10").resolvConf(pod().build(), w));
        Pod plain = pod().editSpec().withDnsPolicy("Default").endSpec().build();
        assertEquals(host, names("10.0.0.10").resolvConf(plain, w));
        Pod none = pod().editSpec()
                .withDnsPolicy("None")
                .withNewDnsConfig()
                .withNameservers("1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4")
                .withSearches("x.y")
                .addNewOption("ndots", "3")
                .addNewOption("edns0", null)
                .endDnsConfig()
                .endSpec()
                .build();
        assertEquals(List.of(), w);
        assertEquals(
                "nameserver 1.1.1.1\nnameserver 1.1.1.2\nnameserver 1.1.1.3\nsearch x.y\noptions ndots:3 edns0\n",
                names().resolvConf(none, w));
        assertEquals(1, w.size(), "the fourth server is left out");
    }

    @Test
    void aStubOnTheHostsLoopback() throws Exception {
        Files.writeString(etc.resolve("resolv.conf"), "nameserver 127.0.0.53\nsearch .\n");
        List<PodAddress.Warning> w = new ArrayList<>();
        assertEquals("", names().resolvConf(pod().build(), w));
        assertEquals("DNSConfigForming", w.getFirst().reason());
        Files.writeString(etc.resolve("resolved.conf"), "nameserver 192.0.2.1\n");
        w.clear();
        assertEquals("nameserver 192.0.2.1\n", names().resolvConf(pod().build(), w));
        assertEquals(List.of(), w);
        Pod host = pod().editSpec().withHostNetwork(true).endSpec().build();
        Files.delete(etc.resolve("resolved.conf"));
        assertEquals("nameserver 127.0.0.53\n", names().resolvConf(host, w), "the host's network reaches it");
    }
}
