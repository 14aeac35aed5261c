// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.shim.Exits.Exit;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExitsTest {
    private static final int ACKNOWLEDGED_BYTES = 9;

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final Exits exits = new Exits(
            new Link(new ByteArrayInputStream(new byte[0]), sent),
            (process, exit) -> told.add(process.name() + "=" + exit.status()));

    private static TaskProcess process(String id) {
        return new TaskProcess(id, "", new Stdio("", "", "", false));
    }

    private String next() throws InterruptedException {
        String text = told.poll(5, TimeUnit.SECONDS);
        return text == null ? "nothing" : text;
    }

    @Test
    void anExitThatComesBeforeItsPidIsKnownWaitsForIt() throws InterruptedException {
        exits.begin();
        exits.reported(new Exit(7, 3 << 8, 0));
        exits.claim(7, process("a"));
        exits.end();
        assertEquals("a=3", next());
        assertEquals(0, sent.size()); // the listener acknowledges when it has written it down
    }

    @Test
    void anExitOfNobodyIsAcknowledgedAndStillFoundByTheRequestThatComesAgain() throws InterruptedException {
        exits.reported(new Exit(7, 9, 0));
        assertEquals(ACKNOWLEDGED_BYTES, sent.size());
        assertTrue(exits.claimLeft(7, process("a"), false));
        assertEquals("a=137", next());
        assertFalse(exits.claimLeft(7, process("b"), false), "once");
    }

    @Test
    void aProcessThatLivesIsTakenOver() throws InterruptedException {
        assertTrue(exits.claimLeft(8, process("c"), true));
        exits.reported(new Exit(8, 0, 0));
        assertEquals("c=0", next());
    }

    @Test
    void exitsOfNobodyDoNotPileUp() {
        for (int pid = 1; pid <= 3000; pid++) {
            exits.reported(new Exit(pid, 0, 0));
        }
        assertEquals(3000 * ACKNOWLEDGED_BYTES, sent.size());
        assertFalse(exits.claimLeft(1, process("a"), false));
        assertTrue(exits.claimLeft(3000, process("a"), false));
    }

    @Test
    void whatAnEarlierJvmLeftIsWaitedForByItsPidFile() throws Exception {
        Path directory = Files.createTempDirectory("unfinished");
        Path file = directory.resolve("pid");
        // Our child plays the runtime: its command line names the pid file, and it writes that before it ends.
        Process runtime = new ProcessBuilder(
                        "sh",
                        "-c",
                        "sleep 0.4; echo 4711 >\"$2\"; sleep 0.1",
                        "runsc",
                        "--pid-file",
                        file.toString(),
                        "id")
                .start();
        Unfinished unfinished = new Unfinished((int) ProcessHandle.current().pid());
        assertTrue(unfinished.lives((int) runtime.pid()));
        assertEquals(4711, unfinished.await(file));
        assertFalse(runtime.isAlive());
        assertFalse(unfinished.lives((int) runtime.pid()));
        assertEquals(0, unfinished.await(directory.resolve("other")));
        try (InputStream none = runtime.getInputStream()) {
            assertEquals(-1, none.read());
        }
        Files.delete(file);
        Files.delete(directory);
    }
}
