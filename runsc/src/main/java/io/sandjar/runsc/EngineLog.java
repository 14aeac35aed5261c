// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.abi.O;
import io.sandjar.host.Sys;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The file of {@code --log}, where engines look for the reason of a failure: lines as runc writes them. */
public final class EngineLog {
    private final @Nullable String path;
    private final boolean json;
    private final boolean debug;

    /** @param path null or empty: nobody reads it */
    public EngineLog(@Nullable String path, boolean json, boolean debug) {
        this.path = path;
        this.json = json;
        this.debug = debug;
    }

    public void error(String text) {
        line("error", text);
    }

    public void warning(String text) {
        line("warning", text);
    }

    /** A step, for {@code --debug}. */
    public void debug(String text) {
        if (debug) {
            line("debug", text);
        }
    }

    private void line(String level, String text) {
        if (path == null || path.isEmpty()) {
            return;
        }
        int fd = Sys.openat(Sys.AT_FDCWD, path, O.O_WRONLY | O.O_CREAT | O.O_APPEND, 0644);
        if (fd < 0) {
            return; // standard error has it too
        }
        byte[] b = format(level, text).getBytes(StandardCharsets.ISO_8859_1);
        Sys.write(fd, b, 0, b.length, -1);
        Sys.close(fd);
    }

    private String format(String level, String text) {
        String time = Clock.text(Clock.now()).substring(0, 19) + "Z";
        return json
                ? "{\"level\":\"" + level + "\",\"msg\":" + quote(text) + ",\"time\":\"" + time + "\"}\n"
                : "time=\"" + time + "\" level=" + level + " msg=" + quote(text) + "\n";
    }

    private static String quote(String text) {
        StringBuilder b = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> b.append("\\\"");
                case '\\' -> b.append("\\\\");
                case '\n' -> b.append("\\n");
                case '\t' -> b.append("\\t");
                default -> {
                    if (c < ' ') {
                        b.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
                    } else {
                        b.append(c);
                    }
                }
            }
        }
        return b.append('"').toString();
    }
}
