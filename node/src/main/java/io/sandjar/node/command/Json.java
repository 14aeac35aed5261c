// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON as maps, lists, strings, numbers (Long, Double) and Booleans. Objects come from the agent as they are on the wire, so that
 * a field which this program does not know is shown as well.
 */
final class Json {
    private Json() {}

    static @Nullable Object parse(String text) {
        return parse(new StringReader(text));
    }

    static @Nullable Object parse(Reader text) {
        try {
            return value(new JsonReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next value of a stream, or null at its end. */
    static @Nullable Object next(JsonReader reader) throws IOException {
        return reader.peek() == JsonToken.END_DOCUMENT ? null : value(reader);
    }

    private static @Nullable Object value(JsonReader r) throws IOException {
        JsonToken token = r.peek();
        if (token == JsonToken.BEGIN_OBJECT) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            r.beginObject();
            while (r.hasNext()) {
                String name = r.nextName();
                map.put(name, value(r));
            }
            r.endObject();
            return map;
        }
        if (token == JsonToken.BEGIN_ARRAY) {
            List<@Nullable Object> list = new ArrayList<>();
            r.beginArray();
            while (r.hasNext()) {
                list.add(value(r));
            }
            r.endArray();
            return list;
        }
        if (token == JsonToken.NUMBER) {
            return number(r.nextString());
        }
        if (token == JsonToken.BOOLEAN) {
            return r.nextBoolean();
        }
        if (token == JsonToken.NULL) {
            r.nextNull();
            return null;
        }
        return r.nextString();
    }

    private static Object number(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return Double.valueOf(text);
        }
    }

    /** The value at a path of names, or null where something of it is missing. */
    static @Nullable Object at(@Nullable Object value, String... names) {
        Object here = value;
        for (String name : names) {
            if (!(here instanceof Map<?, ?> map)) {
                return null;
            }
            here = map.get(name);
        }
        return here;
    }

    /** A string, or the empty one; numbers and truth values as they are written. */
    static String text(@Nullable Object value, String... names) {
        Object found = at(value, names);
        return found == null || found instanceof Map || found instanceof List ? "" : found.toString();
    }

    static long number(@Nullable Object value, long absent, String... names) {
        Object found = at(value, names);
        return found instanceof Number n ? n.longValue() : absent;
    }

    static boolean truth(@Nullable Object value, String... names) {
        return at(value, names) instanceof Boolean b && b;
    }

    @SuppressWarnings("unchecked")
    static Map<String, @Nullable Object> map(@Nullable Object value, String... names) {
        return at(value, names) instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : new LinkedHashMap<>();
    }

    @SuppressWarnings("unchecked")
    static List<@Nullable Object> list(@Nullable Object value, String... names) {
        return at(value, names) instanceof List<?> list ? (List<@Nullable Object>) list : new ArrayList<>();
    }

    /** A map of pairs: name, value, name, value. */
    static Map<String, @Nullable Object> of(@Nullable Object... pairs) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return map;
    }

    /** On one line. */
    static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, -1);
        return out.toString();
    }

    /** With four blanks for each level and the names in order, as kubectl prints it. */
    static String pretty(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, 0);
        return out.append('\n').toString();
    }

    private static void write(StringBuilder out, @Nullable Object value, int depth) {
        if (value instanceof Map<?, ?> map) {
            Map<?, ?> ordered = depth < 0 ? map : new TreeMap<>(map);
            out.append('{');
            boolean first = true;
            for (Map.Entry<?, ?> e : ordered.entrySet()) {
                if (!first) {
                    out.append(',');
                }
                first = false;
                line(out, depth < 0 ? -1 : depth + 1);
                quote(out, String.valueOf(e.getKey()));
                out.append(depth < 0 ? ":" : ": ");
                write(out, e.getValue(), depth < 0 ? -1 : depth + 1);
            }
            if (!first) {
                line(out, depth);
            }
            out.append('}');
        } else if (value instanceof List<?> list) {
            out.append('[');
            for (int i = 0; i < list.size(); i++) {
                if (i > 0) {
                    out.append(',');
                }
                line(out, depth < 0 ? -1 : depth + 1);
                write(out, list.get(i), depth < 0 ? -1 : depth + 1);
            }
            if (!list.isEmpty()) {
                line(out, depth);
            }
            out.append(']');
        } else if (value instanceof String s) {
            quote(out, s);
        } else {
            out.append(value);
        }
    }

    private static void line(StringBuilder out, int depth) {
        if (depth >= 0) {
            out.append('\n');
            for (int i = 0; i < depth; i++) {
                out.append("    ");
            }
        }
    }

    static void quote(StringBuilder out, String s) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || c == 0x7f) {
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
}
