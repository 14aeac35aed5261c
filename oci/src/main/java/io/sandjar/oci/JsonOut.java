// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON text being written, indented as runc does it or on one line. Strings hold bytes; what is not UTF-8 in them is
 * replaced, so that the text is always JSON.
 */
public final class JsonOut {
    private final StringBuilder out = new StringBuilder(1024);
    private final String indent;
    private int depth;
    private boolean first = true;

    /** @param indent one step; empty: all on one line */
    public JsonOut(String indent) {
        this.indent = indent;
    }

    private void next() {
        if (!first) {
            out.append(',');
        }
        first = false;
        line();
    }

    private void line() {
        if (!indent.isEmpty() && depth > 0) {
            out.append('\n');
            for (int i = 0; i < depth; i++) {
                out.append(indent);
            }
        }
    }

    private void name(String name) {
        next();
        quote(name);
        out.append(indent.isEmpty() ? ":" : ": ");
    }

    private JsonOut open(char bracket) {
        out.append(bracket);
        depth++;
        first = true;
        return this;
    }

    /** An object: the document, or an element of an array. */
    public JsonOut object() {
        if (depth > 0) {
            next();
        }
        return open('{');
    }

    public JsonOut object(String name) {
        name(name);
        return open('{');
    }

    /** An array: the document, or an element of an array. */
    public JsonOut array() {
        if (depth > 0) {
            next();
        }
        return open('[');
    }

    public JsonOut array(String name) {
        name(name);
        return open('[');
    }

    /** Ends an object. */
    public JsonOut end() {
        return close('}');
    }

    public JsonOut endArray() {
        return close(']');
    }

    private JsonOut close(char bracket) {
        depth--;
        if (!first) {
            if (depth > 0) {
                line();
            } else if (!indent.isEmpty()) {
                out.append('\n');
            }
        }
        out.append(bracket);
        first = false;
        return this;
    }

    public JsonOut put(String name, String value) {
        name(name);
        quote(value);
        return this;
    }

    /** Leaves the member out when it is empty. */
    public JsonOut putIfAny(String name, String value) {
        return value.isEmpty() ? this : put(name, value);
    }

    public JsonOut put(String name, long value) {
        name(name);
        out.append(value);
        return this;
    }

    public JsonOut put(String name, boolean value) {
        name(name);
        out.append(value);
        return this;
    }

    public JsonOut put(String name, List<String> values) {
        array(name);
        for (int i = 0; i < values.size(); i++) {
            add(values.get(i));
        }
        return endArray();
    }

    public JsonOut put(String name, @Nullable Map<String, String> values) {
        object(name);
        if (values != null) {
            for (Map.Entry<String, String> e : values.entrySet()) {
                put(e.getKey(), e.getValue());
            }
        }
        return end();
    }

    /** An element. */
    public JsonOut add(String value) {
        next();
        quote(value);
        return this;
    }

    public JsonOut add(long value) {
        next();
        out.append(value);
        return this;
    }

    private void quote(String s) {
        out.append('"');
        for (int i = 0; i < s.length(); ) {
            char c = s.charAt(i);
            if (c >= 0x80) {
                int n = utf8(s, i);
                out.append(n == 0 ? "\\ufffd" : s.substring(i, i + n));
                i += Math.max(n, 1);
                continue;
            }
            i++;
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7f) {
                        out.append("\\u00")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** How many bytes of UTF-8 stand here; 0 if it is none. */
    private static int utf8(String s, int at) {
        int c = s.charAt(at);
        int n = c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
        if (n == 0 || at + n > s.length()) {
            return 0;
        }
        int point = c & 0x7f >> n;
        for (int i = 1; i < n; i++) {
            int next = s.charAt(at + i);
            if (next < 0x80 || next >= 0xc0) {
                return 0;
            }
            point = point << 6 | next & 0x3f;
        }
        int least = n == 2 ? 0x80 : n == 3 ? 0x800 : 0x10000;
        return point < least || point > 0x10ffff || point >= 0xd800 && point < 0xe000 ? 0 : n;
    }

    /** The text, one char for each byte. */
    public String text() {
        return out.toString();
    }

    public byte[] bytes() {
        return text().getBytes(StandardCharsets.ISO_8859_1);
    }
}
