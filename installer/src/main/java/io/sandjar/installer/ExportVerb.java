// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sandjar node export}: the programs for another root, such as the host's, mounted into a container. */
@Command(
        name = "export",
        description =
                "Copies this version's programs to ROOT/opt/sandjar/VERSION and makes it the current one there, for installers that run in"
                        + " a container and then enter the host.")
final class ExportVerb implements Callable<Integer> {
    @Option(names = "--root", paramLabel = "ROOT", required = true, description = "the root directory of the host")
    Path root = Path.of("/");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    @Override
    public Integer call() {
        Programs.export(root.toAbsolutePath().normalize(), System.getProperty("sandjar.version", "0"));
        System.out.println("/opt/sandjar/current");
        return 0;
    }
}
