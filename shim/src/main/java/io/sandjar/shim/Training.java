// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.sandjar.shim.proto.CloseIoRequest;
import io.sandjar.shim.proto.ConnectRequest;
import io.sandjar.shim.proto.CreateRequest;
import io.sandjar.shim.proto.DeleteRequest;
import io.sandjar.shim.proto.ExecRequest;
import io.sandjar.shim.proto.KillRequest;
import io.sandjar.shim.proto.Mount;
import io.sandjar.shim.proto.PidsRequest;
import io.sandjar.shim.proto.Request;
import io.sandjar.shim.proto.Response;
import io.sandjar.shim.proto.RuntimeOptions;
import io.sandjar.shim.proto.ShutdownRequest;
import io.sandjar.shim.proto.StartRequest;
import io.sandjar.shim.proto.StateRequest;
import io.sandjar.shim.proto.StatsRequest;
import io.sandjar.shim.proto.UpdateRequest;
import io.sandjar.shim.proto.WaitRequest;
import io.sandjar.shim.ttrpc.Frame;
import io.sandjar.shim.ttrpc.TtrpcClient;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A life of the shim in small, so that the classes of it are loaded and noted for the cache: a container and an exec through a
 * supervisor, a runtime and a containerd that are played here, and a second shim that finds what the first one left.
 */
final class Training {
    private static final int CONTAINER = 100;
    private static final int EXEC = 101;
    private static final String ID = "c1";

    private final Path directory;
    private final Path bundle;
    private int stream = -1;

    private Training(Path directory) throws IOException {
        this.directory = directory;
        bundle = Files.createDirectories(directory.resolve("bundle"));
    }

