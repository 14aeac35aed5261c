// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Names of a group of constants, taken from the fields of a class by their prefix. Only tracing pays for that. */
final class Names {
    private final ArrayList<String> names = new ArrayList<>();
    private final ArrayList<Long> values = new ArrayList<>();

    /** @param except fields that share the prefix but do not belong to the group */
    static Names of(Class<?> from, String prefix, String... except) {
        Names n = new Names();
        for (Field f : from.getFields()) {
            String name = f.getName();
            if (!name.startsWith(prefix) || !Modifier.isStatic(f.getModifiers()) || contains(except, name)) {
                continue;
            }
            try {
                if (f.getType() == int.class) {
                    n.add(name, f.getInt(null) & 0xffffffffL);
                } else if (f.getType() == long.class) {
                    n.add(name, f.getLong(null));
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
        return n;
    }

    private static boolean contains(String[] list, String s) {
        for (String x : list) {
            if (x.equals(s)) {
                return true;
            }
        }
        return false;
    }

    /** Adds a name; of two for the same value the first counts. */
    Names add(String name, long value) {
        if (!values.contains(value)) {
            names.add(name);
            values.add(value);
        }
        return this;
    }

    /** The name of exactly this value. */
    @Nullable
    String find(long value) {
        int i = values.indexOf(value);
        if (i < 0 && value < 0 && value == (int) value) {
            i = values.indexOf(value & 0xffffffffL);
        }
        return i < 0 ? null : names.get(i);
    }

    /** The name of a value, or the number. */
    String one(long value) {
        String s = find(value);
        return s != null ? s : Long.toString(value);
    }

    String oneOrHex(long value) {
        String s = find(value);
        return s != null ? s : "0x" + Long.toHexString(value);
    }

    /** A set of bits: {@code A|B|0x40}; names of several bits win over their parts. */
    String flags(long set) {
        String exact = find(set);
        if (exact != null) {
            return exact;
        }
        if (set == 0) {
            return "0";
        }
        StringBuilder s = new StringBuilder();
        long left = append(s, set, set, true);
        left = append(s, set, left, false);
        if (left != 0) {
            s.append(s.isEmpty() ? "0x" : "|0x").append(Long.toHexString(left));
        }
        return s.toString();
    }

    private long append(StringBuilder s, long set, long left, boolean several) {
        long rest = left;
        for (int i = 0; i < names.size(); i++) {
            long v = values.get(i);
            if (v != 0 && (set & v) == v && (rest & v) != 0 && (Long.bitCount(v) > 1) == several) {
                if (several && (rest & v) != v) {
                    continue;
                }
                s.append(s.isEmpty() ? "" : "|").append(names.get(i));
                rest &= ~v;
            }
        }
        return rest;
    }
}
