// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code sandjar get}: objects as tables, YAML, JSON, names or by a template; once or as they change. */
final class Get extends Command {
    static final String OPTIONS =
            "o/output= w/watch watch-only A/all-namespaces l/selector= field-selector= no-headers sort-by="
                    + " show-labels L/label-columns= ignore-not-found f/filename= R/recursive chunk-size= show-managed-fields"
                    + " show-kind output-watch-events";

    private final String output;
    private final boolean all;

    Get(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
        output = args.get("output", "");
        all = args.on("all-namespaces");
    }

    @Override
    int run() {
        checkOutput();
        if (!args.all("filename").isEmpty()) {
            return files();
        }
        List<Named> asked = named(args.words());
        boolean watch = args.on("watch") || args.on("watch-only");
        if (watch) {
            return watch(asked);
        }
        boolean named = !asked.getFirst().name.isEmpty();
        if (named && all) {
            throw new CommandException("error: a resource cannot be retrieved by name across all namespaces");
        }
        if (named && (args.has("selector") || args.has("field-selector"))) {
            throw new CommandException(
                    "error: selectors and names cannot be used together: name(s) cannot be provided when a"
                            + " selector is specified");
        }
        if (output.isEmpty() || output.equals("wide")) {
            return tables(asked, named);
        }
        return objects(asked, named);
    }

    private void checkOutput() {
        if (output.isEmpty()
                || output.startsWith("jsonpath=")
                || output.startsWith("jsonpath-file=")
                || output.startsWith("custom-columns=")) {
            return;
        }
        switch (output) {
            case "wide", "yaml", "json", "name" -> {}
            default ->
                throw new CommandException("error: unable to match a printer suitable for the output format \"" + output
                        + "\", allowed formats are: custom-columns=...,json,jsonpath=...,name,wide,yaml");
        }
    }

    private String query() {
        return Agent.query("labelSelector", args.get("selector", ""), "fieldSelector", args.get("field-selector", ""));
    }

    /** get -f FILE: what the agent has of the objects that a file describes. */
    private int files() {
        List<Object> found = new ArrayList<>();
        int status = 0;
        for (Apply.Item item : new Apply(args, terminal, agent).resolve()) {
            try {
                found.add(agent.get(item.resource.path(item.namespace, item.name)) instanceof Object o ? o : Map.of());
            } catch (CommandException e) {
                terminal.error(e.text());
                status = 1;
            }
        }
        if (!found.isEmpty()) {
            terminal.print(render(list(found), output.isEmpty() || output.equals("wide") ? "name" : output));
        }
        return status;
    }

    private int tables(List<Named> asked, boolean named) {
        boolean several = !named && asked.size() > 1;
        boolean printed = false;
        int status = 0;
        Tables printer = null;
        Resource before = null;
        for (Named one : asked) {
            Object table;
            try {
                table = table(one);
            } catch (CommandException e) {
                if (named && Agent.notFound(e)) {
                    if (!args.on("ignore-not-found")) {
                        terminal.error(e.text());
                        status = 1;
                    }
                    continue;
                }
                throw e;
            }
            sort(table);
            if (Json.list(table, "rows").isEmpty()) {
                continue;
            }
            boolean fresh = before != one.resource;
            if (printer == null || fresh) {
                printer = printer(one.resource, several || args.on("show-kind") || kinds(asked));
                if (printed) {
                    terminal.line("");
                }
            }
            terminal.print(printer.print(table, fresh && !args.on("no-headers")));
            printed = true;
            before = one.resource;
        }
        if (!printed && status == 0 && !args.on("ignore-not-found")) {
            boolean clusterWide = asked.size() == 1 && !asked.getFirst().resource.namespaced;
            terminal.error(
                    all || clusterWide ? "No resources found" : "No resources found in " + namespace() + " namespace.");
        }
        return status;
    }

    private static boolean kinds(List<Named> asked) {
        for (Named one : asked) {
            if (one.resource != asked.getFirst().resource) {
                return true;
            }
        }
        return false;
    }

    private Tables printer(Resource resource, boolean prefix) {
        List<String> columns = new ArrayList<>();
        for (String value : args.all("label-columns")) {
            columns.addAll(split(value, ','));
        }
        return new Tables(
                output.equals("wide"),
                all && resource.namespaced,
                args.on("show-labels"),
                columns,
                prefix ? resource.named("") : "");
    }

    private @Nullable Object table(Named one) {
        String whole = args.has("sort-by") ? "Object" : "";
        String base = one.name.isEmpty()
                ? one.resource.path(all ? "" : namespace()) + query()
                : one.resource.path(namespace(), one.name);
        if (!whole.isEmpty()) {
            base += (base.indexOf('?') < 0 ? "?" : "&") + "includeObject=Object";
        }
        Object table = agent.whole(agent.open("GET", base, null, "Accept", Agent.TABLE));
        return Json.text(table, "kind").equals("Table") ? table : simple(table, one);
    }

