// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Podman: a drop-in of containers.conf; there is no daemon to restart. */
final class Podman extends Engine {
    Podman(Setup setup) {
        super(setup);
    }

    @Override
    String name() {
        return "podman";
    }

    @Override
    String service() {
        return "podman";
    }

    @Override
    @Nullable
    String found() {
        String program = setup.engineProgram() == null ? "podman" : setup.engineProgram();
        if (Shell.find(program) == null) return null;
        Shell.Result result = Shell.run(Duration.ofSeconds(20), program, "--version");
        return result.ok() ? result.firstLine().replaceFirst("^podman version ", "") : null;
    }

    private Path file() {
        return setup.config() != null
                ? setup.config()
                : setup.at("/etc/containers/containers.conf.d/50-sandjar-" + setup.handler() + ".conf");
    }

    @Override
    List<FileChange> install() {
        String text = FileChange.read(file());
        String body = "[engine.runtimes]\n" + setup.handler() + " = [" + Toml.quote(setup.runsc()) + "]\n";
        String after = Block.with(text, body, file().toString());
        Toml.parse(after, file());
        return List.of(new FileChange(file(), text, after));
    }

    @Override
    List<FileChange> uninstall() {
        String text = FileChange.read(file());
        return text == null || !Block.isIn(text)
                ? List.of()
                : List.of(new FileChange(file(), text, Block.without(text, file().toString())));
    }

    @Override
    boolean hasDaemon() {
        return false;
    }

    @Override
    @Nullable
    String restartCommand() {
        return "true";
    }

    @Override
    @Nullable
    Boolean offersHandler() {
        if (!setup.live()) return null;
        Shell.Result result = Shell.run(
                Duration.ofSeconds(30),
                "podman",
                "--runtime",
                setup.handler(),
                "info",
                "--format",
                "{{.Host.OCIRuntime.Path}}");
        return result.ok() && result.text().contains(setup.runsc());
    }

    @Override
    boolean answers(Duration limit) {
        return true;
    }

    @Override
    List<String> users() {
        if (!setup.live()) return List.of();
        Shell.Result result = Shell.run(
                Duration.ofSeconds(30), "podman", "ps", "--format", "{{.Names}}", "--filter", "status=running");
        if (!result.ok()) return List.of();
        return result.text()
                .lines()
                .filter(name -> Shell.run(
                                Duration.ofSeconds(20), "podman", "inspect", "--format", "{{.OCIRuntime}}", name)
                        .firstLine()
                        .endsWith(setup.handler()))
                .toList();
    }

    @Override
    void drain() {
        for (String name : users()) Shell.run(Duration.ofMinutes(1), "podman", "rm", "--force", name);
    }

    @Override
    String selfTest() {
        try (TestImage test = TestImage.make(setup)) {
            Shell.Result run = Shell.run(
                    Duration.ofMinutes(1),
                    "podman",
                    "--runtime",
                    setup.handler(),
                    "run",
                    "--rm",
                    "--network",
                    "none",
                    "--rootfs",
                    test.root().toString(),
                    "/bin/uname",
                    "-a");
            if (!run.ok()) {
                throw new Problem(
                        "a container with --runtime " + setup.handler() + " failed with status " + run.status() + ":\n"
                                + Texts.indent(run.text()),
                        "sandjar doctor tells what this machine lacks");
            }
            return run.firstLine();
        }
    }
}
