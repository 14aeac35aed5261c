// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * kubectl's JSONPath templates: {@code {.items[*].metadata.name}}, {@code {range .items[*]}...{end}}, filters {@code
 * [?(@.type=="Ready")]}, slices, {@code ..}, text in quotes.
 */
final class JsonPath {
    private final String template;
    private int at;

    private JsonPath(String template) {
        this.template = template;
    }

    /** What a template says of an object. */
    static String print(String template, @Nullable Object root) {
        JsonPath path = new JsonPath(template);
        StringBuilder out = new StringBuilder();
        path.template(out, root, root, false);
        return out.toString();
    }

    /** The values at a path; it may be written with or without braces and the first dot. */
    static List<@Nullable Object> find(String path, @Nullable Object root) {
        String bare = path.startsWith("{") && path.endsWith("}") ? path.substring(1, path.length() - 1) : path;
        if (!bare.startsWith(".") && !bare.startsWith("$") && !bare.startsWith("[")) {
            bare = "." + bare;
        }
        JsonPath p = new JsonPath(bare);
        List<@Nullable Object> found = p.path(root, root);
        if (p.at < bare.length()) {
            throw p.error("unexpected '" + bare.charAt(p.at) + "'");
        }
        return found;
    }

    private CommandException error(String what) {
        return new CommandException(
                "error: error parsing jsonpath " + template + ", " + what + " at character " + (at + 1));
    }

    /** Text and actions until {end} or the end of the template. */
    private void template(StringBuilder out, @Nullable Object root, @Nullable Object here, boolean inRange) {
        while (at < template.length()) {
            char c = template.charAt(at);
            if (c != '{') {
                out.append(c);
                at++;
                continue;
            }
            at++;
            blanks();
            if (word("end")) {
                close();
                if (!inRange) {
                    throw error("{end} without {range}");
                }
                return;
            }
            if (word("range")) {
                blanks();
                List<@Nullable Object> values = path(root, here);
                close();
                int body = at;
                if (values.isEmpty()) {
                    template(new StringBuilder(), root, null, true);
                }
                for (Object value : values) {
                    at = body;
                    template(out, root, value, true);
                }
                continue;
            }
            action(out, root, here);
            close();
        }
        if (inRange) {
            throw error("{range} without {end}");
        }
    }

    private boolean word(String word) {
        int end = at + word.length();
        if (!template.startsWith(word, at)
                || end < template.length() && Character.isLetterOrDigit(template.charAt(end))) {
            return false;
        }
        at = end;
        return true;
    }

    private void action(StringBuilder out, @Nullable Object root, @Nullable Object here) {
        while (at < template.length() && template.charAt(at) != '}') {
            char c = template.charAt(at);
            if (c == '"' || c == '\'') {
                out.append(quoted());
            } else {
                List<@Nullable Object> values = path(root, here);
                for (int i = 0; i < values.size(); i++) {
                    out.append(i == 0 ? "" : " ").append(text(values.get(i)));
                }
            }
            blanks();
        }
    }

    private void close() {
        blanks();
        if (at >= template.length() || template.charAt(at) != '}') {
            throw error("unclosed action");
        }
        at++;
    }

    private void blanks() {
        while (at < template.length() && template.charAt(at) == ' ') {
            at++;
        }
    }

    private String quoted() {
        char quote = template.charAt(at++);
        StringBuilder text = new StringBuilder();
        while (true) {
            if (at >= template.length()) {
                throw error("unterminated quoted string");
            }
            char c = template.charAt(at++);
            if (c == quote) {
                return text.toString();
            }
            if (c == '\\' && at < template.length()) {
                char next = template.charAt(at++);
                text.append(next == 'n' ? '\n' : next == 't' ? '\t' : next);
            } else {
                text.append(c);
            }
        }
    }

    private List<@Nullable Object> path(@Nullable Object root, @Nullable Object here) {
        List<@Nullable Object> values = new ArrayList<>();
        if (at < template.length() && template.charAt(at) == '$') {
            values.add(root);
            at++;
        } else {
            values.add(here);
            if (at < template.length() && template.charAt(at) == '@') {
                at++;
            }
        }
        while (at < template.length()) {
            char c = template.charAt(at);
            if (c == '[') {
                values = bracket(values, root);
            } else if (c == '.') {
                at++;
                if (at < template.length() && template.charAt(at) == '.') {
                    at++;
                    List<@Nullable Object> all = new ArrayList<>();
                    for (Object value : values) {
                        descend(all, value);
                    }
                    values = named(all, name());
                } else if (at < template.length() && template.charAt(at) == '[') {
                    continue;
                } else {
                    String name = name();
                    if (!name.isEmpty()) {
                        values = named(values, name);
                    }
                }
            } else if (Character.isLetterOrDigit(c)) {
                values = named(values, name());
            } else {
                break;
            }
        }
        return values;
    }

    private String name() {
        StringBuilder name = new StringBuilder();
        while (at < template.length()) {
            char c = template.charAt(at);
            if (c == '\\' && at + 1 < template.length()) {
                name.append(template.charAt(at + 1));
                at += 2;
            } else if (c == '*' || c == '-' || c == '_' || c == '/' || Character.isLetterOrDigit(c)) {
                name.append(c);
                at++;
            } else {
                break;
            }
        }
        return name.toString();
    }

    private static List<@Nullable Object> named(List<@Nullable Object> values, String name) {
        List<@Nullable Object> found = new ArrayList<>();
        for (Object value : values) {
            if (name.equals("*")) {
                children(found, value);
            } else if (value instanceof Map<?, ?> map && map.containsKey(name)) {
                found.add(map.get(name));
            }
        }
        return found;
    }

