// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code sandjar rollout}: how the change of a deployment goes on, its history, back to an earlier revision. */
final class Rollout extends Command {
    static final String OPTIONS = "w/watch timeout= revision= to-revision= l/selector=";
    private static final String REVISION = "deployment.kubernetes.io/revision";

    Rollout(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        List<String> words = args.words();
        if (words.size() < 2) {
            throw args.usage("write sandjar rollout status|history|undo|restart|pause|resume deployment/NAME");
        }
        String verb = words.getFirst();
        int status = 0;
        for (Named one : named(words.subList(1, words.size()))) {
            if (!one.resource.kind.equals("Deployment")) {
                throw new CommandException("error: " + one.resource.plural + " have no rollout: only deployments do");
            }
            if (one.name.isEmpty()) {
                throw args.usage("required resource not specified: name a deployment");
            }
            String path = one.resource.path(namespace(), one.name);
            switch (verb) {
                case "status" -> status |= status(one, path);
                case "history" -> history(one, path);
                case "undo" -> undo(one, path);
                case "restart" -> {
                    patch(
                            path,
                            Json.of(
                                    "template",
                                    Json.of(
                                            "metadata",
                                            Json.of(
                                                    "annotations",
                                                    Json.of(
                                                            "kubectl.kubernetes.io/restartedAt",
                                                            Time.rfc3339(terminal.nowMillis()))))));
                    terminal.line(one.resource.named(one.name) + " restarted");
                }
                case "pause", "resume" -> {
                    boolean pause = verb.equals("pause");
                    if (Json.truth(agent.get(path), "spec", "paused") == pause) {
                        throw new CommandException("error: deployments.apps \"" + one.name + "\" is "
                                + (pause ? "already paused" : "not paused"));
                    }
                    patch(path, Json.of("paused", pause ? Boolean.TRUE : null));
                    terminal.line(one.resource.named(one.name) + (pause ? " paused" : " resumed"));
                }
                default -> throw args.usage("unknown command \"" + verb + "\" for \"sandjar rollout\"");
            }
        }
        return status;
    }

    private void patch(String path, Object spec) {
        agent.json("PATCH", path, Json.of("spec", spec), Agent.MERGE);
    }

    private int status(Named one, String path) {
        long timeout = args.has("timeout") ? Time.parseDuration(args.get("timeout", "")) : 0;
        if (timeout < 0) {
            throw args.usage(
                    "invalid argument \"" + args.get("timeout", "") + "\" for \"--timeout\": write a duration as 30s");
        }
        long end = timeout == 0 ? Long.MAX_VALUE : terminal.nowMillis() + timeout;
        boolean once = args.has("watch") && !args.on("watch");
        String before = "";
        while (true) {
            Object d = agent.get(path);
            String text = progress(one.name, d);
            if (!text.equals(before)) {
                terminal.line(text);
                before = text;
            }
            if (text.contains("successfully rolled out")) {
                return 0;
            }
            if (text.startsWith("error")) {
                return 1;
            }
            if (once) {
                return 0;
            }
            if (terminal.nowMillis() >= end) {
                throw new CommandException("error: timed out waiting for the condition");
            }
            terminal.sleep(200);
        }
    }

    /** In kubectl's words. */
    static String progress(String name, @Nullable Object d) {
        if (Json.number(d, 0, "metadata", "generation") > Json.number(d, 0, "status", "observedGeneration")) {
            return "Waiting for deployment spec update to be observed...";
        }
        for (Object c : Json.list(d, "status", "conditions")) {
            if (Json.text(c, "type").equals("Progressing")
                    && Json.text(c, "reason").equals("ProgressDeadlineExceeded")) {
                return "error: deployment \"" + name + "\" exceeded its progress deadline";
            }
        }
        long wanted = Json.number(d, 1, "spec", "replicas");
        long updated = Json.number(d, 0, "status", "updatedReplicas");
        long total = Json.number(d, 0, "status", "replicas");
        long available = Json.number(d, 0, "status", "availableReplicas");
        String waiting = "Waiting for deployment \"" + name + "\" rollout to finish: ";
        if (updated < wanted) {
            return waiting + updated + " out of " + wanted + " new replicas have been updated...";
        }
        if (total > updated) {
            return waiting + (total - updated) + " old replicas are pending termination...";
        }
        if (available < updated) {
            return waiting + available + " of " + updated + " updated replicas are available...";
        }
        return "deployment \"" + name + "\" successfully rolled out";
    }

    /** The replica sets of a deployment, by revision. */
    private List<Object> revisions(@Nullable Object deployment) {
        List<Object> found = new ArrayList<>();
        String uid = Json.text(deployment, "metadata", "uid");
        for (Object set : agent.list(Resource.of("replicasets"), namespace(), "")) {
            boolean owned = false;
            for (Object owner : Json.list(set, "metadata", "ownerReferences")) {
                owned |= Json.text(owner, "uid").equals(uid);
            }
            if (owned) {
                int at = found.size();
                while (at > 0 && revision(found.get(at - 1)) > revision(set)) {
                    at--;
                }
                found.add(at, set);
            }
        }
        return found;
    }

    private static long revision(@Nullable Object object) {
        String text = Json.text(object, "metadata", "annotations", REVISION);
        try {
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void history(Named one, String path) {
        List<Object> sets = revisions(agent.get(path));
        long wanted = args.number("revision", 0);
        if (wanted > 0) {
            for (Object set : sets) {
                if (revision(set) == wanted) {
                    Describe.Sheet sheet = new Describe.Sheet();
                    DescribePod.template(sheet, Json.at(set, "spec", "template"));
                    terminal.print(one.resource.named(one.name) + " with revision #" + wanted + "\n" + sheet);
                    return;
                }
            }
            throw new CommandException("error: unable to find the specified revision");
        }
        TabWriter out = TabWriter.description();
        out.add("REVISION\tCHANGE-CAUSE");
        for (Object set : sets) {
            String cause = Json.text(set, "metadata", "annotations", "kubernetes.io/change-cause");
            out.add(revision(set) + "\t" + (cause.isEmpty() ? "<none>" : Tables.oneLine(cause)));
        }
        terminal.print(one.resource.named(one.name) + " \n" + out + "\n");
    }

    private void undo(Named one, String path) {
        Object deployment = agent.get(path);
        List<Object> sets = revisions(deployment);
        long current = revision(deployment);
        long wanted = args.number("to-revision", 0);
        Object target = null;
        for (Object set : sets) {
            if (wanted > 0 ? revision(set) == wanted : revision(set) < current) {
                target = set;
            }
        }
        if (target == null) {
            throw new CommandException(
                    wanted > 0
                            ? "error: unable to find specified revision " + wanted + " in history"
                            : "error: no rollout history found for deployment \"" + one.name + "\"");
        }
        if (revision(target) == current) {
            terminal.line(one.resource.named(one.name) + " skipped rollback (current template already matches revision "
                    + current + ")");
            return;
        }
        Map<String, @Nullable Object> template = Json.map(target, "spec", "template");
        Json.map(template, "metadata", "labels").remove("pod-template-hash");
        Json.map(deployment, "spec").put("template", template);
        agent.json("PUT", path, deployment, Agent.JSON); // with its resourceVersion: a change in between is not lost
        terminal.line(one.resource.named(one.name) + " rolled back");
    }
}
