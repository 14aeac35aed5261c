// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the values of a specification must be beyond their kind, as runc has it. What an engine may rightly ask and this
 * runtime cannot do is an error here when it would weaken the container or break it, and a warning when it only asks for less.
 */
final class SpecCheck {
    private SpecCheck() {}

    /** 1.x; a minor number above ours is a warning. */
    static void version(String v, List<String> warnings) {
        if (v.isEmpty()) {
            throw new SpecError("ociVersion", "must be given");
        }
        int dot = v.indexOf('.');
        int second = v.indexOf('.', dot + 1);
        int major = dot < 0 ? -1 : digits(v, 0, dot);
        int minor = second < 0 ? -1 : digits(v, dot + 1, second);
        int end = second + 1;
        while (end < v.length() && Character.isDigit(v.charAt(end))) {
            end++;
        }
        boolean more = end < v.length() && v.charAt(end) != '-' && v.charAt(end) != '+';
        if (major < 0 || minor < 0 || end == second + 1 || more) {
            throw new SpecError("ociVersion", "expected a version like \"1.2.0\", found \"" + v + "\"");
        }
        if (major != 1) {
            throw new SpecError("ociVersion", v + " is not supported; versions 1.0 to 1.3 are");
        }
        if (minor > 3) {
            warnings.add("ociVersion: " + v + " is newer than 1.3; what it adds is ignored");
        }
    }

    private static int digits(String s, int from, int to) {
        if (to - from < 1 || to - from > 4) {
            return -1;
        }
        int n = 0;
        for (int i = from; i < to; i++) {
            char c = s.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            n = n * 10 + c - '0';
        }
        return n;
    }

    static void check(Spec spec, JsonObject top, List<String> warnings) {
        process(spec.process(), "process", warnings);
        if (spec.root().path().isEmpty()) {
            throw new SpecError("root.path", "must not be empty");
        }
        hostname(spec);
        mounts(spec.mounts(), warnings);
        hooks(spec.hooks());
        if (spec.annotations().containsKey("")) {
            throw new SpecError("annotations", "a name must not be empty");
        }
        platform(top);
        LinuxCheck.check(spec.linux(), top.object("linux"), warnings);
        hostnameNamespace(spec);
    }

    private static void platform(JsonObject top) {
        if (top.object("linux") == null
                && (top.has("windows") || top.has("solaris") || top.has("vm") || top.has("zos"))) {
            throw new SpecError("", "this is not a configuration for Linux");
        }
    }

    private static void hostname(Spec spec) {
        if (spec.hostname().length() > 64) {
            throw new SpecError("hostname", "must not be longer than 64 bytes");
        }
        if (spec.domainname().length() > 64) {
            throw new SpecError("domainname", "must not be longer than 64 bytes");
        }
    }

    private static void hostnameNamespace(Spec spec) {
        if (spec.linux().namespace("uts") != null) {
            return;
        }
        if (!spec.hostname().isEmpty()) {
            throw new SpecError("hostname", "cannot be set without a uts namespace");
        }
        if (!spec.domainname().isEmpty()) {
            throw new SpecError("domainname", "cannot be set without a uts namespace");
        }
    }

    /** @param at path of the process; empty when it is the document */
    static void process(Process p, String at, List<String> warnings) {
        String prefix = at.isEmpty() || at.endsWith(".") ? at : at + ".";
        if (p.args().isEmpty()) {
            throw new SpecError(prefix + "args", "must not be empty");
        }
        if (p.args().get(0).isEmpty()) {
            throw new SpecError(prefix + "args[0]", "must not be empty");
        }
        if (p.cwd().isEmpty()) {
            throw new SpecError(prefix + "cwd", "must not be empty");
        }
        absolute(p.cwd(), prefix + "cwd");
        for (int i = 0; i < p.env().size(); i++) {
            if (p.env().get(i).indexOf('=') <= 0) {
                warnings.add(prefix + "env[" + i + "]: \"" + p.env().get(i) + "\" is not NAME=VALUE");
            }
        }
        ProcessCheck.check(p, prefix, warnings);
    }

    static void absolute(String path, String at) {
        if (!path.startsWith("/")) {
            throw new SpecError(at, "must be an absolute path, found \"" + path + "\"");
        }
    }