    /** For an agent that renders no table: names and ages. */
    private Object simple(@Nullable Object answer, Named one) {
        List<@Nullable Object> items = new ArrayList<>();
        if (one.name.isEmpty()) {
            items.addAll(Json.list(answer, "items"));
        } else {
            items.add(answer);
        }
        List<Object> rows = new ArrayList<>();
        for (Object item : items) {
            List<Object> cells = new ArrayList<>();
            cells.add(Json.text(item, "metadata", "name"));
            cells.add(Time.age(Json.text(item, "metadata", "creationTimestamp"), terminal.nowMillis()));
            rows.add(Json.of("cells", cells, "object", item));
        }
        List<Object> columns = new ArrayList<>();
        columns.add(Json.of("name", "Name"));
        columns.add(Json.of("name", "Age"));
        return Json.of("kind", "Table", "columnDefinitions", columns, "rows", rows);
    }

    private void sort(@Nullable Object table) {
        String by = args.value("sort-by");
        if (by == null) {
            return;
        }
        List<@Nullable Object> rows = Json.list(table, "rows");
        for (int i = 1; i < rows.size(); i++) { // stable, and without a class for comparing
            Object row = rows.get(i);
            int j = i;
            while (j > 0 && compare(rows.get(j - 1), row, by) > 0) {
                rows.set(j, rows.get(j - 1));
                j--;
            }
            rows.set(j, row);
        }
    }

    private static int compare(@Nullable Object a, @Nullable Object b, String by) {
        return compareValues(JsonPath.find(by, Json.at(a, "object")), JsonPath.find(by, Json.at(b, "object")));
    }

