// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sandjar node install}. */
@Command(
        name = "install",
        description =
                "Makes the runtime a handler of the container engine, restarts the engine with consent, and runs a container in a"
                        + " sandbox. If that fails, the configuration becomes again what it was.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the handler works",
            "1:an error; nothing is changed",
            "2:a mistake on the command line",
            "3:written, but the engine has to be restarted"
        },
        footer = {
            "",
            "Examples:",
            "  sandjar node install --engine=containerd --dry-run",
            "  sandjar node install --engine=containerd --restart --runtime-class --label-node=worker-1",
            "  sandjar node install --engine=docker --option debug=true"
        })
final class InstallVerb implements Callable<Integer> {
    @Mixin
    Common common = new Common();

    @Option(
            names = "--option",
            paramLabel = "KEY=VALUE",
            description = "an option of runsc, --KEY=VALUE; may be given more than once")
    Map<String, String> options = new LinkedHashMap<>();

    @Option(names = "--replace", description = "take the place of another runtime's handler of this name")
    boolean replace;

    @Option(names = "--no-test", description = "do not run a container afterwards")
    boolean noTest;

    @Option(names = "--runtime-class", description = "apply the RuntimeClass to the cluster, with kubectl")
    boolean runtimeClass;

    @Option(
            names = "--label-node",
            paramLabel = "NODE",
            description = "label that node " + Cluster.LABEL + "=true after the test, with kubectl")
    @Nullable
    String node;

    @Override
    public Integer call() {
        int status = 0;
        Cluster cluster = runtimeClass || node != null ? new Cluster(common.kubectl) : null;
        for (Engine engine : common.engines(options, replace)) {
            status = Math.max(status, common.lifecycle().install(engine, !noTest, cluster, runtimeClass, node));
        }
        return status;
    }
}
