// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import org.jspecify.annotations.Nullable;

/** {@code sandjar version} and {@code api-resources}. */
final class Information extends Command {
    static final String VERSION_OPTIONS = "client o/output= short";
    static final String RESOURCES_OPTIONS = "no-headers o/output= namespaced? api-group=";

    Information(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        return args.command().equals("version") ? version() : resources();
    }

    private int version() {
        String own = System.getProperty("sandjar.version", "unknown");
        @Nullable Object agents = null;
        @Nullable CommandException unreachable = null;
        if (!args.on("client")) {
            try {
                agents = agent.get("/version");
            } catch (CommandException e) {
                unreachable = e;
            }
        }
        String output = args.get("output", "");
        if (output.equals("json") || output.equals("yaml")) {
            Object both = Json.of("clientVersion", Json.of("gitVersion", own), "serverVersion", agents);
            terminal.print(output.equals("json") ? Json.pretty(both) : Yaml.write(both));
        } else {
            terminal.line("Client Version: " + own);
            if (agents != null) {
                terminal.line("Server Version: " + Json.text(agents, "gitVersion"));
            } else if (unreachable != null) {
                terminal.line("Server Version: none; " + Tables.oneLine(unreachable.text()));
            }
        }
        return 0;
    }

    private int resources() {
        TabWriter out = TabWriter.table();
        boolean names = args.get("output", "").equals("name");
        if (!args.on("no-headers") && !names) {
            out.add("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND");
        }
        for (Resource r : Resource.all()) {
            if (args.has("namespaced") && args.on("namespaced") != r.namespaced
                    || args.has("api-group") && !args.get("api-group", "").equals(r.group())) {
                continue;
            }
            out.add(
                    names
                            ? r.qualified()
                            : r.plural + "\t" + r.shortName + "\t" + r.apiVersion + "\t" + r.namespaced + "\t"
                                    + r.kind);
        }
        terminal.print(out.toString());
        return 0;
    }
}
