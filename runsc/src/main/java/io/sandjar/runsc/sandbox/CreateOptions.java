// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.oci.Json;
import io.sandjar.oci.JsonObject;
import io.sandjar.oci.SpecError;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What {@code create} says of a container beside its configuration. */
final class CreateOptions {
    final String id;
    final String bundle;

    /** The process that stands for it on the host. */
    final long hostPid;

    /** Whether it is its sandbox's first. */
    final boolean first;

    /** none, memory, self or dir. */
    final String overlay;

    /** Bytes; 0: no limit of its own. */
    final long overlaySize;

    /** Whether owners of the root's files are in their attributes. */
    final boolean overlayOwners;

    /** none, open, create or all; empty: as the sandbox was booted. */
    final String hostUds;

    final String owner;
    final Map<String, String> annotations;

    /** When the host says it was created; empty: it does not. */
    final String created;

    private CreateOptions(JsonObject o) {
        id = o.string("id");
        bundle = o.string("bundle");
        hostPid = o.number("hostPid", 0);
        first = !o.has("sandbox") || o.bool("sandbox");
        overlay = o.string("overlay");
        overlaySize = o.number("overlaySize", 0);
        overlayOwners = o.has("overlayOwners") && o.bool("overlayOwners");
        hostUds = o.string("hostUds");
        owner = o.string("owner");
        annotations = o.stringMap("annotations");
        created = o.string("created");
    }

    /** @throws Refusal when the text is not what it should be */
    static CreateOptions parse(String id, String json) {
        JsonObject o = object(json);
        CreateOptions options;
        try {
            options = new CreateOptions(o);
        } catch (SpecError e) {
            throw new Refusal("malformed request: " + e.text());
        }
        if (!options.id.equals(id)) {
            throw new Refusal("malformed request: options of another container");
        }
        return options;
    }

    static JsonObject object(String json) {
        try {
            return Json.object(json.isEmpty() ? new byte[] {'{', '}'} : json.getBytes(StandardCharsets.ISO_8859_1));
        } catch (SpecError e) {
            throw new Refusal("malformed request: " + e.text());
        }
    }
}
