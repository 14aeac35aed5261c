// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The network of one pod.
 *
 * @param host the host's own network (hostNetwork)
 * @param netns path of the network namespace for config.json; null when {@code host}, and for an ordinary user: then the
 *     runtime makes a namespace of the sandbox's own, with a loopback
 * @param ips status.podIPs; empty when the pod has a loopback only
 * @param hostIp status.hostIP
 * @param hostname what hostname(1) tells in the pod
 * @param hosts file to mount at /etc/hosts of each container, read-write as kubelet does
 * @param resolvConf file to mount at /etc/resolv.conf
 * @param warnings for events about the pod: reason FailedHostPort, NetworkNotReady...
 */
public record PodAddress(
        boolean host,
        @Nullable Path netns,
        List<String> ips,
        String hostIp,
        String hostname,
        Path hosts,
        Path resolvConf,
        List<Warning> warnings) {

    /** Something the user should know that does not stop the pod. */
    public record Warning(String reason, String message) {}

    /** status.podIP, or the empty string. */
    public String ip() {
        return ips.isEmpty() ? "" : ips.getFirst();
    }
}
