// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code sandjar describe}: an object in full, with what happened to it. */
final class Describe extends Command {
    static final String OPTIONS = "A/all-namespaces l/selector= show-events f/filename= R/recursive chunk-size=";

    Describe(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        boolean all = args.on("all-namespaces");
        List<Object> found = new ArrayList<>();
        int status = 0;
        if (!args.all("filename").isEmpty()) {
            for (Apply.Item item : new Apply(args, terminal, agent).resolve()) {
                if (agent.get(item.resource.path(item.namespace, item.name)) instanceof Object o) {
                    found.add(Agent.typed(o, item.resource));
                }
            }
        } else {
            for (Named one : named(args.words())) {
                if (one.name.isEmpty()) {
                    found.addAll(agent.list(
                            one.resource,
                            all ? "" : namespace(),
                            Agent.query("labelSelector", args.get("selector", ""))));
                    continue;
                }
                try {
                    if (agent.get(one.resource.path(namespace(), one.name)) instanceof Object o) {
                        found.add(Agent.typed(o, one.resource));
                    }
                } catch (CommandException e) {
                    List<Object> similar = Agent.notFound(e) ? startingWith(one) : new ArrayList<>();
                    if (similar.isEmpty()) {
                        terminal.error(e.text());
                        status = 1;
                    }
                    found.addAll(similar);
                }
            }
        }
        if (found.isEmpty() && status == 0) {
            terminal.error(all ? "No resources found" : "No resources found in " + namespace() + " namespace.");
        }
        for (int i = 0; i < found.size(); i++) {
            terminal.print((i == 0 ? "" : "\n\n") + describe(found.get(i)));
        }
        return status;
    }

    /** kubectl takes a name that is only the beginning of one. */
    private List<Object> startingWith(Named one) {
        List<Object> found = new ArrayList<>();
        for (Object item : agent.list(one.resource, namespace(), "")) {
            if (Json.text(item, "metadata", "name").startsWith(one.name)) {
                found.add(item);
            }
        }
        return found;
    }

    private String describe(Object object) {
        Sheet sheet = new Sheet();
        String kind = Json.text(object, "kind");
        switch (kind) {
            case "Pod" -> DescribePod.write(sheet, object);
            case "Deployment" -> DescribeOwner.deployment(sheet, object, replicaSets(object));
            case "ReplicaSet" -> DescribeOwner.replicaSet(sheet, object);
            case "Job" -> DescribeOwner.job(sheet, object, terminal.nowMillis());
            case "Node" ->
                DescribeOwner.node(sheet, object, agent.list(Resource.of("pods"), "", ""), terminal.nowMillis());
            case "ConfigMap", "Secret" -> data(sheet, object, kind.equals("Secret"));
            default -> {
                sheet.name(object);
                sheet.labels(object, false);
                Map<String, @Nullable Object> rest = new TreeMap<>(Json.map(object));
                rest.remove("metadata");
                sheet.tree(0, rest);
            }
        }
        if (!args.has("show-events") || args.on("show-events")) {
            if (!kind.equals("Event") && !kind.equals("RuntimeClass") && !kind.equals("Namespace")) {
                events(sheet, object, kind);
            }
        }
        return sheet.toString();
    }

    private List<Object> replicaSets(Object deployment) {
        List<Object> owned = new ArrayList<>();
        String uid = Json.text(deployment, "metadata", "uid");
        String space = Json.text(deployment, "metadata", "namespace");
        for (Object set : agent.list(Resource.of("replicasets"), space.isEmpty() ? "default" : space, "")) {
            for (Object owner : Json.list(set, "metadata", "ownerReferences")) {
                if (Json.text(owner, "uid").equals(uid)) {
                    owned.add(set);
                }
            }
        }
        return owned;
    }

    private static void data(Sheet sheet, Object object, boolean secret) {
        sheet.name(object);
        sheet.labels(object, false);
        if (secret) {
            sheet.line(0, "");
            sheet.line(0, "Type:\t" + Json.text(object, "type"));
        }
        sheet.line(0, "");
        sheet.line(0, "Data");
        sheet.line(0, "====");
        for (Map.Entry<String, @Nullable Object> e : new TreeMap<>(Json.map(object, "data")).entrySet()) {
            String value = String.valueOf(e.getValue());
            if (secret) {
                int padding = value.endsWith("==") ? 2 : value.endsWith("=") ? 1 : 0;
                sheet.line(0, e.getKey() + ":\t" + (value.length() / 4 * 3 - padding) + " bytes");
            } else {
                sheet.line(0, e.getKey() + ":\n----\n" + value + "\n");
            }
        }
        if (!secret) {
            sheet.line(0, "\nBinaryData\n====");
            for (Map.Entry<String, @Nullable Object> e : new TreeMap<>(Json.map(object, "binaryData")).entrySet()) {
                sheet.line(0, e.getKey() + ": " + String.valueOf(e.getValue()).length() / 4 * 3 + " bytes");
            }
            sheet.line(0, "");
        }
    }

