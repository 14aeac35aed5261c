// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FdsTest {
    private static final int O_PATH = 010000000;

    @TempDir
    Path dir;

    private final byte[] data = new byte[Fds.MAX_RECORD];
    private final int[] fds = new int[Fds.MAX_FDS];
    private final int[] count = new int[1];

    @Test
    void recordsKeepTheirBordersAndDescriptorsArrive() throws Exception {
        Path deep = dir.resolve("d".repeat(100)).resolve("e".repeat(100));
        Files.createDirectories(deep);
        int dirfd = Sys.openat(Sys.AT_FDCWD, deep.toString(), O_PATH, 0);
        int listener = Fds.listen(dirfd, "sock", 8);
        assertTrue(listener >= 0);
        int client = Fds.connect(deep + "/sock");
        assertTrue(client >= 0, "connect: " + client);
        int server = Fds.accept(listener);
        int[] who = new int[3];
        assertEquals(0, Fds.peer(server, who));
        assertEquals(ProcessHandle.current().pid(), who[0]);

        Path file = Files.writeString(dir.resolve("file"), "hello");
        int f = Sys.openat(Sys.AT_FDCWD, file.toString(), 0, 0);
        byte[] text = "one\0two\0".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(8, Fds.send(client, text, 8, new int[] {f, f}, 2));
        assertEquals(3, Fds.send(client, text, 3));
        assertEquals(8, Fds.receive(server, data, fds, count));
        assertEquals(2, count[0]);
        byte[] content = new byte[10];
        assertEquals(5, Sys.read(fds[1], content, 0, 10, 0));
        assertEquals(3, Fds.receive(server, data, fds, count));
        assertEquals(0, count[0]);
        Sys.close(client);
        assertEquals(0, Fds.receive(server, data, fds, count));
        Sys.close(server);
        Sys.close(listener);
        Sys.close(dirfd);
        Sys.close(f);
    }

    @Test
    void asManyDescriptorsAsLinuxAllowsAndNotMore() {
        int[] pair = new int[2];
        assertEquals(0, Fds.pair(pair));
        int[] many = new int[254];
        java.util.Arrays.fill(many, pair[0]);
        assertEquals(-22, Fds.send(pair[0], data, 1, many, 254));
        int before = open();
        assertEquals(1, Fds.send(pair[0], data, 1, many, 253));
        assertEquals(1, Fds.receive(pair[1], data, fds, count));
        assertEquals(253, count[0]);
        assertEquals(before + 253, open());
        for (int i = 0; i < 253; i++) {
            Sys.close(fds[i]);
        }
        assertEquals(Fds.MAX_RECORD, Fds.send(pair[0], data, Fds.MAX_RECORD));
        assertEquals(Fds.MAX_RECORD, Fds.receive(pair[1], data, fds, count));
        Sys.close(pair[0]);
        Sys.close(pair[1]);
    }

    @Test
    void aRecordThatDoesNotFitLeavesNoDescriptors() {
        int[] pair = new int[2];
        assertEquals(0, Fds.pair(pair));
        int before = open();
        assertEquals(100, Fds.send(pair[0], data, 100, pair, 2));
        assertEquals(-90, Fds.receive(pair[1], new byte[10], fds, count));
        assertEquals(0, count[0]);
        assertEquals(before, open());
        Sys.close(pair[0]);
        Sys.close(pair[1]);
    }

    private static int open() {
        String[] names = new java.io.File("/proc/self/fd").list();
        return names == null ? -1 : names.length;
    }
}
