// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.sandjar.shim.proto.Envelope;
import io.sandjar.shim.proto.ForwardRequest;
import io.sandjar.shim.proto.Request;
import io.sandjar.shim.proto.Response;
import io.sandjar.shim.ttrpc.Carrier;
import io.sandjar.shim.ttrpc.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A shim between a supervisor and a containerd that are the test's. Orders are answered at once and noted. */
final class Rig implements AutoCloseable, Carrier {
    static final long PATIENCE_SECONDS = 10;

    final Path directory;
    final Path bundle;
    final FakeRunsc runsc;
    final List<String> orders = new ArrayList<>();
    final LinkedBlockingQueue<Integer> acknowledged = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<Envelope> events = new LinkedBlockingQueue<>();
    volatile boolean containerdAway;

    private final Pipe toShim;
    private final Pipe fromShim;
    private final Link link;
    private final Thread shim;
    private final Thread reader;
    private final ConcurrentHashMap<Integer, CompletableFuture<Response>> answers = new ConcurrentHashMap<>();
    private int stream = -1;

    Rig(Path directory) throws IOException {
        this(directory, null, 60_000);
    }

    /** @param programs null: a fake one */
    Rig(Path directory, @Nullable Programs programs, long lingerMillis) throws IOException {
        this.directory = directory;
        bundle = Files.createDirectories(directory.resolve("bundle"));
        runsc = new FakeRunsc();
        toShim = Pipe.open();
        fromShim = Pipe.open();
        link = new Link(Channels.newInputStream(fromShim.source()), Channels.newOutputStream(toShim.sink()));
        Link shimLink = new Link(Channels.newInputStream(toShim.source()), Channels.newOutputStream(fromShim.sink()));
        Hello hello = new Hello(
                "unix:///x",
                "",
                "tests",
                directory.resolve("state"),
                runsc.path(directory),
                "helper",
                4711,
                lingerMillis,
                0,
                false);
        Shim s = new Shim(hello, shimLink, programs == null ? runsc : programs, this, 1);
        shim = new Thread(() -> {
            try {
                s.serve();
            } catch (IOException e) {
                // The test is over.
            }
        });
        reader = new Thread(this::read);
        shim.start();
        reader.start();
    }

    private void read() {
        try {
            Link.Message m;
            while ((m = link.read()) != null) {
                take(m);
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void take(Link.Message m) {
        switch (m.type()) {
            case 'F' -> {
                try {
                    Frame f = Frame.parse(m.payload());
                    assertEquals(Frame.RESPONSE, f.type());
                    answer(f.stream()).complete(Response.parseFrom(f.data()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            case 'A' -> acknowledged.add(m.number());
            case 'T' -> {
                String order = m.text().replace('\0', ' ');
                synchronized (orders) {
                    orders.add(order);
                }
                String[] words = order.split(" ", -1);
                if (words[0].equals("keep") || words[0].equals("console") || words[0].equals("drop")) {
                    send('P', 0, (words[1] + " ok").getBytes(StandardCharsets.UTF_8));
                }
            }
            default -> throw new IllegalStateException("record " + m.type());
        }
    }

    boolean ordered(String order) {
        synchronized (orders) {
            return orders.contains(order);
        }
    }

    void send(char type, int number, byte[] payload) {
        link.send(type, number, payload);
    }

    private CompletableFuture<Response> answer(int n) {
        return answers.computeIfAbsent(n, k -> new CompletableFuture<>());
    }

    /** Sends a request and goes on. */
    CompletableFuture<Response> begin(String service, String method, MessageLite message, char record) {
        stream += 2;
        CompletableFuture<Response> answer = answer(stream);
        byte[] request = Request.newBuilder()
                .setService(service)
                .setMethod(method)
                .setPayload(message.toByteString())
                .build()
                .toByteArray();
        send(record, 1, Frame.request(stream, request).bytes());
        return answer;
    }

    CompletableFuture<Response> begin(String method, MessageLite message) {
        return begin(TaskService.V2, method, message, 'F');
    }

    ByteString call(String method, MessageLite message) throws Exception {
        return good(begin(method, message));
    }

    /** The same request again, as after the death of a JVM. */
    ByteString repeat(String method, MessageLite message) throws Exception {
        return good(begin(TaskService.V2, method, message, 'R'));
    }

    static ByteString good(CompletableFuture<Response> answer) throws Exception {
        Response r = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (r.hasStatus()) {
            fail("code " + r.getStatus().getCode() + ": " + r.getStatus().getMessage());
        }
        return r.getPayload();
    }

    /** The sentence of a call that fails with a code. */
    String fails(int code, String method, MessageLite message) throws Exception {
        Response r = begin(method, message).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertEquals(code, r.getStatus().getCode(), r.getStatus().getMessage());
        return r.getStatus().getMessage();
    }

    /** The supervisor reports an end. */
    void exit(int pid, int waitStatus) {
        send(
                'X',
                pid,
                ByteBuffer.allocate(12).putInt(waitStatus).putLong(Times.now()).array());
    }

    Envelope event() throws Exception {
        Envelope e = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(e, "no event");
        return e;
    }

    String topic() throws Exception {
        return event().getTopic();
    }

    @Override
    public byte[] call(byte[] request) throws IOException {
        if (containerdAway) {
            throw new IOException("away");
        }
        Request r = Request.parseFrom(request);
        assertEquals("Forward", r.getMethod());
        events.add(ForwardRequest.parseFrom(r.getPayload()).getEnvelope());
        return new byte[0];
    }

    @Override
    public void close() throws IOException {
        toShim.sink().close();
        try {
            shim.join(5000);
            fromShim.sink().close();
            reader.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        toShim.source().close();
        fromShim.source().close();
    }
}
