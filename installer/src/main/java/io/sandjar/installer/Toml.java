// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/** TOML read whole: tables as maps, so that two configurations can be compared. */
final class Toml {
    private Toml() {}

    static TomlTable parse(@Nullable String text, Path file) {
        TomlParseResult result = org.tomlj.Toml.parse(text == null ? "" : text);
        if (result.hasErrors()) {
            TomlParseError error = result.errors().get(0);
            throw new Problem(
                    file + ":" + error.position().line() + ":"
                            + error.position().column() + ": " + error.getMessage(),
                    "the file is not changed; mend it first");
        }
        return result;
    }

    /** Dotted keys with their values, for comparison; lists as text. */
    static Map<String, String> flat(TomlTable table) {
        Map<String, String> out = new TreeMap<>();
        flatten("", table, out);
        return out;
    }

    private static void flatten(String prefix, TomlTable table, Map<String, String> out) {
        for (String key : table.keySet()) {
            Object value = table.get(java.util.List.of(key));
            String name = prefix + "/" + key;
            if (value instanceof TomlTable inner) {
                flatten(name, inner, out);
            } else if (value instanceof TomlArray array) {
                out.put(name, array.toJson());
            } else {
                out.put(name, String.valueOf(value));
            }
        }
    }

    static @Nullable TomlTable table(TomlTable from, String... keys) {
        Object value = from.get(java.util.List.of(keys));
        return value instanceof TomlTable table ? table : null;
    }

    static String quote(String text) {
        StringBuilder b = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') b.append('\\').append(c);
            else if (c < ' ') b.append(String.format("\\u%04x", (int) c));
            else b.append(c);
        }
        return b.append('"').toString();
    }
}
