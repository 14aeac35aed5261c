// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import io.fabric8.kubernetes.api.model.Container;
import java.util.List;
import java.util.Map;

/** The volumes of one pod, ready for its containers. */
public interface MountedVolumes {
    /**
     * The mounts of one container, in the order of its volumeMounts. Called before each start of the container: subPaths are
     * looked up (and made) again.
     *
     * @param env the container's environment as it will be, for subPathExpr
     */
    List<VolumeMount> forContainer(Container container, Map<String, String> env) throws VolumeException;

    /** The container is gone for now: what was mounted for its subPaths goes. Harmless when there is nothing. */
    void release(String containerName);
}
