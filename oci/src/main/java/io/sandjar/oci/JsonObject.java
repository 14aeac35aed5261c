// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object of a JSON tree, asked member by member. A wrong kind of value gives a sentence with the member's path; null and
 * absent are the same, as in Go, whose programs write these files.
 */
public final class JsonObject {
    private final String path;
    private final Map<String, Object> members;

    JsonObject(String path, Map<String, Object> members) {
        this.path = path;
        this.members = members;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> members(Object tree) {
        return (LinkedHashMap<String, Object>) tree;
    }

    /** Path of a member, for messages. */
    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Names in the order of the text. */
    public List<String> names() {
        return new ArrayList<>(members.keySet());
    }

    private @Nullable Object get(String name) {
        Object v = members.get(name);
        return v == Json.NULL ? null : v;
    }

    /** Whether the member is there and not null. */
    public boolean has(String name) {
        return get(name) != null;
    }

    /** A string; empty if absent. */
    public String string(String name) {
        Object v = get(name);
        return v == null ? "" : string(v, path(name));
    }

    private static String string(Object v, String at) {
        if (!(v instanceof String s)) {
            throw wrong(at, "a string", v);
        }
        if (s.indexOf('\0') >= 0) {
            throw new SpecError(at, "must not hold a NUL byte");
        }
        return s;
    }

    /** True or false; false if absent. */
    public boolean bool(String name) {
        return Boolean.TRUE.equals(optionalBool(name));
    }

    public @Nullable Boolean optionalBool(String name) {
        Object v = get(name);
        if (v != null && !(v instanceof Boolean)) {
            throw wrong(path(name), "true or false", v);
        }
        return (Boolean) v;
    }

    /** A whole number of 64 bits; null if absent. */
    public @Nullable Long optionalLong(String name) {
        Object v = get(name);
        return v == null ? null : number(v, path(name));
    }

    private static long number(Object v, String at) {
        String s = literal(v, at);
        try {
            return Long.parseLong(s);
        } catch (NumberFormatException e) {
            throw new SpecError(at, whole(s) ? s + " is out of range" : "expected a whole number, found " + clip(s));
        }
    }

    private static String literal(Object v, String at) {
        if (v instanceof Json.Num n) {
            return n.text();
        }
        throw wrong(at, "a number", v);
    }

    private static boolean whole(String s) {
        for (int i = s.charAt(0) == '-' ? 1 : 0; i < s.length(); i++) {
            if (s.charAt(i) < '0' || s.charAt(i) > '9') {
                return false;
            }
        }
        return s.length() < 40;
    }

    /** A whole number between two others; null if absent. */
    public @Nullable Long optionalLong(String name, long min, long max) {
        Object v = get(name);
        return v == null ? null : ranged(v, path(name), min, max);
    }

    private static long ranged(Object v, String at, long min, long max) {
        long n = number(v, at);
        if (n < min || n > max) {
            throw new SpecError(at, n + " is out of range, " + min + " to " + max + " is allowed");
        }
        return n;
    }

    /** A whole number between two others, or {@code otherwise}. */
    public int integer(String name, int min, int max, int otherwise) {
        Long n = optionalLong(name, min, max);
        return n == null ? otherwise : n.intValue();
    }

    public @Nullable Integer optionalInt(String name, int min, int max) {
        Long n = optionalLong(name, min, max);
        return n == null ? null : (Integer) n.intValue();
    }

    /** A whole number, or {@code otherwise}. */
    public long number(String name, long otherwise) {
        Long n = optionalLong(name);
        return n == null ? otherwise : n;
    }

    /** A number of 0 to 2^32-1 as the bits of an int; null if absent. */
    public @Nullable Integer optionalUnsignedInt(String name) {
        Long n = optionalLong(name, 0, 0xffffffffL);
        return n == null ? null : (Integer) (int) n.longValue();
    }

    /** A number of 0 to 2^64-1 as the bits of a long; null if absent. */
    public @Nullable Long optionalUnsigned(String name) {
        Object v = get(name);
        if (v == null) {
            return null;
        }
        String s = literal(v, path(name));
        try {
            return Long.parseUnsignedLong(s);
        } catch (NumberFormatException e) {
            throw new SpecError(
                    path(name),
                    whole(s)
                            ? s + (s.startsWith("-") ? " must not be negative" : " is out of range")
                            : "expected a whole number, found " + clip(s));
        }
    }

    public long unsigned(String name) {
        Long n = optionalUnsigned(name);
        return n == null ? 0 : n;
    }

    /** An object; null if absent. */
    public @Nullable JsonObject object(String name) {
        Object v = get(name);
        return v == null ? null : object(v, path(name));
    }

    private static JsonObject object(Object v, String at) {
        if (!(v instanceof LinkedHashMap<?, ?>)) {
            throw wrong(at, "an object", v);
        }
        return new JsonObject(at, members(v));
    }

    private List<?> array(String name) {
        Object v = get(name);
        if (v == null) {
            return List.of();
        }
        if (!(v instanceof ArrayList<?> list)) {
            throw wrong(path(name), "an array", v);
        }
        return list;
    }

    /** An array of objects; empty if absent. */
    public List<JsonObject> objects(String name) {
        List<?> from = array(name);
        ArrayList<JsonObject> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            to.add(object(from.get(i), path(name) + "[" + i + "]"));
        }
        return to;
    }

    /** An array of strings; empty if absent. */
    public List<String> strings(String name) {
        List<?> from = array(name);
        ArrayList<String> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            Object v = from.get(i);
            to.add(v instanceof String s && s.indexOf('\0') < 0 ? s : string(v, path(name) + "[" + i + "]"));
        }
        return Collections.unmodifiableList(to);
    }

    /** An array of numbers of 0 to 2^32-1 as ints; empty if absent. */
    public List<Integer> unsignedInts(String name) {
        List<?> from = array(name);
        ArrayList<Integer> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            to.add((int) ranged(from.get(i), path(name) + "[" + i + "]", 0, 0xffffffffL));
        }
        return Collections.unmodifiableList(to);
    }

    /** An object whose members are strings, in the order of the text; empty if absent. */
    public Map<String, String> stringMap(String name) {
        JsonObject o = object(name);
        if (o == null) {
            return Map.of();
        }
        LinkedHashMap<String, String> to = new LinkedHashMap<>();
        for (String key : o.members.keySet()) {
            if (key.indexOf('\0') >= 0) {
                throw new SpecError(path(name), "a name must not hold a NUL byte");
            }
            to.put(key, o.string(key));
        }
        return Collections.unmodifiableMap(to);
    }

    private static SpecError wrong(String at, String expected, Object found) {
        return new SpecError(at, "expected " + expected + ", found " + describe(found));
    }

    static String describe(Object v) {
        if (v instanceof String s) {
            return "\"" + clip(s) + "\"";
        }
        if (v instanceof Json.Num n) {
            return clip(n.text());
        }
        if (v instanceof Boolean b) {
            return b ? "true" : "false";
        }
        if (v == Json.NULL) {
            return "null";
        }
        return v instanceof List<?> ? "an array" : "an object";
    }

    private static String clip(String s) {
        return s.length() <= 40 ? s : s.substring(0, 37) + "...";
    }
}
