// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.util.List;

/** {@code sandjar scale}: how many pods a deployment or replica set keeps. */
final class Scale extends Command {
    static final String OPTIONS =
            "replicas= current-replicas= l/selector= all f/filename= R/recursive timeout= resource-version=";

    Scale(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        long replicas = args.number("replicas", -1);
        if (replicas < 0) {
            throw args.usage("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
        }
        if (!args.all("filename").isEmpty()) {
            for (Apply.Item item : new Apply(args, terminal, agent).resolve()) {
                scale(item.resource, item.namespace, item.name, replicas);
            }
            return 0;
        }
        List<Named> asked = named(args.words());
        for (Named one : asked) {
            if (!one.name.isEmpty()) {
                scale(one.resource, namespace(), one.name, replicas);
                continue;
            }
            if (!args.on("all") && !args.has("selector")) {
                throw args.usage("resource(s) were provided, but no name was specified");
            }
            for (Object item :
                    agent.list(one.resource, namespace(), Agent.query("labelSelector", args.get("selector", "")))) {
                scale(one.resource, namespace(), Json.text(item, "metadata", "name"), replicas);
            }
        }
        return 0;
    }

    private void scale(Resource resource, String namespace, String name, long replicas) {
        if (!resource.kind.equals("Deployment") && !resource.kind.equals("ReplicaSet")) {
            throw new CommandException(
                    "error: " + resource.plural + " cannot be scaled: only deployments and replicasets can");
        }
        String path = resource.path(namespace, name);
        long expected = args.number("current-replicas", -1);
        if (expected >= 0) {
            long current = Json.number(agent.get(path), 1, "spec", "replicas");
            if (current != expected) {
                throw new CommandException("error: Expected replicas to be " + expected + ", was " + current);
            }
        }
        agent.json("PATCH", path + "/scale", Json.of("spec", Json.of("replicas", replicas)), Agent.MERGE);
        terminal.line(resource.named(name) + " scaled");
    }
}
