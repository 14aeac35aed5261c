// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A container engine of this node: where its configuration lies, what we write there, how it is asked whether it took it. */
abstract class Engine {
    final Setup setup;

    Engine(Setup setup) {
        this.setup = setup;
    }

    abstract String name();

    /** Its version, for people; null when it is not on this node. */
    abstract @Nullable String found();

    /** The files as they have to become, without touching one. */
    abstract List<FileChange> install();

    /** The files without what is ours. */
    abstract List<FileChange> uninstall();

    /** Fails if the engine would not understand the files, or would lose anything else by them. */
    void examine(List<FileChange> changes) {}

    /** Whether the running engine has to read its configuration again after this change. */
    boolean needsRestart(FileChange change) {
        return true;
    }

    /** Whether there is a daemon that has to read its configuration again. */
    boolean hasDaemon() {
        return true;
    }

    /** Whether a handler that went from the configuration goes from the running engine by {@link #restart}. */
    boolean forgets() {
        return true;
    }

    /** Whether the running engine has to read its configuration again after all of these. */
    final boolean needsRestart(List<FileChange> changes) {
        return hasDaemon() && changes.stream().anyMatch(this::needsRestart);
    }

    /** Asks until the answer is that, since some daemons read their configuration in their own time; the last answer. */
    final @Nullable Boolean offersHandler(boolean wanted) {
        long end = System.nanoTime() + 15_000_000_000L;
        Boolean offers = offersHandler();
        while (offers != null && offers != wanted && System.nanoTime() < end) {
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return offers;
            }
            offers = offersHandler();
        }
        return offers;
    }

    /** Whether the running engine offers the handler; null when it does not run or cannot be asked. */
    abstract @Nullable Boolean offersHandler();

    /** Runs a container in a sandbox, through the running engine, and removes it; what it said. */
    abstract String selfTest();

    /** Pods or containers that use the handler now, for people. */
    abstract List<String> users();

    /** Ends and removes those. */
    abstract void drain();

    /** What the service is called, for systemctl. */
    abstract String service();

    /** Waits until the engine answers again after a restart. */
    abstract boolean answers(Duration limit);

    /** What makes the running engine read its configuration again, as a command for a shell; null: unknown on this machine. */
    @Nullable
    String restartCommand() {
        if (setup.restartCommand() != null) return setup.restartCommand();
        if (Files.isDirectory(Path.of("/run/systemd/system")) && Shell.find("systemctl") != null) {
            return "systemctl restart " + service();
        }
        if (Shell.find("rc-service") != null && Files.isDirectory(Path.of("/run/openrc")))
            return "rc-service " + service() + " restart";
        return null;
    }

    final void restart() {
        String command = restartCommand();
        if (command == null) {
            throw new Problem(
                    "cannot restart " + name() + ": this machine has neither systemd nor OpenRC",
                    "say how with --restart-command='...', or restart it yourself and run sandjar node install again");
        }
        Shell.Result result = Shell.run(Duration.ofMinutes(3), "/bin/sh", "-c", command);
        if (!result.ok()) {
            throw new Problem(
                    "`" + command + "` failed with status " + result.status() + ":\n" + Texts.indent(result.text()),
                    "mend what it says, then run sandjar node install again");
        }
        if (!answers(Duration.ofSeconds(90))) {
            throw new Problem(
                    name() + " does not answer after `" + command + "`",
                    "look into its log: journalctl -u " + service());
        }
    }

    static Engine of(String name, Setup setup) {
        return switch (name) {
            case "containerd" -> new Containerd(setup);
            case "k3s" -> new K3s(setup);
            case "docker" -> new Docker(setup);
            case "podman" -> new Podman(setup);
            case "crio", "cri-o" -> new Crio(setup);
            default ->
                throw new Problem(
                        "unknown engine \"" + name + "\"", "there are containerd, docker, podman, k3s and crio");
        };
    }

    static final List<String> NAMES = List.of("k3s", "containerd", "docker", "podman", "crio");
}
