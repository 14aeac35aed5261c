// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.cgroups;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What pods use, for `sandjar top` and /metrics. */
public interface PodFigures {
    /**
     * The pod's figures; null when there are none (no groups, not running).
     *
     * @param containerIds names of the running containers and their ids
     */
    @Nullable
    PodUsage usage(Pod pod, Map<String, String> containerIds);

    /**
     * @param cpuNanoCores CPU over the time since the reading before (at least a second apart); -1 at the first
     */
    record PodUsage(long cpuNanoCores, GroupUsage total, List<ContainerUsage> containers) {}

    record ContainerUsage(String name, long cpuNanoCores, GroupUsage total) {}
}
