// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a process's streams go, in containerd's words: a FIFO's path, {@code file:///path}, {@code binary:///program?...} (a log
 * driver, which the supervisor runs), or nothing.
 */
record Stdio(String stdin, String stdout, String stderr, boolean terminal) {
    private static final File NULL = new File("/dev/null");

    private String of(int fd) {
        return fd == 0 ? stdin : fd == 1 ? stdout : stderr;
    }

    /** Refuses what would fail later with a worse sentence. */
    void check() {
        for (int fd = 0; fd <= 2; fd++) {
            String at = of(fd);
            int scheme = at.indexOf("://");
            String kind = scheme < 0 ? "fifo" : at.substring(0, scheme);
            boolean good = kind.equals("fifo") || fd > 0 && (kind.equals("file") || kind.equals("binary"));
            if (!good) {
                throw Failure.invalid("streams of the kind \"" + kind + "\" are not supported (" + at
                        + "): give a FIFO or, for output, file:///PATH or binary:///PROGRAM");
            }
        }
    }

    private static String path(String at) {
        return at.startsWith("fifo://") ? at.substring(7) : at;
    }

    /** What the supervisor is told of a descriptor. */
    String word(int fd) {
        return terminal && fd == 2 ? "" : path(of(fd));
    }

    /** The same with the output going elsewhere; empty: as it was. */
    Stdio through(String out, String err) {
        return new Stdio(stdin, out.isEmpty() ? stdout : out, err.isEmpty() ? stderr : err, terminal);
    }

    /** What a child is started with. */
    void redirect(ProcessBuilder child) {
        child.redirectInput(terminal || stdin.isEmpty() ? NULL : new File(path(stdin)));
        child.redirectOutput(output(stdout));
        child.redirectError(output(stderr));
    }

    private ProcessBuilder.Redirect output(String at) {
        if (terminal || at.isEmpty()) {
            return ProcessBuilder.Redirect.to(NULL);
        }
        if (!at.startsWith("file:")) {
            String fifo = path(at);
            if (!Files.exists(Path.of(fifo))) {
                throw Failure.invalid("there is no FIFO " + fifo);
            }
            return ProcessBuilder.Redirect.appendTo(new File(fifo));
        }
        Path file = Path.of(at.substring(at.startsWith("file://") ? 7 : 5));
        try {
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent());
            }
        } catch (IOException e) {
            throw Failure.unknown("cannot make the directory of " + file + ": " + Reasons.of(e));
        }
        return ProcessBuilder.Redirect.appendTo(file.toFile());
    }
}
