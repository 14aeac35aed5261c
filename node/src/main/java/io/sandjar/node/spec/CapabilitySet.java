// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import io.fabric8.kubernetes.api.model.Capabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Capabilities of a container: what CRI runtimes give, less what is dropped, and what is added. */
final class CapabilitySet {
    private static final List<String> DEFAULT = List.of(
            "CAP_AUDIT_WRITE",
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FOWNER",
            "CAP_FSETID",
            "CAP_KILL",
            "CAP_MKNOD",
            "CAP_NET_BIND_SERVICE",
            "CAP_NET_RAW",
            "CAP_SETFCAP",
            "CAP_SETGID",
            "CAP_SETPCAP",
            "CAP_SETUID",
            "CAP_SYS_CHROOT");

    /** All that Linux has. */
    private static final List<String> ALL = List.of(
            "CAP_AUDIT_CONTROL",
            "CAP_AUDIT_READ",
            "CAP_AUDIT_WRITE",
            "CAP_BLOCK_SUSPEND",
            "CAP_BPF",
            "CAP_CHECKPOINT_RESTORE",
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_DAC_READ_SEARCH",
            "CAP_FOWNER",
            "CAP_FSETID",
            "CAP_IPC_LOCK",
            "CAP_IPC_OWNER",
            "CAP_KILL",
            "CAP_LEASE",
            "CAP_LINUX_IMMUTABLE",
            "CAP_MAC_ADMIN",
            "CAP_MAC_OVERRIDE",
            "CAP_MKNOD",
            "CAP_NET_ADMIN",
            "CAP_NET_BIND_SERVICE",
            "CAP_NET_BROADCAST",
            "CAP_NET_RAW",
            "CAP_PERFMON",
            "CAP_SETFCAP",
            "CAP_SETGID",
            "CAP_SETPCAP",
            "CAP_SETUID",
            "CAP_SYSLOG",
            "CAP_SYS_ADMIN",
            "CAP_SYS_BOOT",
            "CAP_SYS_CHROOT",
            "CAP_SYS_MODULE",
            "CAP_SYS_NICE",
            "CAP_SYS_PACCT",
            "CAP_SYS_PTRACE",
            "CAP_SYS_RAWIO",
            "CAP_SYS_RESOURCE",
            "CAP_SYS_TIME",
            "CAP_SYS_TTY_CONFIG",
            "CAP_WAKE_ALARM");

    private CapabilitySet() {}

    static List<String> of(@Nullable Capabilities change) throws SpecException {
        Set<String> set = new TreeSet<>(DEFAULT);
        if (change == null) {
            return new ArrayList<>(set);
        }
        List<String> add = change.getAdd() == null ? List.of() : change.getAdd();
        List<String> drop = change.getDrop() == null ? List.of() : change.getDrop();
        if (hasAll(add)) {
            set.addAll(ALL);
        }
        if (hasAll(drop)) {
            set.clear();
        }
        for (String c : add) {
            if (!c.equalsIgnoreCase("ALL")) {
                set.add(name(c));
            }
        }
        for (String c : drop) {
            if (!c.equalsIgnoreCase("ALL")) {
                set.remove(name(c));
            }
        }
        return new ArrayList<>(set);
    }

    private static boolean hasAll(List<String> names) {
        return names.stream().anyMatch(n -> n.equalsIgnoreCase("ALL"));
    }

    private static String name(String c) throws SpecException {
        String upper = c.toUpperCase(Locale.ROOT);
        String full = upper.startsWith("CAP_") ? upper : "CAP_" + upper;
        if (!ALL.contains(full)) {
            throw new SpecException(
                    "CreateContainerError", "unknown capability \"" + c + "\" in securityContext.capabilities");
        }
        return full;
    }
}
