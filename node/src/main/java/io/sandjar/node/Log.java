// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node;

import java.io.PrintStream;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** The agent's lines for people, on standard error. Not a framework: a JVM that starts for a pod has no time for one. */
public final class Log {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final Object ONE_LINE_AT_A_TIME = new Object();
    private static volatile boolean debug;
    private static volatile PrintStream out = System.err;

    private Log() {}

    public static void debug(boolean on) {
        debug = on;
    }

    public static boolean debugging() {
        return debug;
    }

    /** For tests. */
    public static void to(PrintStream stream) {
        out = stream;
    }

    /** Something a person who looks at the terminal wants to know. */
    public static void info(String message) {
        line("", message, null);
    }

    /** Something that did not go as it should, with what is done about it. */
    public static void warn(String message) {
        line("warning: ", message, null);
    }

    public static void warn(String message, Throwable cause) {
        line("warning: ", message, cause);
    }

    public static void error(String message, @Nullable Throwable cause) {
        line("error: ", message, cause);
    }

    public static void debug(String message) {
        if (debug) {
            line("debug: ", message, null);
        }
    }

    private static void line(String level, String message, @Nullable Throwable cause) {
        StringBuilder text = new StringBuilder();
        text.append(TIME.format(LocalTime.ofInstant(Instant.now(), ZoneId.systemDefault())))
                .append(' ')
                .append(level)
                .append(message.strip().replace("\n", "\n         "));
        if (cause != null) {
            text.append(": ").append(cause.getMessage() == null ? cause.toString() : cause.getMessage());
        }
        synchronized (ONE_LINE_AT_A_TIME) {
            out.println(text);
            if (cause != null && (debug || cause instanceof NullPointerException || cause instanceof Error)) {
                cause.printStackTrace(out);
            }
            out.flush();
        }
    }
}
