// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.host.Sys;
import java.nio.charset.StandardCharsets;

/** Standard output and error as bytes: paths and arguments pass through as they came, whatever the locale. */
final class Out {
    private Out() {}

    static void out(String text) {
        write(1, text);
    }

    /** A message with the program's name before it. */
    static void say(String text) {
        write(2, "sandjar: " + text + "\n");
    }

    static void err(String text) {
        write(2, text);
    }

    private static void write(int fd, String text) {
        byte[] b = text.getBytes(StandardCharsets.ISO_8859_1);
        int done = 0;
        while (done < b.length) {
            long n = Sys.write(fd, b, done, b.length - done, -1);
            if (n <= 0) {
                return; // nobody listens
            }
            done += (int) n;
        }
    }
}
