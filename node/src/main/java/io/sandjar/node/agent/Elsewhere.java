// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.agent;

import java.util.List;
import java.util.Map;

/** Options of other people's kubelets: people bring them along, so each is told where it exists and what to do here. */
final class Elsewhere {
    private static final String CLUSTER = "there is no cluster and no API server here, the agent has its own socket"
            + " (for a real cluster: `sandjar node install`, which leaves the kubelet as it is)";
    private static final String GONE =
            "kubelets had it until dockershim was removed in 1.24; a kubelet of today is told the socket of containerd or"
                    + " CRI-O with --container-runtime-endpoint and knows runtimes by RuntimeClass";

    private static final Map<String, String> HERE = Map.ofEntries(
            Map.entry("container-runtime", GONE + ". Here: --runtime=runsc or --runtime=runc"),
            Map.entry("docker-endpoint", GONE + ". Here no daemon is needed"),
            Map.entry("network-plugin", GONE + ". Here: --network=bridge or --network=loopback"),
            Map.entry("cni-bin-dir", GONE + ". Here: --network=bridge, without plug-ins"),
            Map.entry("cni-conf-dir", GONE + ". Here: --network=bridge, without plug-ins"),
            Map.entry("pod-infra-container-image", GONE + ". Here a pause program is built in"),
            Map.entry(
                    "container-runtime-endpoint",
                    "a kubelet's option: it names containerd's socket. This agent runs the containers itself"
                            + " (--runtime=runsc or runc). For containerd: `sandjar node install`"),
            Map.entry("image-service-endpoint", "a kubelet's option; this agent pulls images itself"),
            Map.entry("runtime-cgroups", "a kubelet's option; cgroups are made by the agent itself"),
            Map.entry("cgroup-driver", "a kubelet's option; this agent writes cgroup files itself, below sandjar/"),
            Map.entry("cgroup-root", "a kubelet's option; this agent's groups lie below sandjar/"),
            Map.entry("kubeconfig", "a kubelet's option; " + CLUSTER),
            Map.entry("bootstrap-kubeconfig", "a kubelet's option; " + CLUSTER),
            Map.entry("api-servers", "kubelets had it until 1.6; " + CLUSTER),
            Map.entry("register-node", "a kubelet's option; " + CLUSTER),
            Map.entry("node-labels", "a kubelet's option; there is one node, nothing is scheduled by labels"),
            Map.entry("register-with-taints", "a kubelet's option; there is one node, nothing is scheduled"),
            Map.entry(
                    "config",
                    "a kubelet's option (a KubeletConfiguration file); this agent has options only, see --help. For"
                            + " manifests: --pod-manifest-path"),
            Map.entry("manifest-url", "a kubelet's option; fetch the manifests into a directory: --pod-manifest-path"),
            Map.entry("pod-manifest", "did you mean --pod-manifest-path?"),
            Map.entry("manifest", "did you mean --pod-manifest-path?"),
            Map.entry("manifests", "did you mean --pod-manifest-path?"),
            Map.entry("address", "a kubelet's option; the agent listens on a UNIX socket only (--run-dir)"),
            Map.entry("port", "a kubelet's option; the agent listens on a UNIX socket only (--run-dir)"),
            Map.entry("read-only-port", "a kubelet's option; figures are at /metrics on the socket"),
            Map.entry("v", "klog's verbosity; here: --debug"),
            Map.entry("feature-gates", "a kubelet's option; nothing is gated here"),
            Map.entry("eviction-hard", "a kubelet's option; only pods over their own limits are evicted here"),
            Map.entry("max-pods", "a kubelet's option; a node takes 110 pods here"),
            Map.entry(
                    "seccomp-default", "a kubelet's option; with runsc every container is confined by its own kernel"),
            Map.entry("sync-frequency", "a kubelet's option; changes are seen at once, files again every 10 s"),
            Map.entry("file-check-frequency", "a kubelet's option; changes are seen at once, files again every 10 s"),
            Map.entry("sync", "kubelet's is --sync-frequency; here changes are seen at once, files again every 10 s"),
            Map.entry("runtime-class", "a pod's field: runtimeClassName; the node's default is --runtime"),
            Map.entry("fail-swap-on", "a kubelet's option; swap is no obstacle here"),
            Map.entry("cloud-provider", "a kubelet's option; " + CLUSTER),
            Map.entry("tls-cert-file", "a kubelet's option; the agent listens on a UNIX socket, by file permissions"),
            Map.entry("serialize-image-pulls", "a kubelet's option; images are pulled side by side here"),
            Map.entry("platform", "gVisor's; Sandjar's runsc has one platform"));

    /** The options that are here. */
    static final List<String> OPTIONS = List.of(
            "pod-manifest-path",
            "config-dir",
            "runtime",
            "runtime-provider",
            "insecure-registry",
            "pod-pids-limit",
            "pod-max-pids",
            "container-log-max-size",
            "container-log-max-files",
            "network",
            "subnet",
            "pod-cidr",
            "bridge",
            "cluster-dns",
            "cluster-domain",
            "node-ip",
            "root-dir",
            "run-dir",
            "hostname-override",
            "node-name",
            "detach",
            "debug",
            "help");

    private Elsewhere() {}

    /** What to say about an option that is not there. */
    static String unknown(String name) {
        String known = HERE.get(name);
        String text = "there is no option --" + name;
        if (known != null) {
            return text + ": " + known + ".";
        }
        return text + near(name) + "; see sandjar kubelet --help";
    }

    private static String near(String name) {
        for (String option : OPTIONS) {
            if (option.replace("-", "").equals(name.replace("-", "").replace("_", ""))
                    || option.startsWith(name)
                    || (name.length() > 4 && name.startsWith(option))) {
                return " (did you mean --" + option + "?)";
            }
        }
        return "";
    }
}
