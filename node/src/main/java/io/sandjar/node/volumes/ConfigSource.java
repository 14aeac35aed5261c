// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import org.jspecify.annotations.Nullable;

/** Where the objects come from that volumes show: the object store, or a map in a test. */
public interface ConfigSource {
    @Nullable
    ConfigMap configMap(String namespace, String name);

    @Nullable
    Secret secret(String namespace, String name);
}
