// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sandjar node upgrade}: this version for new pods, everywhere an earlier one was installed. */
@Command(
        name = "upgrade",
        description =
                "Lets every engine that has the handler use this version. New pods run it; those that run keep theirs until they end.",
        footer = {"", "Example, with the new version's own program:", "  ./sandjar-0.2/bin/sandjar node upgrade"})
final class UpgradeVerb implements Callable<Integer> {
    @Mixin
    Common common = new Common();

    @Option(names = "--no-test", description = "do not run a container afterwards")
    boolean noTest;

    @Override
    public Integer call() {
        List<String> names = common.engines.isEmpty() ? Record.engines(common.root) : common.engines;
        if (names.isEmpty()) throw new Problem("no engine has the handler yet", "run sandjar node install first");
        int status = 0;
        for (String name : new ArrayList<>(names)) {
            Record record = Record.load(common.root, name);
            if (record == null)
                throw new Problem(name + " does not have the handler yet", "run sandjar node install --engine=" + name);
            Engine engine = Engine.of(name, common.setup(Map.of(), false, record.handler));
            Map<String, String> options = options(engine);
            engine = Engine.of(name, common.setup(options, false, record.handler));
            String from = record.version;
            status = Math.max(status, common.lifecycle().install(engine, !noTest, null, false, null));
            if (!common.dryRun) System.out.println(name + ": " + from + " -> " + engine.setup.version());
        }
        return status;
    }

    /** What `install` and `configure` were told, from the options file; Docker keeps them in its own. */
    private static Map<String, String> options(Engine engine) {
        if (!(engine instanceof Containerd containerd)) return Map.of();
        String text = FileChange.read(containerd.optionsFile());
        Map<String, String> options = new LinkedHashMap<>();
        @Nullable TomlTable table = Toml.table(Toml.parse(text, containerd.optionsFile()), "runsc_config");
        if (table != null) for (String key : table.keySet()) options.put(key, String.valueOf(table.get(List.of(key))));
        return options;
    }
}
