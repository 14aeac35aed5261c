// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What score this process may give others: without CAP_SYS_RESOURCE not less than its own. */
final class OomScore {
    private static final long SYS_RESOURCE = 1L << 24;

    private OomScore() {}

    static int permitted(int wanted) {
        try {
            int own = Integer.parseInt(
                    Files.readString(Path.of("/proc/self/oom_score_adj")).strip());
            if (wanted >= own) {
                return wanted;
            }
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapEff:")
                        && (Long.parseUnsignedLong(line.substring(7).strip(), 16) & SYS_RESOURCE) != 0) {
                    return wanted;
                }
            }
            return own;
        } catch (IOException | NumberFormatException e) {
            return Math.max(wanted, 0);
        }
    }
}