    private void events(Sheet sheet, Object object, String kind) {
        String space = Json.text(object, "metadata", "namespace");
        String uid = Json.text(object, "metadata", "uid");
        String fields = "involvedObject.kind=" + kind + ",involvedObject.name=" + Json.text(object, "metadata", "name");
        if (!uid.isEmpty() && !kind.equals("Node")) {
            fields += ",involvedObject.uid=" + uid;
        }
        List<Object> found;
        try {
            found = agent.list(Resource.of("events"), space, Agent.query("fieldSelector", fields));
        } catch (CommandException e) {
            sheet.line(0, "Events:\t<unknown: " + Tables.oneLine(e.text()) + ">");
            return;
        }
        if (found.isEmpty()) {
            sheet.line(0, "Events:\t<none>");
            return;
        }
        Events.sort(found);
        sheet.line(0, "Events:");
        sheet.line(1, "Type\tReason\tAge\tFrom\tMessage");
        sheet.line(1, "----\t------\t----\t----\t-------");
        for (Object event : found) {
            sheet.line(
                    1,
                    Json.text(event, "type") + "\t" + Json.text(event, "reason") + "\t"
                            + Events.age(event, terminal.nowMillis()) + "\t" + Events.from(event) + "\t"
                            + Tables.oneLine(Json.text(event, "message")));
        }
    }

    /** The lines of a description: indented, with tabs where columns begin. */
    static final class Sheet {
        private final TabWriter out = TabWriter.description();

        void line(int depth, String text) {
            out.add("  ".repeat(depth) + text + "\n");
        }

        /** A field, left out where it is empty. */
        void field(int depth, String name, String value) {
            if (!value.isEmpty()) {
                line(depth, name + ":\t" + Tables.oneLine(value));
            }
        }

        void name(Object object) {
            line(0, "Name:\t" + Json.text(object, "metadata", "name"));
            field(0, "Namespace", Json.text(object, "metadata", "namespace"));
        }

        void labels(Object object, boolean selector) {
            pairs(0, "Labels", Json.map(object, "metadata", "labels"), "=");
            if (!selector) {
                annotations(object);
            }
        }

        void annotations(Object object) {
            Map<String, @Nullable Object> shown = new TreeMap<>(Json.map(object, "metadata", "annotations"));
            shown.remove("kubectl.kubernetes.io/last-applied-configuration");
            shown.remove("sandjar.io/last-applied-configuration");
            pairs(0, "Annotations", shown, ": ");
        }

        /** NAME: k=v, and each further one below it. */
        void pairs(int depth, String name, Map<String, @Nullable Object> pairs, String between) {
            if (pairs.isEmpty()) {
                line(depth, name + ":\t<none>");
            }
            String head = name + ":";
            for (Map.Entry<String, @Nullable Object> e : new TreeMap<>(pairs).entrySet()) {
                line(depth, head + "\t" + e.getKey() + between + Tables.oneLine(String.valueOf(e.getValue())));
                head = "";
            }
        }

        void controller(Object object) {
            for (Object owner : Json.list(object, "metadata", "ownerReferences")) {
                if (Json.truth(owner, "controller")) {
                    line(0, "Controlled By:\t" + Json.text(owner, "kind") + "/" + Json.text(owner, "name"));
                }
            }
        }

        void conditions(Object object, boolean reasons) {
            List<@Nullable Object> conditions = Json.list(object, "status", "conditions");
            if (conditions.isEmpty()) {
                return;
            }
            line(0, "Conditions:");
            line(1, "Type\tStatus" + (reasons ? "\tReason" : ""));
            line(1, "----\t------" + (reasons ? "\t------" : ""));
            for (Object c : conditions) {
                line(
                        1,
                        Json.text(c, "type") + "\t" + Json.text(c, "status")
                                + (reasons ? "\t" + Json.text(c, "reason") : " "));
            }
        }

        /** Whatever else an object has, as an outline. */
        void tree(int depth, Object value) {
            for (Map.Entry<String, @Nullable Object> e : new TreeMap<>(Json.map(value)).entrySet()) {
                String name =
                        Character.toUpperCase(e.getKey().charAt(0)) + e.getKey().substring(1);
                if (e.getValue() instanceof Map<?, ?> map && !map.isEmpty()) {
                    line(depth, name + ":");
                    tree(depth + 1, map);
                } else if (e.getValue() instanceof List<?> list) {
                    line(depth, name + ":");
                    for (Object item : list) {
                        if (item instanceof Map<?, ?> map) {
                            tree(depth + 1, map);
                        } else {
                            line(depth + 1, String.valueOf(item));
                        }
                    }
                } else {
                    line(depth, name + ":\t" + Tables.oneLine(JsonPath.text(e.getValue())));
                }
            }
        }

        @Override
        public String toString() {
            return out.toString();
        }
    }
}
