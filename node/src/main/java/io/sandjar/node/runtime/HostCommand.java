// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program of the host run to its end. What it writes is read by a thread of the platform: reading a pipe holds a virtual
 * thread's carrier.
 */
final class HostCommand {
    /** How it went; the status is -1 when it was killed after its time. */
    record Outcome(int status, String output) {}

    private HostCommand() {}

    static Outcome run(List<String> command, Duration limit, int maxOutput) throws IOException, InterruptedException {
        return run(command, limit, maxOutput, () -> {});
    }

    /** @param env variables more; those with an empty value are set, too */
    static Outcome run(List<String> command, Map<String, String> env, Duration limit, int maxOutput)
            throws IOException, InterruptedException {
        return run(command, env, limit, maxOutput, () -> {});
    }

    static Outcome run(List<String> command, Duration limit, int maxOutput, Runnable beforeKill)
            throws IOException, InterruptedException {
        return run(command, Map.of(), limit, maxOutput, beforeKill);
    }

    /** @param beforeKill called when the time is over and the program has not obeyed SIGTERM */
    private static Outcome run(
            List<String> command, Map<String, String> env, Duration limit, int maxOutput, Runnable beforeKill)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
        builder.environment().putAll(env);
        Process process = builder.start();
        StringBuilder text = new StringBuilder();
        Thread reader = Thread.ofPlatform()
                .daemon()
                .name("output of " + process.pid())
                .start(() -> {
                    byte[] block = new byte[4096];
                    try (InputStream in = process.getInputStream()) {
                        for (int n; (n = in.read(block)) >= 0; ) {
                            synchronized (text) {
                                int room = Math.min(n, maxOutput - text.length());
                                text.append(new String(block, 0, Math.max(room, 0), StandardCharsets.ISO_8859_1));
                            }
                        }
                    } catch (IOException e) {
                        // the pipe was closed: enough is known
                    }
                });
        try {
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroy();
                if (!process.waitFor(500, TimeUnit.MILLISECONDS)) {
                    beforeKill.run();
                    process.destroyForcibly();
                }
            }
            reader.join(200); // something in the background may hold the pipe
            return new Outcome(ended ? process.exitValue() : -1, utf8(text));
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static String utf8(StringBuilder text) {
        synchronized (text) {
            return new String(text.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }
    }
}
