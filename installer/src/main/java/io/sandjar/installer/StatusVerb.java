// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sandjar node status}. */
@Command(
        name = "status",
        description =
                "Tells which engines have the handler, whether they really offer it, and which version each sandbox runs.")
final class StatusVerb implements Callable<Integer> {
    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeNulls()
            .create();

    @Mixin
    Common common = new Common();

    @Option(names = "--json", description = "for scripts")
    boolean json;

    /** One engine, as it is now. */
    static final class Line {
        String engine = "";

        @Nullable
        String found;

        @Nullable
        String handler;

        @Nullable
        String installed;

        @Nullable
        Boolean offered;

        List<String> files = new ArrayList<>();
    }

    @Override
    public Integer call() {
        List<Line> lines = new ArrayList<>();
        for (String name : Engine.NAMES) {
            if (!common.engines.isEmpty() && !common.engines.contains(name)) continue;
            Record record = Record.load(common.root, name);
            Engine engine =
                    Engine.of(name, common.setup(Map.of(), false, record == null ? common.handler : record.handler));
            Line line = new Line();
            line.engine = name;
            line.found = engine.found();
            if (line.found == null && record == null) continue;
            if (record != null) {
                line.handler = record.handler;
                line.installed = record.version;
                for (Record.Entry entry : record.files) {
                    String now = FileChange.sha256(FileChange.read(Path.of(entry.file)));
                    line.files.add(entry.file
                            + (now.equals(entry.after)
                                    ? ""
                                    : now.equals(entry.before) ? " (back to what it was)" : " (edited since)"));
                }
            }
            line.offered = engine.offersHandler();
            lines.add(line);
        }
        List<Sandboxes.Sandbox> sandboxes = Sandboxes.all(common.root);
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("version", System.getProperty("sandjar.version", "0"));
            all.put("engines", lines);
            all.put("sandboxes", sandboxes);
            System.out.println(GSON.toJson(all));
            return 0;
        }
        System.out.println("Sandjar " + System.getProperty("sandjar.version", "0") + " in " + Programs.home());
        if (lines.isEmpty()) System.out.println("no container engine is here");
        for (Line line : lines) {
            System.out.println();
            System.out.println(line.engine + (line.found == null ? " (its program is gone)" : " " + line.found));
            System.out.println(
                    line.handler == null
                            ? "  handler: not installed"
                            : "  handler: " + line.handler + ", installed by version " + line.installed);
            System.out.println("  offered by the running engine: "
                    + (line.offered == null ? "unknown, it does not answer" : line.offered ? "yes" : "no"));
            for (String file : line.files) System.out.println("  file: " + file);
        }
        System.out.println();
        System.out.println(Texts.count(sandboxes.size(), "container") + " on this machine");
        for (Sandboxes.Sandbox s : sandboxes)
            System.out.println("  " + s.id() + "  version " + s.version() + "  " + s.root());
        return 0;
    }
}
