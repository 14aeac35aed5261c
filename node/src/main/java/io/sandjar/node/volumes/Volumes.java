// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Set;

/**
 * Volumes of all pods of this node. They live below ROOT-DIR/pods/UID/volumes; nothing else in the pod's directory is
 * touched. All methods may be called again after a crash at any place and then finish what was begun.
 */
public interface Volumes {
    /** Makes what is missing of the pod's volumes; what exists stays as it is. */
    MountedVolumes mount(Pod pod) throws VolumeException;

    /**
     * Brings files of configMap, secret, projected and downwardAPI volumes up to date. Called when an object changed and
     * from time to time; cheap when nothing did.
     *
     * @throws VolumeException when an object is gone: the old files stay
     */
    void refresh(Pod pod) throws VolumeException;

    /** Unmounts and removes everything of the pod. A hostPath is left alone. Idempotent. */
    void unmount(String podUid) throws VolumeException;

    /** At start: removes the volumes of pods that are not in this set. */
    void adopt(Set<String> livingPodUids);
}
