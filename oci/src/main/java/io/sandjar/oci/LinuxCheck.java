// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks the part {@code linux}. */
final class LinuxCheck {
    private static final String[] NAMESPACES = {"pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"};

    private static final String[] PROPAGATIONS = {
        "", "private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable",
    };

    private static final String[] ACTIONS = {
        "SCMP_ACT_KILL",
        "SCMP_ACT_KILL_PROCESS",
        "SCMP_ACT_KILL_THREAD",
        "SCMP_ACT_TRAP",
        "SCMP_ACT_ERRNO",
        "SCMP_ACT_TRACE",
        "SCMP_ACT_ALLOW",
        "SCMP_ACT_LOG",
    };

    private static final String[] OPERATORS = {
        "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ",
    };

    private LinuxCheck() {}

    static String[] namespaces() {
        return NAMESPACES.clone();
    }

    static String[] actions() {
        return ACTIONS.clone();
    }

    static String[] operators() {
        return OPERATORS.clone();
    }

    private static boolean in(String[] table, String name) {
        return ProcessCheck.index(table, name) >= 0;
    }

    static void check(Linux l, @Nullable JsonObject json, List<String> warnings) {
        namespaces(l.namespaces());
        mappings(l);
        devices(l.devices());
        if (!in(PROPAGATIONS, l.rootfsPropagation())) {
            throw new SpecError(
                    "linux.rootfsPropagation", "\"" + l.rootfsPropagation() + "\" is no kind of mount propagation");
        }
        for (int i = 0; i < l.maskedPaths().size(); i++) {
            SpecCheck.absolute(l.maskedPaths().get(i), "linux.maskedPaths[" + i + "]");
        }
        for (int i = 0; i < l.readonlyPaths().size(); i++) {
            SpecCheck.absolute(l.readonlyPaths().get(i), "linux.readonlyPaths[" + i + "]");
        }
        Resources r = l.resources();
        if (r != null) {
            SpecCheck.resources(r, "linux.resources.");
        }
        Seccomp s = l.seccomp();
        if (s != null) {
            seccomp(s, warnings);
        }
        personality(l.personality());
        for (String clock : l.timeOffsets().keySet()) {
            if (!clock.equals("monotonic") && !clock.equals("boottime")) {
                throw new SpecError("linux.timeOffsets." + clock, "expected \"monotonic\" or \"boottime\"");
            }
            Linux.TimeOffset offset = l.timeOffsets().get(clock);
            if (offset != null && (offset.seconds() != 0 || offset.nanoseconds() != 0)) {
                throw new SpecError(
                        "linux.timeOffsets." + clock, "offsets are not supported: guests read the host's clocks");
            }
        }
        if (!l.timeOffsets().isEmpty() && l.namespace("time") == null) {
            throw new SpecError("linux.timeOffsets", "cannot be set without a time namespace");
        }
        sysctl(l);
        if (!l.netDevices().isEmpty()) {
            throw new SpecError("linux.netDevices", "moving the host's network devices is not supported");
        }
        if (!l.mountLabel().isEmpty()) {
            warnings.add("linux.mountLabel: ignored; guests never reach the host's SELinux");
        }
        if (json != null && json.has("intelRdt")) {
            warnings.add("linux.intelRdt: ignored");
        }
        if (json != null && json.has("memoryPolicy")) {
            warnings.add("linux.memoryPolicy: ignored");
        }
    }