    private static void children(List<@Nullable Object> found, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            found.addAll(map.values());
        } else if (value instanceof List<?> list) {
            found.addAll(list);
        }
    }

    private static void descend(List<@Nullable Object> all, @Nullable Object value) {
        all.add(value);
        List<@Nullable Object> children = new ArrayList<>();
        children(children, value);
        for (Object child : children) {
            descend(all, child);
        }
    }

    private List<@Nullable Object> bracket(List<@Nullable Object> values, @Nullable Object root) {
        at++;
        char c = at < template.length() ? template.charAt(at) : 0;
        List<@Nullable Object> found;
        if (c == '?') {
            found = filter(values, root);
        } else if (c == '\'' || c == '"') {
            found = named(values, quoted());
        } else {
            int end = template.indexOf(']', at);
            if (end < 0) {
                throw error("unterminated array");
            }
            String inside = template.substring(at, end).trim();
            at = end;
            found = new ArrayList<>();
            for (Object value : values) {
                if (inside.equals("*")) {
                    children(found, value);
                } else if (value instanceof List<?> list) {
                    slice(found, list, inside);
                }
            }
        }
        if (at >= template.length() || template.charAt(at) != ']') {
            throw error("unterminated array");
        }
        at++;
        return found;
    }

    /** 3, -1, 0:2, ::2 or 0,2. */
    private void slice(List<@Nullable Object> found, List<?> list, String inside) {
        int from = 0;
        while (from <= inside.length()) {
            int comma = inside.indexOf(',', from);
            String part = inside.substring(from, comma < 0 ? inside.length() : comma);
            from = comma < 0 ? inside.length() + 1 : comma + 1;
            int size = list.size();
            int colon = part.indexOf(':');
            if (colon < 0) {
                int index = index(part, 0);
                index = index < 0 ? index + size : index;
                if (index >= 0 && index < size) {
                    found.add(list.get(index));
                }
                continue;
            }
            int second = part.indexOf(':', colon + 1);
            int first = index(part.substring(0, colon), 0);
            int last = index(part.substring(colon + 1, second < 0 ? part.length() : second), size);
            int step = second < 0 ? 1 : Math.max(1, index(part.substring(second + 1), 1));
            first = Math.max(0, first < 0 ? first + size : first);
            last = Math.min(size, last < 0 ? last + size : last);
            for (int i = first; i < last; i += step) {
                found.add(list.get(i));
            }
        }
    }

    private int index(String text, int absent) {
        if (text.isBlank()) {
            return absent;
        }
        try {
            return Integer.parseInt(text.trim());
        } catch (NumberFormatException e) {
            throw error("invalid array index " + text);
        }
    }

    /** [?(@.type=="Ready")]: both sides are paths or values. */
    private List<@Nullable Object> filter(List<@Nullable Object> values, @Nullable Object root) {
        at++;
        if (at >= template.length() || template.charAt(at) != '(') {
            throw error("a filter is written [?(...)]");
        }
        int inside = at + 1;
        List<@Nullable Object> found = new ArrayList<>();
        List<@Nullable Object> all = new ArrayList<>();
        for (Object value : values) {
            children(all, value);
        }
        if (all.isEmpty()) { // the filter is read all the same
            at = inside;
            holds(root, null);
        }
        for (Object value : all) {
            at = inside;
            if (holds(root, value)) {
                found.add(value);
            }
        }
        if (at >= template.length() || template.charAt(at) != ')') {
            throw error("unterminated filter");
        }
        at++;
        return found;
    }

    private boolean holds(@Nullable Object root, @Nullable Object here) {
        blanks();
        List<@Nullable Object> left = operand(root, here);
        blanks();
        if (at < template.length() && template.charAt(at) == ')') {
            return !left.isEmpty();
        }
        int from = at;
        while (at < template.length() && "=!<>".indexOf(template.charAt(at)) >= 0) {
            at++;
        }
        String operator = template.substring(from, at);
        blanks();
        List<@Nullable Object> right = operand(root, here);
        blanks();
        if (left.isEmpty() || right.isEmpty()) {
            return false;
        }
        Object a = left.getFirst();
        Object b = right.getFirst();
        int order = a instanceof Number x && b instanceof Number y
                ? Double.compare(x.doubleValue(), y.doubleValue())
                : text(a).compareTo(text(b));
        return switch (operator) {
            case "==", "=" -> order == 0;
            case "!=" -> order != 0;
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            case ">=" -> order >= 0;
            default -> throw error("unrecognized filter operator " + operator);
        };
    }

    private List<@Nullable Object> operand(@Nullable Object root, @Nullable Object here) {
        char c = at < template.length() ? template.charAt(at) : 0;
        if (c == '@' || c == '.' || c == '$') {
            return path(root, here);
        }
        List<@Nullable Object> value = new ArrayList<>();
        if (c == '"' || c == '\'') {
            value.add(quoted());
            return value;
        }
        int from = at;
        while (at < template.length() && ")=!<> ".indexOf(template.charAt(at)) < 0) {
            at++;
        }
        String bare = template.substring(from, at);
        if (bare.isEmpty()) {
            throw error("a value is missing");
        }
        if (bare.equals("true") || bare.equals("false")) {
            value.add(Boolean.valueOf(bare));
        } else {
            try {
                value.add(Double.valueOf(bare));
            } catch (NumberFormatException e) {
                value.add(bare);
            }
        }
        return value;
    }

    /** A value as a template prints it: objects and lists as JSON. */
    static String text(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return Json.write(new TreeMap<>(map));
        }
        return value == null ? "" : value instanceof List ? Json.write(value) : value.toString();
    }
}
