// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * docs/compat.md: every system call of Linux with a verdict, from the list that the annotation processor writes and from
 * the filter table, and the programs of conformance/c that check it. {@code dev/docs} writes the page; with {@code
 * -Dsandjar.docs=check} a stale page fails the test.
 */
final class CompatPageTest {
    private final Verdict[] calls = Verdict.all();
    private final Map<String, List<String>> covered = Coverage.of(root().resolve("conformance/c"));

    private final ManualErrors errors = new ManualErrors(root().resolve("conformance"));

    CompatPageTest() throws IOException {}

    @Test
    void everyCallHasAVerdict() {
        List<String> without = new ArrayList<>();
        for (Verdict v : calls) {
            if (v.kind() == Verdict.Kind.NONE) {
                without.add(v.name());
            }
            boolean explained = v.kind() == Verdict.Kind.FULL || !v.note().isEmpty();
            assertTrue(explained || v.kind() == Verdict.Kind.NONE, v.name() + " needs a note");
            if (v.kind() == Verdict.Kind.REFUSED) {
                assertTrue(
                        v.note().matches("E[A-Z]+\\b.*"),
                        v.name() + ": the note of a refused call begins with its error");
            }
        }
        assertEquals(List.of(), without, "calls without a verdict");
    }

    /** A call that is said to be full has a test that provokes one of its errors, or that calls it if it has none. */
    @Test
    void everyFullCallIsChecked() {
        List<String> without = new ArrayList<>();
        for (Verdict v : calls) {
            if (v.kind() == Verdict.Kind.FULL && !covered.containsKey(v.name())) {
                without.add(v.name());
            }
        }
        assertEquals(List.of(), without, "full, but no program of conformance/c checks an error of them");
    }

    /** Each error that the manual names for a full call is provoked by a test, or conformance/errors/unprovoked says why not. */
    @Test
    void everyErrorOfTheManualIsProvokedOrExplained() {
        List<String> without = new ArrayList<>();
        for (Verdict v : calls) {
            if (v.kind() == Verdict.Kind.FULL) {
                for (String error : errors.open(v.name())) {
                    if (!errors.explained(v.name(), error)) {
                        without.add(v.name() + " " + error);
                    }
                }
            }
        }
        assertEquals(List.of(), without, "errors of the manual that nothing provokes");
    }

    @Test
    void thePageIsThatOfTheCode() throws IOException {
        String page = page();
        Path file = root().resolve("docs/compat.md");
        if (Boolean.getBoolean("sandjar.docs.write")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, page);
        } else if ("check".equals(System.getProperty("sandjar.docs"))) {
            assertEquals(page, Files.readString(file), "run dev/docs");
        }
    }

    private String page() {
        int[] sum = new int[Verdict.Kind.values().length];
        Map<String, int[]> families = new TreeMap<>();
        StringBuilder rows = new StringBuilder();
        int host = 0;
        for (Verdict v : calls) {
            sum[v.kind().ordinal()]++;
            host += v.byHost() ? 1 : 0;
            families.computeIfAbsent(v.family(), f -> new int[sum.length])[
                    v.kind().ordinal()]++;
            rows.append("| ").append(v.nr()).append(" | ").append(v.name()).append(" | ");
            rows.append(v.verdict())
                    .append(" | ")
                    .append(v.note().replace("|", "\\|"))
                    .append(" | ");
            rows.append(String.join(" ", covered.getOrDefault(v.name(), List.of())))
                    .append(" | ");
            rows.append(String.join(" ", errors.provoked(v.name()))).append(" |\n");
        }
        StringBuilder table = new StringBuilder();
        families.forEach((name, n) -> table.append("| %s | %d | %d | %d |\n".formatted(name, n[0], n[1], n[2])));
        return """
                # System calls of Linux, and what becomes of them

                Written by dev/docs from the `@Syscall` annotations, the filter table and conformance/c; do not edit. %d calls:

                * **full** (%d): with everything that programs are known to use; %d of them **by the host**, which carries them
                  out at native speed, because they are harmless and name nothing.
                * **partial** (%d): there but for what the note says.
                * **refused** (%d): always fails with the error of the note, which Linux gives where the feature or the
                  privilege is missing.

                %s
                | family | full | partial | refused |
                |---|---|---|---|
                %s
                Tests are the programs of conformance/c that provoke an error of the call (or make it, if it has none), natively
                and inside. A full call without a test fails `make check`. Errors are those that are provoked so that native and inside answer alike, by these
                programs or by the table of conformance/errors. An error that the manual names for a full call and that is not
                among them stands with its reason in conformance/errors/unprovoked, or `make check` fails.

                | nr | call | verdict | note | tests | errors |
                |---|---|---|---|---|---|
                """.formatted(calls.length, sum[0], host, sum[1], sum[2], none(sum[3]), table) + rows;
    }

    private static String none(int n) {
        return n == 0 ? "" : "* **none** (" + n + "): not there yet; answers ENOSYS and is counted in `--stats`.\n";
    }

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("mvnw"))) {
            at = at.getParent();
        }
        return at;
    }
}
