// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.sandjar.shim.proto.RuncOptions;
import io.sandjar.shim.proto.RuntimeOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptionsReaderTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final OptionsReader reader =
            new OptionsReader(new Hello("", "", "k8s.io", Path.of("/state"), "/opt/runsc", "helper", 1, 1, 0, false));

    @BeforeEach
    void collect() {
        Log.to(new PrintStream(log, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void letGo() {
        Log.to(System.err);
        Log.level("info");
    }

    private TaskOptions read(String type, MessageLite m) {
        return reader.read(
                Any.newBuilder().setTypeUrl(type).setValue(m.toByteString()).build(), "c1");
    }

    private TaskOptions body(String toml) {
        return read(
                "runtimeoptions.v1.Options",
                RuntimeOptions.newBuilder().setConfigBody(toml).build());
    }

    @Test
    void none() {
        TaskOptions o = reader.read(Any.getDefaultInstance(), "c1");
        assertEquals(new TaskOptions("/opt/runsc", "/run/containerd/runsc/k8s.io", List.of()), o);
    }

    @Test
    void runc() {
        TaskOptions o = read(
                "containerd.runc.v1.Options",
                RuncOptions.newBuilder()
                        .setBinaryName("/x/runsc")
                        .setRoot("/r")
                        .setSystemdCgroup(true)
                        .build());
        assertEquals(new TaskOptions("/x/runsc", "/r/k8s.io", List.of("--systemd-cgroup")), o);
    }

    @Test
    void file() throws Exception {
        Path toml = directory.resolve("runsc.toml");
        Files.writeString(toml, """
                binary_name = "/x/runsc"
                root = "/r"
                log_level = "debug"
                grouping = true
                sorts = "x"
                [runsc_config]
                  debug = "true"
                  network = "none"
                  num = 3
                """);
        TaskOptions o = read(
                "types.containerd.io/runtimeoptions.v1.Options",
                RuntimeOptions.newBuilder()
                        .setConfigPath(toml.toString())
                        .setConfigBody("ignored")
                        .build());
        assertEquals("/x/runsc", o.binary());
        assertEquals("/r/k8s.io", o.root());
        assertEquals(List.of("--debug=true", "--network=none", "--num=3"), o.flags());
        String lines = log.toString(StandardCharsets.UTF_8);
        assertTrue(lines.contains("the key sorts is not known"), lines);
        assertTrue(lines.contains("level=warning"), lines);
    }

    @Test
    void mistakes() {
        String why = assertThrows(Failure.class, () -> body("binary_name = \"a\"\nroot = = 3\n"))
                .text();
        assertTrue(why.contains("line 2, column"), why);
        why = assertThrows(Failure.class, () -> body("\nroot = 3\n")).text();
        assertTrue(why.contains("line 2: root must be a string"), why);
        why = assertThrows(Failure.class, () -> body("runsc_config = 1\n")).text();
        assertTrue(why.contains("[runsc_config]"), why);
        why = assertThrows(Failure.class, () -> body("[runsc_config]\na = [1]\n"))
                .text();
        assertTrue(why.contains("line 2: runsc_config.a"), why);
        why = assertThrows(
                        Failure.class,
                        () -> read(
                                "runtimeoptions.v1.Options",
                                RuntimeOptions.newBuilder()
                                        .setConfigPath("/no/such.toml")
                                        .build()))
                .text();
        assertTrue(why.contains("/no/such.toml: no such file or directory; create"), why);
        why = assertThrows(
                        Failure.class,
                        () -> reader.read(
                                Any.newBuilder()
                                        .setTypeUrl("runtimeoptions.v1.Options")
                                        .setValue(ByteString.copyFrom(new byte[] {(byte) 0xff}))
                                        .build(),
                                "c1"))
                .text();
        assertTrue(why.contains("runtimeoptions.v1.Options"), why);
    }

    @Test
    void unknownType() {
        assertEquals(
                "/opt/runsc",
                read("x.y.Options", RuncOptions.getDefaultInstance()).binary());
        assertTrue(log.toString(StandardCharsets.UTF_8).contains("x.y.Options are not known")
                || log.toString(StandardCharsets.UTF_8).contains("x.y.Options"));
    }
}
