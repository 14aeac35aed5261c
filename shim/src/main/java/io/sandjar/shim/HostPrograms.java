// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Real children. What they leave behind (launchers of sandboxes) becomes the supervisor's, which is a subreaper. */
final class HostPrograms implements Programs {
    private static final int MAX_OUTPUT = 1 << 20;

    /** Nothing that the runtime does takes longer but by a fault; containerd has given up by then. */
    private static final long PATIENCE_SECONDS = 120;

    @Override
    public Ended run(List<String> words, byte @Nullable [] input, @Nullable Stdio io) {
        ProcessBuilder builder = new ProcessBuilder(words).directory(new File("/"));
        if (io != null) {
            io.redirect(builder);
        } else {
            builder.redirectErrorStream(true);
            if (input == null) {
                builder.redirectInput(new File("/dev/null"));
            }
        }
        Process child;
        try {
            child = builder.start();
        } catch (IOException e) {
            throw Failure.unknown("cannot run " + words.get(0) + ": " + e.getMessage());
        }
        try {
            if (io == null && input != null) {
                try (OutputStream out = child.getOutputStream()) {
                    out.write(input);
                } catch (IOException e) {
                    Log.debug(words.get(0) + " does not read its input: " + e.getMessage());
                }
            }
            String output = "";
            if (io == null) {
                output = new String(child.getInputStream().readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8);
            }
            if (!child.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                child.destroyForcibly();
                throw Failure.unknown(String.join(" ", words) + " did not end within " + PATIENCE_SECONDS + " s");
            }
            return new Ended(child.exitValue(), output);
        } catch (IOException e) {
            throw Failure.unknown("cannot hear " + words.get(0) + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.unknown("interrupted while " + words.get(0) + " ran");
        }
    }
}
