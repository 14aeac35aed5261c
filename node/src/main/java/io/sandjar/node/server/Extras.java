// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.node.model.Json;
import io.sandjar.node.model.Manifests;
import io.sandjar.node.model.Problem;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What Kubernetes' API has not, below /apis/sandjar.io/v1: files of manifests, programs in containers, images. */
final class Extras {
    private static final Pattern PROGRESS = Pattern.compile("(\\w+) (\\S+) (\\d{1,18})/(\\d{1,18})");

    private final Api api;
    private final Supplier<NodeOperations> node;
    private final Figures figures;
    private final Forward forward;

    Extras(Api api, Supplier<NodeOperations> node) {
        this.api = api;
        this.node = node;
        figures = new Figures(api.store(), node);
        forward = new Forward(api.store());
    }

    /** What comes after the version in the path. */
    void handle(Exchange x, List<String> path) throws IOException {
        String first = path.getFirst();
        if (first.equals("apply") && x.method().equals("POST")) {
            apply(x);
        } else if (first.equals("images")) {
            images(x);
        } else if (path.size() == 5 && first.equals("namespaces") && path.get(2).equals("pods")) {
            pod(x, path.get(1), path.get(3), path.get(4));
        } else {
            throw new StoreException(Reason.NOT_FOUND, "the server could not find the requested resource");
        }
    }

    void figures(Exchange x, List<String> path) {
        figures.answer(x, path);
    }

    private void pod(Exchange x, String namespace, String pod, String what) throws IOException {
        if (what.equals("exec")) {
            exec(x, namespace, pod);
        } else if (what.equals("portforward")) {
            forward.run(x, namespace, pod);
        } else {
            throw new StoreException(Reason.NOT_FOUND, "the server could not find the requested resource");
        }
    }

    private void exec(Exchange x, String namespace, String name) {
        ObjectNode asked = Resources.body(x);
        List<String> command = new ArrayList<>();
        asked.path("command").forEach(w -> command.add(w.asString("")));
        if (command.isEmpty()) {
            throw new StoreException(Reason.BAD_REQUEST, "you must specify at least one command for the container");
        }
        Pod pod = api.store().require(Kind.POD, namespace, name);
        String container = asked.path("container").asString("");
        NodeOperations.ExecPlan plan = node.get()
                .exec(
                        pod,
                        new NodeOperations.ExecRequest(
                                container.isEmpty()
                                        ? pod.getSpec()
                                                .getContainers()
                                                .getFirst()
                                                .getName()
                                        : container,
                                command,
                                asked.path("tty").asBoolean(false),
                                asked.path("stdin").asBoolean(false)));
        ApiServer.json(x, Map.of("argv", plan.command()));
    }

    /** A file of manifests as `sandjar apply` sends it. */
    private void apply(Exchange x) {
        String file = x.param("file");
        String action = x.param("action");
        String namespace = x.param("namespace");
        boolean given = x.flag("namespaceGiven");
        boolean dryRun = "All".equals(x.param("dryRun"));
        Manifests.Result read = Manifests.read(file == null ? "" : file, x.body(), true);
        ObjectNode answer = Json.mapper().createObjectNode();
        ArrayNode items = answer.putArray("items");
        ArrayNode warnings = answer.putArray("warnings");
        ArrayNode errors = answer.putArray("errors");
        for (Problem p : read.problems()) {
            (p.fatal() ? errors : warnings).add(p.toString());
        }
        for (Manifests.Manifest m : read.manifests()) {
            String its = m.object().getMetadata().getNamespace();
            boolean inside = m.kind().namespaced();
            if (inside && given && its != null && !its.equals(namespace)) {
                errors.add("the namespace from the provided object \"" + its + "\" does not match the namespace \""
                        + namespace + "\". You must pass '--namespace=" + its + "' to perform this operation.");
                continue;
            }
            String where = inside ? (its == null ? namespace == null ? "default" : namespace : its) : "";
            ObjectNode item = Json.mapper().createObjectNode();
            item.put("kind", m.kind().kind()).put("group", m.kind().group()).put("namespace", where);
            item.put("name", String.valueOf(m.object().getMetadata().getName()));
            try {
                Options options = new Options(true, dryRun);
                if ("create".equals(action)) {
                    ObjectNode created = api.create(
                            m.kind(), inside ? where : null, m.written().deepCopy(), options);
                    item.put("operation", "created").set("object", created);
                    item.put("name", created.path("metadata").path("name").asString(""));
                } else if (!"resolve".equals(action)) {
                    Api.Outcome outcome = api.apply(m, where, Map.of(), options);
                    item.put("operation", outcome.operation()).set("object", outcome.object());
                }
                items.add(item);
                options.warnings().forEach(warnings::add);
            } catch (StoreException e) {
                errors.add(at(m) + m.label() + ": " + e.getMessage());
            }
        }
        ApiServer.json(x, answer);
    }

    private static String at(Manifests.Manifest m) {
        return m.file().isEmpty() ? "" : m.file() + ":" + m.line() + ": ";
    }

    private void images(Exchange x) throws IOException {
        switch (x.method()) {
            case "GET" -> {
                Map<String, Object> answer = new LinkedHashMap<>();
                answer.put("kind", "ImageList");
                answer.put("apiVersion", "sandjar.io/v1");
                answer.put("items", node.get().images());
                ApiServer.json(x, answer);
            }
            case "DELETE" -> {
                String name = x.param("name");
                node.get().removeImage(name == null ? "" : name);
                ApiServer.json(x, Map.of("removed", List.of(String.valueOf(name))));
            }
            case "POST" -> pull(x);
            default ->
                throw new StoreException(Reason.METHOD_NOT_ALLOWED, "images are listed, pulled (POST) and removed");
        }
    }

    private void pull(Exchange x) throws IOException {
        String reference = Resources.body(x).path("image").asString("");
        NodeOperations operations = node.get();
        Thread self = Thread.currentThread();
        try (OutputStream out = x.stream(200, ApiServer.JSON)) {
            x.onGone(self::interrupt);
            try {
                line(out, Map.of("image", operations.pull(reference, text -> line(out, progress(text)))));
            } catch (StoreException e) {
                line(out, Map.of("error", String.valueOf(e.getMessage())));
            }
        }
    }

    /** "downloading sha256:... 10/200" in parts. */
    private static Map<String, Object> progress(String text) {
        Matcher m = PROGRESS.matcher(text);
        if (!m.matches()) {
            return Map.of("status", text);
        }
        if (m.group(1).equals("resolving")) {
            return Map.of("status", m.group(1) + " " + m.group(2));
        }
        return Map.of(
                "status", m.group(1),
                "layer", m.group(2),
                "current", Long.parseLong(m.group(3)),
                "total", Long.parseLong(m.group(4)));
    }

    private static void line(OutputStream out, Object value) {
        synchronized (out) {
            try {
                out.write(Json.bytes(value));
                out.write('\n');
                out.flush();
            } catch (IOException e) {
                // whoever asked has gone; the pull is interrupted
            }
        }
    }
}
