// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Which kinds of volume a volume is: it should be exactly one, of those that a single machine can give. */
final class VolumeKinds {
    static final Set<String> SERVED = Set.of("emptyDir", "hostPath", "configMap", "secret", "projected", "downwardAPI");

    private VolumeKinds() {}

    /** The names of the sources that are set. */
    static List<String> of(Volume volume) {
        ObjectNode tree = Json.tree(volume);
        List<String> kinds = new ArrayList<>();
        tree.propertyNames().forEach(name -> {
            if (!name.equals("name")) {
                kinds.add(name);
            }
        });
        return kinds;
    }
}
