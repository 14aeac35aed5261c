// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the specification has for Linux alone. */
public record Linux(
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings,
        Map<String, String> sysctl,
        @Nullable Resources resources,
        String cgroupsPath,
        List<Namespace> namespaces,
        List<Device> devices,
        Map<String, String> netDevices,
        @Nullable Seccomp seccomp,
        String rootfsPropagation,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        String mountLabel,
        @Nullable Personality personality,
        Map<String, TimeOffset> timeOffsets) {

    /**
     * A namespace.
     *
     * @param type pid, network, mount, ipc, uts, user, cgroup or time
     * @param path of an existing one; empty: a new one
     */
    public record Namespace(String type, String path) {}

    /**
     * A device node.
     *
     * @param type c, b, u or p
     * @param fileMode -1 if not given
     * @param uid null if not given, unsigned
     */
    public record Device(
            String path,
            String type,
            long major,
            long minor,
            int fileMode,
            @Nullable Integer uid,
            @Nullable Integer gid) {}

    /** Arguments of personality(2); the domain is LINUX or LINUX32. */
    public record Personality(String domain, List<String> flags) {}

    /** Offset of a clock in a time namespace. */
    public record TimeOffset(long seconds, int nanoseconds) {}

    /** The namespace of a type; null if the container shares its creator's. */
    public @Nullable Namespace namespace(String type) {
        for (int i = 0; i < namespaces.size(); i++) {
            if (namespaces.get(i).type().equals(type)) {
                return namespaces.get(i);
            }
        }
        return null;
    }
}