    static void run() throws IOException {
        Path directory = Files.createTempDirectory("sandjar-training");
        Log.to(new PrintStream(java.io.OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try (ServerSocketChannel containerd = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            containerd.bind(UnixDomainSocketAddress.of(directory.resolve("ttrpc")));
            Thread.ofVirtual().start(new Containerd(containerd));
            Training t = new Training(directory);
            t.live(true);
            t.live(false);
            Files.writeString(directory.resolve("out"), "");
            Stdio io = new Stdio("", directory.resolve("out").toString(), "", false);
            new HostPrograms().run(List.of("/bin/true"), null, io);
            new HostPrograms().run(List.of("/bin/true"), new byte[0], null);
        } finally {
            remove(directory);
        }
    }

    private static void remove(Path p) throws IOException {
        if (Files.isDirectory(p)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(p)) {
                for (Path below : all) {
                    remove(below);
                }
            }
        }
        Files.deleteIfExists(p);
    }

    /** One shim; the first one leaves a container behind, the second one ends it. */
    private void live(boolean first) throws IOException {
        Pipe to = Pipe.open();
        Pipe from = Pipe.open();
        Link supervisor = new Link(Channels.newInputStream(from.source()), Channels.newOutputStream(to.sink()));
        Link link = new Link(Channels.newInputStream(to.source()), Channels.newOutputStream(from.sink()));
        Hello hello = Hello.parse(("{\"version\":1,\"address\":\"unix:///x\",\"ttrpcAddress\":\"" + directory
                        + "/ttrpc\",\"namespace\":\"k8s.io\",\"stateDir\":\"" + directory
                        + "/state\",\"runsc\":\"runsc\",\"self\":\"shim\",\"pid\":1,\"debug\":false}")
                .getBytes(StandardCharsets.UTF_8));
        Shim shim =
                new Shim(hello, link, new Runtime(), new TtrpcClient(hello.ttrpcAddress(), Events.PATIENCE_MILLIS), 1);
        Thread serving = Thread.ofPlatform().daemon().start(new Serving(shim));
        if (first) {
            create(supervisor);
        } else {
            end(supervisor);
        }
        to.sink().close();
        try {
            serving.join(2000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void create(Link s) throws IOException {
        RuntimeOptions options = RuntimeOptions.newBuilder()
                .setConfigBody("log_level = \"info\"\n[runsc_config]\nnetwork = \"sandbox\"\n")
                .build();
        call(
                s,
                "Create",
                CreateRequest.newBuilder()
                        .setId(ID)
                        .setBundle(bundle.toString())
                        .setStdout(directory.resolve("out").toString())
                        .addRootfs(Mount.newBuilder()
                                .setType("bind")
                                .setSource("/")
                                .addOptions("ro"))
                        .setOptions(Any.newBuilder()
                                .setTypeUrl("runtimeoptions.v1.Options")
                                .setValue(options.toByteString()))
                        .build());
        call(s, "Start", StartRequest.newBuilder().setId(ID).build());
        call(s, "State", StateRequest.newBuilder().setId(ID).build());
        call(s, "Stats", StatsRequest.newBuilder().setId(ID).build());
        call(s, "Connect", ConnectRequest.newBuilder().setId(ID).build());
        call(s, "Pids", PidsRequest.newBuilder().setId(ID).build());
        call(
                s,
                "Exec",
                ExecRequest.newBuilder()
                        .setId(ID)
                        .setExecId("e1")
                        .setTerminal(true)
                        .setSpec(Any.newBuilder().setValue(ByteString.copyFromUtf8("{}")))
                        .build());
        call(s, "Start", StartRequest.newBuilder().setId(ID).setExecId("e1").build());
        call(s, "CloseIO", CloseIoRequest.newBuilder().setId(ID).setExecId("e1").build());
        call(s, "Update", UpdateRequest.newBuilder().setId(ID).build());
    }

    private void end(Link s) throws IOException {
        exit(s, EXEC);
        call(s, "Kill", KillRequest.newBuilder().setId(ID).setSignal(15).build());
        call(s, "Wait", WaitRequest.newBuilder().setId(ID).setExecId("e1").build());
        call(s, "Delete", DeleteRequest.newBuilder().setId(ID).setExecId("e1").build());
        exit(s, CONTAINER);
        call(s, "Wait", WaitRequest.newBuilder().setId(ID).build());
        call(s, "Delete", DeleteRequest.newBuilder().setId(ID).build());
        call(s, "State", StateRequest.newBuilder().setId(ID).build());
        call(s, "Shutdown", ShutdownRequest.newBuilder().setId(ID).build());
    }

    private static void exit(Link s, int pid) {
        s.send('X', pid, ByteBuffer.allocate(12).putInt(0).putLong(Times.now()).array());
    }

    /** Plays the supervisor until the answer comes. */
    private void call(Link s, String method, MessageLite message) throws IOException {
        stream += 2;
        Request r = Request.newBuilder()
                .setService(TaskService.V3)
                .setMethod(method)
                .setPayload(message.toByteString())
                .build();
        s.send('F', 1, Frame.request(stream, r.toByteArray()).bytes());
        while (true) {
            Link.Message m = s.read();
            if (m == null) {
                throw new IOException("the shim has gone");
            }
            if (m.type() == 'F') {
                return;
            }
            if (m.type() == 'T') {
                String[] words = m.text().split("\0", -1);
                if (words[0].equals("keep") || words[0].equals("console") || words[0].equals("drop")) {
                    s.send('P', 0, (words[1] + " ok").getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    private static final class Serving implements Runnable {
        private final Shim shim;

        Serving(Shim shim) {
            this.shim = shim;
        }

        @Override
        public void run() {
            try {
                shim.serve();
            } catch (IOException e) {
                Log.error("training", e);
            }
        }
    }

    /** A runtime that only leaves pids. */
    private static final class Runtime implements Programs {
        @Override
        public Ended run(List<String> words, byte @Nullable [] input, @Nullable Stdio io) {
            int at = words.indexOf("--pid-file");
            if (at > 0) {
                try {
                    int pid = words.contains("exec") ? EXEC : CONTAINER;
                    Files.writeString(Path.of(words.get(at + 1)), Integer.toString(pid));
                } catch (IOException e) {
                    return new Ended(1, "no");
                }
            }
            return new Ended(0, "[" + CONTAINER + "]");
        }
    }

    /** Takes every event. */
    private static final class Containerd implements Runnable {
        private final ServerSocketChannel server;

        Containerd(ServerSocketChannel server) {
            this.server = server;
        }

        @Override
        public void run() {
            while (true) {
                try (SocketChannel c = server.accept()) {
                    serve(c);
                } catch (IOException e) {
                    return;
                }
            }
        }

        private static void serve(SocketChannel c) throws IOException {
            byte[] answer = Response.getDefaultInstance().toByteArray();
            while (true) {
                ByteBuffer head = ByteBuffer.allocate(Frame.HEADER);
                if (!fill(c, head)) {
                    return;
                }
                head.flip();
                int length = head.getInt();
                int stream = head.getInt();
                fill(c, ByteBuffer.allocate(length));
                c.write(ByteBuffer.wrap(Frame.response(stream, answer).bytes()));
            }
        }

        private static boolean fill(SocketChannel c, ByteBuffer b) throws IOException {
            while (b.hasRemaining()) {
                if (c.read(b) < 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
