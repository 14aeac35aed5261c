// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the commands share: the arguments, the agent, the terminal, and the words TYPE NAME or TYPE/NAME. */
abstract class Command {
    final Args args;
    final Terminal terminal;
    final Agent agent;

    Command(Args args, Terminal terminal, Agent agent) {
        this.args = args;
        this.terminal = terminal;
        this.agent = agent;
    }

    /** Carries it out; the exit status. */
    abstract int run();

    /** The namespace that is meant where none is written. */
    String namespace() {
        String name = args.get("namespace", "");
        return name.isEmpty() ? "default" : name;
    }

    /** An object that was named: its resource and name. An empty name means all of the resource. */
    static final class Named {
        final Resource resource;
        final String name;

        Named(Resource resource, String name) {
            this.resource = resource;
            this.name = name;
        }
    }

    /** TYPE[,TYPE...] [NAME...] or TYPE/NAME... */
    List<Named> named(List<String> words) {
        List<Named> found = new ArrayList<>();
        if (words.isEmpty()) {
            throw args.usage("You must specify the type of resource to " + args.command() + ".");
        }
        if (words.getFirst().indexOf('/') > 0) {
            for (String word : words) {
                int slash = word.indexOf('/');
                if (slash <= 0) {
                    throw args.usage(
                            "there is no need to specify a resource type as a separate argument when passing arguments in"
                                    + " resource/name form (e.g. 'sandjar get resource/<resource_name>' instead of 'sandjar get resource"
                                    + " resource/<resource_name>'");
                }
                if (slash == word.length() - 1) {
                    throw args.usage("arguments in resource/name form must have a single resource and name");
                }
                found.add(new Named(Resource.of(word.substring(0, slash)), word.substring(slash + 1)));
            }
            return found;
        }
        List<Resource> resources = new ArrayList<>();
        for (String type : split(words.getFirst(), ',')) {
            if (type.equals("all")) {
                resources.addAll(Resource.ofAll());
            } else {
                resources.add(Resource.of(type));
            }
        }
        for (Resource resource : resources) {
            if (words.size() == 1) {
                found.add(new Named(resource, ""));
            }
            for (int i = 1; i < words.size(); i++) {
                if (words.get(i).indexOf('/') >= 0) {
                    throw args.usage(
                            "there is no need to specify a resource type as a separate argument when passing arguments in"
                                    + " resource/name form");
                }
                found.add(new Named(resource, words.get(i)));
            }
        }
        return found;
    }

    /** POD, pod/NAME, or the pod that a deployment/NAME, replicaset/NAME or job/NAME has. */
    String pod(String word) {
        int slash = word.indexOf('/');
        if (slash < 0) {
            return word;
        }
        Resource resource = Resource.of(word.substring(0, slash));
        String name = word.substring(slash + 1);
        if (resource.kind.equals("Pod")) {
            return name;
        }
        List<Object> pods = podsOf(resource, name);
        if (pods.isEmpty()) {
            throw new CommandException(
                    "error: " + resource.named(name) + " has no pods: sandjar describe " + word + " says why");
        }
        Object best = pods.getFirst();
        for (Object pod : pods) {
            if (rank(pod) > rank(best)) {
                best = pod;
            }
        }
        String chosen = Json.text(best, "metadata", "name");
        if (pods.size() > 1 && args.command().equals("logs")) {
            terminal.error("Found " + pods.size() + " pods, using pod/" + chosen);
        }
        return chosen;
    }

    private static int rank(Object pod) {
        int rank = Json.text(pod, "status", "phase").equals("Running") ? 2 : 0;
        for (Object condition : Json.list(pod, "status", "conditions")) {
            if (Json.text(condition, "type").equals("Ready")
                    && Json.text(condition, "status").equals("True")) {
                rank++;
            }
        }
        return rank;
    }

    List<Object> podsOf(Resource resource, String name) {
        Object owner = agent.get(resource.path(namespace(), name));
        if (Json.at(owner, "spec", "selector") == null) {
            throw new CommandException("error: cannot attach to or log " + resource.plural
                    + ": name a pod, deployment, replicaset or job");
        }
        String selector = selector(Json.at(owner, "spec", "selector"));
        return agent.list(Resource.of("pods"), namespace(), Agent.query("labelSelector", selector));
    }

    /** A label selector of an object as the query wants it. */
    static String selector(@Nullable Object selector) {
        StringBuilder out = new StringBuilder();
        for (java.util.Map.Entry<String, @Nullable Object> e :
                Json.map(selector, "matchLabels").entrySet()) {
            out.append(out.isEmpty() ? "" : ",").append(e.getKey()).append('=').append(e.getValue());
        }
        for (Object expression : Json.list(selector, "matchExpressions")) {
            String key = Json.text(expression, "key");
            String operator = Json.text(expression, "operator");
            out.append(out.isEmpty() ? "" : ",");
            if (operator.equals("Exists")) {
                out.append(key);
            } else if (operator.equals("DoesNotExist")) {
                out.append('!').append(key);
            } else {
                out.append(key).append(operator.equals("In") ? " in (" : " notin (");
                out.append(join(Json.list(expression, "values"), ",")).append(')');
            }
        }
        return out.toString();
    }

    static String join(List<?> parts, String between) {
        StringBuilder out = new StringBuilder();
        for (Object part : parts) {
            out.append(out.isEmpty() ? "" : between).append(part);
        }
        return out.toString();
    }

    static List<String> split(String text, char at) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.charAt(i) == at) {
                if (i > from) {
                    parts.add(text.substring(from, i));
                }
                from = i + 1;
            }
        }
        return parts;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The one word that a command wants. */
    String word(String what) {
        if (args.words().size() != 1) {
            throw args.usage(
                    args.words().isEmpty()
                            ? what + " is missing"
                            : "one " + what + " is wanted, not " + args.words().size());
        }
        return args.words().getFirst();
    }
}
