// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.shim.proto.ForwardRequest;
import io.sandjar.shim.proto.Request;
import io.sandjar.shim.proto.Response;
import io.sandjar.shim.proto.RpcStatus;
import io.sandjar.shim.proto.TaskOom;
import io.sandjar.shim.ttrpc.Frame;
import io.sandjar.shim.ttrpc.TtrpcClient;
import io.sandjar.shim.ttrpc.Unreachable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {
    @TempDir
    Path directory;

    private static void send(Events events, String id, CountDownLatch told) {
        events.send(
                "/tasks/" + id,
                "TaskOOM",
                TaskOom.newBuilder().setContainerId(id).build(),
                told::countDown);
    }

    @Test
    void nobodyToTellIsNoneToWaitFor() throws Exception {
        Events events = new Events(Main.events(""), "ns", 60_000); // one failure and it would take a minute
        Thread t = new Thread(events);
        t.start();
        CountDownLatch told = new CountDownLatch(2);
        send(events, "a", told);
        send(events, "b", told);
        assertTrue(told.await(5, TimeUnit.SECONDS));
        t.interrupt();
    }

    @Test
    void theOrderIsKeptThroughFailures() throws Exception {
        List<String> topics = new ArrayList<>();
        int[] calls = new int[1];
        CountDownLatch told = new CountDownLatch(3);
        Events events = new Events(
                request -> {
                    if (++calls[0] % 3 != 0) {
                        if (calls[0] % 3 == 1) {
                            throw new IOException("away");
                        }
                        return Response.newBuilder()
                                .setStatus(RpcStatus.newBuilder().setCode(14))
                                .build()
                                .toByteArray();
                    }
                    Request r = Request.parseFrom(request);
                    topics.add(ForwardRequest.parseFrom(r.getPayload())
                            .getEnvelope()
                            .getTopic());
                    return new byte[0];
                },
                "ns",
                1);
        Thread t = new Thread(events);
        t.start();
        send(events, "a", told);
        send(events, "b", told);
        send(events, "c", told);
        assertTrue(told.await(5, TimeUnit.SECONDS));
        t.interrupt();
        t.join();
        assertEquals(List.of("/tasks/a", "/tasks/b", "/tasks/c"), topics);
    }

    @Test
    void oneThatIsNotTakenDoesNotHoldUpTheNext() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Events events = new Events(
                request -> {
                    Request r = Request.parseFrom(request);
                    if (ForwardRequest.parseFrom(r.getPayload())
                            .getEnvelope()
                            .getTopic()
                            .equals("/tasks/bad")) {
                        throw new IOException("no");
                    }
                    return new byte[0];
                },
                "ns",
                1);
        Thread t = new Thread(events);
        t.start();
        send(events, "bad", never);
        send(events, "good", told);
        assertTrue(told.await(5, TimeUnit.SECONDS));
        assertEquals(1, never.getCount());
        t.interrupt();
        t.join();
    }

    @Test
    void overASocketThatIsClosedInBetween() throws Exception {
        Path socket = directory.resolve("c.ttrpc");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread containerd = new Thread(() -> {
                try {
                    for (int i = 0; i < 2; i++) {
                        try (SocketChannel c = server.accept()) {
                            for (int j = 0; j < 2; j++) {
                                answer(c);
                            }
                        }
                    }
                } catch (IOException e) {
                    // The test fails by what it misses.
                }
            });
            containerd.start();
            TtrpcClient client = new TtrpcClient("unix://" + socket, 5000);
            assertEquals(1, client.call(new byte[] {1})[0]);
            assertEquals(3, client.call(new byte[] {2})[0]);
            assertThrows(IOException.class, () -> client.call(new byte[] {3}));
            assertEquals(1, client.call(new byte[] {4})[0]);
            client.call(new byte[] {5});
            containerd.join(5000);
        }
        assertThrows(IOException.class, () -> new TtrpcClient("", 5000).call(new byte[0]));
        assertThrows(Unreachable.class, () -> new TtrpcClient("/no/such", 5000).call(new byte[0]));
    }

    /** The answer is the number of the stream. */
    private static void answer(SocketChannel c) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(Frame.HEADER + 1);
        while (b.hasRemaining() && c.read(b) >= 0) {
            // to its end
        }
        Frame f = Frame.parse(b.array());
        c.write(ByteBuffer.wrap(
                Frame.response(f.stream(), new byte[] {(byte) f.stream()}).bytes()));
    }
}
