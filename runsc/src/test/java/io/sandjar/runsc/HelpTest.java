// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HelpTest {
    private static final int TERMINAL = 120;

    @Test
    void everyCommandExplainsItselfAndItsOptions() {
        for (String name : Commands.NAMES) {
            Command c = Commands.get(name);
            assertEquals(name, c.name());
            String help = Help.of(c);
            assertTrue(help.startsWith(c.program() + " " + name + " - "), help);
            for (Option o : c.options()) {
                assertTrue(help.contains("  " + o.synopsis()), o.name());
                assertTrue(!o.help().isEmpty(), o.name());
            }
            help.lines().forEach(line -> assertTrue(line.length() <= TERMINAL, line));
            assertTrue(Help.overview().contains("  " + name + " "), name);
        }
    }

    @Test
    void readmeListsTheOptions() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        for (Option o : DoOptions.TABLE) {
            String row = "| `" + o.synopsis().replace("|", "\\|") + "` | "
                    + o.help().split("[\n(]")[0].strip();
            assertTrue(readme.contains(row), row);
        }
    }

    @Test
    void aMistypedCommandIsRecognised() {
        assertNull(Commands.find("doo"));
        assertEquals(
                "did you mean \"sandjar do\"?   (sandjar --help lists the commands)",
                Commands.unknown("doo").hint());
        assertTrue(
                Commands.unknown("frobnicate").hint().startsWith("to run a program write: sandjar do -- frobnicate"));
        assertNotNull(Commands.find("do"));
    }

    @Test
    void bashAcceptsTheCompletionScript() throws IOException, InterruptedException {
        assertEquals("--rootfs", complete("sandjar", "do", "--roo"));
        assertEquals("doctor", complete("sandjar", "docto"));
        assertEquals("host", complete("sandjar", "do", "--network", "h"));
        assertEquals("--json", complete("sandjar", "doctor", "--j"));
        assertEquals("", complete("sandjar", "do", "--quiet", "ls", "--rootf"));
        assertEquals("port-forward", complete("sandjar", "port"));
        assertEquals("--all-namespaces", complete("sandjar", "get", "pods", "--all-n"));
        assertEquals("replicasets", complete("sandjar", "get", "rep"));
        assertEquals("restart", complete("sandjar", "rollout", "rest"));
        assertEquals("foreground", complete("sandjar", "delete", "pod", "x", "--cascade", "f"));
    }

    /** What bash would offer for the last word. */
    private static String complete(String... words) throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder(CompletionCommand.bash());
        script.append("COMP_WORDS=(");
        for (String w : words) {
            script.append(" '").append(w).append('\'');
        }
        script.append(" )\nCOMP_CWORD=").append(words.length - 1).append("\n_sandjar\necho \"${COMPREPLY[*]}\"\n");
        Process bash = new ProcessBuilder("bash").redirectErrorStream(true).start();
        try (var in = bash.getOutputStream()) {
            in.write(script.toString().getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        bash.waitFor();
        return output.strip();
    }
}
