// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.shim.proto.CreateRequest;
import io.sandjar.shim.proto.CreateResponse;
import io.sandjar.shim.proto.KillRequest;
import io.sandjar.shim.proto.StartRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real children, among them a script that behaves as the runtime. */
class HostProgramsTest {
    @TempDir
    Path directory;

    private static final String SCRIPT = """
            #!/bin/sh
            for w; do
              case $prev in --pid-file) pid=$w ;; --log) log=$w ;; esac
              prev=$w
            done
            case "$*" in
              *" create "*) echo "out of $$"; echo err >&2; printf %d $$ >"$pid" ;;
              *" kill "*) echo '{"level":"warning","msg":"a warning"}' >"$log"
                          echo '{"level":"error","msg":"it said \\"no\\""}' >>"$log"; exit 1 ;;
              *" start "*) echo "start went wrong" >&2; exit 3 ;;
            esac
            """;

    private Path script() throws Exception {
        Path p = directory.resolve("runsc");
        Files.writeString(p, SCRIPT);
        Files.setPosixFilePermissions(p, PosixFilePermissions.fromString("rwxr-xr-x"));
        return p;
    }

    @Test
    void statusOutputInput() {
        HostPrograms host = new HostPrograms();
        assertEquals(
                new Programs.Ended(3, "ab"),
                host.run(List.of("sh", "-c", "printf a; printf b >&2; exit 3"), null, null));
        assertEquals(
                new Programs.Ended(0, "given"),
                host.run(List.of("cat"), "given".getBytes(StandardCharsets.UTF_8), null));
        assertEquals(new Programs.Ended(0, ""), host.run(List.of("cat"), null, null));
        assertThrows(Failure.class, () -> host.run(List.of("/no/such/program"), null, null));
    }

    @Test
    void aScriptAsTheRuntime() throws Exception {
        script();
        try (Rig rig = new Rig(directory, new HostPrograms(), 60_000)) {
            Path out = directory.resolve("logs/out");
            CreateRequest r = CreateRequest.newBuilder()
                    .setId("c1")
                    .setBundle(rig.bundle.toString())
                    .setStdout("file://" + out)
                    .build();
            int pid = CreateResponse.parseFrom(rig.call("Create", r)).getPid();
            assertEquals("out of " + pid + "\n", Files.readString(out));
            StartRequest s = StartRequest.newBuilder().setId("c1").build();
            assertEquals("OCI runtime start failed: start went wrong", rig.fails(Failure.UNKNOWN, "Start", s));
            KillRequest k = KillRequest.newBuilder().setId("c1").setSignal(9).build();
            assertEquals("it said \"no\"", rig.fails(Failure.UNKNOWN, "Kill", k));
        }
    }

    @Test
    void itAsksToBeEndedWhenThereIsNothingToDo() throws Exception {
        try (Rig rig = new Rig(directory, null, 100)) {
            for (int i = 0; i < 50 && !rig.ordered("quit"); i++) {
                Thread.sleep(50);
            }
            assertTrue(rig.ordered("quit"));
        }
    }
}
