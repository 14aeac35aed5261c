// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The runtime handlers in the verbose answer of Status: containerd before 2.0 does not list them, but tells its configuration in effect as
 * JSON, {@code config.containerd.runtimes}.
 */
final class HandlersOfStatus {
    private HandlersOfStatus() {}

    static Set<String> in(Map<String, String> info) {
        JsonObject runtimes = object(config(info), "containerd", "runtimes");
        return runtimes == null ? Set.of() : runtimes.keySet();
    }

    /** A text of the configuration in effect, such as sandboxImage; null when it does not tell. */
    static @Nullable String text(Map<String, String> info, String name) {
        JsonObject config = config(info);
        JsonElement value = config == null ? null : config.get(name);
        return value != null && value.isJsonPrimitive() ? value.getAsString() : null;
    }

    private static @Nullable JsonObject config(Map<String, String> info) {
        String config = info.get("config");
        if (config == null) return null;
        try {
            JsonElement parsed = JsonParser.parseString(config);
            return parsed.isJsonObject() ? parsed.getAsJsonObject() : null;
        } catch (JsonParseException e) {
            return null;
        }
    }

    private static @Nullable JsonObject object(@Nullable JsonObject from, String... names) {
        JsonObject at = from;
        for (String name : names) {
            JsonElement next = at == null ? null : at.get(name);
            at = next != null && next.isJsonObject() ? next.getAsJsonObject() : null;
        }
        return at;
    }
}
