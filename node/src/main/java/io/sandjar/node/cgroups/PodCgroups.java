// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.cgroups;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Control groups of pods: /sandjar/QOS/podUID with the totals of the pod, in which the runtime makes a group for each
 * container.
 */
public interface PodCgroups {
    /** Makes the pod's group and sets its totals. Does nothing where groups are not permitted. */
    void setUp(Pod pod) throws CgroupException;

    /** linux.cgroupsPath for a container of the pod; null: none, the runtime is started with --ignore-cgroups. */
    @Nullable
    String pathOf(Pod pod, String containerId);

    /** Kills what is left in the pod's groups and removes them. Idempotent. */
    void remove(String podUid) throws CgroupException;

    /** At start: removes the groups of pods that are not in this set and have no processes. */
    void adopt(Set<String> livingPodUids);

    /** What the pod uses now; null when it has no group. */
    @Nullable
    GroupUsage usage(String podUid);

    /** What a container uses now; null when it has no group. */
    @Nullable
    GroupUsage usage(String podUid, String containerId);

    /** Said once in the log: why there are no groups, or which controllers are missing. */
    List<String> warnings();
}
