// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostChecksTest {
    @Test
    void versionsOfTheKernel() {
        assertEquals(618, HostChecks.version("6.18.44-fc-v669"));
        assertEquals(519, HostChecks.version("5.19"));
        assertEquals(606, HostChecks.version("6.6.1+deb"));
        assertEquals(504, HostChecks.version("5.4-rc1"));
    }

    @Test
    void jsonIsEscaped() {
        assertEquals(
                "[\n  {\"subject\": \"a\", \"grade\": \"warn\", \"found\": \"\\\"x\\\\\", \"remedy\": \"\\u000a\"}\n]\n",
                HostChecks.json(List.of(Finding.warn("a", "\"x\\", "\n"))));
    }

    @Test
    void thisHostIsAsked() {
        for (Finding f : HostChecks.all()) {
            assertFalse(f.subject().isEmpty() || f.found().isEmpty());
            assertEquals(f.grade() == Finding.Grade.OK, f.remedy().isEmpty(), f.subject());
        }
    }
}
