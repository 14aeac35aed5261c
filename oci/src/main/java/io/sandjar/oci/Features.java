// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.Arrays;
import java.util.List;

/** What this runtime can do, as the specification's features.md lays it out. Engines ask before they use it. */
public final class Features {
    private static final List<String> MOUNT_OPTIONS = List.of(
            "async",
            "atime",
            "bind",
            "defaults",
            "dev",
            "diratime",
            "dirsync",
            "exec",
            "lazytime",
            "noatime",
            "nodev",
            "nodiratime",
            "noexec",
            "nolazytime",
            "norelatime",
            "nostrictatime",
            "nosuid",
            "nosymfollow",
            "private",
            "rbind",
            "relatime",
            "remount",
            "rexec",
            "rnoatime",
            "rnodiratime",
            "rnoexec",
            "rnosymfollow",
            "ro",
            "rprivate",
            "rro",
            "rrw",
            "rshared",
            "rslave",
            "runbindable",
            "rw",
            "shared",
            "slave",
            "strictatime",
            "suid",
            "symfollow",
            "sync",
            "tmpcopyup",
            "unbindable");

    private Features() {}

    /**
     * The document.
     *
     * @param version of the runtime
     * @param build its identity
     */
    public static String text(String version, String build) {
        JsonOut out = new JsonOut("    ");
        out.object().put("ociVersionMin", "1.0.0").put("ociVersionMax", State.VERSION);
        out.put(
                "hooks",
                List.of("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"));
        out.put("mountOptions", MOUNT_OPTIONS);
        out.object("linux");
        out.put("namespaces", List.of("cgroup", "ipc", "mount", "network", "pid", "user", "uts"));
        out.put("capabilities", Arrays.asList(ProcessCheck.capabilities()));
        out.object("cgroup");
        out.put("v1", true)
                .put("v2", true)
                .put("systemd", false)
                .put("systemdUser", false)
                .put("rdma", false);
        out.end();
        out.object("seccomp").put("enabled", true);
        out.put("actions", sorted(LinuxCheck.actions()));
        out.put("operators", sorted(LinuxCheck.operators()));
        out.put("archs", List.of("SCMP_ARCH_X86_64"));
        out.put(
                "knownFlags",
                List.of("SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_LOG"));
        out.put(
                "supportedFlags",
                List.of("SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_LOG"));
        out.end();
        off(out, "apparmor");
        off(out, "selinux");
        off(out, "intelRdt");
        out.object("mountExtensions");
        off(out, "idmap");
        out.end();
        off(out, "netDevices");
        out.end();
        out.object("annotations");
        out.put("io.sandjar.version", version).put("io.sandjar.build", build);
        out.put("org.opencontainers.runc.checkpoint.enabled", "false");
        out.end();
        return out.end().text() + "\n";
    }

    private static List<String> sorted(String[] names) {
        Arrays.sort(names);
        return Arrays.asList(names);
    }

    private static void off(JsonOut out, String name) {
        out.object(name).put("enabled", false).end();
    }
}
