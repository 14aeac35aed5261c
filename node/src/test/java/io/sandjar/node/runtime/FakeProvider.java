// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import io.sandjar.shim.proto.CreateRequest;
import io.sandjar.shim.proto.CreateResponse;
import io.sandjar.shim.proto.DeleteResponse;
import io.sandjar.shim.proto.ExecRequest;
import io.sandjar.shim.proto.KillRequest;
import io.sandjar.shim.proto.Request;
import io.sandjar.shim.proto.Response;
import io.sandjar.shim.proto.RpcStatus;
import io.sandjar.shim.proto.StartRequest;
import io.sandjar.shim.proto.StartResponse;
import io.sandjar.shim.proto.StateResponse;
import io.sandjar.shim.proto.Status;
import io.sandjar.shim.proto.WaitRequest;
import io.sandjar.shim.proto.WaitResponse;
import io.sandjar.shim.ttrpc.Frame;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A provider whose containers are entries of a table: enough of a Task service for its callers. */
final class FakeProvider implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Path socket;
    private final String service;
    private final List<SocketChannel> open = new CopyOnWriteArrayList<>();

    /** Status by name; set when it has ended. */
    final ConcurrentHashMap<String, CompletableFuture<Integer>> ends = new ConcurrentHashMap<>();

    final ConcurrentHashMap<String, Status> states = new ConcurrentHashMap<>();
    final List<String> heard = new CopyOnWriteArrayList<>();
    volatile @Nullable CreateRequest created;
    volatile @Nullable ExecRequest added;
    volatile String createFails = "";
    volatile int unavailable;
    volatile int stillRunning;
    volatile boolean slow;

    FakeProvider(Path socket, String service) throws IOException {
        this.socket = socket;
        this.service = service;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel c = server.accept();
                open.add(c);
                Thread.ofVirtual().start(() -> serve(c));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(SocketChannel c) {
        try (c) {
            DataInputStream in = new DataInputStream(Channels.newInputStream(c));
            while (true) {
                byte[] data = new byte[in.readInt()];
                int stream = in.readInt();
                in.readShort();
                in.readFully(data);
                byte[] answer = answer(Request.parseFrom(data)).toByteArray();
                c.write(ByteBuffer.wrap(Frame.response(stream, answer).bytes()));
            }
        } catch (IOException e) {
            // the caller has gone
        }
    }

    private Response answer(Request r) throws IOException {
        heard.add(r.getMethod());
        if (!r.getService().equals(service)) {
            return refused(12, "service " + r.getService());
        }
        if (unavailable > 0) {
            unavailable--;
            return refused(14, "not now");
        }
        if (stillRunning > 0 && r.getMethod().equals("Delete")) {
            stillRunning--;
            return refused(9, "cannot delete: it is running");
        }
        MessageLite m = done(r);
        return m == null
                ? refused(createFails.isEmpty() ? 5 : 2, createFails.isEmpty() ? "not found" : createFails)
                : Response.newBuilder().setPayload(m.toByteString()).build();
    }

    private static Response refused(int code, String why) {
        return Response.newBuilder()
                .setStatus(RpcStatus.newBuilder().setCode(code).setMessage(why))
                .build();
    }

    private @Nullable MessageLite done(Request r) throws IOException {
        if (r.getMethod().equals("Create")) {
            return create(CreateRequest.parseFrom(r.getPayload()));
        }
        // Ids stand in the same places of all requests.
        StartRequest about = ids(r);
        String name = about.getExecId().isEmpty() ? about.getId() : about.getExecId();
        if (r.getMethod().equals("Exec")) {
            added = ExecRequest.parseFrom(r.getPayload());
            ends.put(name, new CompletableFuture<>());
            return Empty.getDefaultInstance();
        }
        CompletableFuture<Integer> end = ends.get(name);
        if (end == null) {
            return null;
        }
        return switch (r.getMethod()) {
            case "Start" -> start(name, about);
            case "State" -> state(name, end);
            case "Kill" -> {
                end.complete(128 + KillRequest.parseFrom(r.getPayload()).getSignal());
                yield Empty.getDefaultInstance();
            }
            case "Wait" ->
                WaitResponse.newBuilder()
                        .setExitStatus(end.join())
                        .setExitedAt(Timestamp.newBuilder().setSeconds(1000))
                        .build();
            case "Delete" -> {
                ends.remove(name);
                yield DeleteResponse.getDefaultInstance();
            }
            default -> null;
        };
    }

    private static StartRequest ids(Request r) throws InvalidProtocolBufferException {
        if (r.getMethod().equals("Wait")) {
            WaitRequest w = WaitRequest.parseFrom(r.getPayload());
            return StartRequest.newBuilder()
                    .setId(w.getId())
                    .setExecId(w.getExecId())
                    .build();
        }
        if (r.getMethod().equals("Exec")) {
            ExecRequest e = ExecRequest.parseFrom(r.getPayload());
            return StartRequest.newBuilder()
                    .setId(e.getId())
                    .setExecId(e.getExecId())
                    .build();
        }
        return StartRequest.parseFrom(r.getPayload());
    }

    private @Nullable MessageLite create(CreateRequest r) {
        created = r;
        if (!createFails.isEmpty()) {
            return null;
        }
        states.put(r.getId(), Status.CREATED);
        ends.put(r.getId(), new CompletableFuture<>());
        return CreateResponse.newBuilder().setPid(42).build();
    }

    private MessageLite start(String name, StartRequest r) throws IOException {
        states.put(name, Status.RUNNING);
        ExecRequest exec = added;
        if (!r.getExecId().isEmpty() && exec != null && !slow) {
            Files.writeString(Path.of(exec.getStdout()), "said\n");
            ends.get(name).complete(3);
        }
        return StartResponse.newBuilder().setPid(43).build();
    }

    private MessageLite state(String name, CompletableFuture<Integer> end) {
        return StateResponse.newBuilder()
                .setStatus(end.isDone() ? Status.STOPPED : states.get(name))
                .setPid(42)
                .setExitStatus(end.getNow(0))
                .setExitedAt(Timestamp.newBuilder().setSeconds(end.isDone() ? 1000 : 0))
                .build();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (SocketChannel c : new ArrayList<>(open)) {
            c.close();
        }
        Files.deleteIfExists(socket);
    }
}
