// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodDNSConfigOption;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Names in a pod: hostname, /etc/hosts, /etc/resolv.conf, as kubelet makes them. */
final class NameFiles {
    private static final int HOSTNAME_MAX = 63;
    private static final int NAMESERVERS_MAX = 3;
    private static final int SEARCH_MAX = 32;

    private final NetworkOptions options;
    private final Path hostEtc;
    private final Path resolved;

    NameFiles(NetworkOptions options) {
        this(options, Path.of("/etc"), Path.of("/run/systemd/resolve/resolv.conf"));
    }

    NameFiles(NetworkOptions options, Path hostEtc, Path resolved) {
        this.options = options;
        this.hostEtc = hostEtc;
        this.resolved = resolved;
    }

    static boolean hostNetwork(Pod pod) {
        return Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
    }

    /** The short hostname. */
    String shortName(Pod pod) {
        if (hostNetwork(pod)) {
            return options.nodeName();
        }
        String given = pod.getSpec().getHostname();
        String name =
                given != null && !given.isEmpty() ? given : pod.getMetadata().getName();
        if (name.length() > HOSTNAME_MAX) {
            int end = HOSTNAME_MAX;
            while (end > 0 && (name.charAt(end - 1) == '-' || name.charAt(end - 1) == '.')) {
                end--;
            }
            name = name.substring(0, end);
        }
        return name;
    }

    private String domain(Pod pod) {
        String sub = pod.getSpec().getSubdomain();
        return sub == null || sub.isEmpty()
                ? ""
                : sub + "." + pod.getMetadata().getNamespace() + ".svc." + options.clusterDomain();
    }

    /** What hostname(1) tells: the short name, or with setHostnameAsFQDN the long one. */
    String hostname(Pod pod) throws NetworkException {
        String name = shortName(pod);
        String domain = domain(pod);
        if (!Boolean.TRUE.equals(pod.getSpec().getSetHostnameAsFQDN()) || domain.isEmpty()) {
            return name;
        }
        String full = name + "." + domain;
        if (full.length() > HOSTNAME_MAX + 1) {
            throw new NetworkException(
                    "the name " + full + " has " + full.length() + " characters, and Linux allows 64 for a"
                            + " hostname: shorten the pod's name or subdomain, or leave setHostnameAsFQDN away");
        }
        return full;
    }

