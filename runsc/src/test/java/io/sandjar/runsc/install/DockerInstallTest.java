// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.runsc.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerInstallTest {
    private static final String PROGRAM = "/opt/sandjar/bin/runsc";

    @TempDir
    Path dir;

    private Path file() {
        return dir.resolve("daemon.json");
    }

    private String install(String name, String... args) {
        return new DockerInstall(file().toString(), false).install(name, PROGRAM, List.of(args), false);
    }

    private String uninstall(String name) {
        return new DockerInstall(file().toString(), false).uninstall(name, false);
    }

    private List<String> names() throws IOException {
        try (var all = Files.list(dir)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFileThatIsNotThereIsMadeAndGoesAgain() throws Exception {
        install("runsc");
        String once = Files.readString(file());
        assertEquals("""
                {
                    "runtimes": {
                        "runsc": {
                            "path": "/opt/sandjar/bin/runsc"
                        }
                    }
                }
                """, once);
        assertTrue(install("runsc").contains("is there already"));
        assertEquals(once, Files.readString(file()));
        uninstall("runsc");
        assertEquals(List.of(), names());
    }

    @Test
    void allOtherTextStaysAsItIs() throws Exception {
        String[] files = {
            "{}",
            "{ }\n",
            "{\n}\n",
            "{\"debug\":true}",
            "{\"runtimes\":{}}\n",
            "{\n\t\"runtimes\": {\n\t}\n}\n",
            "{\n  \"log-driver\": \"json-file\",\n  \"mtu\": 1.50e3,\n  \"x\": [1, {\"a\\u0020\\\"b\": null}]\n}\n",
            "{\n  \"runtimes\": {\n    \"crun\": {\"path\": \"/usr/bin/crun\"}\n  },\n  \"debug\": false\n}\n",
            "{\"runtimes\": {\"crun\": {\"path\": \"crun\"}}, \"labels\": [\"a=\u00c3\u00bc\"]}",
        };
        for (String before : files) {
            Files.writeString(file(), before);
            install("runsc", "--debug", "--network=host");
            String text = Files.readString(file());
            JsonText.Value runtimes = JsonText.read(text, "").member("runtimes").value();
            JsonText.Value entry = runtimes.member("runsc").value();
            assertEquals(
                    "{\"path\":\"/opt/sandjar/bin/runsc\",\"runtimeArgs\":[\"--debug\",\"--network=host\"]}",
                    JsonText.bare(text.substring(entry.start, entry.end)));
            install("second");
            uninstall("runsc");
            assertFalse(Files.readString(file()).contains("\"runsc\""), Files.readString(file()));
            uninstall("second");
            assertEquals(before, Files.readString(file()));
            assertEquals(List.of("daemon.json"), names());
        }
    }

    @Test
    void theLayoutIsTheFiles() throws Exception {
        Files.writeString(
                file(), "{\n  \"runtimes\": {\n    \"crun\": {\"path\": \"crun\"}\n  },\n  \"debug\": false\n}\n");
        install("runsc");
        assertEquals("""
                {
                  "runtimes": {
                    "crun": {"path": "crun"},
                    "runsc": {
                        "path": "/opt/sandjar/bin/runsc"
                    }
                  },
                  "debug": false
                }
                """, Files.readString(file()));
    }

    @Test
    void editsOfOthersMeanwhileStay() throws Exception {
        Files.writeString(file(), "{\n  \"debug\": true\n}\n");
        install("runsc");
        Files.writeString(file(), Files.readString(file()).replace("\"debug\": true", "\"debug\": false"));
        assertTrue(uninstall("runsc").contains("still there"));
        assertEquals("{\n  \"debug\": false\n}\n", Files.readString(file()));
        assertEquals(2, names().size());
    }

    @Test
    void anotherRuntimeOfTheNameIsNotReplacedUnasked() throws Exception {
        String before = "{\"runtimes\": {\"runsc\": {\"path\": \"/usr/bin/gvisor\"}}}\n";
        Files.writeString(file(), before);
        Failure f = assertThrows(Failure.class, () -> install("runsc"));
        assertTrue(f.hint().contains("--clobber"));
        assertThrows(Failure.class, () -> uninstall("runsc"));
        assertEquals(before, Files.readString(file()));
        assertEquals(List.of("daemon.json"), names());
        new DockerInstall(file().toString(), false).install("runsc", PROGRAM, List.of(), true);
        assertEquals("{\"runtimes\": {\"runsc\": {\"path\":\"" + PROGRAM + "\"}}}\n", Files.readString(file()));
    }

    @Test
    void aBrokenFileIsNamedByPlaceAndNotTouched() throws Exception {
        String[] broken = {
            "{\n  \"a\": 1,\n}\n", "{\"a\" 1}", "{'a': 1}", "[1]", "{\"a\": 1} x", "{\"a\": tru}", "{\"a\":1,\"a\":2}"
        };
        for (String text : broken) {
            Files.writeString(file(), text);
            Failure f = assertThrows(Failure.class, () -> install("runsc"), text);
            assertTrue(f.text().startsWith(file() + ": "), f.text());
            assertEquals(text, Files.readString(file()));
            assertEquals(List.of("daemon.json"), names());
        }
        Files.writeString(file(), broken[0]);
        Failure f = assertThrows(Failure.class, () -> install("runsc"));
        assertEquals(file() + ": line 3, column 1: expected a name in double quotes", f.text());
    }

    @Test
    void aDryRunOnlyShows() throws Exception {
        Files.writeString(file(), "{\n    \"debug\": true\n}\n");
        String diff = new DockerInstall(file().toString(), true).install("runsc", PROGRAM, List.of(), false);
        assertEquals("""
                --- FILE
                +++ FILE
                @@ -1,3 +1,8 @@
                 {
                -    "debug": true
                +    "debug": true,
                +    "runtimes": {
                +        "runsc": {
                +            "path": "/opt/sandjar/bin/runsc"
                +        }
                +    }
                 }
                """.replace("FILE", file().toString()), diff);
        assertEquals("{\n    \"debug\": true\n}\n", Files.readString(file()));
        assertEquals(List.of("daemon.json"), names());
    }

    @Test
    void aLinkStaysALinkAndTheModeStays() throws Exception {
        Path real = Files.writeString(dir.resolve("real.json"), "{}\n");
        Files.setPosixFilePermissions(real, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        Files.createSymbolicLink(file(), real);
        install("runsc");
        assertTrue(Files.isSymbolicLink(file()));
        assertEquals(
                "rw-------",
                java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(real)));
        uninstall("runsc");
        assertEquals("{}\n", Files.readString(real));
    }
}
