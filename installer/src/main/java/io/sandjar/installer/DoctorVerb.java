// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sandjar node doctor}: what the node has and lacks, before anything is changed. */
@Command(
        name = "doctor",
        description = "Checks what the runtime and each engine here need. Status 1 when something is missing.")
final class DoctorVerb implements Callable<Integer> {
    @Mixin
    Common common = new Common();

    private boolean failed;

    private void say(String mark, String text, String more) {
        System.out.println(mark + " " + text);
        if (!more.isEmpty()) System.out.println(Texts.indent(more));
        failed |= mark.equals("FAIL");
    }

    @Override
    public Integer call() {
        Path sandjar = Programs.home().resolve("bin/sandjar");
        Shell.Result host = Shell.run(Duration.ofMinutes(1), List.of(sandjar.toString(), "doctor"), Map.of());
        System.out.print(host.text());
        failed |= !host.ok();
        System.out.println();
        long free = Path.of("/opt").toFile().exists()
                ? Path.of("/opt").toFile().getUsableSpace()
                : Path.of("/").toFile().getUsableSpace();
        say(
                free > 500L << 20 ? "ok  " : "FAIL",
                "disk: " + (free >> 20) + " MiB free for the programs",
                free > 500L << 20 ? "" : "500 MiB are needed");
        boolean any = false;
        for (String name : Engine.NAMES) {
            if (!common.engines.isEmpty() && !common.engines.contains(name)) continue;
            any |= engine(name);
        }
        if (!any)
            say(
                    "FAIL",
                    "no container engine is here",
                    "install containerd, Docker, Podman, k3s or CRI-O; pods without one: sandjar kubelet");
        return failed ? 1 : 0;
    }

    private boolean engine(String name) {
        Engine engine = Engine.of(name, common.setup(Map.of(), false, common.handler));
        String found = engine.found();
        if (found == null) return false;
        say("ok  ", name + " " + found, "");
        try {
            List<FileChange> changes = engine.install();
            engine.examine(changes);
            say("ok  ", name + ": its configuration can take the handler " + common.handler, "");
        } catch (Problem problem) {
            say("FAIL", name + ": " + problem.getMessage(), problem.remedy());
        }
        Boolean offered = engine.offersHandler();
        if (offered == null)
            say("warn", name + " does not answer", "it has to run for the self-test; --socket says where it listens");
        else say("ok  ", name + (offered ? " offers the handler already" : " does not offer the handler yet"), "");
        if (engine.restartCommand() == null) {
            say("warn", "this machine has neither systemd nor OpenRC", "give --restart-command='...' to install");
        }
        if (name.equals("containerd") && Files.exists(Path.of("/var/lib/rancher/k3s"))) {
            say("warn", "k3s brings its own containerd", "use --engine=k3s for its pods");
        }
        return true;
    }
}
