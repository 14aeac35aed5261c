// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.sandjar.node.model.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A plain HTTP client on a UNIX socket, that sees what is really sent. */
final class Client implements AutoCloseable {
    final SocketChannel channel;
    final InputStream in;
    int code;
    final List<String> headers = new ArrayList<>();

    Client(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        in = new BufferedInputStream(Channels.newInputStream(channel));
    }

    Client send(String method, String target, String body, String... more) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: x\r\n");
        for (String h : more) {
            head.append(h).append("\r\n");
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0) {
            head.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        ByteBuffer all = ByteBuffer.wrap((head + "\r\n" + body).getBytes(StandardCharsets.UTF_8));
        while (all.hasRemaining()) {
            channel.write(all);
        }
        headers.clear();
        code = Integer.parseInt(line().split(" ")[1]);
        for (String l = line(); !l.isEmpty(); l = line()) {
            headers.add(l);
        }
        return this;
    }

    String line() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                out.write(b);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** A chunk of a chunked answer; empty for the last. */
    String chunk() throws IOException {
        int size = Integer.parseInt(line(), 16);
        String text = new String(in.readNBytes(size), StandardCharsets.UTF_8);
        line();
        return text;
    }

    String text() throws IOException {
        for (String h : headers) {
            if (h.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: ")) {
                return new String(in.readNBytes(Integer.parseInt(h.substring(16))), StandardCharsets.UTF_8);
            }
        }
        StringBuilder all = new StringBuilder();
        for (String c = chunk(); !c.isEmpty(); c = chunk()) {
            all.append(c);
        }
        return all.toString();
    }

    JsonNode json() throws IOException {
        return Json.mapper().readTree(text());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
