// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sandjar node configure}: other options for a handler that is installed. */
@Command(
        name = "configure",
        description =
                "Gives an installed handler other options; all that it shall have are to be named. containerd's pods take them from"
                        + " their next start on, without a restart of containerd.",
        footer = {
            "",
            "Example:",
            "  sandjar node configure --engine=containerd --option overlay2=root:memory --option debug=true"
        })
final class ConfigureVerb implements Callable<Integer> {
    @Mixin
    Common common = new Common();

    @Option(
            names = "--option",
            paramLabel = "KEY=VALUE",
            description = "an option of runsc, --KEY=VALUE; may be given more than once")
    Map<String, String> options = new LinkedHashMap<>();

    @Option(names = "--no-test", description = "do not run a container afterwards")
    boolean noTest;

    @Override
    public Integer call() {
        int status = 0;
        for (Engine engine : common.engines(options, false)) {
            if (Record.load(engine.setup.root(), engine.name()) == null) {
                throw new Problem(
                        engine.name() + " does not have the handler yet",
                        "run sandjar node install --engine=" + engine.name() + " first");
            }
            status = Math.max(status, common.lifecycle().install(engine, !noTest, null, false, null));
        }
        return status;
    }
}