    String hosts(Pod pod, List<String> ips) throws IOException {
        StringBuilder b = new StringBuilder();
        if (hostNetwork(pod)) {
            b.append("# Kubernetes-managed hosts file (host network).\n");
            Path of = hostEtc.resolve("hosts");
            if (Files.exists(of)) {
                b.append(Files.readString(of));
            }
            if (b.charAt(b.length() - 1) != '\n') {
                b.append('\n');
            }
        } else {
            b.append("# Kubernetes-managed hosts file.\n");
            b.append("127.0.0.1\tlocalhost\n");
            b.append("::1\tlocalhost ip6-localhost ip6-loopback\n");
            b.append(
                    "fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
            String domain = domain(pod);
            String name = shortName(pod);
            for (String ip : ips.isEmpty() ? List.of("127.0.0.1") : ips) {
                b.append(ip).append('\t').append(domain.isEmpty() ? "" : name + "." + domain + "\t");
                b.append(name).append('\n');
            }
        }
        if (!pod.getSpec().getHostAliases().isEmpty()) {
            b.append("\n# Entries added by HostAliases.\n");
            for (HostAlias a : pod.getSpec().getHostAliases()) {
                b.append(a.getIp())
                        .append('\t')
                        .append(String.join("\t", a.getHostnames()))
                        .append('\n');
            }
        }
        return b.toString();
    }

    /** Lines of a resolv.conf, taken apart. */
    private static final class Resolver {
        final Set<String> servers = new LinkedHashSet<>();
        final Set<String> searches = new LinkedHashSet<>();
        final Map<String, String> options = new LinkedHashMap<>();
    }

    String resolvConf(Pod pod, List<PodAddress.Warning> warnings) throws IOException {
        PodSpec spec = pod.getSpec();
        String policy = Objects.requireNonNullElse(spec.getDnsPolicy(), "ClusterFirst");
        boolean cluster = !options.clusterDns().isEmpty()
                && (policy.equals("ClusterFirstWithHostNet") || policy.equals("ClusterFirst") && !hostNetwork(pod));
        Resolver r = new Resolver();
        if (!policy.equals("None")) {
            readHost(r);
        }
        if (cluster) {
            r.servers.clear();
            r.servers.addAll(options.clusterDns());
            List<String> own = new ArrayList<>(r.searches);
            r.searches.clear();
            String domain = options.clusterDomain();
            r.searches.add(pod.getMetadata().getNamespace() + ".svc." + domain);
            r.searches.add("svc." + domain);
            r.searches.add(domain);
            r.searches.addAll(own);
            r.options.put("ndots", "5");
        }
        if (!hostNetwork(pod)
                && r.servers.removeIf(s -> s.startsWith("127.") || s.equals("::1"))
                && r.servers.isEmpty()) {
            warnings.add(new PodAddress.Warning(
                    "DNSConfigForming",
                    "the host's name server listens on its loopback, which pods cannot reach: names are not resolved."
                            + " Give a name server in the pod's dnsConfig or start the agent with --cluster-dns"));
        }
        addConfig(spec, r);
        return text(r, warnings);
    }

    private static void addConfig(PodSpec spec, Resolver r) {
        if (spec.getDnsConfig() == null) {
            return;
        }
        r.servers.addAll(spec.getDnsConfig().getNameservers());
        r.searches.addAll(spec.getDnsConfig().getSearches());
        for (PodDNSConfigOption o : spec.getDnsConfig().getOptions()) {
            r.options.put(o.getName(), Objects.requireNonNullElse(o.getValue(), ""));
        }
    }

    private static String text(Resolver r, List<PodAddress.Warning> warnings) {
        if (r.servers.size() > NAMESERVERS_MAX || r.searches.size() > SEARCH_MAX) {
            warnings.add(new PodAddress.Warning(
                    "DNSConfigForming",
                    "only the first " + NAMESERVERS_MAX + " name servers and " + SEARCH_MAX
                            + " search domains are used"));
        }
        StringBuilder b = new StringBuilder();
        r.servers.stream()
                .limit(NAMESERVERS_MAX)
                .forEach(s -> b.append("nameserver ").append(s).append('\n'));
        if (!r.searches.isEmpty()) {
            b.append("search ");
            b.append(String.join(" ", r.searches.stream().limit(SEARCH_MAX).toList()))
                    .append('\n');
        }
        if (!r.options.isEmpty()) {
            b.append("options");
            r.options.forEach((k, v) -> b.append(' ').append(k).append(v.isEmpty() ? "" : ":" + v));
            b.append('\n');
        }
        return b.toString();
    }

    private void readHost(Resolver r) throws IOException {
        Path file = hostEtc.resolve("resolv.conf");
        if (!Files.exists(file)) {
            return;
        }
        List<String> lines = Files.readAllLines(file);
        boolean stub = lines.stream().anyMatch(l -> l.trim().equals("nameserver 127.0.0.53"));
        if (stub && Files.exists(resolved)) { // systemd-resolved: the servers behind its own
            lines = Files.readAllLines(resolved);
        }
        for (String line : lines) {
            String[] w = line.trim().split("\\s+", -1);
            switch (w[0]) {
                case "nameserver" -> {
                    if (w.length > 1) {
                        r.servers.add(w[1]);
                    }
                }
                case "search", "domain" -> {
                    r.searches.clear();
                    for (int i = 1; i < w.length; i++) {
                        if (!w[i].equals(".")) {
                            r.searches.add(w[i]);
                        }
                    }
                }
                case "options" -> {
                    for (int i = 1; i < w.length; i++) {
                        int colon = w[i].indexOf(':');
                        r.options.put(
                                colon < 0 ? w[i] : w[i].substring(0, colon),
                                colon < 0 ? "" : w[i].substring(colon + 1));
                    }
                }
                default -> {}
            }
        }
    }
}
