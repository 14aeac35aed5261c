// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/** A verb of the command line. */
abstract class Command {
    /** Success. */
    static final int OK = 0;

    /** A wrong command line, as shells and runc have it. */
    static final int USAGE = 2;

    /** Sandjar itself failed; the statuses below it belong to the guest (as docker, env and timeout do). */
    static final int FAILED = 125;

    /** The flags that came before the verb; {@link Main} sets them. */
    Globals globals = Globals.NONE;

    abstract String name();

    /** The program that has this verb. */
    String program() {
        return "sandjar";
    }

    /** One line for the list of commands. */
    abstract String summary();

    /** What follows {@code sandjar NAME} in the usage line. */
    abstract String usage();

    abstract Option[] options();

    /** What {@code --help} says below the options: paragraphs and examples. */
    abstract String details();

    /** Exit status for a wrong command line. */
    int usageStatus() {
        return USAGE;
    }

    /** @return exit status */
    abstract int run(Arguments args);
}
