// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sandjar.node.server.NodeOperations.LogOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LogStreamTest {
    @TempDir
    Path dir;

    private Path file;

    @BeforeEach
    void files() throws IOException {
        file = dir.resolve("0.log");
        Files.writeString(dir.resolve("0.log.2"), "2026-01-01T00:00:01Z stdout F one\n");
        Files.writeString(
                dir.resolve("0.log.1"), "2026-01-01T00:00:02Z stdout F two\n2026-01-01T00:00:03Z stderr F three\n");
        Files.writeString(
                file,
                "2026-01-01T00:00:04Z stdout P fo\n2026-01-01T00:00:04Z stdout F ur\n2026-01-01T00:00:05Z stdout P five");
        append("\n");
    }

    private void append(String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND, StandardOpenOption.CREATE);
    }

    private static LogOptions options(Long tail, String since, boolean timestamps, Long bytes, boolean follow) {
        return new LogOptions("c", follow, false, timestamps, tail, since == null ? null : Instant.parse(since), bytes);
    }

    private String read(LogOptions options) throws IOException {
        try (LogStream in = new LogStream(file, options, () -> false)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void allFilesInOrderAndPartsJoined() throws IOException {
        assertEquals("one\ntwo\nthree\nfour\nfive", read(options(null, null, false, null, false)));
    }

    @Test
    void tailsReachBackOverFiles() throws IOException {
        assertEquals("", read(options(0L, null, false, null, false)));
        assertEquals("five", read(options(1L, null, false, null, false)));
        assertEquals("four\nfive", read(options(2L, null, false, null, false)));
        assertEquals("three\nfour\nfive", read(options(3L, null, false, null, false)));
        assertEquals("one\ntwo\nthree\nfour\nfive", read(options(50L, null, false, null, false)));
    }

    @Test
    void timesAndLimits() throws IOException {
        assertEquals("three\nfour\nfive", read(options(null, "2026-01-01T00:00:03Z", false, null, false)));
        assertEquals(
                "2026-01-01T00:00:04Z four\n2026-01-01T00:00:05Z five", read(options(2L, null, true, null, false)));
        assertEquals("one\ntw", read(options(null, null, false, 6L, false)));
    }

    @Test
    void aMissingFileIsEmpty() throws IOException {
        try (LogStream in =
                new LogStream(dir.resolve("none.log"), options(5L, null, false, null, false), () -> false)) {
            assertEquals(0, in.readAllBytes().length);
        }
    }

    @Test
    void followingGoesOnAfterARotation() throws Exception {
        AtomicBoolean live = new AtomicBoolean(true);
        Thread writer = Thread.startVirtualThread(() -> {
            try {
                Thread.sleep(200);
                append("2026-01-01T00:00:06Z stdout F six\n");
                Files.move(file, dir.resolve("0.log.x"));
                append("2026-01-01T00:00:07Z stdout F seven\n");
                Thread.sleep(300);
                append("2026-01-01T00:00:08Z stdout F eight\n");
                live.set(false);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        try (LogStream in = new LogStream(file, options(0L, null, false, null, true), live::get)) {
            assertEquals("six\nseven\neight\n", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        writer.join();
    }
}
