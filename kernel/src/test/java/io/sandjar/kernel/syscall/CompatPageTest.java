// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Nr;
import io.sandjar.host.seccomp.FilterTable;
import io.sandjar.host.seccomp.FilterText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * docs/compat.md: every system call of Linux with a verdict, from the list that the annotation processor writes and from
 * the filter table. {@code dev/docs} writes the page; with {@code -Dsandjar.docs=check} a stale page fails the test.
 */
final class CompatPageTest {
    private static final String YES = "yes";
    private static final String PARTLY = "partly";
    private static final String HOST = "by the host";
    private static final String REFUSED = "refused";
    private static final String NO = "no";

    private int yes;
    private int partly;
    private int host;
    private int refused;
    private int no;

    @Test
    void thePageIsThatOfTheCode() throws IOException {
        String page = page();
        assertEquals(callsOfLinux(), yes + partly + host + refused + no);
        assertTrue(page.contains("| 202 | futex | " + HOST));
        assertTrue(page.contains("| 321 | bpf | " + REFUSED));
        Path file = root().resolve("docs/compat.md");
        if (Boolean.getBoolean("sandjar.docs.write")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, page);
        } else if ("check".equals(System.getProperty("sandjar.docs"))) {
            assertEquals(page, Files.readString(file), "run dev/docs");
        }
    }

    private static int callsOfLinux() {
        int calls = 0;
        for (int nr = 0; nr <= Nr.MAX; nr++) {
            calls += Nr.name(nr) == null ? 0 : 1;
        }
        return calls;
    }

    private String page() throws IOException {
        String[][] handlers = handlers();
        StringBuilder rows = new StringBuilder();
        for (int nr = 0; nr <= Nr.MAX; nr++) {
            String name = Nr.name(nr);
            if (name != null) {
                rows.append("| ").append(nr).append(" | ").append(name).append(" | ");
                row(rows, nr, handlers[nr]);
                rows.append(" |\n");
            }
        }
        return """
                # System calls of Linux, and what becomes of them

                Written by dev/docs from the `@Syscall` annotations and the filter table; do not edit.

                * **%s** (%d): the kernel has it, with everything that programs are known to use.
                * **%s** (%d): there as far as the note says.
                * **%s** (%d): harmless and without a name, the host's Linux carries it out at native speed.
                * **%s** (%d): always fails with the error that Linux gives where the feature or the privilege is missing.
                * **%s** (%d): not there yet; answers ENOSYS and is counted in `--stats`.

                | nr | call | there | note |
                |---|---|---|---|
                """.formatted(YES, yes, PARTLY, partly, HOST, host, REFUSED, refused, NO, no) + rows;
    }

    private void row(StringBuilder s, int nr, String @Nullable [] handler) {
        String filter = FilterText.guestSummary(FilterTable.strict(), nr);
        boolean alone = FilterText.endsInFilter(FilterTable.strict(), nr);
        String support = alone || handler == null ? "-" : handler[2];
        String note = handler == null ? "" : handler[3];
        if (!filter.isEmpty()) {
            filter = filter.equals("ALLOW") ? "" : filter.replace("ALLOW", "by the host");
            note = note.isEmpty() ? filter : filter.isEmpty() ? note : note + "; " + filter;
        }
        String verdict = switch (support) {
            case "FULL" -> YES;
            case "PARTIAL" -> PARTLY;
            case "REFUSED" -> REFUSED;
            default -> alone ? (allows(nr) ? HOST : REFUSED) : allows(nr) ? PARTLY : NO;
        };
        switch (verdict) {
            case YES -> yes++;
            case PARTLY -> partly++;
            case HOST -> host++;
            case REFUSED -> refused++;
            default -> no++;
        }
        s.append(verdict).append(" | ").append(note.replace("|", "\\|"));
    }

    private static boolean allows(int nr) {
        return FilterText.guestSummary(FilterTable.strict(), nr).startsWith("ALLOW");
    }

    /** Lines of the processor's list by call number. */
    private static String[][] handlers() throws IOException {
        String[][] handlers = new String[Nr.MAX + 1][];
        try (InputStream in = Syscall.class.getResourceAsStream("compat.tsv")) {
            if (in != null) {
                for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                    String[] fields = line.split("\t", -1);
                    if (!fields[2].equals("-")) {
                        handlers[Integer.parseInt(fields[0])] = fields;
                    }
                }
            }
        }
        return handlers;
    }

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("mvnw"))) {
            at = at.getParent();
        }
        return at;
    }
}