    private static void namespaces(List<Linux.Namespace> list) {
        HashSet<String> seen = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            Linux.Namespace n = list.get(i);
            String at = "linux.namespaces[" + i + "]";
            if (!in(NAMESPACES, n.type())) {
                throw new SpecError(
                        at + ".type",
                        n.type().isEmpty() ? "must not be empty" : "\"" + n.type() + "\" is no type of namespace");
            }
            if (!seen.add(n.type())) {
                throw new SpecError(at + ".type", "\"" + n.type() + "\" is there twice");
            }
            if (!n.path().isEmpty()) {
                SpecCheck.absolute(n.path(), at + ".path");
            }
        }
    }

    private static void mappings(Linux l) {
        boolean user = l.namespace("user") != null;
        if (!user && !(l.uidMappings().isEmpty() && l.gidMappings().isEmpty())) {
            throw new SpecError(
                    l.uidMappings().isEmpty() ? "linux.gidMappings" : "linux.uidMappings",
                    "cannot be set without a user namespace");
        }
        sizes(l.uidMappings(), "linux.uidMappings");
        sizes(l.gidMappings(), "linux.gidMappings");
    }

    private static void sizes(List<IdMapping> list, String at) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).size() == 0) {
                throw new SpecError(at + "[" + i + "].size", "must not be zero");
            }
        }
    }

    private static void devices(List<Linux.Device> list) {
        for (int i = 0; i < list.size(); i++) {
            Linux.Device d = list.get(i);
            String at = "linux.devices[" + i + "]";
            if (d.path().isEmpty()) {
                throw new SpecError(at + ".path", "must not be empty");
            }
            SpecCheck.absolute(d.path(), at + ".path");
            if (d.type().length() != 1 || "cbup".indexOf(d.type().charAt(0)) < 0) {
                throw new SpecError(at + ".type", "expected \"c\", \"b\", \"u\" or \"p\", found \"" + d.type() + "\"");
            }
        }
    }

    private static void seccomp(Seccomp s, List<String> warnings) {
        action(s.defaultAction(), "linux.seccomp.defaultAction");
        if (!s.listenerPath().isEmpty()) {
            throw new SpecError("linux.seccomp.listenerPath", "a listener for system calls is not supported");
        }
        for (int i = 0; i < s.flags().size(); i++) {
            if (!s.flags().get(i).startsWith("SECCOMP_FILTER_FLAG_")) {
                throw new SpecError(
                        "linux.seccomp.flags[" + i + "]", "\"" + s.flags().get(i) + "\" is no flag");
            }
        }
        for (int i = 0; i < s.architectures().size(); i++) {
            if (!s.architectures().get(i).startsWith("SCMP_ARCH_")) {
                throw new SpecError(
                        "linux.seccomp.architectures[" + i + "]",
                        "\"" + s.architectures().get(i) + "\" is no architecture");
            }
        }
        for (int i = 0; i < s.syscalls().size(); i++) {
            Seccomp.Rule r = s.syscalls().get(i);
            String at = "linux.seccomp.syscalls[" + i + "]";
            if (r.names().isEmpty()) {
                throw new SpecError(at + ".names", "must not be empty");
            }
            action(r.action(), at + ".action");
            for (int k = 0; k < r.args().size(); k++) {
                String op = r.args().get(k).op();
                if (!in(OPERATORS, op)) {
                    throw new SpecError(
                            at + ".args[" + k + "].op",
                            op.isEmpty() ? "must not be empty" : "\"" + op + "\" is no comparison");
                }
            }
        }
    }

    private static void action(String action, String at) {
        if (action.equals("SCMP_ACT_NOTIFY")) {
            throw new SpecError(at, "SCMP_ACT_NOTIFY needs a listener for system calls, which is not supported");
        }
        if (!in(ACTIONS, action)) {
            throw new SpecError(at, action.isEmpty() ? "must not be empty" : "\"" + action + "\" is no action");
        }
    }

    private static void personality(Linux.@Nullable Personality p) {
        if (p == null) {
            return;
        }
        if (!p.domain().equals("LINUX") && !p.domain().equals("LINUX32")) {
            throw new SpecError(
                    "linux.personality.domain", "expected \"LINUX\" or \"LINUX32\", found \"" + p.domain() + "\"");
        }
        if (!p.flags().isEmpty()) {
            throw new SpecError("linux.personality.flags", "no flags are defined");
        }
    }

    private static void sysctl(Linux l) {
        for (Map.Entry<String, String> e : l.sysctl().entrySet()) {
            String name = e.getKey().replace('/', '.');
            String at = "linux.sysctl." + e.getKey();
            boolean ipc = name.startsWith("fs.mqueue.")
                    || name.startsWith("kernel.msg")
                    || name.startsWith("kernel.sem")
                    || name.startsWith("kernel.shm");
            boolean net = name.startsWith("net.");
            boolean uts = name.equals("kernel.hostname") || name.equals("kernel.domainname");
            if (!ipc && !net && !uts) {
                throw new SpecError(at, "is not separate for containers");
            }
            String needs = ipc ? "ipc" : net ? "network" : "uts";
            if (l.namespace(needs) == null) {
                throw new SpecError(at, "cannot be set without the container's own " + needs + " namespace");
            }
        }
    }
}
