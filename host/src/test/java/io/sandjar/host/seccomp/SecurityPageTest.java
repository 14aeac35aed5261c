// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Nr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The filter table in SECURITY.md is the one in the code. {@code dev/docs} writes it anew. */
final class SecurityPageTest {
    private static final String BEGIN = "<!-- filter table, written by dev/docs -->\n";
    private static final String END = "<!-- end of the filter table -->";

    @Test
    void showsTheTableOfTheCode() throws IOException {
        Path page = root().resolve("SECURITY.md");
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        assertTrue(begin >= 0 && end > begin, "SECURITY.md has no place for the filter table");
        begin += BEGIN.length();
        String table = FilterText.markdown(FilterTable.strict());
        if (Boolean.getBoolean("sandjar.docs.write")) {
            Files.writeString(page, text.substring(0, begin) + table + text.substring(end));
        } else {
            assertEquals(table, text.substring(begin, end), "run dev/docs");
        }
    }

    @Test
    void summariesSayWhatTheFilterDoesItself() {
        FilterTable table = FilterTable.strict();
        assertEquals("", FilterText.guestSummary(table, Nr.read));
        assertEquals("ALLOW", FilterText.guestSummary(table, Nr.munmap));
        assertTrue(FilterText.guestSummary(table, Nr.bpf).startsWith("EPERM ("));
        assertTrue(FilterText.guestSummary(table, Nr.mmap).startsWith("ALLOW when fd is -1"));
        assertTrue(FilterText.endsInFilter(table, Nr.munmap));
        assertTrue(FilterText.endsInFilter(table, Nr.futex));
        assertTrue(!FilterText.endsInFilter(table, Nr.membarrier));
        assertTrue(!FilterText.endsInFilter(table, Nr.mmap));
        assertTrue(!FilterText.endsInFilter(table, Nr.clone));
    }

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("mvnw"))) {
            at = at.getParent();
        }
        return at;
    }
}
