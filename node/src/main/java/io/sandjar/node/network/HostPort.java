// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Ports of the host that lead to a pod. */
final class HostPort {
    private HostPort() {}

    /** Transport protocols that are translated. */
    enum Protocol {
        TCP(6),
        UDP(17);

        final int number;

        Protocol(int number) {
            this.number = number;
        }
    }

    /**
     * @param hostIp 0: all addresses of the host
     * @param podIp 0: the pod has no address that the host can reach
     */
    record Mapping(Protocol protocol, long hostIp, int hostPort, long podIp, int containerPort) {
        boolean clashes(Mapping o) {
            return protocol == o.protocol
                    && hostPort == o.hostPort
                    && (hostIp == 0 || o.hostIp == 0 || hostIp == o.hostIp);
        }

        /** As messages name it: 0.0.0.0:80/TCP. */
        String where() {
            return Ipv4.text(hostIp) + ":" + hostPort + "/" + protocol;
        }
    }

    /** The mappings that a pod asks for. What cannot be done is added to the warnings. */
    static List<Mapping> of(Pod pod, long podIp, List<PodAddress.Warning> warnings) {
        List<Mapping> out = new ArrayList<>();
        List<Container> all = new ArrayList<>(pod.getSpec().getContainers());
        all.addAll(pod.getSpec().getInitContainers());
        for (Container c : all) {
            for (ContainerPort p : c.getPorts()) {
                if (p.getHostPort() != null && p.getHostPort() > 0) {
                    add(p, podIp, out, warnings);
                }
            }
        }
        return out;
    }

    private static void add(ContainerPort p, long podIp, List<Mapping> out, List<PodAddress.Warning> warnings) {
        String protocol = Objects.requireNonNullElse(p.getProtocol(), "TCP").toUpperCase(Locale.ROOT);
        long hostIp = p.getHostIP() == null || p.getHostIP().isEmpty() ? 0 : Ipv4.parse(p.getHostIP());
        if (!protocol.equals("TCP") && !protocol.equals("UDP")) {
            warnings.add(new PodAddress.Warning(
                    "FailedHostPort",
                    "hostPort " + p.getHostPort() + "/" + protocol + ": only TCP and UDP are mapped"));
        } else if (hostIp < 0) {
            warnings.add(new PodAddress.Warning(
                    "FailedHostPort",
                    "hostPort " + p.getHostPort() + ": hostIP \"" + p.getHostIP() + "\" is not an IPv4 address"));
        } else {
            Mapping m = new Mapping(Protocol.valueOf(protocol), hostIp, p.getHostPort(), podIp, p.getContainerPort());
            if (!out.contains(m)) {
                out.add(m);
            }
        }
    }
}
