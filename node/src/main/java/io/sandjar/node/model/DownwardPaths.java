// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fields of a pod that its containers may ask for. */
final class DownwardPaths {
    static final String HELP =
            "metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'], metadata.annotations['KEY'],"
                    + " spec.nodeName, spec.serviceAccountName, status.hostIP, status.hostIPs, status.podIP, status.podIPs";
    private static final Set<String> FIELDS = Set.of(
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs");

    private DownwardPaths() {}

    static boolean environment(@Nullable String path) {
        return path != null && (FIELDS.contains(path) || path.matches("metadata\\.(labels|annotations)\\['[^']+'\\]"));
    }

    static boolean resource(@Nullable String resource) {
        return resource != null && resource.matches("(limits|requests)\\.(cpu|memory|ephemeral-storage)");
    }
}
