// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/** {@code sandjar node VERB}: the runtime's life on a node. */
@Command(
        name = "sandjar node",
        description =
                "The runtime on a node of a cluster, or in a container engine of this machine: install, configure, upgrade, remove.",
        subcommands = {
            InstallVerb.class,
            ConfigureVerb.class,
            UpgradeVerb.class,
            UninstallVerb.class,
            StatusVerb.class,
            DoctorVerb.class,
            ExportVerb.class
        },
        footer = {
            "",
            "First time, on a node with containerd:",
            "  sandjar node doctor",
            "  sandjar node install --engine=containerd --dry-run",
            "  sandjar node install --engine=containerd --restart",
            "",
            "Every verb can be repeated: what is done already is not done again. sandjar node VERB --help tells more."
        })
public final class Main implements Runnable {
    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @CommandLine.Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "which verb?");
    }

    static int run(PrintStream out, PrintStream err, String... words) {
        CommandLine line = new CommandLine(new Main())
                .setUsageHelpAutoWidth(true)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setOut(new java.io.PrintWriter(out, true))
                .setErr(new java.io.PrintWriter(err, true))
                .setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((e, commandLine, parsed) -> {
            if (!(e instanceof Problem problem)) throw e;
            err.println("sandjar: " + problem.getMessage());
            err.println("  " + problem.remedy());
            return 1;
        });
        return line.execute(words);
    }

    public static void main(String[] argv) {
        List<String> words = new ArrayList<>(Arrays.asList(argv));
        if (!words.isEmpty() && words.get(0).equals("--train")) {
            PrintStream nowhere = new PrintStream(java.io.OutputStream.nullOutputStream());
            run(nowhere, nowhere, "--help");
            run(nowhere, nowhere, "install", "--help");
            run(nowhere, nowhere, "status");
            return;
        }
        if (!words.isEmpty() && words.get(0).equals("node")) words.remove(0);
        System.exit(run(System.out, System.err, words.toArray(String[]::new)));
    }
}
