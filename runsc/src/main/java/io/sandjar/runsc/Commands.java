// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import org.jspecify.annotations.Nullable;

/** All commands by name. A command's class is loaded only when it is asked for. */
final class Commands {
    static final String[] NAMES = {
        "do", "doctor", "spec", "features", "events", "update", "install", "uninstall", "completion", "help", "version"
    };

    private Commands() {}

    static @Nullable Command find(String name) {
        return switch (name) {
            case "create" -> new CreateCommand();
            case "start" -> new HookedCommand(name);
            case "delete" -> new HookedCommand(name);
            case "install" -> new InstallCommand(name);
            case "uninstall" -> new InstallCommand(name);
            case "do" -> new DoCommand();
            case "doctor" -> new DoctorCommand();
            case "spec" -> new SpecCommand();
            case "features" -> new FeaturesCommand();
            case "events" -> new EventsCommand();
            case "update" -> new UpdateCommand();
            case "completion" -> new CompletionCommand();
            case "help" -> new HelpCommand();
            case "version" -> new VersionCommand();
            default -> null;
        };
    }

    static Command get(String name) {
        Command c = find(name);
        if (c == null) {
            throw new IllegalArgumentException(name);
        }
        return c;
    }

    static UsageError unknown(String name) {
        String near = Nearest.of(name, NAMES);
        return new UsageError(
                "there is no command \"" + name + "\"",
                near == null
                        ? "to run a program write: sandjar do -- " + name + " ...   (sandjar --help lists the commands)"
                        : "did you mean \"sandjar " + near + "\"?   (sandjar --help lists the commands)");
    }
}
