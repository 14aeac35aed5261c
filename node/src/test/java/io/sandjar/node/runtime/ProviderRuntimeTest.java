// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sandjar.shim.proto.CreateRequest;
import io.sandjar.shim.proto.RuntimeOptions;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProviderRuntimeTest {
    private Path dir;
    private FakeProvider fake;
    private ProviderRuntime runtime;

    @BeforeEach
    void prepare() throws Exception {
        dir = Files.createTempDirectory(Path.of("/tmp"), "prov"); // a short path: sockets are in there
        fake = new FakeProvider(dir.resolve("sock"), TaskCalls.V2);
        runtime = agent();
    }

    /** A new agent, which finds what an older one has made. */
    private ProviderRuntime agent() throws IOException {
        return new ProviderRuntime(
                ProviderOptions.of("runsc", Path.of("/bin/runsc"), dir, Path.of("/a b/sandjar-monitor")),
                new ListeningProvider("unix://" + dir.resolve("sock")));
    }

    @AfterEach
    void clean() throws Exception {
        fake.close();
        new ContainerDir(dir).remove();
    }

    private ContainerOrder order(String id) throws IOException {
        Path bundle = Files.createDirectories(dir.resolve("b-" + id));
        Files.writeString(
                bundle.resolve("config.json"),
                "{\"process\":{\"args\":[\"x\"],\"terminal\":true,\"env\":[\"A=1\"],\"cwd\":\"/w\"}}");
        return new ContainerOrder(
                id,
                "s",
                bundle,
                dir.resolve("the log"),
                new LogRotation(7, 3),
                false,
                false,
                "dir=\"q\"",
                null,
                "none");
    }

    @Test
    void theOrderInTheWordsOfTheService() throws Exception {
        ContainerState s = runtime.create(order("a"));
        assertEquals(ContainerState.Phase.CREATED, s.phase());
        assertEquals(42, s.pid());
        CreateRequest r = fake.created;
        assertNotNull(r);
        assertEquals(dir.resolve("b-a").toString(), r.getBundle());
        assertEquals(
                "binary:///a%20b/sandjar-monitor?--logger&--dir=" + dir + "/p-runsc/a&--log=" + dir
                        + "/the%20log&--log-max=7&--log-files=3",
                r.getStdout());
        assertEquals(r.getStdout(), r.getStderr());
        assertEquals("", r.getStdin());
        assertEquals("runtimeoptions.v1.Options", r.getOptions().getTypeUrl());
        assertEquals(
                "root = \"" + dir + "/p-root\"\n[runsc_config]\noverlay2 = \"dir=\\\"q\\\"\"\nnetwork = \"none\"\n"
                        + "ignore-cgroups = true\n",
                RuntimeOptions.parseFrom(r.getOptions().getValue()).getConfigBody());
    }

    @Test
    void aLife() throws Exception {
        runtime.create(order("a"));
        assertEquals(List.of("a"), runtime.list());
        runtime.start("a");
        assertEquals(ContainerState.Phase.RUNNING, runtime.state("a").phase());
        runtime.kill("a", 15, false);
        ContainerState s = runtime.awaitExit("a");
        assertEquals(143, s.exit().code());
        assertEquals(Instant.ofEpochSecond(1000), s.exit().finishedAt());
        assertFalse(s.exit().lost());
        runtime.delete("a");
        assertTrue(fake.ends.isEmpty());
        assertEquals(List.of(), runtime.list());
        assertEquals(ContainerState.Phase.UNKNOWN, runtime.state("a").phase());
    }

    @Test
    void anotherAgentHearsTheEnd() throws Exception {
        runtime.create(order("a"));
        runtime.start("a");
        fake.ends.get("a").complete(7); // while nobody is there
        ProviderRuntime next = agent();
        assertEquals(7, next.awaitExit("a").exit().code());
        fake.close();
        assertEquals(7, agent().state("a").exit().code()); // noted
    }

    @Test
    void aProviderThatHasGone() throws Exception {
        runtime.create(order("a"));
        runtime.start("a");
        fake.close();
        ContainerState s = runtime.awaitExit("a");
        assertTrue(s.exit().lost());
        assertEquals(137, s.exit().code());
        runtime.delete("a");
        assertEquals(List.of(), runtime.list());
    }

    @Test
    void aProviderThatStillTakesItForRunning() throws Exception {
        runtime.create(order("a"));
        runtime.start("a");
        fake.stillRunning = 2;
        runtime.delete("a");
        assertTrue(fake.ends.isEmpty());
        assertEquals(List.of(), runtime.list());
    }

    @Test
    void aRunningOneIsEndedBeforeItIsDeleted() throws Exception {
        runtime.create(order("a"));
        runtime.start("a");
        fake.heard.clear();
        runtime.delete("a");
        assertTrue(fake.heard.indexOf("Kill") >= 0 && fake.heard.indexOf("Kill") < fake.heard.indexOf("Delete"));
    }

    @Test
    void theRuntimesOwnWords() throws Exception {
        fake.createFails = "OCI runtime create failed: \"nope\": executable file not found in $PATH";
        RuntimeFailure e = assertThrows(RuntimeFailure.class, () -> runtime.create(order("a")));
        assertEquals("\"nope\": executable file not found in $PATH", e.getMessage());
        assertEquals(127, e.exitCode());
    }

    @Test
    void notReadyIsWaitedFor() throws Exception {
        runtime.create(order("a"));
        fake.unavailable = 2;
        assertEquals(ContainerState.Phase.CREATED, runtime.state("a").phase());
    }

    @Test
    void aCommandInAContainer() throws Exception {
        runtime.create(order("a"));
        runtime.start("a");
        ExecResult r = runtime.exec("a", List.of("echo", "said"), Duration.ofSeconds(20));
        assertEquals(new ExecResult(3, false, "said\n"), r);
        assertNotNull(fake.added);
        JsonObject process = JsonParser.parseString(
                        fake.added.getSpec().getValue().toStringUtf8())
                .getAsJsonObject();
        assertEquals("[\"echo\",\"said\"]", process.get("args").toString());
        assertEquals("/w", process.get("cwd").getAsString());
        assertFalse(process.get("terminal").getAsBoolean());
        assertFalse(Files.exists(Path.of(fake.added.getStdout())));
        assertEquals(1, fake.ends.size()); // deleted
    }

    @Test
    void aCommandThatTakesTooLong() throws Exception {
        runtime.create(order("a"));
        runtime.start("a");
        fake.slow = true;
        ExecResult r = runtime.exec("a", List.of("sleep", "100"), Duration.ofMillis(300));
        assertTrue(r.timedOut());
        assertEquals(-1, r.code());
        assertEquals(1, fake.ends.size());
    }

    @Test
    void thePlanOfACommandKnowsTheNamespace() throws Exception {
        assertTrue(runtime.execPlan("a", List.of("w"), false, false).argv().contains(dir + "/p-root/sandjar"));
        Files.createDirectories(dir.resolve("p-root/other/a"));
        assertEquals(
                List.of("/bin/runsc", "--root", dir + "/p-root/other", "exec", "--tty", "a", "w"),
                runtime.execPlan("a", List.of("w"), true, true).argv());
    }

    @Test
    void whatIsNoProvider() throws Exception {
        String none = "unix://" + dir.resolve("none");
        assertTrue(why(none).contains("nobody answers at " + dir.resolve("none")), why(none));
        Path http = dir.resolve("http");
        try (ServerSocketChannel s = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            s.bind(UnixDomainSocketAddress.of(http));
            Thread.ofVirtual().start(() -> {
                try (SocketChannel c = s.accept()) {
                    c.write(ByteBuffer.wrap("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
                } catch (IOException e) {
                    // the test says what is missing
                }
            });
            assertTrue(why("unix://" + http).contains("does not speak ttrpc"));
        }
        try (FakeProvider other = new FakeProvider(dir.resolve("other"), "some.Service")) {
            assertTrue(why("unix://" + dir.resolve("other")).contains("no shim's socket"));
            assertEquals(2, other.heard.size());
        }
    }

    private static String why(String address) {
        return String.valueOf(assertThrows(RuntimeFailure.class, () -> new ListeningProvider(address).find())
                .getMessage());
    }

    @Test
    void containersOfTheOtherChoiceGoOn() throws Exception {
        runtime.create(order("s"));
        Path plain = dir.resolve("p-other");
        ProviderRuntime other = new ProviderRuntime(
                new ProviderOptions("runsc", Path.of("/bin/runsc"), dir, plain, dir),
                new ListeningProvider("unix://" + dir.resolve("sock")));
        EitherRuntime either = new EitherRuntime(other, runtime, dir.resolve("p-runsc"));
        assertEquals(ContainerState.Phase.CREATED, either.state("s").phase());
        either.create(order("a")); // of the sandbox s
        assertEquals(List.of("a", "s"), runtime.list());
        either.delete("a");
        either.delete("s");
        assertEquals(List.of(), either.list());
        either.create(order("b"));
        assertEquals(List.of("b"), other.list());
    }
}
