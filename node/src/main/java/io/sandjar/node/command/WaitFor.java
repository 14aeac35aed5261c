// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code sandjar wait}: until objects have a condition, a value, or are gone. */
final class WaitFor extends Command {
    static final String OPTIONS =
            "for= timeout= l/selector= all A/all-namespaces f/filename= R/recursive field-selector= o/output=";

    WaitFor(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        String what = args.value("for");
        if (what == null) {
            throw args.usage("--for is missing: condition=NAME[=VALUE], jsonpath={PATH}=VALUE, delete or create");
        }
        long timeout = Time.parseDuration(args.get("timeout", "30s"));
        if (timeout < 0 && !args.get("timeout", "").startsWith("-")) {
            throw args.usage(
                    "invalid argument \"" + args.get("timeout", "") + "\" for \"--timeout\": write a duration as 30s");
        }
        check(what);
        long end = timeout < 0 ? terminal.nowMillis() + 7 * 86_400_000L : terminal.nowMillis() + timeout;
        List<Apply.Item> targets = targets(what);
        if (targets.isEmpty()) {
            if (what.equals("delete")) {
                return 0;
            }
            throw new CommandException("error: no matching resources found");
        }
        int status = 0;
        for (Apply.Item item : targets) {
            while (true) {
                if (met(item, what)) {
                    terminal.line(item.resource.named(item.name) + " condition met");
                    break;
                }
                if (terminal.nowMillis() >= end) {
                    terminal.error(
                            "error: timed out waiting for the condition on " + item.resource.plural + "/" + item.name);
                    status = 1;
                    break;
                }
                terminal.sleep(100);
            }
        }
        return status;
    }

    private void check(String what) {
        if (what.equals("delete") || what.equals("create") || what.startsWith("condition=") && what.length() > 10) {
            return;
        }
        if (what.startsWith("jsonpath=") && what.length() > 9) {
            return;
        }
        throw args.usage("unrecognized condition: \"" + what
                + "\": write condition=NAME[=VALUE], jsonpath={PATH}=VALUE, delete or create");
    }

    private List<Apply.Item> targets(String what) {
        if (!args.all("filename").isEmpty()) {
            return new Apply(args, terminal, agent).resolve();
        }
        List<Apply.Item> found = new ArrayList<>();
        for (Named one : named(args.words())) {
            if (!one.name.isEmpty()) {
                found.add(new Apply.Item(one.resource, namespace(), one.name));
                continue;
            }
            if (!args.on("all") && !args.has("selector") && !args.has("field-selector")) {
                throw args.usage("resource(s) were provided, but no name was specified");
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

    private boolean met(Apply.Item item, String what) {
        Object object;
        try {
            object = agent.get(item.resource.path(item.namespace, item.name));
        } catch (CommandException e) {
            if (!Agent.notFound(e)) {
                throw e;
            }
            if (what.equals("delete")) {
                return true;
            }
            if (what.equals("create")) {
                return false;
            }
            throw e;
        }
        if (what.equals("delete")) {
            return false;
        }
        if (what.equals("create")) {
            return true;
        }
        if (what.startsWith("condition=")) {
            return condition(object, what.substring(10));
        }
        String path = what.substring(9);
        int close = path.startsWith("{") ? path.indexOf('}') : -1;
        int equals = path.indexOf('=', Math.max(close, 0));
        String value = equals < 0 ? "" : path.substring(equals + 1);
        List<@Nullable Object> found = JsonPath.find(equals < 0 ? path : path.substring(0, equals), object);
        if (equals < 0) {
            return !found.isEmpty();
        }
        return found.size() == 1 && JsonPath.text(found.getFirst()).equals(value);
    }

    private static boolean condition(@Nullable Object object, String wanted) {
        int equals = wanted.indexOf('=');
        String name = equals < 0 ? wanted : wanted.substring(0, equals);
        String value = equals < 0 ? "true" : wanted.substring(equals + 1);
        for (Object c : Json.list(object, "status", "conditions")) {
            if (Json.text(c, "type").equalsIgnoreCase(name)) {
                long seen = Json.number(c, -1, "observedGeneration");
                long generation = Json.number(object, 0, "metadata", "generation");
                return Json.text(c, "status").equalsIgnoreCase(value) && (seen < 0 || seen >= generation);
            }
        }
        return false;
    }
}
