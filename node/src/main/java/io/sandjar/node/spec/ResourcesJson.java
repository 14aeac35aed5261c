// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fabric8.kubernetes.api.model.Container;

/** linux.resources of a container: requests become shares, limits become limits. */
final class ResourcesJson {
    private static final long PERIOD_MICROS = 100_000;
    private static final long MIN_QUOTA_MICROS = 1000;
    private static final long MAX_SHARES = 262_144;

    private ResourcesJson() {}

    static JsonObject of(Container c) {
        JsonObject resources = devicesOnly();
        JsonObject cpu = new JsonObject();
        cpu.addProperty(
                "shares", Math.clamp(Quantities.milli(Quantities.request(c, "cpu")) * 1024 / 1000, 2, MAX_SHARES));
        long milli = Quantities.milli(Quantities.limit(c, "cpu"));
        if (milli > 0) {
            cpu.addProperty("period", PERIOD_MICROS);
            cpu.addProperty("quota", Math.max(milli * PERIOD_MICROS / 1000, MIN_QUOTA_MICROS));
        }
        resources.add("cpu", cpu);
        long memory = Quantities.bytes(Quantities.limit(c, "memory"));
        if (memory > 0) {
            JsonObject m = new JsonObject();
            m.addProperty("limit", memory);
            resources.add("memory", m);
        }
        return resources;
    }

    /** No device of the host. */
    static JsonObject devicesOnly() {
        JsonObject deny = new JsonObject();
        deny.addProperty("allow", false);
        deny.addProperty("access", "rwm");
        JsonArray devices = new JsonArray();
        devices.add(deny);
        JsonObject resources = new JsonObject();
        resources.add("devices", devices);
        return resources;
    }
}