    private static void mounts(List<Mount> mounts, List<String> warnings) {
        for (int i = 0; i < mounts.size(); i++) {
            Mount m = mounts.get(i);
            String at = "mounts[" + i + "]";
            if (m.destination().isEmpty()) {
                throw new SpecError(at + ".destination", "must not be empty");
            }
            if (!m.destination().startsWith("/")) {
                // 1.0 allowed it, and runc still takes it as below the root.
                warnings.add(at + ".destination: \"" + m.destination() + "\" is not absolute; taken from the root");
            }
            idmap(m, at);
        }
    }

    private static void idmap(Mount m, String at) {
        if (!m.uidMappings().isEmpty() || !m.gidMappings().isEmpty()) {
            throw new SpecError(
                    at + (m.uidMappings().isEmpty() ? ".gidMappings" : ".uidMappings"),
                    "mounts with mapped ids are not supported");
        }
        for (int k = 0; k < m.options().size(); k++) {
            String option = m.options().get(k);
            if (option.equals("idmap") || option.equals("ridmap")) {
                throw new SpecError(at + ".options[" + k + "]", "mounts with mapped ids are not supported");
            }
        }
    }

    private static void hooks(Hooks h) {
        hooks(h.prestart(), "prestart");
        hooks(h.createRuntime(), "createRuntime");
        hooks(h.createContainer(), "createContainer");
        hooks(h.startContainer(), "startContainer");
        hooks(h.poststart(), "poststart");
        hooks(h.poststop(), "poststop");
    }

    private static void hooks(List<Hooks.Hook> list, String kind) {
        for (int i = 0; i < list.size(); i++) {
            String at = "hooks." + kind + "[" + i + "].path";
            if (list.get(i).path().isEmpty()) {
                throw new SpecError(at, "must not be empty");
            }
            absolute(list.get(i).path(), at);
        }
    }

    static void resources(Resources r, String prefix) {
        for (int i = 0; i < r.devices().size(); i++) {
            Resources.DeviceRule d = r.devices().get(i);
            String at = prefix + "devices[" + i + "]";
            if (!d.type().equals("a") && !d.type().equals("b") && !d.type().equals("c")) {
                throw new SpecError(at + ".type", "expected \"a\", \"b\" or \"c\", found \"" + d.type() + "\"");
            }
            for (int k = 0; k < d.access().length(); k++) {
                if ("rwm".indexOf(d.access().charAt(k)) < 0) {
                    throw new SpecError(at + ".access", "expected letters of \"rwm\", found \"" + d.access() + "\"");
                }
            }
        }
        memory(r.memory(), prefix);
        weight(r.blockIo(), prefix);
        for (Map.Entry<String, String> e : r.unified().entrySet()) {
            String name = e.getKey();
            if (name.isEmpty() || name.indexOf('/') >= 0 || name.indexOf('.') <= 0) {
                throw new SpecError(prefix + "unified", "\"" + name + "\" is not the name of a cgroup v2 file");
            }
        }
    }

    private static void memory(Resources.@Nullable Memory m, String prefix) {
        if (m == null) {
            return;
        }
        Long limit = m.limit();
        Long swap = m.swap();
        if (limit != null && limit < -1) {
            throw new SpecError(prefix + "memory.limit", "must be a number of bytes or -1, found " + limit);
        }
        if (limit != null && swap != null && limit > 0 && swap > 0 && swap < limit) {
            throw new SpecError(
                    prefix + "memory.swap", "is memory and swap together and must not be less than the memory limit");
        }
        Long swappiness = m.swappiness();
        if (swappiness != null && (swappiness < 0 || swappiness > 200)) {
            throw new SpecError(
                    prefix + "memory.swappiness", "expected 0 to 100, found " + Long.toUnsignedString(swappiness));
        }
    }

    private static void weight(Resources.@Nullable BlockIo b, String prefix) {
        Integer weight = b == null ? null : b.weight();
        if (weight != null && weight != 0 && (weight < 10 || weight > 1000)) {
            throw new SpecError(prefix + "blockIO.weight", "expected 10 to 1000, found " + weight);
        }
    }
}
