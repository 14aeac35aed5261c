// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Other programs of the machine: found on the PATH, run with a limit of time, their words kept. */
final class Shell {
    /** What a program printed (standard error behind standard output) and its status; 124 when it took too long. */
    record Result(int status, String text) {
        boolean ok() {
            return status == 0;
        }

        String firstLine() {
            String s = text.strip();
            int end = s.indexOf('\n');
            return end < 0 ? s : s.substring(0, end);
        }
    }

    private Shell() {}

    static @Nullable Path find(String program) {
        if (program.indexOf('/') >= 0) return Files.isExecutable(Path.of(program)) ? Path.of(program) : null;
        String path = System.getenv("PATH");
        for (String dir : (path == null ? "/usr/sbin:/usr/bin:/sbin:/bin" : path + ":/usr/sbin:/sbin").split(":")) {
            Path file = Path.of(dir.isEmpty() ? "." : dir, program);
            if (Files.isExecutable(file) && Files.isRegularFile(file)) return file;
        }
        return null;
    }

    static Result run(Duration limit, String... words) {
        return run(limit, List.of(words), Map.of());
    }

    static Result run(Duration limit, List<String> words, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            StringBuilder text = new StringBuilder();
            Thread reader = Thread.ofVirtual().start(() -> read(process, text));
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return new Result(124, "no answer within " + limit.toSeconds() + " s");
            }
            reader.join(Duration.ofSeconds(2));
            synchronized (text) {
                return new Result(process.exitValue(), text.toString());
            }
        } catch (IOException e) {
            return new Result(127, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Result(130, "interrupted");
        }
    }

    private static void read(Process process, StringBuilder text) {
        try (InputStream in = process.getInputStream()) {
            byte[] buffer = new byte[8192];
            for (int n; (n = in.read(buffer)) > 0; ) {
                synchronized (text) {
                    if (text.length() < 4 << 20) text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                }
            }
        } catch (IOException ignored) {
            // the program has ended
        }
    }
}
