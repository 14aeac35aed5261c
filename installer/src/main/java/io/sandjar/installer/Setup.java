// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says about one engine.
 *
 * @param root the file system that is changed, / but for tests and images of machines
 * @param handler the name under which pods ask for the runtime
 * @param bin the directory of runsc and containerd-shim-runsc-v1, by a path that outlives an upgrade
 * @param version of this program
 * @param options of runsc, --KEY=VALUE
 * @param config the engine's configuration file, if not at its usual place
 * @param socket the engine's CRI socket, if not at its usual place
 * @param engineProgram the engine's program, if not the one on the PATH
 * @param restartCommand what restarts the engine, for a shell
 * @param replace whether a handler of this name that is not ours may be replaced
 */
record Setup(
        Path root,
        String handler,
        Path bin,
        String version,
        Map<String, String> options,
        @Nullable Path config,
        @Nullable Path socket,
        @Nullable String engineProgram,
        @Nullable String restartCommand,
        boolean replace) {
    boolean live() {
        return root.equals(Path.of("/"));
    }

    Path at(String absolute) {
        return root.resolve(absolute.substring(1));
    }

    String shim() {
        return bin.resolve("containerd-shim-runsc-v1").toString();
    }

    String runsc() {
        return bin.resolve("runsc").toString();
    }
}
