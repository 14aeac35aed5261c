// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.util.List;

/** {@code sandjar events}: what happened, oldest first. */
final class Events extends Command {
    static final String OPTIONS = "A/all-namespaces w/watch for= types= no-headers o/output=";

    Events(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        boolean all = args.on("all-namespaces");
        String output = args.get("output", "");
        if (!output.isEmpty() && !output.equals("wide")) {
            throw args.usage("events are printed as a table; `sandjar get events -o " + output + "` has other formats");
        }
        String fields = "";
        String about = args.value("for");
        if (about != null) {
            int slash = about.indexOf('/');
            if (slash <= 0 || slash == about.length() - 1) {
                throw args.usage("--for must be in resource/name form");
            }
            fields = "involvedObject.kind=" + Resource.of(about.substring(0, slash)).kind + ",involvedObject.name="
                    + about.substring(slash + 1);
        }
        Resource events = Resource.of("events");
        String path = events.path(all ? "" : namespace());
        Object list = agent.get(path + Agent.query("fieldSelector", fields));
        List<Object> found = new java.util.ArrayList<>();
        for (Object item : Json.list(list, "items")) {
            if (item != null && wanted(item)) {
                found.add(item);
            }
        }
        sort(found);
        boolean watch = args.on("watch");
        if (found.isEmpty() && !watch) {
            terminal.error(all ? "No events found." : "No events found in " + namespace() + " namespace.");
            return 0;
        }
        TabWriter out = TabWriter.table();
        String head = (all ? "NAMESPACE\t" : "") + "LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE";
        if (!args.on("no-headers")) {
            out.add(head);
        }
        for (Object event : found) {
            out.add(row(event, all));
        }
        terminal.print(out.toString());
        if (watch) {
            follow(path, fields, Json.text(list, "metadata", "resourceVersion"), all);
        }
        return 0;
    }

    private void follow(String path, String fields, String version, boolean all) {
        String query = Agent.query("watch", "true", "resourceVersion", version, "fieldSelector", fields);
        try (Http http = agent.open("GET", path + query, null, "Accept", Agent.JSON)) {
            JsonReader reader = Agent.reader(http.body());
            for (Object change = Json.next(reader); change != null; change = Json.next(reader)) {
                Object event = Json.at(change, "object");
                String type = Json.text(change, "type");
                if (event == null || type.equals("DELETED") || type.equals("BOOKMARK") || !wanted(event)) {
                    continue;
                }
                if (type.equals("ERROR")) {
                    throw new CommandException("error: " + Json.text(event, "message"));
                }
                TabWriter out = new TabWriter(12, 3);
                out.add(row(event, all));
                terminal.print(out.toString());
            }
        } catch (IOException e) {
            throw agent.broken(e);
        }
    }

    private boolean wanted(Object event) {
        List<String> types = split(args.get("types", ""), ',');
        return types.isEmpty() || types.contains(Json.text(event, "type"));
    }

    private String row(Object event, boolean all) {
        String kind = Json.text(event, "involvedObject", "kind");
        return (all ? Json.text(event, "metadata", "namespace") + "\t" : "") + age(event, terminal.nowMillis()) + "\t"
                + Json.text(event, "type") + "\t" + Json.text(event, "reason") + "\t" + kind + "/"
                + Json.text(event, "involvedObject", "name") + "\t"
                + Tables.oneLine(Json.text(event, "message").strip());
    }

    /** When it happened last. */
    static String last(Object event) {
        String series = Json.text(event, "series", "lastObservedTime");
        String last = series.isEmpty() ? Json.text(event, "lastTimestamp") : series;
        String time = last.isEmpty() ? Json.text(event, "eventTime") : last;
        return time.isEmpty() ? Json.text(event, "metadata", "creationTimestamp") : time;
    }

    /** 5s, or 5s (x3 over 2m) where it happened more than once. */
    static String age(Object event, long nowMillis) {
        String age = Time.age(last(event), nowMillis);
        long count = Math.max(Json.number(event, 1, "count"), Json.number(event, 0, "series", "count"));
        String first = Json.text(event, "firstTimestamp");
        if (first.isEmpty()) {
            first = Json.text(event, "eventTime");
        }
        return count > 1 ? age + " (x" + count + " over " + Time.age(first, nowMillis) + ")" : age;
    }

    static String from(Object event) {
        String component = Json.text(event, "source", "component");
        String from = component.isEmpty() ? Json.text(event, "reportingComponent") : component;
        return from.isEmpty() ? "sandjar" : from;
    }

    static void sort(List<Object> events) {
        for (int i = 1; i < events.size(); i++) {
            Object event = events.get(i);
            long time = Time.millis(last(event));
            int j = i;
            while (j > 0 && Time.millis(last(events.get(j - 1))) > time) {
                events.set(j, events.get(j - 1));
                j--;
            }
            events.set(j, event);
        }
    }
}
