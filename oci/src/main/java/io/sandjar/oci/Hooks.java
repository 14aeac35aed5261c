// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Programs of the host that are to run at points of a container's life. */
public record Hooks(
        List<Hook> prestart,
        List<Hook> createRuntime,
        List<Hook> createContainer,
        List<Hook> startContainer,
        List<Hook> poststart,
        List<Hook> poststop) {

    /**
     * One hook.
     *
     * @param args with argv[0]; empty: the path alone
     * @param env null if not given
     * @param timeoutSeconds 0: none
     */
    public record Hook(
            String path, List<String> args, @Nullable List<String> env, int timeoutSeconds) {}

    /** No hooks at all. */
    public static final Hooks NONE = new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    public boolean isEmpty() {
        return prestart.isEmpty()
                && createRuntime.isEmpty()
                && createContainer.isEmpty()
                && startContainer.isEmpty()
                && poststart.isEmpty()
                && poststop.isEmpty();
    }
}
