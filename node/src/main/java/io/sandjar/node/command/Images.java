// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code sandjar images}, {@code pull} and {@code rmi}: what the agent keeps of images. */
final class Images extends Command {
    static final String OPTIONS = "o/output= no-headers q/quiet digests no-trunc f/force";
    private static final String PATH = "/apis/sandjar.io/v1/images";

    Images(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        return switch (args.command()) {
            case "pull" -> pull();
            case "rmi" -> remove();
            default -> list();
        };
    }

    private int list() {
        Object answer = agent.get(PATH);
        String output = args.get("output", "");
        if (!output.isEmpty() && !output.equals("wide")) {
            if (output.equals("json")) {
                terminal.print(Json.pretty(answer));
            } else if (output.equals("yaml")) {
                terminal.print(Yaml.write(answer));
            } else {
                throw args.usage("images are printed as a table, as json or as yaml");
            }
            return 0;
        }
        TabWriter out = TabWriter.table();
        if (!args.on("no-headers") && !args.on("quiet")) {
            out.add("IMAGE\tID\tSIZE");
        }
        for (Object image : Json.list(answer, "items")) {
            String id = shortId(Json.text(image, "id"), args.on("no-trunc"));
            if (args.on("quiet")) {
                out.add(id);
                continue;
            }
            List<@Nullable Object> names = Json.list(image, "names");
            String size = size(Json.number(image, 0, "sizeBytes"));
            if (names.isEmpty()) {
                out.add("<none>\t" + id + "\t" + size);
            }
            for (Object name : names) {
                out.add(name + "\t" + id + "\t" + size);
            }
        }
        terminal.print(out.toString());
        return 0;
    }

    private static String shortId(String id, boolean whole) {
        int colon = id.indexOf(':');
        return whole || id.length() < colon + 14 ? id : id.substring(colon + 1, colon + 13);
    }

    /** In powers of ten, three figures, as image tools show it. */
    static String size(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        if (value >= 100 || unit == 0) {
            return Math.round(value) + units[unit];
        }
        long tenths = Math.round(value * 10);
        return tenths / 10 + "." + tenths % 10 + units[unit];
    }

    private int remove() {
        if (args.words().isEmpty()) {
            throw args.usage("an image is missing: sandjar images lists them");
        }
        int status = 0;
        for (String name : args.words()) {
            try {
                agent.json("DELETE", PATH + Agent.query("name", name), null, Agent.JSON);
                terminal.line("image \"" + name + "\" removed");
            } catch (CommandException e) {
                terminal.error(e.text());
                status = 1;
            }
        }
        return status;
    }

    private int pull() {
        String name = word("image");
        boolean bar = terminal.isTerminal(2) && !args.on("quiet");
        Map<String, long[]> layers = new LinkedHashMap<>();
        String id = "";
        String shown = "";
        try (Http http = agent.open(
                "POST",
                PATH,
                utf8(Json.write(Json.of("image", name))),
                "Content-Type",
                Agent.JSON,
                "Accept",
                Agent.JSON)) {
            JsonReader reader = Agent.reader(http.body());
            for (Object line = Json.next(reader); line != null; line = Json.next(reader)) {
                String error = Json.text(line, "error");
                if (!error.isEmpty()) {
                    clear(bar);
                    throw new CommandException("error: cannot pull " + name + ": " + error);
                }
                if (Json.at(line, "image") != null) {
                    id = Json.text(line, "image", "id");
                }
                String layer = Json.text(line, "layer");
                if (!layer.isEmpty()) {
                    layers.put(layer, new long[] {Json.number(line, 0, "current"), Json.number(line, 0, "total")});
                }
                if (bar) {
                    String text = progress(Json.text(line, "status"), layers);
                    if (!text.equals(shown)) {
                        terminal.progress("\r\033[K" + text);
                        shown = text;
                    }
                }
            }
        } catch (IOException e) {
            clear(bar);
            throw agent.broken(e);
        }
        clear(bar);
        if (id.isEmpty()) {
            throw new CommandException("error: cannot pull " + name + ": the agent ended in the middle of it");
        }
        terminal.line(args.on("quiet") ? id : name + " " + id);
        return 0;
    }

    private void clear(boolean bar) {
        if (bar) {
            terminal.progress("\r\033[K");
        }
    }

    /** One line: how much of all layers is there. */
    private static String progress(String status, Map<String, long[]> layers) {
        long current = 0;
        long total = 0;
        for (long[] layer : layers.values()) {
            current += layer[0];
            total += layer[1];
        }
        StringBuilder line = new StringBuilder(Tables.oneLine(status));
        if (total > 0) {
            int filled = (int) Math.min(30, current * 30 / total);
            line.append(" [")
                    .append("=".repeat(filled))
                    .append(" ".repeat(30 - filled))
                    .append("] ");
            line.append(size(current)).append(" of ").append(size(total));
        }
        return line.toString();
    }
}
