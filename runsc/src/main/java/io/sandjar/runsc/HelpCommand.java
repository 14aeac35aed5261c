// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/** {@code sandjar help [COMMAND]}. */
final class HelpCommand extends Command {
    @Override
    String name() {
        return "help";
    }

    @Override
    String summary() {
        return "explains a command, or lists all";
    }

    @Override
    String usage() {
        return "[COMMAND]";
    }

    @Override
    Option[] options() {
        return new Option[0];
    }

    @Override
    String details() {
        return "";
    }

    @Override
    int run(Arguments args) {
        if (args.words().isEmpty()) {
            Out.out(Help.overview());
            return OK;
        }
        String name = args.words().get(0);
        Command c = Commands.find(name);
        if (c == null) {
            throw Commands.unknown(name);
        }
        Out.out(Help.of(c));
        return OK;
    }
}
