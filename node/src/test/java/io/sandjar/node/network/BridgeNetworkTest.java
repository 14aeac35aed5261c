// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.sandjar.abi.Nr;
import io.sandjar.host.Netns;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.host.WaitingSockets;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pods on a bridge, with real interfaces in a namespace of the test's own. */
@Timeout(90)
class BridgeNetworkTest {
    private Path dir = Path.of("");

    @BeforeEach
    void make() throws Exception {
        dir = Files.createTempDirectory("sjnet");
    }

    @AfterEach
    void clean() throws Exception {
        FreshNamespace.clean(dir);
    }

    private PodNetwork open() throws NetworkException {
        return open(null);
    }

    private PodNetwork open(@Nullable String subnet) throws NetworkException {
        return PodNetworks.open(options(subnet));
    }

    private NetworkOptions options(@Nullable String subnet) {
        return new NetworkOptions(
                NetworkOptions.Mode.BRIDGE,
                subnet,
                "sandjar0",
                dir.resolve("state"),
                dir.resolve("run"),
                "node1",
                null,
                List.of(),
                "cluster.local");
    }

    static Pod pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .withUid("uid-" + name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withImage("i")
                .endContainer()
                .endSpec()
                .build();
    }

    static Pod withPort(String name, String protocol, int hostPort, int port) {
        return new PodBuilder(pod(name))
                .editSpec()
                .editFirstContainer()
                .addNewPort()
                .withContainerPort(port)
                .withHostPort(hostPort)
                .withProtocol(protocol)
                .endPort()
                .endContainer()
                .endSpec()
                .build();
    }

