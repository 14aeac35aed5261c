// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Local disk space of pods: emptyDir, logs and writable layers against the limits of the pod. */
public interface DiskUsage {
    /**
     * Where a container writes.
     *
     * @param logs directory or file of its logs
     * @param written bytes of what it changed of its root
     */
    record ContainerDisk(List<Path> logs, LongSupplier written) {}

    /** Whether the pod has any limit to look after. */
    boolean hasLimits(Pod pod);

    /**
     * Measures a pod that has limits. Walks directories: for a background thread, about every ten seconds.
     *
     * @return null: within its limits; else Kubernetes' message for status.message, with reason Evicted
     */
    @Nullable
    String exceeded(Pod pod, Map<String, ContainerDisk> containers);
}
