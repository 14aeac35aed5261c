// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.host.Fds;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The line to the launcher, the host process that stands for the sandbox's first container and is our parent: it takes the
 * host's files away when we have loaded what we need, and ends when we say so.
 */
final class LauncherLine {
    /** The build's training run: without walls, since the JVM writes its recording when it ends. */
    static final boolean TRAINING = Boolean.getBoolean("sandjar.slowEnd");

    private static final int MAX = 4096;

    private final int fd;
    private final AtomicBoolean ended = new AtomicBoolean();

    LauncherLine(int fd) {
        this.fd = fd;
    }

    int fd() {
        return fd;
    }

    /** Has the host's files taken away; the answer, "ok" or "error TEXT". */
    String pivot() {
        say("ready");
        return hear();
    }

    /** The first container has ended, and with it the sandbox. Only the first call counts. */
    void exit(int status) {
        if (ended.compareAndSet(false, true)) {
            say("exit " + status);
            if (TRAINING) {
                Runtime.getRuntime().halt(0);
            }
        }
    }

    private void say(String text) {
        byte[] b = text.getBytes(StandardCharsets.ISO_8859_1);
        Fds.send(fd, b, b.length);
    }

    /** Waits for a record; the empty string when the launcher has gone. */
    String hear() {
        byte[] data = new byte[MAX];
        int[] fds = new int[Fds.MAX_FDS];
        int[] count = new int[1];
        int n = Fds.receive(fd, data, fds, count);
        for (int i = 0; i < count[0]; i++) {
            io.sandjar.host.Sys.close(fds[i]);
        }
        int end = n > 0 && data[n - 1] == 0 ? n - 1 : n;
        return n <= 0 ? "" : new String(data, 0, end, StandardCharsets.ISO_8859_1);
    }
}
