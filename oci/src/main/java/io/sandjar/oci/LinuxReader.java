// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the part {@code linux}. */
final class LinuxReader {
    private static final Linux NONE = new Linux(
            List.of(), List.of(), Map.of(), null, "", List.of(), List.of(), Map.of(), null, "", List.of(), List.of(),
            "", null, Map.of());

    private LinuxReader() {}

    static Linux read(@Nullable JsonObject o) {
        if (o == null) {
            return NONE;
        }
        JsonObject resources = o.object("resources");
        return new Linux(
                mappings(o, "uidMappings"),
                mappings(o, "gidMappings"),
                o.stringMap("sysctl"),
                resources == null ? null : ResourcesReader.read(resources),
                o.string("cgroupsPath"),
                namespaces(o),
                devices(o),
                netDevices(o.object("netDevices")),
                seccomp(o.object("seccomp")),
                o.string("rootfsPropagation"),
                o.strings("maskedPaths"),
                o.strings("readonlyPaths"),
                o.string("mountLabel"),
                personality(o.object("personality")),
                timeOffsets(o.object("timeOffsets")));
    }

    static List<IdMapping> mappings(JsonObject o, String name) {
        List<JsonObject> from = o.objects(name);
        ArrayList<IdMapping> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            JsonObject m = from.get(i);
            to.add(new IdMapping(id(m, "containerID"), id(m, "hostID"), id(m, "size")));
        }
        return Collections.unmodifiableList(to);
    }

    private static long id(JsonObject m, String name) {
        Long n = m.optionalLong(name, 0, 0xffffffffL);
        return n == null ? 0 : n;
    }

    private static List<Linux.Namespace> namespaces(JsonObject o) {
        List<JsonObject> from = o.objects("namespaces");
        ArrayList<Linux.Namespace> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            to.add(new Linux.Namespace(from.get(i).string("type"), from.get(i).string("path")));
        }
        return Collections.unmodifiableList(to);
    }

    private static List<Linux.Device> devices(JsonObject o) {
        List<JsonObject> from = o.objects("devices");
        ArrayList<Linux.Device> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            JsonObject d = from.get(i);
            Integer mode = d.optionalUnsignedInt("fileMode");
            to.add(new Linux.Device(
                    d.string("path"),
                    d.string("type"),
                    d.number("major", 0),
                    d.number("minor", 0),
                    mode == null ? -1 : mode & 07777,
                    d.optionalUnsignedInt("uid"),
                    d.optionalUnsignedInt("gid")));
        }
        return Collections.unmodifiableList(to);
    }

    /** Name on the host -> name inside. */
    private static Map<String, String> netDevices(@Nullable JsonObject o) {
        if (o == null) {
            return Map.of();
        }
        LinkedHashMap<String, String> to = new LinkedHashMap<>();
        for (String name : o.names()) {
            JsonObject d = o.object(name);
            String inside = d == null ? "" : d.string("name");
            to.put(name, inside.isEmpty() ? name : inside);
        }
        return Collections.unmodifiableMap(to);
    }

    private static @Nullable Seccomp seccomp(@Nullable JsonObject o) {
        return o == null
                ? null
                : new Seccomp(
                        o.string("defaultAction"),
                        o.optionalUnsignedInt("defaultErrnoRet"),
                        o.strings("architectures"),
                        o.strings("flags"),
                        o.string("listenerPath"),
                        o.string("listenerMetadata"),
                        rules(o));
    }

    private static List<Seccomp.Rule> rules(JsonObject o) {
        List<JsonObject> from = o.objects("syscalls");
        ArrayList<Seccomp.Rule> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            JsonObject r = from.get(i);
            List<JsonObject> comparisons = r.objects("args");
            ArrayList<Seccomp.Arg> args = new ArrayList<>(comparisons.size());
            for (int k = 0; k < comparisons.size(); k++) {
                JsonObject a = comparisons.get(k);
                args.add(new Seccomp.Arg(
                        a.integer("index", 0, 5, 0), a.unsigned("value"), a.unsigned("valueTwo"), a.string("op")));
            }
            to.add(new Seccomp.Rule(
                    r.strings("names"),
                    r.string("action"),
                    r.optionalUnsignedInt("errnoRet"),
                    Collections.unmodifiableList(args)));
        }
        return Collections.unmodifiableList(to);
    }

    private static Linux.@Nullable Personality personality(@Nullable JsonObject o) {
        return o == null ? null : new Linux.Personality(o.string("domain"), o.strings("flags"));
    }

    private static Map<String, Linux.TimeOffset> timeOffsets(@Nullable JsonObject o) {
        if (o == null) {
            return Map.of();
        }
        LinkedHashMap<String, Linux.TimeOffset> to = new LinkedHashMap<>();
        for (String clock : o.names()) {
            JsonObject t = o.object(clock);
            if (t != null) {
                to.put(clock, new Linux.TimeOffset(t.number("secs", 0), t.integer("nanosecs", 0, 999_999_999, 0)));
            }
        }
        return Collections.unmodifiableMap(to);
    }
}
