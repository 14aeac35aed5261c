// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sandjar node uninstall}. */
@Command(
        name = "uninstall",
        description =
                "Takes out of the engine's configuration what install put in, and nothing else. Refuses while pods use the handler.",
        footer = {"", "Example:", "  sandjar node uninstall --engine=containerd --restart --drain"})
final class UninstallVerb implements Callable<Integer> {
    @Mixin
    Common common = new Common();

    @Option(names = "--all", description = "from every engine that has it")
    boolean all;

    @Option(names = "--drain", description = "end the pods that use it")
    boolean drain;

    @Option(names = "--runtime-class", description = "delete the RuntimeClass from the cluster, with kubectl")
    boolean runtimeClass;

    @Option(names = "--keep-files", description = "leave the programs in /opt/sandjar")
    boolean keep;

    @Override
    public Integer call() {
        List<Engine> engines = new ArrayList<>();
        if (all) {
            for (String name : Record.engines(common.root)) {
                Record record = Record.load(common.root, name);
                engines.add(Engine.of(
                        name, common.setup(Map.of(), false, record == null ? common.handler : record.handler)));
            }
            if (engines.isEmpty()) System.out.println("no engine has the handler");
        } else {
            engines.addAll(common.engines(Map.of(), false));
        }
        int status = 0;
        for (Engine engine : engines) {
            Record record = Record.load(common.root, engine.name());
            boolean needs = runtimeClass || (record != null && !record.nodes.isEmpty());
            status = Math.max(
                    status,
                    common.lifecycle()
                            .uninstall(engine, drain, needs ? new Cluster(common.kubectl) : null, runtimeClass, keep));
        }
        return status;
    }
}
