// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of all verbs that change an engine. */
final class Common {
    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description =
                    "containerd, docker, podman, k3s or crio; may be given more than once (default: the only one that is found here)")
    List<String> engines = new ArrayList<>();

    @Option(
            names = "--handler",
            paramLabel = "NAME",
            description = "what pods write as handler (default: ${DEFAULT-VALUE})")
    String handler = "runsc";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "the engine's configuration, if not at its usual place")
    @Nullable
    Path config;

    @Option(names = "--socket", paramLabel = "FILE", description = "the engine's socket, if not at its usual place")
    @Nullable
    Path socket;

    @Option(
            names = "--engine-program",
            paramLabel = "FILE",
            description = "the engine's program, if not the one on the PATH")
    @Nullable
    String program;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "change the files below DIR, of a machine that does not run")
    Path root = Path.of("/");

    @Option(names = "--dry-run", description = "show what would change, as a diff, and change nothing")
    boolean dryRun;

    @Option(
            names = "--restart",
            negatable = true,
            description = "restart the engine if its configuration changed (default: ask on a terminal)")
    @Nullable
    Boolean restart;

    @Option(names = "--restart-command", paramLabel = "CMD", description = "how the engine is restarted, for a shell")
    @Nullable
    String restartCommand;

    @Option(
            names = "--kubectl",
            paramLabel = "CMD",
            description = "kubectl with its options, for the cluster's part (default: ${DEFAULT-VALUE})")
    String kubectl = "kubectl";

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    Setup setup(Map<String, String> options, boolean replace, String handlerName) {
        String version = System.getProperty("sandjar.version", "0");
        return new Setup(
                root.toAbsolutePath().normalize(),
                handlerName,
                Programs.bin(),
                version,
                new LinkedHashMap<>(options),
                config,
                socket,
                program,
                restartCommand,
                replace);
    }

    Lifecycle lifecycle() {
        Lifecycle.Restart mode = restart == null
                ? restartCommand != null ? Lifecycle.Restart.YES : Lifecycle.Restart.ASK
                : restart ? Lifecycle.Restart.YES : Lifecycle.Restart.NO;
        return new Lifecycle(System.out, dryRun, mode);
    }

    /** The engines that are meant: named, or the only one that is there. */
    List<Engine> engines(Map<String, String> options, boolean replace) {
        checkHandler();
        if (!engines.isEmpty()) {
            List<Engine> named = new ArrayList<>();
            for (String name : engines) named.add(Engine.of(name, setup(options, replace, handler)));
            return named;
        }
        List<Engine> found = new ArrayList<>();
        for (String name : Engine.NAMES) {
            Engine engine = Engine.of(name, setup(options, replace, handler));
            if (engine.found() != null) found.add(engine);
        }
        if (found.isEmpty()) {
            throw new Problem(
                    "no container engine is found here: neither containerd, Docker, Podman, k3s nor CRI-O",
                    "install one, or say --engine=NAME; pods without any of them: sandjar kubelet");
        }
        if (found.size() > 1) {
            throw new Problem(
                    "there are several engines here: "
                            + String.join(", ", found.stream().map(Engine::name).toList()),
                    "say which with --engine=NAME");
        }
        return found;
    }

    private void checkHandler() {
        if (!handler.matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")) {
            throw new Problem(
                    "\"" + handler + "\" cannot be the name of a handler",
                    "Kubernetes allows lower-case letters, digits and - (a DNS label)");
        }
    }
}
