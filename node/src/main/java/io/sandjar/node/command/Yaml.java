// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** YAML as kubectl prints it: names in order, lists at the depth of their name, strings bare where they read back as strings. */
final class Yaml {
    private Yaml() {}

    static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            map(out, map, 0, false);
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            list(out, list, 0);
        } else {
            scalar(out, value, 0);
        }
        return out.toString();
    }

    private static void map(StringBuilder out, Map<?, ?> map, int depth, boolean firstIsIndented) {
        boolean indented = firstIsIndented;
        for (Map.Entry<?, ?> e : new TreeMap<>(map).entrySet()) {
            if (!indented) {
                indent(out, depth);
            }
            indented = false;
            string(out, String.valueOf(e.getKey()));
            out.append(':');
            Object value = e.getValue();
            if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
                out.append('\n');
                map(out, inner, depth + 1, false);
            } else if (value instanceof List<?> inner && !inner.isEmpty()) {
                out.append('\n');
                list(out, inner, depth);
            } else {
                out.append(' ');
                scalar(out, value, depth + 1);
            }
        }
    }

    private static void list(StringBuilder out, List<?> list, int depth) {
        for (Object value : list) {
            indent(out, depth);
            out.append("- ");
            if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
                map(out, inner, depth + 1, true);
            } else if (value instanceof List<?> inner && !inner.isEmpty()) {
                out.setLength(out.length() - 1);
                out.append('\n');
                list(out, inner, depth + 1);
            } else {
                scalar(out, value, depth + 1);
            }
        }
    }

    private static void scalar(StringBuilder out, @Nullable Object value, int depth) {
        if (value instanceof Map) {
            out.append("{}");
        } else if (value instanceof List) {
            out.append("[]");
        } else if (value instanceof String s) {
            if (s.indexOf('\n') >= 0 && readsAsBlock(s)) {
                block(out, s, depth);
                return;
            }
            string(out, s);
        } else {
            out.append(value);
        }
        out.append('\n');
    }

    /** A block scalar keeps its lines; it cannot begin with a blank or hold characters that need an escape. */
    private static boolean readsAsBlock(String s) {
        if (s.charAt(0) == ' ' || s.charAt(0) == '\n') {
            return false;
        }
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c < ' ' && c != '\n' && c != '\t' || c == 0x7f || c == 0xfeff) {
                return false;
            }
        }
        return true;
    }

    private static void block(StringBuilder out, String s, int depth) {
        out.append('|');
        int end = s.length();
        if (s.charAt(end - 1) != '\n') {
            out.append('-');
        } else if (end > 1 && s.charAt(end - 2) == '\n') {
            out.append('+');
            end--;
        } else {
            end--;
        }
        out.append('\n');
        int from = 0;
        while (from <= end) {
            int stop = s.indexOf('\n', from);
            if (stop < 0 || stop > end) {
                stop = end;
            }
            if (stop > from) {
                indent(out, depth);
                out.append(s, from, stop);
            }
            out.append('\n');
            from = stop + 1;
        }
    }

    private static void string(StringBuilder out, String s) {
        if (bare(s)) {
            out.append(s);
        } else {
            for (int i = 0; i < s.length(); i++) {
                if (s.charAt(i) < ' ' || s.charAt(i) == '\'' || s.charAt(i) == 0x7f) {
                    Json.quote(out, s);
                    return;
                }
            }
            // text that would be taken for a number or a truth value has double quotes in kubectl's output
            char quote = s.isEmpty() || looksLikeAnother(s) ? '"' : '\'';
            out.append(quote).append(s).append(quote);
        }
    }

    private static boolean bare(String s) {
        if (s.isEmpty() || looksLikeAnother(s) || s.charAt(0) == ' ' || s.charAt(s.length() - 1) == ' ') {
            return false;
        }
        char first = s.charAt(0);
        if ("!&*{}[]#|>@`\"'%,=".indexOf(first) >= 0) {
            return false;
        }
        if ((first == '-' || first == '?' || first == ':') && (s.length() == 1 || s.charAt(1) == ' ' || first == ':')) {
            return false;
        }
        if (s.startsWith("---") || s.startsWith("...")) {
            return false;
        }
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c < ' ' || c == 0x7f || c == 0xfeff) {
                return false;
            }
            if (c == ':' && (i + 1 == s.length() || s.charAt(i + 1) == ' ')) {
                return false;
            }
            if (c == '#' && i > 0 && s.charAt(i - 1) == ' ') {
                return false;
            }
        }
        return true;
    }

    private static boolean looksLikeAnother(String s) {
        switch (s) {
            case "~",
                    "null",
                    "Null",
                    "NULL",
                    "true",
                    "True",
                    "TRUE",
                    "false",
                    "False",
                    "FALSE",
                    "y",
                    "Y",
                    "yes",
                    "Yes",
                    "YES",
                    "n",
                    "N",
                    "no",
                    "No",
                    "NO",
                    "on",
                    "On",
                    "ON",
                    "off",
                    "Off",
                    "OFF",
                    ".inf",
                    ".nan",
                    "<<" -> {
                return true;
            }
            default -> {}
        }
        char c = s.charAt(0);
        return (c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.') && numeric(s);
    }

    /** Whether every character could be part of a number or of a date: such text is quoted even where it is neither. */
    private static boolean numeric(String s) {
        boolean digit = false;
        boolean hex = s.startsWith("0x") || s.startsWith("0o");
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            boolean isDigit = c >= '0' && c <= '9';
            digit |= isDigit;
            if (!isDigit && ".-+_eE:TZ".indexOf(c) < 0 && !(hex && "xoabcdefABCDEF".indexOf(c) >= 0)) {
                return false;
            }
        }
        return digit && notAVersion(s);
    }

    /** 1.2.3 and 10.88.0.1 have two dots or more and are no numbers; with a dash in the middle only a date is special. */
    private static boolean notAVersion(String s) {
        int dot = s.indexOf('.');
        return dot < 0 || s.indexOf('.', dot + 1) < 0;
    }

    private static void indent(StringBuilder out, int depth) {
        for (int i = 0; i < depth; i++) {
            out.append("  ");
        }
    }
}
