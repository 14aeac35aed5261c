// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class HttpTest {
    @TempDir
    Path dir;

    /** The body of an answer that comes in these pieces. */
    private String body(String... pieces) throws IOException {
        Path socket = dir.resolve("s" + System.nanoTime());
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofVirtual().start(() -> {
                try (SocketChannel client = server.accept()) {
                    client.read(ByteBuffer.allocate(4096));
                    for (String piece : pieces) {
                        client.write(ByteBuffer.wrap(piece.getBytes(StandardCharsets.UTF_8)));
                        Thread.sleep(5);
                    }
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (Http http = Http.connect(socket.toString())) {
                http.request("GET", "/", null);
                return http.status() + " " + new String(http.body().readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    @Test
    void bodiesWithALengthInChunksAndUntilTheEnd() throws IOException {
        assertEquals("200 abc", body("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef"));
        assertEquals("200 abcdef", body("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc", "def"));
        assertEquals(
                "404 hello world",
                body(
                        "HTTP/1.1 404 X\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
                        "lo\r\n6;x=y\r\n world\r",
                        "\n0\r\n\r\n"));
        assertEquals("204 ", body("HTTP/1.1 204 No Content\r\n\r\n"));
    }

    @Test
    void brokenAnswersAreErrors() {
        assertThrows(IOException.class, () -> body("SSH-2.0-x\r\n"));
        assertThrows(IOException.class, () -> body("HTTP/1.1 200 OK\r\n"));
        assertThrows(IOException.class, () -> body("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"));
        assertThrows(IOException.class, () -> body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"));
        assertThrows(IOException.class, () -> body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab"));
        assertThrows(IOException.class, () -> body("HTTP/1.1 200 OK\r\nX: " + "y".repeat(70_000) + "\r\n\r\n"));
    }
}
