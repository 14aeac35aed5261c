// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import org.jspecify.annotations.Nullable;

/**
 * One option of a command: the parser, {@code --help} and the shell completion all read it from here.
 *
 * @param other a second name, e.g. one letter; empty if there is none
 * @param value what stands for its value in help, e.g. DIR; null for an option without one
 * @param optional the value may be left out and then must follow {@code =}
 * @param many may be given again and again; the last one counts otherwise
 * @param complete what the shell completes the value with: a bash {@code compgen} argument, e.g. "-d"; may be empty
 * @param help one or more lines
 */
record Option(
        String name,
        String other,
        @Nullable String value,
        boolean optional,
        boolean many,
        String complete,
        String help) {

    static Option flag(String name, String help) {
        return new Option(name, "", null, false, false, "", help);
    }

    static Option one(String name, String value, String complete, String help) {
        return new Option(name, "", value, false, false, complete, help);
    }

    static Option many(String name, String value, String complete, String help) {
        return new Option(name, "", value, false, true, complete, help);
    }

    static Option optional(String name, String value, String help) {
        return new Option(name, "", value, true, false, "", help);
    }

    /** The same with a second name. */
    Option or(String second) {
        return new Option(name, second, value, optional, many, complete, help);
    }

    /** As in help: {@code --tmpfs DST[:SIZE]}. */
    String synopsis() {
        if (value == null) {
            return "--" + name;
        }
        return optional ? "--" + name + "[=" + value + "]" : "--" + name + " " + value;
    }
}
