// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.runsc.sandbox.Sandbox;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The program: finds the command and runs it. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Build.check();
        if (args.length > 0 && args[0].equals("boot")) { // what the native program calls for the kernel's JVM
            HostSide.end(Sandbox.run(HostSide.arguments(args).subList(1, args.length)));
        }
        HostSide.end(run(HostSide.arguments(args)));
    }

    /** @return exit status */
    static int run(List<String> given) {
        Command command = null;
        Globals globals = Globals.NONE;
        try {
            List<String> args = given;
            int flags = 0;
            if (!args.isEmpty() && args.get(0).startsWith("-") && find(args.get(0)) == null) {
                globals = Globals.parse(args);
                flags = globals.count(args);
                args = globals.verbFirst(args);
            }
            String verb = args.isEmpty() ? "--help" : args.get(0);
            command = find(verb);
            if (command == null) {
                throw Commands.unknown(verb);
            }
            boolean runtime = command instanceof RunscCommand;
            Option[] table = runtime ? Globals.and(command.options()) : command.options();
            int from = Math.min(runtime ? 1 : 1 + flags, args.size()); // for other commands they mean nothing
            Arguments a = Arguments.parse(table, args, from);
            globals = runtime ? Globals.of(a) : globals;
            command.globals = globals;
            if (a.help()) {
                Out.out(Help.of(command));
                return Command.OK;
            }
            return command.run(a);
        } catch (Failure e) {
            return failed(e, command, globals);
        } catch (RuntimeException | Error e) {
            globals.log().error("internal error: " + e);
            throw e;
        }
    }

    private static int failed(Failure e, @Nullable Command command, Globals globals) {
        String program = command == null ? "sandjar" : command.program();
        String name = command == null ? "" : " " + command.name();
        boolean usage = e instanceof UsageError;
        globals.log().error(e.hint().isEmpty() ? e.text() : e.text() + " (" + e.hint() + ")");
        Out.err(program + (usage ? name : "") + ": " + e.text() + "\n");
        if (!e.hint().isEmpty()) {
            Out.err("  " + e.hint() + "\n");
        }
        if (usage && command != null) {
            Out.err("  " + program + name + " --help shows options and examples\n");
        }
        return usage && command != null ? command.usageStatus() : e.status();
    }

    private static @Nullable Command find(String verb) {
        return switch (verb) {
            case "--help", "-h" -> new HelpCommand();
            case "--version", "-V" -> new VersionCommand();
            default -> Commands.find(verb);
        };
    }
}
