// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.sandjar.abi.Nr;
import io.sandjar.host.Sys;
import io.sandjar.shim.proto.DeleteRequest;
import io.sandjar.shim.proto.DeleteResponse;
import io.sandjar.shim.proto.ExecRequest;
import io.sandjar.shim.proto.KillRequest;
import io.sandjar.shim.proto.StartRequest;
import io.sandjar.shim.proto.StartResponse;
import io.sandjar.shim.proto.WaitRequest;
import io.sandjar.shim.proto.WaitResponse;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A command in a container through its provider, with its output through a FIFO. It is a process of the container's kind. */
final class ProviderExec {
    private static final Duration CALL = Duration.ofSeconds(60);
    private static final int MAX_OUTPUT = 16 << 10;
    private static final int FIFO = 0010000;
    private static final int AT_FDCWD = -100;
    private static final int SIGKILL = 9;
    private static final int NOT_FOUND = 127;

    private final TaskCalls calls;
    private final String id;
    private final String execId;
    private final ContainerDir dir;
    private final StringBuilder text = new StringBuilder();

    ProviderExec(TaskCalls calls, String id, String execId, ContainerDir dir) {
        this.calls = calls;
        this.id = id;
        this.execId = execId;
        this.dir = dir;
    }

    /** Runs it to its end; after the limit it is killed. */
    ExecResult run(List<String> command, Duration limit)
            throws RuntimeFailure, TaskCalls.Refused, IOException, InterruptedException {
        Path fifo = dir.file(execId);
        if (Sys.callWithPath(Nr.mknodat, 1, fifo.toString(), AT_FDCWD, FIFO | 0600, 0, 0, 0) != 0) {
            throw new RuntimeFailure("cannot make the FIFO " + fifo);
        }
        try {
            calls.call("Exec", request(command, fifo), Empty.parser(), CALL);
            try {
                return output(fifo, limit);
            } finally {
                calls.call(
                        "Delete",
                        DeleteRequest.newBuilder().setId(id).setExecId(execId).build(),
                        DeleteResponse.parser(),
                        CALL);
            }
        } finally {
            Files.deleteIfExists(fifo);
        }
    }

    /** Starts it and reads; the writer of ours keeps the reader from waiting for a first one, and from an early end. */
    private ExecResult output(Path fifo, Duration limit) throws TaskCalls.Refused, IOException, InterruptedException {
        RandomAccessFile writer = new RandomAccessFile(fifo.toFile(), "rw");
        try (InputStream in = new FileInputStream(fifo.toFile())) {
            Thread reader =
                    Thread.ofPlatform().daemon().name("output of " + execId).start(() -> read(in));
            int code;
            try {
                try {
                    calls.call(
                            "Start",
                            StartRequest.newBuilder()
                                    .setId(id)
                                    .setExecId(execId)
                                    .build(),
                            StartResponse.parser(),
                            CALL);
                } catch (TaskCalls.Refused e) {
                    if (!e.text().startsWith("OCI runtime exec failed")) {
                        throw e;
                    }
                    return new ExecResult(NOT_FOUND, false, e.text());
                }
                code = end(limit);
            } finally {
                writer.close(); // then the process's own end is the end
            }
            reader.join(200); // something in the background may hold it
            synchronized (text) {
                String said = new String(text.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
                return new ExecResult(code, code < 0, said);
            }
        } finally {
            writer.close();
        }
    }

    private int end(Duration limit) throws TaskCalls.Refused, IOException, InterruptedException {
        WaitRequest wait = WaitRequest.newBuilder().setId(id).setExecId(execId).build();
        Ending ending = new Ending(wait);
        Thread waiter = Thread.startVirtualThread(ending);
        try {
            if (waiter.join(limit)) {
                return ending.code();
            }
            kill();
            waiter.join(CALL);
            return -1;
        } catch (InterruptedException e) {
            kill();
            waiter.join(CALL);
            throw e;
        } finally {
            waiter.interrupt();
        }
    }

    private void kill() throws TaskCalls.Refused, IOException, InterruptedException {
        try {
            calls.call(
                    "Kill",
                    KillRequest.newBuilder()
                            .setId(id)
                            .setExecId(execId)
                            .setSignal(SIGKILL)
                            .build(),
                    Empty.parser(),
                    CALL);
        } catch (TaskCalls.Refused e) {
            if (e.code != TaskCalls.Refused.NOT_FOUND) {
                throw e;
            }
        }
    }

    /** A Wait on a thread of its own. */
    private final class Ending implements Runnable {
        private final WaitRequest request;
        private volatile int code = -1;
        private volatile String why = "";

        Ending(WaitRequest request) {
            this.request = request;
        }

        @Override
        public void run() {
            try {
                code = calls.call("Wait", request, WaitResponse.parser(), Duration.ZERO)
                        .getExitStatus();
            } catch (TaskCalls.Refused e) {
                why = e.text();
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        int code() throws IOException {
            if (!why.isEmpty()) {
                throw new IOException(why);
            }
            return code;
        }
    }

    private void read(InputStream in) {
        byte[] block = new byte[4096];
        try {
            for (int n; (n = in.read(block)) >= 0; ) {
                synchronized (text) {
                    int room = Math.min(n, MAX_OUTPUT - text.length());
                    text.append(new String(block, 0, Math.max(room, 0), StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            // closed: enough is known
        }
    }

    /** The process of the container's own document with another command. */
    private ExecRequest request(List<String> command, Path fifo) throws RuntimeFailure {
        Path config = Path.of(dir.read("bundle")).resolve("config.json");
        try {
            JsonObject process = JsonParser.parseString(Files.readString(config))
                    .getAsJsonObject()
                    .getAsJsonObject("process");
            JsonArray words = new JsonArray();
            command.forEach(words::add);
            process.add("args", words);
            process.addProperty("terminal", false);
            process.remove("consoleSize");
            return ExecRequest.newBuilder()
                    .setId(id)
                    .setExecId(execId)
                    .setStdout(fifo.toString())
                    .setStderr(fifo.toString())
                    .setSpec(Any.newBuilder()
                            .setTypeUrl("types.containerd.io/opencontainers/runtime-spec/1/Process")
                            .setValue(ByteString.copyFromUtf8(process.toString())))
                    .build();
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw new RuntimeFailure(
                    "cannot take the environment of container " + id + " from " + config + ": " + e, e);
        }
    }
}
