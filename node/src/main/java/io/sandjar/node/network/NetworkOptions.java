// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How pods are connected.
 *
 * @param mode null: BRIDGE for root, LOOPBACK for an ordinary user
 * @param subnet of the bridge, for example 10.88.0.0/24; null: the first of 10.88.0.0/24 to 10.88.255.0/24 that is free
 * @param bridge name of the bridge's interface
 * @param stateDir what survives a reboot: addresses
 * @param runDir what does not: network namespaces, hosts files
 * @param nodeName for pods with hostNetwork
 * @param hostIp status.hostIP; null: found by the default route
 * @param clusterDns name servers for dnsPolicy ClusterFirst; empty: there is no cluster DNS, the host's servers are used
 * @param clusterDomain for the names of pods that have a subdomain
 */
public record NetworkOptions(
        @Nullable Mode mode,
        @Nullable String subnet,
        String bridge,
        Path stateDir,
        Path runDir,
        String nodeName,
        @Nullable String hostIp,
        List<String> clusterDns,
        String clusterDomain) {

    /** --network=. */
    public enum Mode {
        /** A bridge, an address for each pod. Needs root. */
        BRIDGE,
        /** Each pod for itself with a loopback. */
        LOOPBACK
    }

    /** The usual options. */
    public static NetworkOptions of(@Nullable Mode mode, Path stateDir, Path runDir, String nodeName) {
        return new NetworkOptions(mode, null, "sandjar0", stateDir, runDir, nodeName, null, List.of(), "cluster.local");
    }
}
