// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code sandjar delete}: by name, by file, by label; waits until the objects are gone. */
final class Delete extends Command {
    static final String OPTIONS =
            "f/filename= R/recursive l/selector= field-selector= all A/all-namespaces grace-period= force now wait"
                    + " timeout= cascade? ignore-not-found o/output= dry-run? i/interactive";

    Delete(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        long grace = args.number("grace-period", -1);
        boolean force = args.on("force");
        if (args.on("now")) {
            if (grace >= 0) {
                throw new CommandException("error: --now and --grace-period cannot be specified together");
            }
            grace = 1;
        }
        if (force && grace < 0) {
            grace = 0;
        }
        if (grace == 0 && !force) {
            // as kubectl: without --force nothing is dropped before it has ended
            grace = 1;
        }
        if (force) {
            terminal.error(
                    "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated.");
        }
        List<Apply.Item> targets = targets();
        if (targets.isEmpty()) {
            terminal.line("No resources found");
            return 0;
        }
        List<Apply.Item> deleted = new ArrayList<>();
        List<String> uids = new ArrayList<>();
        int status = 0;
        for (Apply.Item item : targets) {
            try {
                Object answer = args.has("dry-run") ? null : delete(item, grace);
                String uid = Json.text(answer, "metadata", "uid");
                uids.add(uid.isEmpty() ? Json.text(answer, "details", "uid") : uid);
                deleted.add(item);
                terminal.line(
                        args.get("output", "").equals("name") ? item.resource.named(item.name) : said(item, force));
            } catch (CommandException e) {
                if (Agent.notFound(e) && (args.on("ignore-not-found") || args.on("all") || args.has("selector"))) {
                    continue;
                }
                terminal.error(e.text());
                status = 1;
            }
        }
        boolean wait = args.has("wait") ? args.on("wait") : !force;
        if (wait && !args.has("dry-run")) {
            long timeout = args.has("timeout") ? Time.parseDuration(args.get("timeout", "")) : 0;
            if (timeout < 0) {
                throw args.usage("invalid argument \"" + args.get("timeout", "")
                        + "\" for \"--timeout\": write a duration as 30s");
            }
            long end = timeout > 0 ? terminal.nowMillis() + timeout : Long.MAX_VALUE;
            for (int i = 0; i < deleted.size(); i++) {
                gone(deleted.get(i), uids.get(i), end);
            }
        }
        return status;
    }

    private String said(Apply.Item item, boolean force) {
        String group = item.resource.group();
        String kind = item.resource.singular() + (group.isEmpty() ? "" : "." + group);
        String where =
                item.resource.namespaced && !item.namespace.isEmpty() ? " from " + item.namespace + " namespace" : "";
        return kind + " \"" + item.name + "\" " + (force ? "force deleted" : "deleted") + where
                + (args.has("dry-run") ? " (dry run)" : "");
    }

    private List<Apply.Item> targets() {
        if (!args.all("filename").isEmpty()) {
            if (!args.words().isEmpty()) {
                throw args.usage("when paths are provided as input, you may not specify resource arguments as well");
            }
            return new Apply(args, terminal, agent).resolve();
        }
        List<Apply.Item> found = new ArrayList<>();
        boolean all = args.on("all");
        boolean select = args.has("selector") || args.has("field-selector");
        for (Named one : named(args.words())) {
            if (!one.name.isEmpty()) {
                if (all || select) {
                    throw args.usage("name cannot be provided when a selector or --all is specified");
                }
                found.add(new Apply.Item(one.resource, one.resource.namespaced ? namespace() : "", one.name));
                continue;
            }
            if (!all && !select) {
                throw args.usage(
                        "resource(s) were provided, but no name was specified: name them, or use -l LABEL=VALUE or --all");
            }
            String query = Agent.query(
                    "labelSelector", args.get("selector", ""), "fieldSelector", args.get("field-selector", ""));
            for (Object item : agent.list(one.resource, args.on("all-namespaces") ? "" : namespace(), query)) {
                found.add(new Apply.Item(
                        one.resource, Json.text(item, "metadata", "namespace"), Json.text(item, "metadata", "name")));
            }
        }
        return found;
    }

    private @Nullable Object delete(Apply.Item item, long grace) {
        Map<String, @Nullable Object> options = Json.of("kind", "DeleteOptions", "apiVersion", "v1");
        if (grace >= 0) {
            options.put("gracePeriodSeconds", grace);
        }
        String cascade = args.get("cascade", "background");
        switch (cascade) {
            case "background", "", "true" -> options.put("propagationPolicy", "Background");
            case "foreground" -> options.put("propagationPolicy", "Foreground");
            case "orphan", "false" -> options.put("propagationPolicy", "Orphan");
            default ->
                throw args.usage("invalid cascade value (" + cascade
                        + "). Must be \"background\", \"foreground\", or \"orphan\"");
        }
        return agent.json("DELETE", item.resource.path(item.namespace, item.name), options, Agent.JSON);
    }

    /** Waits until the object with that uid is not there any more. */
    private void gone(Apply.Item item, String uid, long endMillis) {
        while (terminal.nowMillis() < endMillis) {
            Object now;
            try {
                now = agent.get(item.resource.path(item.namespace, item.name));
            } catch (CommandException e) {
                if (Agent.notFound(e)) {
                    return;
                }
                throw e;
            }
            if (!uid.isEmpty() && !Json.text(now, "metadata", "uid").equals(uid)) {
                return; // another of the same name
            }
            if (endMillis != Long.MAX_VALUE) {
                terminal.sleep(200);
                continue;
            }
            follow(item, Json.text(now, "metadata", "resourceVersion"));
        }
        throw new CommandException(
                "error: timed out waiting for the condition on " + item.resource.plural + "/" + item.name);
    }

    private void follow(Apply.Item item, String version) {
        String query =
                Agent.query("watch", "true", "resourceVersion", version, "fieldSelector", "metadata.name=" + item.name);
        try (Http http = agent.open("GET", item.resource.path(item.namespace) + query, null, "Accept", Agent.JSON)) {
            JsonReader reader = Agent.reader(http.body());
            for (Object event = Json.next(reader); event != null; event = Json.next(reader)) {
                String type = Json.text(event, "type");
                if (type.equals("DELETED") || type.equals("ERROR")) {
                    return;
                }
            }
        } catch (IOException e) {
            // then it is asked for again
            terminal.sleep(200);
        }
    }
}
