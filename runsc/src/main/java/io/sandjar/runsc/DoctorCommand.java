// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/** {@code sandjar doctor}: what this host gives. */
final class DoctorCommand extends Command {
    private static final Option[] TABLE = {Option.flag("json", "as JSON, for programs")};

    @Override
    String name() {
        return "doctor";
    }

    @Override
    String summary() {
        return "says whether this host can run guests, and what it lacks";
    }

    @Override
    String usage() {
        return "[--json]";
    }

    @Override
    Option[] options() {
        return TABLE;
    }

    @Override
    String details() {
        return "";
    }

    @Override
    int run(Arguments args) {
        return OK;
    }
}
