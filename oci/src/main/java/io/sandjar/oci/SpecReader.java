// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the runtime-spec's documents: first the kinds of values, then what they mean ({@link SpecCheck}). */
public final class SpecReader {
    private SpecReader() {}

    /**
     * Reads config.json.
     *
     * @throws SpecError when it cannot be used
     */
    public static Spec read(byte[] json) {
        JsonObject top = Json.object(json);
        ArrayList<String> warnings = new ArrayList<>();
        SpecCheck.version(top.string("ociVersion"), warnings);
        JsonObject process = top.object("process");
        if (process == null) {
            throw new SpecError("process", "must be given");
        }
        JsonObject root = top.object("root");
        if (root == null) {
            throw new SpecError("root", "must be given");
        }
        Spec spec = new Spec(
                top.string("ociVersion"),
                process(process),
                new Root(root.string("path"), root.bool("readonly")),
                top.string("hostname"),
                top.string("domainname"),
                mounts(top),
                hooks(top.object("hooks")),
                top.stringMap("annotations"),
                LinuxReader.read(top.object("linux")),
                Collections.unmodifiableList(warnings));
        SpecCheck.check(spec, top, warnings);
        return spec;
    }

    /** Reads a document that is a process alone (exec --process). Warnings are added to the list. */
    public static Process readProcess(byte[] json, List<String> warnings) {
        Process p = process(Json.object(json));
        SpecCheck.process(p, "", warnings);
        return p;
    }

    /** Reads a process that is a member of another document, with paths below that member. */
    public static Process readProcess(JsonObject process, List<String> warnings) {
        Process p = process(process);
        SpecCheck.process(p, process.path(""), warnings);
        return p;
    }

    /** Reads a document that is limits alone (update -r). */
    public static Resources readResources(byte[] json) {
        Resources r = ResourcesReader.read(Json.object(json));
        SpecCheck.resources(r, "");
        return r;
    }

    private static Process process(JsonObject o) {
        return new Process(
                o.bool("terminal"),
                consoleSize(o.object("consoleSize")),
                user(o.object("user")),
                o.strings("args"),
                o.strings("env"),
                o.string("cwd"),
                capabilities(o.object("capabilities")),
                rlimits(o),
                o.bool("noNewPrivileges"),
                o.string("apparmorProfile"),
                o.optionalInt("oomScoreAdj", Integer.MIN_VALUE, Integer.MAX_VALUE),
                scheduler(o.object("scheduler")),
                o.string("selinuxLabel"),
                ioPriority(o.object("ioPriority")),
                affinity(o.object("execCPUAffinity")));
    }

    private static Process.@Nullable ConsoleSize consoleSize(@Nullable JsonObject o) {
        return o == null
                ? null
                : new Process.ConsoleSize(o.integer("height", 0, 65535, 0), o.integer("width", 0, 65535, 0));
    }

    private static User user(@Nullable JsonObject o) {
        if (o == null) {
            return new User(0, 0, -1, List.of(), "");
        }
        Integer uid = o.optionalUnsignedInt("uid");
        Integer gid = o.optionalUnsignedInt("gid");
        Integer umask = o.optionalUnsignedInt("umask");
        return new User(
                uid == null ? 0 : uid,
                gid == null ? 0 : gid,
                umask == null ? -1 : umask & 0777,
                o.unsignedInts("additionalGids"),
                o.string("username"));
    }

    private static @Nullable Capabilities capabilities(@Nullable JsonObject o) {
        return o == null
                ? null
                : new Capabilities(
                        o.strings("bounding"),
                        o.strings("effective"),
                        o.strings("inheritable"),
                        o.strings("permitted"),
                        o.strings("ambient"));
    }

    private static List<Process.Rlimit> rlimits(JsonObject o) {
        List<JsonObject> from = o.objects("rlimits");
        ArrayList<Process.Rlimit> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            JsonObject r = from.get(i);
            to.add(new Process.Rlimit(r.string("type"), r.unsigned("soft"), r.unsigned("hard")));
        }
        return Collections.unmodifiableList(to);
    }

    private static Process.@Nullable Scheduler scheduler(@Nullable JsonObject o) {
        return o == null
                ? null
                : new Process.Scheduler(
                        o.string("policy"),
                        o.integer("nice", Integer.MIN_VALUE, Integer.MAX_VALUE, 0),
                        o.integer("priority", Integer.MIN_VALUE, Integer.MAX_VALUE, 0),
                        o.strings("flags"),
                        o.unsigned("runtime"),
                        o.unsigned("deadline"),
                        o.unsigned("period"));
    }

    private static Process.@Nullable IoPriority ioPriority(@Nullable JsonObject o) {
        return o == null
                ? null
                : new Process.IoPriority(
                        o.string("class"), o.integer("priority", Integer.MIN_VALUE, Integer.MAX_VALUE, 0));
    }

    private static Process.@Nullable CpuAffinity affinity(@Nullable JsonObject o) {
        return o == null ? null : new Process.CpuAffinity(o.string("initial"), o.string("final"));
    }

    private static List<Mount> mounts(JsonObject top) {
        List<JsonObject> from = top.objects("mounts");
        ArrayList<Mount> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            JsonObject m = from.get(i);
            to.add(new Mount(
                    m.string("destination"),
                    m.string("type"),
                    m.string("source"),
                    m.strings("options"),
                    LinuxReader.mappings(m, "uidMappings"),
                    LinuxReader.mappings(m, "gidMappings")));
        }
        return Collections.unmodifiableList(to);
    }

    private static Hooks hooks(@Nullable JsonObject o) {
        return o == null
                ? Hooks.NONE
                : new Hooks(
                        hooks(o, "prestart"),
                        hooks(o, "createRuntime"),
                        hooks(o, "createContainer"),
                        hooks(o, "startContainer"),
                        hooks(o, "poststart"),
                        hooks(o, "poststop"));
    }

    private static List<Hooks.Hook> hooks(JsonObject o, String kind) {
        List<JsonObject> from = o.objects(kind);
        ArrayList<Hooks.Hook> to = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            JsonObject h = from.get(i);
            Long timeout = h.optionalLong("timeout", Integer.MIN_VALUE, Integer.MAX_VALUE);
            if (timeout != null && timeout <= 0) {
                throw new SpecError(h.path("timeout"), "must be greater than zero, found " + timeout);
            }
            to.add(new Hooks.Hook(
                    h.string("path"),
                    h.strings("args"),
                    h.has("env") ? h.strings("env") : null,
                    timeout == null ? 0 : timeout.intValue()));
        }
        return Collections.unmodifiableList(to);
    }
}
