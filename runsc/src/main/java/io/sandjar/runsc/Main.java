// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The program: finds the command and runs it. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Build.check();
        HostSide.end(run(HostSide.arguments(args)));
    }

    /** @return exit status */
    static int run(List<String> args) {
        String verb = args.isEmpty() ? "--help" : args.get(0);
        Command command = null;
        try {
            command = find(verb);
            if (command == null) {
                throw verb.startsWith("-")
                        ? new UsageError(
                                "unknown option " + verb, "options follow the command: sandjar do " + verb + " ...")
                        : Commands.unknown(verb);
            }
            Arguments a = Arguments.parse(command.options(), args, Math.min(1, args.size()));
            if (a.help()) {
                Out.out(Help.of(command));
                return Command.OK;
            }
            return command.run(a);
        } catch (Failure e) {
            String name = command == null ? "" : " " + command.name();
            boolean usage = e instanceof UsageError;
            Out.err("sandjar" + (usage ? name : "") + ": " + e.text() + "\n");
            if (!e.hint().isEmpty()) {
                Out.err("  " + e.hint() + "\n");
            }
            if (usage && command != null) {
                Out.err("  sandjar" + name + " --help shows options and examples\n");
            }
            return usage && command != null ? command.usageStatus() : e.status();
        }
    }

    private static @Nullable Command find(String verb) {
        return switch (verb) {
            case "--help", "-h" -> new HelpCommand();
            case "--version", "-V" -> new VersionCommand();
            default -> Commands.find(verb);
        };
    }
}