    private static int compareValues(List<@Nullable Object> a, List<@Nullable Object> b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.isEmpty() ? (b.isEmpty() ? 0 : -1) : 1;
        }
        if (a.getFirst() instanceof Number x && b.getFirst() instanceof Number y) {
            return Double.compare(x.doubleValue(), y.doubleValue());
        }
        return JsonPath.text(a.getFirst()).compareTo(JsonPath.text(b.getFirst()));
    }

    private int objects(List<Named> asked, boolean named) {
        List<Object> found = new ArrayList<>();
        int status = 0;
        for (Named one : asked) {
            if (one.name.isEmpty()) {
                found.addAll(agent.list(one.resource, all ? "" : namespace(), query()));
                continue;
            }
            try {
                if (agent.get(one.resource.path(namespace(), one.name)) instanceof Object object) {
                    found.add(Agent.typed(object, one.resource));
                }
            } catch (CommandException e) {
                if (!Agent.notFound(e)) {
                    throw e;
                }
                if (!args.on("ignore-not-found")) {
                    terminal.error(e.text());
                    status = 1;
                }
            }
        }
        if (named && found.isEmpty()) {
            return status;
        }
        if (args.has("sort-by")) {
            String by = args.get("sort-by", "");
            for (int i = 1; i < found.size(); i++) {
                Object item = found.get(i);
                int j = i;
                while (j > 0 && compareValues(JsonPath.find(by, found.get(j - 1)), JsonPath.find(by, item)) > 0) {
                    found.set(j, found.get(j - 1));
                    j--;
                }
                found.set(j, item);
            }
        }
        if (output.equals("name") && found.isEmpty()) {
            return status;
        }
        Object shown = named && asked.size() == 1 ? found.getFirst() : list(found);
        terminal.print(render(shown, output));
        return status;
    }

    private static Object list(List<Object> items) {
        return Json.of("apiVersion", "v1", "kind", "List", "metadata", Json.of("resourceVersion", ""), "items", items);
    }

    private String render(Object object, String format) {
        return render(object, format, args.on("show-managed-fields"), !args.on("no-headers"));
    }

    /** An object or a list in one of the formats. */
    static String render(Object object, String format, boolean managedFields, boolean head) {
        boolean isList = Json.text(object, "kind").equals("List");
        List<@Nullable Object> items = new ArrayList<>();
        if (isList) {
            items.addAll(Json.list(object, "items"));
        } else {
            items.add(object);
        }
        if (!managedFields) {
            for (Object item : items) {
                Json.map(item, "metadata").remove("managedFields");
            }
        }
        if (format.equals("yaml")) {
            return Yaml.write(object);
        }
        if (format.equals("json")) {
            return Json.pretty(object);
        }
        if (format.equals("name")) {
            StringBuilder names = new StringBuilder();
            for (Object item : items) {
                names.append(Resource.ofKind(Json.text(item, "kind")).named(Json.text(item, "metadata", "name")))
                        .append('\n');
            }
            return names.toString();
        }
        if (format.startsWith("custom-columns=")) {
            return customColumns(format.substring(15), items, head);
        }
        String template = format.substring(format.indexOf('=') + 1);
        if (format.startsWith("jsonpath-file=")) {
            try {
                template = Files.readString(Path.of(template), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new CommandException("error: error reading --template " + template + ": " + Agent.reason(e));
            }
        }
        return JsonPath.print(template.indexOf('{') < 0 ? "{" + template + "}" : template, object);
    }

    private static String customColumns(String spec, List<@Nullable Object> items, boolean head) {
        List<String> columns = split(spec, ',');
        TabWriter out = TabWriter.table();
        StringBuilder line = new StringBuilder();
        for (String column : columns) {
            int colon = column.indexOf(':');
            if (colon <= 0) {
                throw new CommandException("error: custom-columns format is NAME:.path[,NAME:.path]..., not " + column);
            }
            line.append(line.isEmpty() ? "" : "\t").append(column, 0, colon);
        }
        if (head) {
            out.add(line.toString());
        }
        for (Object item : items) {
            line.setLength(0);
            for (int i = 0; i < columns.size(); i++) {
                String column = columns.get(i);
                List<@Nullable Object> found = JsonPath.find(column.substring(column.indexOf(':') + 1), item);
                StringBuilder cell = new StringBuilder();
                for (Object value : found) {
                    cell.append(cell.isEmpty() ? "" : ",").append(JsonPath.text(value));
                }
                line.append(i == 0 ? "" : "\t").append(found.isEmpty() ? "<none>" : Tables.oneLine(cell.toString()));
            }
            out.add(line.toString());
        }
        return out.toString();
    }

    private int watch(List<Named> asked) {
        if (asked.size() != 1) {
            throw new CommandException("error: you may only specify a single resource type with --watch");
        }
        Named one = asked.getFirst();
        String fields = args.get("field-selector", "");
        if (!one.name.isEmpty()) {
            fields = "metadata.name=" + one.name + (fields.isEmpty() ? "" : "," + fields);
        }
        boolean asTable = output.isEmpty() || output.equals("wide");
        String path = one.resource.path(all ? "" : namespace());
        String selector = args.get("selector", "");
        String accept = asTable ? Agent.TABLE : Agent.JSON;
        Object first = agent.whole(agent.open(
                "GET", path + Agent.query("labelSelector", selector, "fieldSelector", fields), null, "Accept", accept));
        if (!one.name.isEmpty() && Json.list(first, asTable ? "rows" : "items").isEmpty()) {
            throw new CommandException(
                    "Error from server (NotFound): " + one.resource.qualified() + " \"" + one.name + "\" not found");
        }
        Tables printer = printer(one.resource, args.on("show-kind"));
        boolean head = !args.on("no-headers");
        if (!args.on("watch-only")) {
            if (!asTable) {
                for (Object item : Json.list(first, "items")) {
                    if (item != null) {
                        terminal.print(separated(render(Agent.typed(item, one.resource), output)));
                    }
                }
            } else if (!Json.list(first, "rows").isEmpty()) {
                terminal.print(printer.print(first, head));
                head = false;
            }
        }
        String query = Agent.query(
                "watch",
                "true",
                "resourceVersion",
                Json.text(first, "metadata", "resourceVersion"),
                "labelSelector",
                selector,
                "fieldSelector",
                fields);
        Http http = agent.open("GET", path + query, null, "Accept", accept);
        try (http) {
            JsonReader reader = Agent.reader(http.body());
            for (Object event = Json.next(reader); event != null; event = Json.next(reader)) {
                head = event(event, one.resource, printer, asTable, head);
            }
        } catch (IOException e) {
            throw agent.broken(e);
        }
        return 0;
    }

    private boolean event(Object event, Resource resource, Tables printer, boolean asTable, boolean head) {
        String type = Json.text(event, "type");
        Object object = Json.at(event, "object");
        if (object == null || type.equals("BOOKMARK")) {
            return head;
        }
        if (type.equals("ERROR")) {
            throw new CommandException("error: " + Json.text(object, "message"));
        }
        if (!asTable) {
            terminal.print(separated(render(Agent.typed(object, resource), output)));
            return head;
        }
        String kind = Json.text(object, "kind");
        Object table = kind.equals("Table") ? object : simple(object, new Named(resource, "x"));
        terminal.print(printer.print(table, head));
        return false;
    }

    private String separated(String text) {
        return output.equals("yaml") ? "---\n" + text : text.endsWith("\n") ? text : text + "\n";
    }
}
