// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs programs of the host and waits for them: the runtime's verbs, the shim's hidden actions. Tests have one of their own. */
interface Programs {
    /**
     * How a program ended.
     *
     * @param output of standard output and error, as far as they were not redirected
     */
    record Ended(int status, String output) {}

    /**
     * Runs one to its end.
     *
     * @param input for standard input; null: none
     * @param io where its streams go; null: output and errors are collected
     */
    Ended run(List<String> words, byte @Nullable [] input, @Nullable Stdio io);
}
