// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.content;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON that others wrote: objects whose fields are asked for with their type, null being the same as absent. */
public final class Json {
    private final String what;
    private final JsonObject object;

    private Json(String what, JsonObject object) {
        this.what = what;
        this.object = object;
    }

    /** @param what it is, for messages */
    public static Json parse(byte[] text, String what) throws ImageException {
        try {
            return new Json(
                    what,
                    JsonParser.parseString(new String(text, StandardCharsets.UTF_8))
                            .getAsJsonObject());
        } catch (JsonParseException | IllegalStateException e) {
            throw new ImageException(Kind.MALFORMED, what + " is not a JSON object", "", e);
        }
    }

    public String what() {
        return what;
    }

    public boolean has(String key) {
        return object.has(key) && !object.get(key).isJsonNull();
    }

    private ImageException wrong(String key, String wanted) {
        return new ImageException(Kind.MALFORMED, what + ": \"" + key + "\" is not " + wanted, "");
    }

    /** A text; empty if there is none. */
    public String text(String key) throws ImageException {
        if (!has(key)) {
            return "";
        }
        JsonElement e = object.get(key);
        if (!e.isJsonPrimitive()) {
            throw wrong(key, "a text");
        }
        return e.getAsString();
    }

    public long number(String key, long otherwise) throws ImageException {
        if (!has(key)) {
            return otherwise;
        }
        try {
            return object.get(key).getAsLong();
        } catch (RuntimeException e) {
            throw wrong(key, "a number");
        }
    }

    /** An object; an empty one if there is none. */
    public Json object(String key) throws ImageException {
        if (!has(key)) {
            return new Json(what, new JsonObject());
        }
        if (!object.get(key).isJsonObject()) {
            throw wrong(key, "an object");
        }
        return new Json(what + ": " + key, object.get(key).getAsJsonObject());
    }

    private JsonArray array(String key) throws ImageException {
        if (!has(key)) {
            return new JsonArray();
        }
        if (!object.get(key).isJsonArray()) {
            throw wrong(key, "a list");
        }
        return object.get(key).getAsJsonArray();
    }

    public List<Json> objects(String key) throws ImageException {
        List<Json> all = new ArrayList<>();
        for (JsonElement e : array(key)) {
            if (!e.isJsonObject()) {
                throw wrong(key, "a list of objects");
            }
            all.add(new Json(what + ": " + key + "[" + all.size() + "]", e.getAsJsonObject()));
        }
        return all;
    }

    /** A list of texts. One text alone is taken for a list too: old images have such. */
    public List<String> texts(String key) throws ImageException {
        if (has(key) && object.get(key).isJsonPrimitive()) {
            return List.of(text(key));
        }
        List<String> all = new ArrayList<>();
        for (JsonElement e : array(key)) {
            if (!e.isJsonPrimitive()) {
                throw wrong(key, "a list of texts");
            }
            all.add(e.getAsString());
        }
        return all;
    }

    public List<String> keys(String key) throws ImageException {
        return List.copyOf(object(key).object.keySet());
    }

    public Map<String, String> map(String key) throws ImageException {
        Json o = object(key);
        Map<String, String> all = new LinkedHashMap<>();
        for (String k : o.object.keySet()) {
            all.put(k, o.text(k));
        }
        return all;
    }

    /** A descriptor: mediaType, digest, size. */
    public Descriptor descriptor() throws ImageException {
        long size = number("size", -1);
        return new Descriptor(text("mediaType"), Digest.parse(text("digest"), what), size);
    }

    /** As text. */
    @Override
    public String toString() {
        return object.toString();
    }
}
