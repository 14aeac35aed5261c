// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The run that fills the cache of classes (AOT): the usual commands against an agent that is made up. */
final class Training {
    private static final String POD =
            "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\",\"namespace\":\"default\","
                    + "\"uid\":\"1\",\"creationTimestamp\":\"2026-01-02T03:04:05Z\",\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":"
                    + "\"c\",\"image\":\"i\",\"env\":[{\"name\":\"n\",\"value\":\"v\"}]}]},\"status\":{\"phase\":\"Running\",\"containerStatuses\":"
                    + "[{\"name\":\"c\",\"state\":{\"running\":{\"startedAt\":\"2026-01-02T03:04:05Z\"}}}]}}";
    private static final String TABLE =
            "{\"kind\":\"Table\",\"columnDefinitions\":[{\"name\":\"Name\"},{\"name\":\"Age\"}],\"rows\":["
                    + "{\"cells\":[\"a\",\"1s\"],\"object\":{\"metadata\":{\"name\":\"a\",\"namespace\":\"default\"}}}]}";
    private static final String[][] COMMANDS = {
        {"get", "pods"},
        {"get", "pods", "-o", "wide", "-A", "--show-labels"},
        {"get", "pod", "a", "-o", "yaml"},
        {"get", "pod/a", "-o", "json"},
        {"get", "pod", "a", "-o", "jsonpath={.metadata.name}"},
        {"get", "pods", "-w"},
        {"describe", "pod", "a"},
        {"logs", "a"},
        {"apply", "-f", "-"},
        {"delete", "pod", "a"},
        {"events"},
        {"version"},
        {"get", "missing"},
        {"--help"},
        {"exec", "a", "--", "true"},
        {"wait", "--for=jsonpath={.status.phase}=Running", "pod/a"},
    };

    private Training() {}

    static int run() {
        Path directory = null;
        try {
            directory = Files.createTempDirectory("sandjar-train");
            Path socket = directory.resolve("s");
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread answers = new Answers(server);
            answers.setDaemon(true);
            answers.start();
            Map<String, String> environment = Map.of("SANDJAR_KUBELET", socket.toString(), "SANDJAR_PLAN", "/dev/null");
            for (String[] command : COMMANDS) {
                Main.run(
                        command,
                        new Terminal(new ByteArrayInputStream(new byte[0]), nowhere(), nowhere(), environment));
            }
            server.close();
            Files.deleteIfExists(socket);
            return 0;
        } catch (IOException e) {
            System.err.println("the training run failed: " + e);
            return 1;
        } finally {
            remove(directory);
        }
    }

    private static void remove(@org.jspecify.annotations.Nullable Path directory) {
        try {
            if (directory != null) {
                Files.deleteIfExists(directory.resolve("s"));
                Files.deleteIfExists(directory);
            }
        } catch (IOException e) {
            System.err.println(directory + " cannot be removed: " + e.getMessage());
        }
    }

    private static PrintStream nowhere() {
        return new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
    }

    /** Answers each request with what it asks for. */
    private static final class Answers extends Thread {
        private final ServerSocketChannel server;

        Answers(ServerSocketChannel server) {
            this.server = server;
        }

        @Override
        public void run() {
            boolean deleted = false;
            while (true) {
                try (SocketChannel client = server.accept()) {
                    String request = head(client);
                    deleted |= request.startsWith("DELETE");
                    String status = deleted && request.startsWith("GET /api/v1/namespaces/default/pods/a ")
                            ? "404 Not Found"
                            : "200 OK";
                    deleted &= status.startsWith("200");
                    byte[] body = (body(request) + "\n").getBytes(StandardCharsets.UTF_8);
                    OutputStream out = java.nio.channels.Channels.newOutputStream(client);
                    out.write(("HTTP/1.1 " + status
                                    + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + Integer.toHexString(body.length) + "\r\n")
                            .getBytes(StandardCharsets.UTF_8));
                    out.write(body);
                    out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    return;
                }
            }
        }

        private static String head(SocketChannel client) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(65536);
            while (true) {
                int n = client.read(bytes);
                String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
                if (n < 0 || text.contains("\r\n\r\n")) {
                    return text;
                }
            }
        }

        private static String body(String request) {
            if (request.contains("watch=true")) {
                return request.contains("as=Table")
                        ? "{\"type\":\"ADDED\",\"object\":" + TABLE + "}"
                        : "{\"type\":\"DELETED\",\"object\":" + POD + "}";
            }
            if (request.contains("/apply?")) {
                return "{\"items\":[{\"kind\":\"Pod\",\"name\":\"a\",\"operation\":\"created\"}],\"warnings\":[\"w\"],\"errors\":[]}";
            }
            if (request.contains("/exec")) {
                return "{\"argv\":[\"true\"]}";
            }
            if (request.contains("/events")) {
                return "{\"items\":[{\"type\":\"Normal\",\"reason\":\"r\",\"message\":\"m\",\"lastTimestamp\":\"2026-01-02T03:04:05Z\","
                        + "\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"a\"}}]}";
            }
            if (request.contains("as=Table")) {
                return TABLE;
            }
            return request.contains("/pods/a") ? POD : "{\"gitVersion\":\"v\",\"items\":[" + POD + "]}";
        }
    }
}
