// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.node.model.Json;
import io.sandjar.node.model.Manifests;
import io.sandjar.node.model.Problem;
import io.sandjar.node.store.Assignment;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import io.sandjar.node.store.Stored;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What comes into the store from outside: checked, completed, and merged with what is there, as the API server does. */
public final class Api {
    /** What the last manifest of an object was: kubectl's own annotation, so that both can go on with it. */
    public static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    /** Who applied it first, if that was none of the usual commands. */
    private static final String APPLIED_BY = "sandjar.io/applied-by";

    /** What became of an object. */
    public record Outcome(String operation, ObjectNode object) {}

    private static final List<String> NOT_APPLIED =
            List.of("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink");

    private final ObjectStore store;

    public Api(ObjectStore store) {
        this.store = store;
    }

    public ObjectStore store() {
        return store;
    }

    /** Creates an object from outside. */
    ObjectNode create(Kind<?> kind, @Nullable String namespace, ObjectNode tree, Options options) {
        served(kind);
        place(kind, namespace, tree);
        tree.remove("status");
        Stored.Key key = null;
        Manifests.Manifest manifest = checked(kind, tree, options);
        if (options.dryRun()) {
            ObjectNode result = Json.tree(manifest.object());
            String name = result.path("metadata").path("name").asString("");
            if (store.raw(kind, result.path("metadata").path("namespace").asString(""), name) != null) {
                throw new StoreException(Reason.ALREADY_EXISTS, kind.qualified() + " \"" + name + "\" already exists");
            }
            return result;
        }
        return create(kind, manifest.object());
    }

    private static void served(Kind<?> kind) {
        if (kind.equals(Kind.NODE) || kind.equals(Kind.EVENT)) {
            throw new StoreException(
                    Reason.METHOD_NOT_ALLOWED,
                    "the server does not allow this method on the requested resource: " + kind.plural()
                            + " are made by the agent");
        }
    }

    @SuppressWarnings("unchecked") // the kind of an object is its own
    private <T extends HasMetadata> ObjectNode create(Kind<T> kind, HasMetadata object) {
        if (object instanceof Pod pod) {
            Assignment.assign(store, pod);
        }
        return Json.tree(store.create(kind, (T) object));
    }

    @SuppressWarnings("unchecked") // the kind of an object is its own
    private <T extends HasMetadata> ObjectNode update(Kind<T> kind, HasMetadata object, boolean status) {
        return Json.tree(status ? store.updateStatus(kind, (T) object) : store.update(kind, (T) object));
    }

    /** Makes kind, version and namespace of an object those of the request's path. */
    private static void place(Kind<?> kind, @Nullable String namespace, ObjectNode tree) {
        String itsKind = tree.path("kind").asString("");
        if (!itsKind.isEmpty() && !itsKind.equals(kind.kind())) {
            throw new StoreException(
                    Reason.BAD_REQUEST, "the object is a " + itsKind + ", and " + kind.plural() + " was asked for");
        }
        tree.put("apiVersion", kind.apiVersion());
        tree.put("kind", kind.kind());
        if (kind.namespaced() && namespace != null && tree.get("metadata") instanceof ObjectNode metadata) {
            String its = metadata.path("namespace").asString("");
            if (!its.isEmpty() && !its.equals(namespace)) {
                throw new StoreException(
                        Reason.BAD_REQUEST,
                        "the namespace of the provided object does not match the namespace sent on the request: " + its
                                + " and " + namespace);
            }
            metadata.put("namespace", namespace);
        }
    }

    private static Manifests.Manifest checked(Kind<?> kind, ObjectNode tree, Options options) {
        Manifests.Result result = Manifests.check(tree, options.strict());
        result.problems().stream().filter(p -> !p.fatal()).forEach(p -> options.warn(p.toString()));
        if (result.manifests().isEmpty()) {
            throw invalid(kind, tree.path("metadata").path("name").asString(""), result.problems());
        }
        return result.manifests().getFirst();
    }