    /** A server in a namespace that answers each connection with its name and the client's address. */
    private static int serve(@Nullable String ns, int port, int connections, String answer) {
        int fd = WaitingSockets.socket(ns, WaitingSockets.STREAM);
        assertTrue(fd >= 0, "socket " + fd);
        assertEquals(0, WaitingSockets.listen(fd, 0, port, WaitingSockets.STREAM));
        byte[] text = answer.getBytes(StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().start(() -> {
            for (int i = 0; i < connections; i++) {
                int c = WaitingSockets.accept(fd);
                if (c < 0) {
                    break;
                }
                WaitingSockets.sendAll(c, text, text.length);
                Sys.close(c);
            }
            Sys.close(fd);
        });
        return fd;
    }

    private static String ask(@Nullable String ns, String address, int port) {
        int fd = WaitingSockets.socket(ns, WaitingSockets.STREAM);
        assertTrue(fd >= 0, "socket " + fd);
        WaitingSockets.timeouts(fd, 3000, 3000);
        try {
            int r = WaitingSockets.connect(fd, Ipv4.parse(address), port);
            if (r < 0) {
                return "connect " + r;
            }
            byte[] in = new byte[100];
            int n = WaitingSockets.receive(fd, in);
            return n < 0 ? "read " + n : new String(in, 0, n, StandardCharsets.UTF_8);
        } finally {
            Sys.close(fd);
        }
    }

    private static String ns(PodAddress a) {
        return String.valueOf(a.netns());
    }

    @Test
    void podsReachEachOtherAndTheHostThem() throws Exception {
        FreshNamespace.run(() -> {
            try (PodNetwork net = open()) {
                PodAddress a = net.setUp(pod("a"));
                PodAddress b = net.setUp(pod("b"));
                assertEquals("10.88.0.2", a.ip());
                assertEquals("10.88.0.3", b.ip());
                assertEquals(List.of(), net.warnings());
                serve(ns(b), 80, 3, "from b");
                serve(null, 81, 1, "from host");
                assertEquals("from b", ask(ns(a), b.ip(), 80));
                assertEquals("from b", ask(null, b.ip(), 80));
                assertEquals("from b", ask(ns(b), "127.0.0.1", 80), "loopback is up");
                assertEquals("from host", ask(ns(a), "10.88.0.1", 81));
                assertEquals(a, net.setUp(pod("a")), "the second time nothing changes");
                net.tearDown("uid-a");
                net.tearDown("uid-b");
                net.tearDown("uid-b");
            }
            try (Links l = Links.here()) {
                assertEquals(
                        List.of("lo"), l.all().stream().map(Links.Link::name).toList());
            }
            assertEquals(0, dir.resolve("run/netns").toFile().list().length);
            assertEquals(
                    List.of("subnet"), List.of(dir.resolve("state").toFile().list()));
        });
    }

    @Test
    void hostPortsFromEverywhere() throws Exception {
        FreshNamespace.run(() -> {
            try (PodNetwork net = open()) {
                PodAddress a = net.setUp(withPort("a", "TCP", 8080, 80));
                PodAddress b = net.setUp(pod("b"));
                assertEquals(List.of(), net.warnings());
                assertEquals(List.of(), a.warnings());
                serve(ns(a), 80, 10, "from a");
                assertEquals("from a", ask(null, "127.0.0.1", 8080), "host, loopback");
                assertEquals("from a", ask(null, "10.88.0.1", 8080), "host, own address");
                assertEquals("from a", ask(ns(b), "10.88.0.1", 8080), "another pod");
                assertEquals("from a", ask(ns(a), "10.88.0.1", 8080), "the pod itself (hairpin)");
                NetworkException e =
                        assertThrows(NetworkException.class, () -> net.setUp(withPort("c", "TCP", 8080, 81)));
                assertTrue(String.valueOf(e.getMessage()).contains("used by the pod default/a"), e.getMessage());
                net.setUp(withPort("c", "UDP", 8080, 81));
                net.tearDown("uid-a");
                assertNotEquals("from a", ask(null, "127.0.0.1", 8080));
            }
        });
    }

    @Test
    void nothingOfTheHostsLoopbackIsOpenToPods() throws Exception {
        FreshNamespace.run(() -> {
            try (PodNetwork net = open()) {
                PodAddress a = net.setUp(withPort("a", "TCP", 8080, 80));
                serve(ns(a), 80, 1, "from a");
                assertEquals("from a", ask(null, "127.0.0.1", 8080), "route_localnet is on");
                assertTrue(arrives(a, "10.88.0.1"), "this way of sending works");
                assertFalse(arrives(a, "127.0.0.1"), "packets to the host's loopback are dropped");
            }
        });
    }

    /** Whether a datagram made by hand (a guest with CAP_NET_RAW) gets from the pod to a server of the host. */
    private static boolean arrives(PodAddress a, String to) throws Exception {
        int server = WaitingSockets.socket(null, WaitingSockets.DATAGRAM);
        assertEquals(0, WaitingSockets.listen(server, Ipv4.parse(to), 90, WaitingSockets.DATAGRAM));
        WaitingSockets.timeouts(server, 1000, 1000);
        ByteBuffer f = ByteBuffer.allocate(60);
        f.put(Bridge.mac(Ipv4.parse("10.88.0.1")))
                .put(Bridge.mac(Ipv4.parse(a.ip())))
                .putShort((short) 0x0800);
        f.put((byte) 0x45)
                .put((byte) 0)
                .putShort((short) 32)
                .putInt(0)
                .put((byte) 64)
                .put((byte) 17)
                .putShort((short) 0);
        f.put(Ipv4.bytes(Ipv4.parse(a.ip()))).put(Ipv4.bytes(Ipv4.parse(to)));
        f.putShort((short) 1234)
                .putShort((short) 90)
                .putShort((short) 12)
                .putShort((short) 0)
                .put(new byte[4]);
        int sum = 0;
        for (int i = 14; i < 34; i += 2) {
            sum += f.getShort(i) & 0xffff;
        }
        f.putShort(24, (short) ~(sum + (sum >> 16)));
        int raw = Netns.socket(ns(a), 17, 3, 0);
        assertTrue(raw >= 0, "packet socket " + raw);
        Scratch s = Scratch.take();
        try (Links in = Links.in(ns(a))) {
            s.buf.put(0, f.array());
            s.buf.putLong(100, 17 | 0x0008L << 16 | (long) index(in, "eth0") << 32);
            s.buf.putLong(108, 0).putLong(116, 0);
            assertEquals(60, Sys.call(Nr.sendto, raw, s.address, 60, 0, s.address + 100, 20));
        } finally {
            s.give();
            Sys.close(raw);
        }
        int n = WaitingSockets.receiveFrom(server, new byte[100], new long[2]);
        Sys.close(server);
        return n > 0;
    }

    @Test
    void udpHostPort() throws Exception {
        FreshNamespace.run(() -> {
            try (PodNetwork net = open()) {
                PodAddress a = net.setUp(withPort("a", "UDP", 5353, 53));
                assertEquals("pong", udp(ns(a), 53, "127.0.0.1", 5353));
            }
        });
    }

    static String udp(String serverNs, int serverPort, String address, int port) throws Exception {
        int server = WaitingSockets.socket(serverNs, WaitingSockets.DATAGRAM);
        assertEquals(0, WaitingSockets.listen(server, 0, serverPort, WaitingSockets.DATAGRAM));
        WaitingSockets.timeouts(server, 5000, 5000);
        Thread t = Thread.ofPlatform().daemon().start(() -> {
            long[] from = new long[2];
            byte[] in = new byte[100];
            if (WaitingSockets.receiveFrom(server, in, from) > 0) {
                WaitingSockets.sendTo(server, "pong".getBytes(StandardCharsets.UTF_8), 4, from[0], (int) from[1]);
            }
            Sys.close(server);
        });
        int fd = WaitingSockets.socket(null, WaitingSockets.DATAGRAM);
        WaitingSockets.timeouts(fd, 3000, 3000);
        assertEquals(0, WaitingSockets.connect(fd, Ipv4.parse(address), port));
        assertEquals(0, WaitingSockets.sendAll(fd, "ping".getBytes(StandardCharsets.UTF_8), 4));
        byte[] in = new byte[100];
        int n = WaitingSockets.receive(fd, in);
        Sys.close(fd);
        t.join(6000);
        return n < 0 ? "error " + n : new String(in, 0, n, StandardCharsets.UTF_8);
    }

    @Test
    void withoutPacketFilterAProxyServesHostPorts() throws Exception {
        FreshNamespace.run(() -> {
            NetworkOptions o = options(null);
            try (PodNetwork net = new LocalNetwork(o, NetworkOptions.Mode.BRIDGE, true, new NameFiles(o), false)) {
                PodAddress a = net.setUp(withPort("a", "TCP", 8080, 80));
                PodAddress b = net.setUp(withPort("b", "UDP", 5353, 53));
                assertTrue(
                        net.warnings().getFirst().contains("served by a proxy"),
                        net.warnings().toString());
                serve(ns(a), 80, 3, "from a");
                assertEquals("from a", ask(null, "127.0.0.1", 8080));
                assertEquals("from a", ask(ns(b), "10.88.0.1", 8080));
                assertEquals("pong", udp(ns(b), 53, "127.0.0.1", 5353));
                net.tearDown("uid-a");
                assertEquals("connect -111", ask(null, "127.0.0.1", 8080));
            }
        });
    }

    /** A host with Docker: what is passed on is dropped unless a rule of iptables lets it pass. */
    @Test
    void aFirewallThatDropsForwardedPackets() throws Exception {
        FreshNamespace.run(() -> {
            assumeTrue(iptables("-P", "FORWARD", "DROP"), "no iptables here");
            reachOutside();
        });
    }

    private static boolean iptables(String... words) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("/usr/sbin/iptables"));
        command.addAll(List.of(words));
        return Files.isExecutable(Path.of("/usr/sbin/iptables"))
                && new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }

    /** A network behind the host that knows nothing of pods: only masquerade lets an answer come back. */
    @Test
    void outsideIsReachedByMasquerade() throws Exception {
        FreshNamespace.run(this::reachOutside);
    }

    private void reachOutside() throws Exception {
        String outside = dir.resolve("outside").toString();
        assertEquals(0, Netns.create(outside));
        try (PodNetwork net = open();
                Links host = Links.here();
                Links there = Links.in(outside)) {
            int fd = Sys.openat(Sys.AT_FDCWD, outside, 0, 0);
            host.addVeth("up0", new byte[] {2, 0, 0, 0, 0, 9}, "far0", fd, 1500);
            Sys.close(fd);
            host.addAddress(index(host, "up0"), Ipv4.parse("192.0.2.1"), 24);
            host.up(index(host, "up0"));
            there.addAddress(index(there, "far0"), Ipv4.parse("192.0.2.2"), 24);
            there.up(index(there, "far0"));
            PodAddress a = net.setUp(withPort("a", "TCP", 8080, 80));
            serve(outside, 80, 1, "outside");
            assertEquals("outside", ask(ns(a), "192.0.2.2", 80));
            serve(ns(a), 80, 1, "from a");
            assertEquals("from a", ask(outside, "192.0.2.1", 8080), "a host port from outside");
        } finally {
            Netns.remove(outside);
        }
    }

    private static int index(Links links, String name) throws NetworkException {
        Links.Link l = links.find(name);
        assertNotNull(l, name);
        return l.index();
    }

    @Test
    void addressesSurviveAndAreGivenBack() throws Exception {
        FreshNamespace.run(() -> {
            PodNetwork dead = open(); // killed: never closed
            PodAddress a = dead.setUp(withPort("a", "TCP", 8080, 80));
            dead.setUp(pod("b"));
            try (PodNetwork net = open()) {
                net.adopt(List.of(withPort("a", "TCP", 8080, 80)));
                assertEquals(a.ip(), net.setUp(withPort("a", "TCP", 8080, 80)).ip());
                assertFalse(Netns.exists(dir.resolve("run/netns/uid-b").toString()), "garbage of b is gone");
                try (Links l = Links.here()) {
                    assertNull(l.find(LocalNetwork.linkName("uid-b")));
                    assertNotNull(l.find(LocalNetwork.linkName("uid-a")));
                }
                serve(ns(a), 80, 1, "from a");
                assertEquals("from a", ask(null, "127.0.0.1", 8080));
            }
        });
    }

    @Test
    void networksOfTheHostAreAvoided() throws Exception {
        FreshNamespace.run(() -> {
            String other = dir.resolve("other").toString();
            assertEquals(0, Netns.create(other));
            try (Links host = Links.here()) {
                int fd = Sys.openat(Sys.AT_FDCWD, other, 0, 0);
                host.addVeth("up0", new byte[] {2, 0, 0, 0, 0, 9}, "far0", fd, 1500);
                Sys.close(fd);
                host.addAddress(index(host, "up0"), Ipv4.parse("10.88.0.77"), 23);
                host.up(index(host, "up0"));
                NetworkException e = assertThrows(NetworkException.class, () -> open("10.88.1.0/24"));
                assertTrue(String.valueOf(e.getMessage()).contains("10.88.0.0/23"), e.getMessage());
                try (PodNetwork net = open()) {
                    assertEquals("10.88.2.2", net.setUp(pod("a")).ip());
                    net.tearDown("uid-a");
                }
            } finally {
                Netns.remove(other);
            }
        });
    }

    @Test
    void fullNetwork() throws Exception {
        FreshNamespace.run(() -> {
            try (PodNetwork net = open("10.99.0.0/29")) {
                for (int i = 0; i < 5; i++) {
                    net.setUp(pod("p" + i));
                }
                NetworkException e = assertThrows(NetworkException.class, () -> net.setUp(pod("q")));
                assertTrue(String.valueOf(e.getMessage()).contains("--subnet"), e.getMessage());
                net.tearDown("uid-p3");
                assertEquals("10.99.0.5", net.setUp(pod("q")).ip());
            }
        });
    }

    @Test
    void aForeignBridgeIsLeftAlone() throws Exception {
        FreshNamespace.run(() -> {
            try (Links host = Links.here()) {
                host.addBridge("sandjar0", "mine", new byte[] {2, 0, 0, 0, 0, 1});
                NetworkException e = assertThrows(NetworkException.class, this::open);
                assertTrue(String.valueOf(e.getMessage()).contains("--bridge"), e.getMessage());
                assertNotNull(host.find("sandjar0"));
            }
        });
    }
}
