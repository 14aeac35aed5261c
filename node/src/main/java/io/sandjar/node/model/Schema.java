// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Quantity;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Checks a tree against the fields of a model class: unknown fields and values of the wrong type. The classes are generated
 * from Kubernetes' own definitions, so their fields are the schema; Jackson alone would neither know all mistakes at once
 * nor where they are.
 */
final class Schema {
    private static final Map<Class<?>, Map<String, Type>> FIELDS = new ConcurrentHashMap<>();
    /** Fields of Kubernetes that our model classes are too old or too new for are not mistakes. */
    private final Positions positions;

    private final List<Problem> problems;
    private final boolean strict;

    /**
     * A checker.
     *
     * @param strict whether unknown fields are errors (else warnings)
     */
    Schema(Positions positions, List<Problem> problems, boolean strict) {
        this.positions = positions;
        this.problems = problems;
        this.strict = strict;
    }

    static Map<String, Type> fields(Class<?> type) {
        return FIELDS.computeIfAbsent(type, Schema::find);
    }

    private static Map<String, Type> find(Class<?> type) {
        Map<String, Type> fields = new TreeMap<>();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            for (Field f : c.getDeclaredFields()) {
                if (!Modifier.isStatic(f.getModifiers()) && !f.getName().equals("additionalProperties")) {
                    JsonProperty property = f.getAnnotation(JsonProperty.class);
                    String name = property == null || property.value().isEmpty() ? f.getName() : property.value();
                    fields.put(name, f.getGenericType());
                }
            }
        }
        return fields;
    }

    void check(JsonNode tree, Class<?> type) {
        check(tree, type, "");
    }

    private void check(JsonNode node, Type type, String path) {
        if (node.isNull()) {
            return;
        }
        if (type instanceof ParameterizedType p) {
            if (p.getRawType() == List.class) {
                list(node, p.getActualTypeArguments()[0], path);
            } else if (p.getRawType() == Map.class) {
                map(node, p.getActualTypeArguments()[1], path);
            }
            return;
        }
        if (type == String.class) {
            if (!node.isString()) {
                wrong(path, "text", node);
            }
        } else if (type == Integer.class || type == Long.class || type == int.class || type == long.class) {
            boolean whole = node.isIntegralNumber()
                    && node.canConvertToLong()
                    && (type == Long.class || type == long.class || node.canConvertToInt());
            if (!whole) {
                wrong(path, "a whole number", node);
            }
        } else if (type == Boolean.class || type == boolean.class) {
            if (!node.isBoolean()) {
                wrong(path, "true or false", node);
            }
        } else if (type == Double.class || type == Float.class) {
            if (!node.isNumber()) {
                wrong(path, "a number", node);
            }
        } else if (type == Quantity.class) {
            quantity(node, path);
        } else if (type == IntOrString.class) {
            if (!node.isString() && !node.isIntegralNumber()) {
                wrong(path, "a whole number or text (as 80, \"25%\" or \"http\")", node);
            }
        } else if (type == MicroTime.class) {
            if (!node.isString()) {
                wrong(path, "a time, as \"2026-01-02T03:04:05.000000Z\"", node);
            }
        } else if (type instanceof Class<?> c && KubernetesResource.class.isAssignableFrom(c) && !c.isInterface()) {
            object(node, c, path);
        }
    }

    private void quantity(JsonNode node, String path) {
        if (!node.isString() && !node.isNumber()) {
            wrong(path, "a quantity, as 500m, 0.5, 128Mi or 1Gi", node);
            return;
        }
        String text = node.isString() ? node.asString() : node.toString();
        String wrong = Quantities.wrong(text);
        if (wrong != null) {
            problems.add(positions.problem(path, wrong, true));
        }
    }

    private void object(JsonNode node, Class<?> type, String path) {
        if (!(node instanceof ObjectNode object)) {
            wrong(path, "a mapping of fields (" + String.join(", ", first(fields(type))) + ")", node);
            return;
        }
        Map<String, Type> fields = fields(type);
        for (Map.Entry<String, JsonNode> e : object.properties()) {
            String p = path.isEmpty() ? e.getKey() : path + "." + e.getKey();
            Type t = fields.get(e.getKey());
            if (t != null) {
                check(e.getValue(), t, p);
            } else {
                problems.add(positions.problem(p, "unknown field" + suggestion(e.getKey(), fields), strict));
            }
        }
    }

    private static List<String> first(Map<String, Type> fields) {
        return fields.keySet().stream().limit(4).toList();
    }

    private void list(JsonNode node, Type item, String path) {
        if (!(node instanceof ArrayNode list)) {
            wrong(path, "a list (lines that begin with \"- \")", node);
            return;
        }
        for (int i = 0; i < list.size(); i++) {
            String p = path + "[" + i + "]";
            if (list.get(i).isNull()) {
                problems.add(positions.problem(p, "an empty item; give it a value or remove the line", true));
            } else {
                check(list.get(i), item, p);
            }
        }
    }

    private void map(JsonNode node, Type value, String path) {
        if (!(node instanceof ObjectNode object)) {
            wrong(path, "a mapping (key: value)", node);
            return;
        }
        for (Map.Entry<String, JsonNode> e : object.properties()) {
            check(e.getValue(), value, path + "." + e.getKey());
        }
    }

    private void wrong(String path, String wanted, JsonNode got) {
        String is = switch (got.getNodeType()) {
            case STRING -> "the text \"" + abbreviated(got.asString()) + "\"";
            case NUMBER -> "the number " + got;
            case BOOLEAN -> got + " (true or false)";
            case ARRAY -> "a list";
            case OBJECT -> "a mapping";
            default -> got.toString();
        };
        String todo = wanted.equals("text") && got.isValueNode()
                ? "; put it in quotes: \"" + got.asString("") + "\""
                        + (got.isBoolean() ? " (yes, no, on, off too)" : "")
                : "";
        problems.add(positions.problem(path, "wants " + wanted + ", not " + is + todo, true));
    }

    private static String abbreviated(String text) {
        return text.length() > 40 ? text.substring(0, 37) + "..." : text;
    }

    static String suggestion(String word, Map<String, ?> known) {
        @Nullable String best = null;
        int least = Math.max(2, word.length() / 3) + 1;
        for (String candidate : known.keySet()) {
            int d = candidate.equalsIgnoreCase(word) ? 0 : distance(word, candidate);
            if (d < least) {
                least = d;
                best = candidate;
            }
        }
        return best == null ? "; it is not one of Kubernetes' fields here" : "; did you mean " + best + "?";
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int cost = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(cost, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
