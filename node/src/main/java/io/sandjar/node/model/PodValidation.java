// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules for a pod's spec, wherever it stands. */
final class PodValidation {
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    private final Checker c;
    private final String base;

    PodValidation(Checker c, String base) {
        this.c = c;
        this.base = base;
    }

    void check(PodSpec spec, boolean bare) {
        if (bare) {
            c.oneOf(base + ".restartPolicy", spec.getRestartPolicy(), List.of("Always", "OnFailure", "Never"));
        }
        c.oneOf(
                base + ".dnsPolicy",
                spec.getDnsPolicy(),
                List.of("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"));
        if ("None".equals(spec.getDnsPolicy())
                && (spec.getDnsConfig() == null
                        || Defaults.list(spec.getDnsConfig().getNameservers()).isEmpty())) {
            c.required(base + ".dnsConfig.nameservers", "dnsPolicy None needs at least one name server");
        }
        c.natural(base + ".terminationGracePeriodSeconds", spec.getTerminationGracePeriodSeconds());
        c.positive(base + ".activeDeadlineSeconds", spec.getActiveDeadlineSeconds());
        names(spec);
        Set<String> volumes = new HashSet<>();
        VolumeValidation volumeRules = new VolumeValidation(c);
        int i = 0;
        for (Volume v : Defaults.list(spec.getVolumes())) {
            String path = base + ".volumes[" + i++ + "]";
            NameRules.label(c, path + ".name", v.getName());
            c.unique(path + ".name", v.getName(), volumes);
            volumeRules.check(v, path);
        }
        containers(spec, volumes);
        unserved(spec);
    }

    private void names(PodSpec spec) {
        if (spec.getHostname() != null && !spec.getHostname().isEmpty()) {
            NameRules.label(c, base + ".hostname", spec.getHostname());
        }
        if (spec.getSubdomain() != null && !spec.getSubdomain().isEmpty()) {
            NameRules.label(c, base + ".subdomain", spec.getSubdomain());
        }
        if (spec.getRuntimeClassName() != null) {
            NameRules.subdomain(c, base + ".runtimeClassName", spec.getRuntimeClassName());
        }
        int i = 0;
        for (HostAlias alias : Defaults.list(spec.getHostAliases())) {
            String path = base + ".hostAliases[" + i++ + "]";
            if (alias.getIp() == null || !ADDRESS.matcher(alias.getIp()).matches()) {
                c.invalid(path + ".ip", alias.getIp(), "must be an IP address");
            }
            int h = 0;
            for (String name : Defaults.list(alias.getHostnames())) {
                NameRules.subdomain(c, path + ".hostnames[" + h++ + "]", name);
            }
        }
    }

    private void containers(PodSpec spec, Set<String> volumes) {
        if (Defaults.list(spec.getContainers()).isEmpty()) {
            c.required(base + ".containers", "a pod has at least one container: - name: ... and image: ...");
        }
        Set<String> names = new HashSet<>();
        Set<String> hostPorts = new HashSet<>();
        int i = 0;
        for (Container container : Defaults.list(spec.getInitContainers())) {
            String path = base + ".initContainers[" + i++ + "]";
            boolean sidecar = "Always".equals(container.getRestartPolicy());
            c.oneOf(path + ".restartPolicy", container.getRestartPolicy(), List.of("Always"));
            if (!sidecar
                    && (container.getLivenessProbe() != null
                            || container.getReadinessProbe() != null
                            || container.getStartupProbe() != null
                            || container.getLifecycle() != null)) {
                c.forbidden(
                        path,
                        "an init container has no probes and hooks; with restartPolicy: Always it is a sidecar and may have them");
            }
            new ContainerValidation(c, path, spec).check(container, names, volumes, hostPorts);
        }
        i = 0;
        for (Container container : Defaults.list(spec.getContainers())) {
            String path = base + ".containers[" + i++ + "]";
            if (container.getRestartPolicy() != null && !"Always".equals(container.getRestartPolicy())) {
                c.oneOf(path + ".restartPolicy", container.getRestartPolicy(), List.of("Always", "OnFailure", "Never"));
            }
            new ContainerValidation(c, path, spec).check(container, names, volumes, hostPorts);
        }
    }

    /** What a cluster has and this node has not: said plainly, so that nobody waits for it. */
    private void unserved(PodSpec spec) {
        if (spec.getEphemeralContainers() != null
                && !spec.getEphemeralContainers().isEmpty()) {
            c.forbidden(base + ".ephemeralContainers", "ephemeral containers are not served here; use `sandjar exec`");
        }
        if (spec.getNodeSelector() != null && !spec.getNodeSelector().isEmpty()) {
            c.warning(base + ".nodeSelector", "has no effect: there is one node, and every pod runs on it");
        }
        if (spec.getAffinity() != null) {
            c.warning(base + ".affinity", "has no effect: there is one node, and every pod runs on it");
        }
        if (spec.getPriorityClassName() != null && !spec.getPriorityClassName().isEmpty()) {
            c.warning(base + ".priorityClassName", "has no effect: nothing is preempted here");
        }
        if (spec.getServiceAccountName() != null
                && !spec.getServiceAccountName().isEmpty()) {
            c.warning(
                    base + ".serviceAccountName",
                    "has no effect: pods get no token, for there is no API server to use it with");
        }
        if (spec.getSchedulingGates() != null && !spec.getSchedulingGates().isEmpty()) {
            c.warning(base + ".schedulingGates", "has no effect: there is no scheduler");
        }
        if (spec.getResourceClaims() != null && !spec.getResourceClaims().isEmpty()) {
            c.forbidden(base + ".resourceClaims", "devices by claims are not served here");
        }
        if (spec.getOs() != null && !"linux".equals(spec.getOs().getName())) {
            c.invalid(base + ".os.name", spec.getOs().getName(), "this node runs linux");
        }
    }
}
