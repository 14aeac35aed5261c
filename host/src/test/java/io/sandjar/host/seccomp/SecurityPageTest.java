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

/** The filter tables in SECURITY.md are those in the code. {@code dev/docs} writes them anew. */
final class SecurityPageTest {
    @Test
    void showsTheTableOfTheGuests() throws IOException {
        compare("filter table", FilterText.markdown(FilterTable.strict()));
    }

    @Test
    void showsTheTableOfTheKernel() throws IOException {
        compare("kernel table", FilterText.plainMarkdown(FilterTable.kernel(true, true, 1)));
    }

    private static void compare(String what, String table) throws IOException {
        String begin = "<!-- " + what + ", written by dev/docs -->\n";
        Path page = root().resolve("SECURITY.md");
        String text = Files.readString(page);
        int from = text.indexOf(begin);
        int to = text.indexOf("<!-- end of the " + what + " -->");
        assertTrue(from >= 0 && to > from, "SECURITY.md has no place for the " + what);
        from += begin.length();
        if (Boolean.getBoolean("sandjar.docs.write")) {
            Files.writeString(page, text.substring(0, from) + table + text.substring(to));
        } else {
            assertEquals(table, text.substring(from, to), "run dev/docs");
        }
    }

    @Test
    void summariesSayWhatTheFilterDoesItself() {
        FilterTable table = FilterTable.strict();
        assertEquals("", FilterText.guestSummary(table, Nr.read));
        assertEquals("ALLOW", FilterText.guestSummary(table, Nr.munmap));
        assertTrue(FilterText.guestSummary(table, Nr.userfaultfd).startsWith("EPERM ("));
        assertTrue(FilterText.guestSummary(table, Nr.mmap).startsWith("ALLOW when fd is -1"));
        assertTrue(FilterText.endsInFilter(table, Nr.munmap));
        assertTrue(!FilterText.endsInFilter(table, Nr.futex));
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