    private static StoreException invalid(Kind<?> kind, String name, List<Problem> problems) {
        List<String> texts =
                problems.stream().filter(Problem::fatal).map(Problem::toString).toList();
        return invalid(kind, name, texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]");
    }

    private static StoreException invalid(Kind<?> kind, String name, String message) {
        String label = kind.group().isEmpty() ? kind.kind() : kind.kind() + "." + kind.group();
        return new StoreException(Reason.INVALID, label + " \"" + name + "\" is invalid: " + message);
    }

    private Stored require(Kind<?> kind, @Nullable String namespace, String name) {
        Stored stored = store.raw(kind, namespace, name);
        if (stored == null) {
            throw new StoreException(Reason.NOT_FOUND, kind.qualified() + " \"" + name + "\" not found");
        }
        return stored;
    }

    /** Replaces an object (PUT). */
    ObjectNode replace(
            Kind<?> kind, @Nullable String namespace, String name, ObjectNode tree, boolean status, Options options) {
        place(kind, namespace, tree);
        if (!tree.path("metadata").path("name").asString("").equals(name)) {
            throw new StoreException(
                    Reason.BAD_REQUEST,
                    "the name of the object ("
                            + tree.path("metadata").path("name").asString("") + ") does not match the name on the URL ("
                            + name + ")");
        }
        return write(kind, require(kind, namespace, name), tree, status, options);
    }

    /** Changes an object by a function of its tree, again if somebody else was faster. */
    ObjectNode change(
            Kind<?> kind,
            @Nullable String namespace,
            String name,
            boolean status,
            Options options,
            UnaryOperator<ObjectNode> change) {
        for (int attempt = 0; ; attempt++) {
            Stored old = require(kind, namespace, name);
            String version = Long.toString(old.version());
            ObjectNode tree = change.apply(old.tree());
            boolean asked = !tree.path("metadata")
                    .path("resourceVersion")
                    .asString(version)
                    .equals(version);
            try {
                return write(kind, old, tree, status, options);
            } catch (StoreException e) {
                if (e.reason() != Reason.CONFLICT || asked || attempt == 10) {
                    throw e;
                }
            }
        }
    }

    private ObjectNode write(Kind<?> kind, Stored old, ObjectNode tree, boolean status, Options options) {
        served(kind);
        String name = old.key().name();
        ObjectNode before = old.tree();
        if (!tree.path("metadata").path("name").asString("").equals(name)) {
            throw invalid(kind, name, "metadata.name: Invalid value: field is immutable");
        }
        if (status) {
            HasMetadata object = Json.convert(tree, kind.type());
            return options.dryRun() ? tree : update(kind, object, true);
        }
        Manifests.Manifest manifest = checked(kind, tree, options);
        String wrong = Immutable.violated(kind, before, Json.tree(manifest.object()));
        if (wrong != null) {
            throw invalid(kind, name, wrong);
        }
        return options.dryRun() ? tried(before, Json.tree(manifest.object())) : update(kind, manifest.object(), false);
    }

    /** What a change would give: what the store writes itself stays. */
    private static ObjectNode tried(ObjectNode before, ObjectNode after) {
        ObjectNode metadata = (ObjectNode) after.get("metadata");
        for (String field : NOT_APPLIED) {
            JsonNode value = before.path("metadata").get(field);
            if (value != null) {
                metadata.set(field, value);
            }
        }
        JsonNode status = before.get("status");
        if (status != null) {
            after.set("status", status);
        }
        return after;
    }

    /**
     * Creates or changes an object so that it is what a manifest says (three-way, by the annotation of the last manifest).
     *
     * @param marks annotations to set besides
     */
    public Outcome apply(
            Manifests.Manifest manifest, @Nullable String namespace, Map<String, String> marks, Options options) {
        return apply(manifest.kind(), manifest.written(), namespace, "", marks, options);
    }

