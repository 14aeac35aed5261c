// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.sandjar.host.Netns;
import io.sandjar.host.Sys;
import io.sandjar.host.WaitingSockets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pods with a loopback only, with and without the right to make namespaces. */
@Timeout(90)
class LoopbackNetworkTest {
    private Path dir = Path.of("");

    @BeforeEach
    void make() throws Exception {
        dir = Files.createTempDirectory("sjnet");
    }

    @AfterEach
    void clean() throws Exception {
        FreshNamespace.clean(dir);
    }

    private NetworkOptions options() {
        return NetworkOptions.of(NetworkOptions.Mode.LOOPBACK, dir.resolve("state"), dir.resolve("run"), "node1");
    }

    @Test
    void hostPortsAreServedByAProxy() throws Exception {
        FreshNamespace.run(() -> {
            try (PodNetwork net = PodNetworks.open(options())) {
                Pod pod = new PodBuilder(BridgeNetworkTest.withPort("a", "TCP", 8080, 80))
                        .editSpec()
                        .editFirstContainer()
                        .addNewPort()
                        .withContainerPort(53)
                        .withHostPort(5353)
                        .withProtocol("UDP")
                        .endPort()
                        .endContainer()
                        .endSpec()
                        .build();
                PodAddress a = net.setUp(pod);
                assertEquals(List.of(), a.ips());
                assertEquals(List.of(), a.warnings());
                String ns = String.valueOf(a.netns());
                echo(ns, 80);
                assertEquals("hello", talk(8080, "hello"));
                assertEquals("pong", BridgeNetworkTest.udp(ns, 53, "127.0.0.1", 5353));
                net.tearDown("uid-a");
                assertEquals("connect -111", talk(8080, "hello"));
                assertFalse(Netns.exists(ns));
            }
        });
    }

    @Test
    void proxiesComeBackWithTheNextAgent() throws Exception {
        FreshNamespace.run(() -> {
            PodNetwork first = PodNetworks.open(options());
            Pod pod = BridgeNetworkTest.withPort("a", "TCP", 8080, 80);
            String ns = String.valueOf(first.setUp(pod).netns());
            first.close(); // the agent ends, the pod goes on
            assertEquals("connect -111", talk(8080, "hello"));
            try (PodNetwork next = PodNetworks.open(options())) {
                next.adopt(List.of(pod));
                echo(ns, 80);
                assertEquals("again", talk(8080, "again"));
                next.tearDown("uid-a");
            }
        });
    }

    @Test
    void withoutRights() throws Exception {
        try (PodNetwork net =
                new LocalNetwork(options(), NetworkOptions.Mode.LOOPBACK, false, new NameFiles(options()), true)) {
            PodAddress a = net.setUp(BridgeNetworkTest.withPort("a", "TCP", 8080, 80));
            assertNull(a.netns());
            assertFalse(a.host());
            assertEquals(1, a.warnings().size());
            assertTrue(a.warnings().getFirst().message().contains("need root"));
            assertTrue(Files.readString(a.hosts()).contains("127.0.0.1\ta\n"), Files.readString(a.hosts()));
            net.tearDown("uid-a");
            assertFalse(Files.exists(a.hosts()));
        }
    }

    /** A server that sends back what it gets until the client has ended its side. */
    private static void echo(String ns, int port) {
        int fd = WaitingSockets.socket(ns, WaitingSockets.STREAM);
        assertEquals(0, WaitingSockets.listen(fd, 0, port, WaitingSockets.STREAM));
        Thread.ofPlatform().daemon().start(() -> {
            int c = WaitingSockets.accept(fd);
            byte[] in = new byte[100];
            for (int n = WaitingSockets.receive(c, in); n > 0; n = WaitingSockets.receive(c, in)) {
                WaitingSockets.sendAll(c, in, n);
            }
            Sys.close(c);
            Sys.close(fd);
        });
    }

    private static String talk(int port, String text) {
        int fd = WaitingSockets.socket(null, WaitingSockets.STREAM);
        WaitingSockets.timeouts(fd, 3000, 3000);
        int r = WaitingSockets.connect(fd, Ipv4.parse("127.0.0.1"), port);
        if (r < 0) {
            Sys.close(fd);
            return "connect " + r;
        }
        byte[] b = text.getBytes(StandardCharsets.UTF_8);
        assertEquals(0, WaitingSockets.sendAll(fd, b, b.length));
        WaitingSockets.shutdown(fd, 1);
        StringBuilder all = new StringBuilder();
        byte[] in = new byte[100];
        for (int n = WaitingSockets.receive(fd, in); n > 0; n = WaitingSockets.receive(fd, in)) {
            all.append(new String(in, 0, n, StandardCharsets.UTF_8));
        }
        Sys.close(fd);
        return all.toString();
    }
}
