// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the part {@code linux.resources}. */
final class ResourcesReader {
    private ResourcesReader() {}

    static Resources read(JsonObject o) {
        JsonObject pids = o.object("pids");
        return new Resources(
                devices(o),
                memory(o.object("memory")),
                cpu(o.object("cpu")),
                pids == null ? null : pids.optionalLong("limit"),
                blockIo(o.object("blockIO")),
                hugepages(o),
                network(o.object("network")),
                rdma(o.object("rdma")),
                o.stringMap("unified"));
    }

    private static List<Resources.DeviceRule> devices(JsonObject o) {
        List<JsonObject> from = o.objects("devices");
        ArrayList<Resources.DeviceRule> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            JsonObject d = from.get(i);
            String type = d.string("type");
            to.add(new Resources.DeviceRule(
                    d.bool("allow"),
                    type.isEmpty() ? "a" : type,
                    any(d.optionalLong("major")),
                    any(d.optionalLong("minor")),
                    d.string("access")));
        }
        return Collections.unmodifiableList(to);
    }

    /** A negative number means any, too. */
    private static @Nullable Long any(@Nullable Long n) {
        return n != null && n < 0 ? null : n;
    }

    private static Resources.@Nullable Memory memory(@Nullable JsonObject o) {
        return o == null
                ? null
                : new Resources.Memory(
                        o.optionalLong("limit"),
                        o.optionalLong("reservation"),
                        o.optionalLong("swap"),
                        o.optionalLong("kernel"),
                        o.optionalLong("kernelTCP"),
                        o.optionalUnsigned("swappiness"),
                        o.optionalBool("disableOOMKiller"),
                        o.optionalBool("useHierarchy"),
                        o.optionalBool("checkBeforeUpdate"));
    }

    private static Resources.@Nullable Cpu cpu(@Nullable JsonObject o) {
        return o == null
                ? null
                : new Resources.Cpu(
                        o.optionalUnsigned("shares"),
                        o.optionalLong("quota"),
                        o.optionalUnsigned("burst"),
                        o.optionalUnsigned("period"),
                        o.optionalLong("realtimeRuntime"),
                        o.optionalUnsigned("realtimePeriod"),
                        o.string("cpus"),
                        o.string("mems"),
                        o.optionalLong("idle"));
    }

    private static Resources.@Nullable BlockIo blockIo(@Nullable JsonObject o) {
        return o == null
                ? null
                : new Resources.BlockIo(
                        o.optionalInt("weight", 0, 65535),
                        o.optionalInt("leafWeight", 0, 65535),
                        weights(o),
                        throttles(o, "throttleReadBpsDevice"),
                        throttles(o, "throttleWriteBpsDevice"),
                        throttles(o, "throttleReadIOPSDevice"),
                        throttles(o, "throttleWriteIOPSDevice"));
    }

    private static List<Resources.WeightDevice> weights(JsonObject o) {
        List<JsonObject> from = o.objects("weightDevice");
        ArrayList<Resources.WeightDevice> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            JsonObject d = from.get(i);
            to.add(new Resources.WeightDevice(
                    d.number("major", 0),
                    d.number("minor", 0),
                    d.optionalInt("weight", 0, 65535),
                    d.optionalInt("leafWeight", 0, 65535)));
        }
        return Collections.unmodifiableList(to);
    }

    private static List<Resources.ThrottleDevice> throttles(JsonObject o, String name) {
        List<JsonObject> from = o.objects(name);
        ArrayList<Resources.ThrottleDevice> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            JsonObject d = from.get(i);
            to.add(new Resources.ThrottleDevice(d.number("major", 0), d.number("minor", 0), d.unsigned("rate")));
        }
        return Collections.unmodifiableList(to);
    }

    private static List<Resources.HugepageLimit> hugepages(JsonObject o) {
        List<JsonObject> from = o.objects("hugepageLimits");
        ArrayList<Resources.HugepageLimit> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            to.add(new Resources.HugepageLimit(
                    from.get(i).string("pageSize"), from.get(i).unsigned("limit")));
        }
        return Collections.unmodifiableList(to);
    }

    private static Resources.@Nullable Network network(@Nullable JsonObject o) {
        if (o == null) {
            return null;
        }
        List<JsonObject> from = o.objects("priorities");
        ArrayList<Resources.InterfacePriority> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            Long priority = from.get(i).optionalLong("priority", 0, 0xffffffffL);
            to.add(new Resources.InterfacePriority(from.get(i).string("name"), priority == null ? 0 : priority));
        }
        return new Resources.Network(o.optionalLong("classID", 0, 0xffffffffL), Collections.unmodifiableList(to));
    }

    private static Map<String, Resources.Rdma> rdma(@Nullable JsonObject o) {
        if (o == null) {
            return Map.of();
        }
        LinkedHashMap<String, Resources.Rdma> to = new LinkedHashMap<>();
        for (String name : o.names()) {
            JsonObject d = o.object(name);
            if (d != null) {
                to.put(
                        name,
                        new Resources.Rdma(
                                d.optionalLong("hcaHandles", 0, 0xffffffffL),
                                d.optionalLong("hcaObjects", 0, 0xffffffffL)));
            }
        }
        return Collections.unmodifiableMap(to);
    }
}
