// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.host.Sys;
import io.sandjar.kernel.trace.TextSink;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** The sandbox's debug log: descriptor 2, which is /dev/null when nobody asked for one. */
final class Log implements TextSink {
    private static final int FD = 2;
    private static final int MAX_BUGS = 20;

    private final boolean debug;
    private final AtomicInteger bugs = new AtomicInteger();

    Log(boolean debug) {
        this.debug = debug;
    }

    /** Something that went wrong. */
    void line(String text) {
        text("sandjar: " + text + "\n");
    }

    /** A step, for {@code --debug}. */
    void debug(String text) {
        if (debug) {
            text("sandjar: " + text + "\n");
        }
    }

    boolean debugs() {
        return debug;
    }

    /** A bug of ours, with its stack; the first few of them. */
    void bug(String where, Throwable e) {
        if (bugs.incrementAndGet() > MAX_BUGS) {
            return;
        }
        StringBuilder b = new StringBuilder("sandjar: internal error (" + where + "): " + e + "\n");
        for (StackTraceElement s : e.getStackTrace()) {
            b.append("    at ").append(s).append('\n');
        }
        text(b.toString());
    }

    @Override
    public void text(String text) {
        byte[] b = text.getBytes(StandardCharsets.ISO_8859_1);
        int done = 0;
        while (done < b.length) {
            long n = Sys.write(FD, b, done, b.length - done, -1);
            if (n <= 0) {
                return;
            }
            done += (int) n;
        }
    }
}
