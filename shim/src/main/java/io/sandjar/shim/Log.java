// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The shim's log in containerd's form (logrus text). Standard error is what the supervisor made of it: containerd's FIFO
 * of the first pod, so that the lines land in containerd's own log.
 */
final class Log {
    private static final int DEBUG = 0;
    private static final int INFO = 1;
    private static final int WARNING = 2;
    private static final int ERROR = 3;

    private static volatile int least = INFO;
    private static volatile PrintStream to = System.err;
    private static volatile @Nullable Path file;

    private Log() {}

    /** Where lines go, for tests and the training run. */
    static void to(PrintStream stream) {
        to = stream;
    }

    /** A level by containerd's and gVisor's names; unknown ones change nothing. */
    static boolean level(String name) {
        switch (name.toLowerCase(Locale.ROOT)) {
            case "trace", "debug" -> least = DEBUG;
            case "info" -> least = INFO;
            case "warn", "warning" -> least = WARNING;
            case "error", "fatal", "panic" -> least = ERROR;
            default -> {
                return false;
            }
        }
        return true;
    }

    /** A file that gets the lines too. */
    static void file(Path path) {
        file = path;
    }

    static void debug(String message) {
        write(DEBUG, "debug", message);
    }

    static void info(String message) {
        write(INFO, "info", message);
    }

    static void warning(String message) {
        write(WARNING, "warning", message);
    }

    static void error(String message) {
        write(ERROR, "error", message);
    }

    /** Our own mistake: with the stack. */
    static void error(String message, Throwable e) {
        StringBuilder b = new StringBuilder(message).append(": ").append(e);
        for (StackTraceElement at : e.getStackTrace()) {
            b.append("\n  at ").append(at);
        }
        write(ERROR, "error", b.toString());
    }

    private static void write(int level, String name, String message) {
        if (level < least) {
            return;
        }
        String line = "time=\"" + Instant.now().truncatedTo(ChronoUnit.MICROS) + "\" level=" + name + " msg="
                + quoted(message) + " runtime=io.containerd.runsc.v1\n";
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        PrintStream stream = to;
        stream.write(bytes, 0, bytes.length);
        stream.flush();
        Path also = file;
        if (also != null) {
            try {
                Files.write(also, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                file = null; // once is enough
                error("log_path: " + also + " cannot be written: " + e.getMessage());
            }
        }
    }

    private static String quoted(String s) {
        StringBuilder b = new StringBuilder(s.length() + 2).append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> b.append("\\\"");
                case '\\' -> b.append("\\\\");
                case '\n' -> b.append("\\n");
                case '\t' -> b.append("\\t");
                default -> b.append(c < ' ' ? '?' : c);
            }
        }
        return b.append('"').toString();
    }
}
