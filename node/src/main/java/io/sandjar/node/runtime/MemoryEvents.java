// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of the host that count processes killed for want of memory in a container's control group. runsc keeps guests in a
 * group of their own below the container's.
 */
final class MemoryEvents {
    private MemoryEvents() {}

    static List<Path> files(@Nullable String cgroupsPath) {
        if (cgroupsPath == null) {
            return List.of();
        }
        Path v1 = Path.of("/sys/fs/cgroup/memory");
        boolean old = Files.isDirectory(v1);
        String name = old ? "memory.oom_control" : "memory.events";
        Path group = Path.of((old ? v1.toString() : "/sys/fs/cgroup") + "/" + cgroupsPath)
                .normalize();
        return List.of(group.resolve(name), group.resolve("guest").resolve(name));
    }

    /** Whether something was killed there. */
    static boolean any(@Nullable String cgroupsPath) {
        for (Path file : files(cgroupsPath)) {
            try {
                for (String line : Files.readAllLines(file)) {
                    if (line.startsWith("oom_kill ") && !line.equals("oom_kill 0")) {
                        return true;
                    }
                }
            } catch (IOException e) {
                // no such group
            }
        }
        return false;
    }
}
