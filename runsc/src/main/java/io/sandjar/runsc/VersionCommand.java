// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/** {@code sandjar version}. */
final class VersionCommand extends Command {
    @Override
    String name() {
        return "version";
    }

    @Override
    String summary() {
        return "prints the versions of Sandjar and of its JVM";
    }

    @Override
    String usage() {
        return "";
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
        args.noWords();
        Out.out("sandjar " + BuildInfo.VERSION + " (build " + BuildInfo.ID + ")\n" + System.getProperty("java.vm.name")
                + " " + System.getProperty("java.runtime.version") + "\n");
        return OK;
    }
}