    /**
     * As above, for somebody who says who he is. What an object's first applier wrote and has left out since goes away; what
     * others apply is only added.
     *
     * @param manifest may be a part of the object if that is there
     * @param manager who applies; empty for the usual commands
     */
    Outcome apply(
            Kind<?> kind,
            ObjectNode manifest,
            @Nullable String namespace,
            String manager,
            Map<String, String> marks,
            Options options) {
        ObjectNode written = written(kind, manifest, namespace);
        ObjectNode metadata = (ObjectNode) written.get("metadata");
        String name = metadata.path("name").asString("");
        if (name.isEmpty()) {
            throw new StoreException(
                    Reason.BAD_REQUEST,
                    "from " + metadata.path("generateName").asString("") + ": cannot use generate name with apply;"
                            + " give it a name, or use `sandjar create -f`");
        }
        String applied = Json.text(written) + "\n";
        String where = metadata.path("namespace").asString(null);
        for (int attempt = 0; ; attempt++) {
            Stored old = store.raw(kind, where, name);
            try {
                if (old == null) {
                    ObjectNode fresh = written.deepCopy();
                    annotate(fresh, applied, manager, marks);
                    return new Outcome("created", create(kind, where, fresh, options));
                }
                ObjectNode live = old.tree();
                if (owns(live, manager)) {
                    Patches.apply(live, last(live), written);
                    annotate(live, applied, manager, marks);
                } else {
                    Patches.apply(live, live.objectNode(), written);
                }
                ObjectNode result = write(kind, old, live, false, options);
                String version = result.path("metadata").path("resourceVersion").asString("");
                boolean same =
                        options.dryRun() ? result.equals(old.tree()) : version.equals(Long.toString(old.version()));
                return new Outcome(same ? "unchanged" : "configured", result);
            } catch (StoreException e) {
                boolean race = e.reason() == Reason.CONFLICT || (old == null && e.reason() == Reason.ALREADY_EXISTS);
                if (!race || attempt == 10) {
                    throw e;
                }
            }
        }
    }

    private static ObjectNode written(Kind<?> kind, ObjectNode manifest, @Nullable String namespace) {
        ObjectNode tree = manifest.deepCopy();
        tree.remove("status");
        ObjectNode metadata = tree.get("metadata") instanceof ObjectNode m ? m : tree.putObject("metadata");
        NOT_APPLIED.forEach(metadata::remove);
        if (kind.namespaced() && metadata.path("namespace").asString("").isEmpty()) {
            metadata.put("namespace", namespace == null ? "default" : namespace);
        }
        if (metadata.get("annotations") instanceof ObjectNode annotations) {
            annotations.remove(LAST_APPLIED);
        }
        if (kind.equals(Kind.SECRET) && tree.get("stringData") instanceof ObjectNode plain) {
            ObjectNode data = tree.get("data") instanceof ObjectNode d ? d : tree.putObject("data");
            plain.properties()
                    .forEach(e -> data.put(
                            e.getKey(),
                            Base64.getEncoder()
                                    .encodeToString(e.getValue().asString("").getBytes(StandardCharsets.UTF_8))));
            tree.remove("stringData");
        }
        return tree;
    }

    private static ObjectNode last(ObjectNode live) {
        JsonNode text = live.path("metadata").path("annotations").path(LAST_APPLIED);
        try {
            return text.isString() ? Json.parse(text.asString().getBytes(StandardCharsets.UTF_8)) : live.objectNode();
        } catch (RuntimeException e) {
            return live.objectNode(); // somebody wrote something else there
        }
    }

    /** Whether the one who applies is the one who did before, or the first. */
    private static boolean owns(ObjectNode live, String manager) {
        JsonNode annotations = live.path("metadata").path("annotations");
        return !annotations.has(LAST_APPLIED)
                || annotations.path(APPLIED_BY).asString("").equals(manager);
    }

    private static void annotate(ObjectNode tree, String applied, String manager, Map<String, String> marks) {
        ObjectNode metadata = (ObjectNode) tree.get("metadata");
        ObjectNode annotations =
                metadata.get("annotations") instanceof ObjectNode a ? a : metadata.putObject("annotations");
        annotations.put(LAST_APPLIED, applied);
        if (!manager.isEmpty()) {
            annotations.put(APPLIED_BY, manager);
        }
        marks.forEach(annotations::put);
    }
}
