// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sandjar.imagestore.Image;
import io.sandjar.imagestore.ImageConfig;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.content.Json;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;

/**
 * An image as the store writes it down.
 *
 * @param layers diff-ids, the lowest first
 * @param config the image's own configuration as it came
 */
record ImageRecord(
        String id,
        List<String> names,
        List<String> digests,
        long sizeBytes,
        long entries,
        List<String> layers,
        Json config) {

    static ImageRecord parse(byte[] text, String what) throws ImageException {
        Json j = Json.parse(text, what);
        return new ImageRecord(
                j.text("id"),
                j.texts("names"),
                j.texts("digests"),
                j.number("size", 0),
                j.number("entries", 0),
                j.texts("layers"),
                j.object("config"));
    }

    byte[] write() {
        JsonObject o = new JsonObject();
        o.addProperty("id", id);
        o.add("names", array(names));
        o.add("digests", array(digests));
        o.addProperty("size", sizeBytes);
        o.addProperty("entries", entries);
        o.add("layers", array(layers));
        o.add("config", com.google.gson.JsonParser.parseString(config.toString()));
        return o.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static JsonArray array(List<String> texts) {
        JsonArray a = new JsonArray();
        texts.forEach(a::add);
        return a;
    }

    ImageRecord named(List<String> newNames, List<String> newDigests) {
        return new ImageRecord(id, newNames, newDigests, sizeBytes, entries, layers, config);
    }

    Image image() throws ImageException {
        return new Image(id, names, digests, sizeBytes, created(), parseConfig(config));
    }

    private long created() throws ImageException {
        try {
            String text = config.text("created");
            return text.isEmpty() ? 0 : OffsetDateTime.parse(text).toEpochSecond();
        } catch (DateTimeParseException e) {
            return 0;
        }
    }

    /** The part of an image's configuration that says how to run it. */
    static ImageConfig parseConfig(Json config) throws ImageException {
        Json c = config.object("config");
        return new ImageConfig(
                c.texts("Env"),
                c.texts("Entrypoint"),
                c.texts("Cmd"),
                c.text("User"),
                c.text("WorkingDir"),
                c.keys("Volumes"),
                c.keys("ExposedPorts"),
                c.text("StopSignal"),
                c.map("Labels"));
    }
}
