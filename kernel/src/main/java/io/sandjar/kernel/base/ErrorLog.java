// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import io.sandjar.host.Sys;
import java.nio.charset.StandardCharsets;

/**
 * Messages of the kernel's own, on descriptor 2 of its process. A library for logs would look for its settings in files,
 * which a confined kernel must not even try.
 */
public final class ErrorLog {
    private static final int STDERR = 2;

    private ErrorLog() {}

    public static void say(String message) {
        byte[] b = ("sandjar: " + message + "\n").getBytes(StandardCharsets.UTF_8);
        Sys.write(STDERR, b, 0, b.length, -1);
    }

    /** With where it came from. */
    public static void say(String message, Throwable e) {
        StringBuilder b = new StringBuilder(message);
        for (Throwable t = e; t != null; t = t.getCause()) {
            b.append("\n  ").append(t);
            for (StackTraceElement at : t.getStackTrace()) {
                b.append("\n    at ").append(at);
            }
        }
        say(b.toString());
    }
}
