// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.agent;

import io.sandjar.node.runtime.OciRuntime;
import io.sandjar.node.runtime.OciRuntimeOptions;
import io.sandjar.node.runtime.RuntimeDriver;
import io.sandjar.node.runtime.RuntimeFailure;
import io.sandjar.node.runtime.RuntimeProviders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The native programs that the agent starts: runtimes on this host, and what comes with Sandjar. */
final class Programs {
    private static final List<String> PLACES =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

    private final Path bin;

    /** @param home the image's directory */
    Programs(Path home) {
        this.bin = home.resolve("bin");
    }

    static @Nullable Path onHost(String name) {
        for (String dir : PLACES) {
            Path p = Path.of(dir, name);
            if (Files.isExecutable(p)) {
                return p;
            }
        }
        return null;
    }

    /** The name by which a RuntimeClass calls the runtime that --runtime names. */
    static String handler(String runtime) {
        return runtime.substring(runtime.lastIndexOf('/') + 1);
    }

    /** Drivers by handler: ours, runc if the host has it, and what --runtime names. */
    Map<String, RuntimeDriver> drivers(String runtime, @Nullable String provider, Path runDir) throws UsageException {
        Path monitor = bin.resolve("sandjar-monitor");
        if (!Files.isExecutable(monitor)) {
            throw new UsageException(monitor + " is missing: the installation is incomplete");
        }
        Map<String, RuntimeDriver> out = new LinkedHashMap<>();
        Map<String, Path> programs = new LinkedHashMap<>();
        programs.put("runsc", bin.resolve("runsc"));
        Path runc = onHost("runc");
        if (runc != null) {
            programs.put("runc", runc);
        }
        if (runtime.startsWith("/")) {
            programs.put(handler(runtime), Path.of(runtime));
        }
        Path wanted = programs.get(handler(runtime));
        if (wanted == null) {
            wanted = onHost(handler(runtime));
            if (wanted == null) {
                throw new UsageException(
                        "--runtime=" + runtime + ": there is no such program on this host. Install it, give its"
                                + " path, or leave the option away: runsc comes with Sandjar");
            }
            programs.put(handler(runtime), wanted);
        }
        if (!Files.isExecutable(wanted)) {
            throw new UsageException("--runtime=" + runtime + ": " + wanted + " is not a program");
        }
        for (Map.Entry<String, Path> e : programs.entrySet()) {
            try {
                boolean own = e.getValue().equals(bin.resolve("runsc"));
                out.put(
                        e.getKey(),
                        own
                                ? RuntimeProviders.runsc(provider, bin, runDir)
                                : new OciRuntime(OciRuntimeOptions.of(e.getKey(), e.getValue(), runDir, monitor)));
            } catch (IOException x) {
                throw new UsageException("the runtime " + e.getKey() + " cannot be used: " + x);
            } catch (RuntimeFailure x) {
                throw new UsageException("--runtime-provider=" + provider + ": " + x.getMessage());
            } catch (InterruptedException x) {
                Thread.currentThread().interrupt();
                throw new UsageException("interrupted while the runtime was looked for");
            }
        }
        return out;
    }

    /** A root file system with the program /pause and nothing else, for sandboxes of pods. */
    Path pauseRoot(Path rootDir) throws UsageException {
        Path root = rootDir.resolve("pause");
        Path from = bin.resolve("pause");
        try {
            Files.createDirectories(root);
            Path to = root.resolve("pause");
            if (!Files.exists(to) || Files.mismatch(from, to) >= 0) {
                Path fresh = root.resolve(".pause.new"); // running pods have the old one open
                Files.copy(from, fresh, StandardCopyOption.REPLACE_EXISTING);
                Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE);
            }
            return root;
        } catch (IOException e) {
            throw new UsageException("cannot copy " + from + " to " + root + ": " + e);
        }
    }
}
