// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The ways to change an object in part: RFC 7386, RFC 6902, Kubernetes' strategic merge, and apply. */
final class Patches {
    /** Lists whose items are told apart by one field; all other lists are replaced as a whole. */
    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("containers", "name"),
            Map.entry("initContainers", "name"),
            Map.entry("ephemeralContainers", "name"),
            Map.entry("volumes", "name"),
            Map.entry("env", "name"),
            Map.entry("imagePullSecrets", "name"),
            Map.entry("ports", "containerPort"),
            Map.entry("volumeMounts", "mountPath"),
            Map.entry("hostAliases", "ip"),
            Map.entry("ownerReferences", "uid"),
            Map.entry("conditions", "type"));

    private static final Set<String> SETS = Set.of("finalizers");

    private Patches() {}

    /** RFC 7386. */
    static JsonNode merge(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode from)) {
            return patch;
        }
        ObjectNode result = target instanceof ObjectNode o ? o : from.objectNode();
        from.properties().forEach(e -> {
            if (e.getValue().isNull()) {
                result.remove(e.getKey());
            } else {
                JsonNode now = result.get(e.getKey());
                result.set(e.getKey(), merge(now == null ? from.nullNode() : now, e.getValue()));
            }
        });
        return result;
    }

    /** Strategic merge: as RFC 7386, but lists of things with names are merged thing by thing. */
    static void strategic(ObjectNode target, ObjectNode patch) {
        if (patch.path("$patch").asString("").equals("replace")) {
            target.removeAll();
        }
        for (Map.Entry<String, JsonNode> e : patch.properties()) {
            String name = e.getKey();
            JsonNode value = e.getValue();
            if (name.startsWith("$deleteFromPrimitiveList/")) {
                removeAll(target.get(name.substring(name.indexOf('/') + 1)), value);
            } else if (name.startsWith("$")) {
                continue;
            } else if (value.isNull()) {
                target.remove(name);
            } else if (value instanceof ObjectNode from) {
                if (from.path("$patch").asString("").equals("delete")) {
                    target.remove(name);
                } else {
                    strategic(child(target, name), from);
                }
            } else if (value instanceof ArrayNode from && keyed(name, from)) {
                strategicList(list(target, name), from, key(name));
            } else if (value instanceof ArrayNode from && SETS.contains(name)) {
                addAll(list(target, name), from);
            } else {
                target.set(name, value);
            }
        }
    }

    private static void strategicList(ArrayNode target, ArrayNode patch, String key) {
        for (JsonNode item : patch) {
            if (!(item instanceof ObjectNode from)) {
                continue;
            }
            String directive = from.path("$patch").asString("");
            if (directive.equals("replace")) {
                target.removeAll();
                continue;
            }
            int at = find(target, key, from.get(key));
            if (directive.equals("delete")) {
                if (at >= 0) {
                    target.remove(at);
                }
            } else if (at >= 0 && target.get(at) instanceof ObjectNode old) {
                strategic(old, from);
            } else {
                ObjectNode fresh = from.objectNode();
                strategic(fresh, from);
                target.add(fresh);
            }
        }
    }

    /**
     * Apply: what the last manifest had and this one has not goes away; what this one has is set; the rest, which others
     * (defaults, controllers) wrote, stays.
     */
    static void apply(ObjectNode live, ObjectNode last, ObjectNode now) {
        for (String name : last.propertyNames().stream().toList()) {
            if (!now.has(name) || now.get(name).isNull()) {
                live.remove(name);
            }
        }
        for (Map.Entry<String, JsonNode> e : now.properties()) {
            String name = e.getKey();
            JsonNode value = e.getValue();
            JsonNode before = last.get(name);
            if (value.isNull()) {
                live.remove(name);
            } else if (value instanceof ObjectNode to && live.get(name) instanceof ObjectNode child) {
                apply(child, before instanceof ObjectNode o ? o : to.objectNode(), to);
            } else if (value instanceof ArrayNode to && live.get(name) instanceof ArrayNode list && keyed(name, to)) {
                applyList(list, before instanceof ArrayNode a ? a : to.arrayNode(), to, key(name));
            } else {
                live.set(name, value.deepCopy());
            }
        }
    }

    private static void applyList(ArrayNode live, ArrayNode last, ArrayNode now, String key) {
        for (JsonNode old : last) {
            int at = find(live, key, old.get(key));
            if (at >= 0 && find(now, key, old.get(key)) < 0) {
                live.remove(at);
            }
        }
        ArrayNode result = live.arrayNode();
        for (JsonNode item : now) {
            int at = find(live, key, item.get(key));
            int before = find(last, key, item.get(key));
            if (at >= 0 && live.get(at) instanceof ObjectNode old && item instanceof ObjectNode to) {
                apply(old, before >= 0 && last.get(before) instanceof ObjectNode o ? o : to.objectNode(), to);
                result.add(old);
                live.remove(at);
            } else {
                result.add(item.deepCopy());
            }
        }
        result.addAll(live);
        live.removeAll();
        live.addAll(result);
    }

    /** Whether all items of a list can be told apart by its key. */
    private static boolean keyed(String name, ArrayNode list) {
        if (!KEYS.containsKey(name)) {
            return false;
        }
        for (JsonNode item : list) {
            boolean directive = item.path("$patch").asString("").equals("replace");
            if (!(item instanceof ObjectNode) || (!item.has(key(name)) && !directive)) {
                return false;
            }
        }
        return true;
    }

    private static String key(String name) {
        return String.valueOf(KEYS.get(name));
    }

    private static int find(ArrayNode list, String key, @Nullable JsonNode value) {
        for (int i = 0; i < list.size(); i++) {
            JsonNode is = list.get(i).get(key);
            if (is != null && value != null && is.asString("").equals(value.asString(""))) {
                return i;
            }
        }
        return -1;
    }

    private static ObjectNode child(ObjectNode parent, String name) {
        return parent.get(name) instanceof ObjectNode o ? o : parent.putObject(name);
    }

    private static ArrayNode list(ObjectNode parent, String name) {
        return parent.get(name) instanceof ArrayNode a ? a : parent.putArray(name);
    }

    private static void addAll(ArrayNode target, ArrayNode from) {
        for (JsonNode item : from) {
            if (target.valueStream().noneMatch(item::equals)) {
                target.add(item);
            }
        }
    }

    private static void removeAll(@Nullable JsonNode target, JsonNode gone) {
        if (target instanceof ArrayNode list) {
            for (int i = list.size() - 1; i >= 0; i--) {
                JsonNode item = list.get(i);
                if (gone.valueStream().anyMatch(item::equals)) {
                    list.remove(i);
                }
            }
        }
    }

    /** RFC 6902. */
    static ObjectNode json(ObjectNode target, JsonNode patch) {
        if (!(patch instanceof ArrayNode operations)) {
            throw bad("a JSON patch is a list of operations");
        }
        for (JsonNode operation : operations) {
            JsonPointer path = pointer(operation.path("path").asString(""));
            JsonNode value = operation.get("value");
            switch (operation.path("op").asString("")) {
                case "add" -> add(target, path, required(value));
                case "replace" -> {
                    remove(target, path);
                    add(target, path, required(value));
                }
                case "remove" -> remove(target, path);
                case "move" ->
                    add(
                            target,
                            path,
                            remove(target, pointer(operation.path("from").asString(""))));
                case "copy" ->
                    add(
                            target,
                            path,
                            target.at(pointer(operation.path("from").asString("")))
                                    .deepCopy());
                case "test" -> {
                    if (!target.at(path).equals(value)) {
                        throw new StoreException(
                                Reason.INVALID,
                                "the server rejected our request due to an error in our request: testing path " + path
                                        + " failed");
                    }
                }
                default -> throw bad("unknown operation in a JSON patch: " + operation.path("op"));
            }
        }
        return target;
    }

    private static JsonPointer pointer(String text) {
        try {
            return JsonPointer.compile(text);
        } catch (IllegalArgumentException e) {
            throw bad("not a path in a JSON patch: " + text);
        }
    }

    private static JsonNode required(@Nullable JsonNode value) {
        if (value == null) {
            throw bad("a JSON patch that adds or replaces needs a value");
        }
        return value.deepCopy();
    }

    private static void add(ObjectNode root, JsonPointer path, JsonNode value) {
        JsonNode parent = root.at(path.head());
        String last = last(path);
        if (parent instanceof ObjectNode o) {
            o.set(last, value);
        } else if (parent instanceof ArrayNode a) {
            if (last.equals("-")) {
                a.add(value);
            } else {
                a.insert(index(last, a.size()), value);
            }
        } else {
            throw bad("the path of a JSON patch does not exist: " + path);
        }
    }

    private static JsonNode remove(ObjectNode root, JsonPointer path) {
        JsonNode parent = root.at(path.head());
        String last = last(path);
        JsonNode gone = parent instanceof ObjectNode o
                ? o.remove(last)
                : parent instanceof ArrayNode a ? a.remove(index(last, a.size() - 1)) : null;
        if (gone == null) {
            throw bad("the path of a JSON patch does not exist: " + path);
        }
        return gone;
    }

    private static String last(JsonPointer path) {
        JsonPointer last = path.last();
        if (last == null || path.head() == null) {
            throw bad("a JSON patch cannot replace the whole object");
        }
        return last.getMatchingProperty();
    }

    private static int index(String text, int most) {
        try {
            int i = Integer.parseInt(text);
            if (i >= 0 && i <= most) {
                return i;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw bad("no such place in a list: " + text);
    }

    private static StoreException bad(String message) {
        return new StoreException(Reason.BAD_REQUEST, message);
    }
}
