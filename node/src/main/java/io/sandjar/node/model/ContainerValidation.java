// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.TCPSocketAction;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules for a container. */
final class ContainerValidation {
    private static final Set<String> RESOURCES = Set.of("cpu", "memory", "ephemeral-storage");

    private final Checker c;
    private final String base;
    private final PodSpec pod;

    ContainerValidation(Checker c, String base, PodSpec pod) {
        this.c = c;
        this.base = base;
        this.pod = pod;
    }

    void check(Container container, Set<String> names, Set<String> volumes, Set<String> hostPorts) {
        NameRules.label(c, base + ".name", container.getName());
        c.unique(base + ".name", container.getName(), names);
        if (container.getImage() == null || container.getImage().isBlank()) {
            c.required(base + ".image", "name an image, for example sandjar.io/demo or docker.io/library/busybox:1.37");
        } else if (!container.getImage().strip().equals(container.getImage())) {
            c.invalid(base + ".image", container.getImage(), "must not have leading or trailing whitespace");
        }
        c.oneOf(base + ".imagePullPolicy", container.getImagePullPolicy(), List.of("Always", "IfNotPresent", "Never"));
        c.oneOf(
                base + ".terminationMessagePolicy",
                container.getTerminationMessagePolicy(),
                List.of("File", "FallbackToLogsOnError"));
        ports(container, hostPorts);
        environment(container);
        mounts(container, volumes);
        resources(container.getResources());
        probe(".livenessProbe", container.getLivenessProbe(), container);
        probe(".readinessProbe", container.getReadinessProbe(), container);
        probe(".startupProbe", container.getStartupProbe(), container);
        if (container.getLifecycle() != null) {
            hook(".lifecycle.postStart", container.getLifecycle().getPostStart(), container);
            hook(".lifecycle.preStop", container.getLifecycle().getPreStop(), container);
        }
        security(container.getSecurityContext());
        if (container.getVolumeDevices() != null
                && !container.getVolumeDevices().isEmpty()) {
            c.forbidden(base + ".volumeDevices", "block devices are not served here; use volumeMounts");
        }
    }

    private void ports(Container container, Set<String> hostPorts) {
        Set<String> names = new HashSet<>();
        int i = 0;
        for (ContainerPort port : Defaults.list(container.getPorts())) {
            String path = base + ".ports[" + i++ + "]";
            if (port.getContainerPort() == null) {
                c.required(path + ".containerPort", "the port on which the program listens");
            } else {
                number(path + ".containerPort", port.getContainerPort());
            }
            c.oneOf(path + ".protocol", port.getProtocol(), List.of("TCP", "UDP", "SCTP"));
            if (port.getName() != null) {
                NameRules.portName(c, path + ".name", port.getName());
                c.unique(path + ".name", port.getName(), names);
            }
            if (port.getHostPort() != null && port.getHostPort() != 0) {
                number(path + ".hostPort", port.getHostPort());
                c.unique(
                        path + ".hostPort",
                        port.getProtocol() + "/" + (port.getHostIP() == null ? "" : port.getHostIP()) + "/"
                                + port.getHostPort(),
                        hostPorts);
                if (Boolean.TRUE.equals(pod.getHostNetwork())
                        && !port.getHostPort().equals(port.getContainerPort())) {
                    c.invalid(
                            path + ".containerPort",
                            port.getContainerPort(),
                            "must match `hostPort` when `hostNetwork` is true");
                }
            }
        }
    }

    private void number(String path, int port) {
        if (port < 1 || port > 65535) {
            c.invalid(path, port, "must be between 1 and 65535, inclusive");
        }
    }

    private void environment(Container container) {
        int i = 0;
        for (EnvVar env : Defaults.list(container.getEnv())) {
            String path = base + ".env[" + i++ + "]";
            NameRules.environment(c, path + ".name", env.getName());
            EnvVarSource from = env.getValueFrom();
            if (from == null) {
                continue;
            }
            if (env.getValue() != null && !env.getValue().isEmpty()) {
                c.forbidden(path + ".valueFrom", "may not be specified when `value` is not empty");
            }
            int sources = 0;
            if (from.getFieldRef() != null) {
                sources++;
                if (!DownwardPaths.environment(from.getFieldRef().getFieldPath())) {
                    c.invalid(
                            path + ".valueFrom.fieldRef.fieldPath",
                            from.getFieldRef().getFieldPath(),
                            "supported are " + DownwardPaths.HELP);
                }
            }
            if (from.getResourceFieldRef() != null) {
                sources++;
                if (!DownwardPaths.resource(from.getResourceFieldRef().getResource())) {
                    c.invalid(
                            path + ".valueFrom.resourceFieldRef.resource",
                            from.getResourceFieldRef().getResource(),
                            "supported are limits.cpu, limits.memory, limits.ephemeral-storage and the same of requests");
                }
            }
            if (from.getConfigMapKeyRef() != null) {
                sources++;
                keyRef(
                        path + ".valueFrom.configMapKeyRef",
                        from.getConfigMapKeyRef().getName(),
                        from.getConfigMapKeyRef().getKey());
            }
            if (from.getSecretKeyRef() != null) {
                sources++;
                keyRef(
                        path + ".valueFrom.secretKeyRef",
                        from.getSecretKeyRef().getName(),
                        from.getSecretKeyRef().getKey());
            }
            if (sources != 1) {
                c.invalid(
                        path + ".valueFrom",
                        sources + " sources",
                        "must have exactly one of fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef");
            }
        }
        i = 0;
        for (EnvFromSource from : Defaults.list(container.getEnvFrom())) {
            String path = base + ".envFrom[" + i++ + "]";
            if ((from.getConfigMapRef() == null) == (from.getSecretRef() == null)) {
                c.invalid(path, "", "must have exactly one of configMapRef, secretRef");
            } else if (from.getConfigMapRef() != null
                    ? from.getConfigMapRef().getName() == null
                    : from.getSecretRef().getName() == null) {
                c.required(path, "name the ConfigMap or Secret");
            }
        }
    }

    private void keyRef(String path, @Nullable String name, @Nullable String key) {
        if (name == null || name.isEmpty()) {
            c.required(path + ".name", "name the object");
        }
        if (key == null || key.isEmpty()) {
            c.required(path + ".key", "name the key");
        }
    }

    private void mounts(Container container, Set<String> volumes) {
        Set<String> paths = new HashSet<>();
        int i = 0;
        for (VolumeMount mount : Defaults.list(container.getVolumeMounts())) {
            String path = base + ".volumeMounts[" + i++ + "]";
            if (mount.getName() == null || mount.getName().isEmpty()) {
                c.required(path + ".name", "name one of the pod's volumes");
            } else if (!volumes.contains(mount.getName())) {
                c.notFound(
                        path + ".name",
                        mount.getName(),
                        volumes.isEmpty()
                                ? "the pod has no volumes; add it under spec.volumes"
                                : "the pod's volumes are "
                                        + String.join(
                                                ", ", volumes.stream().sorted().toList()));
            }
            if (mount.getMountPath() == null || mount.getMountPath().isEmpty()) {
                c.required(path + ".mountPath", "the path in the container");
            } else {
                c.unique(path + ".mountPath", mount.getMountPath(), paths);
                if (mount.getMountPath().contains(":")) {
                    c.invalid(path + ".mountPath", mount.getMountPath(), "must not contain ':'");
                }
            }
            String sub = mount.getSubPath();
            if (sub != null && (sub.startsWith("/") || List.of(sub.split("/")).contains(".."))) {
                c.invalid(path + ".subPath", sub, "must be a relative path without '..'");
            }
            if (sub != null
                    && !sub.isEmpty()
                    && mount.getSubPathExpr() != null
                    && !mount.getSubPathExpr().isEmpty()) {
                c.forbidden(path + ".subPathExpr", "subPath and subPathExpr are mutually exclusive");
            }
            c.oneOf(
                    path + ".mountPropagation",
                    mount.getMountPropagation(),
                    List.of("None", "HostToContainer", "Bidirectional"));
        }
    }

    private void resources(@Nullable ResourceRequirements resources) {
        if (resources == null) {
            return;
        }
        Map<String, Quantity> limits = resources.getLimits() == null ? Map.of() : resources.getLimits();
        Map<String, Quantity> requests = resources.getRequests() == null ? Map.of() : resources.getRequests();
        amounts(base + ".resources.limits", limits);
        amounts(base + ".resources.requests", requests);
        requests.forEach((name, request) -> {
            Quantity limit = limits.get(name);
            if (limit != null && Quantities.value(request).compareTo(Quantities.value(limit)) > 0) {
                c.invalid(
                        base + ".resources.requests." + name,
                        request,
                        "must be less than or equal to " + name + " limit of " + limit);
            }
        });
    }

    private void amounts(String path, Map<String, Quantity> amounts) {
        amounts.forEach((name, quantity) -> {
            String p = path + "." + name;
            if (name.startsWith("hugepages-") || name.contains("/")) {
                c.invalid(p, name, "this node has cpu, memory and ephemeral-storage, no such devices");
            } else if (!RESOURCES.contains(name)) {
                c.invalid(p, name, "must be a standard resource type: cpu, memory or ephemeral-storage");
            } else if (Quantities.value(quantity).signum() < 0) {
                c.invalid(p, quantity, "must be greater than or equal to 0");
            } else if (name.equals("memory") && quantity.toString().endsWith("m")) {
                c.warning(
                        p,
                        quantity + " is a fraction of a byte; did you mean "
                                + quantity.toString().replace("m", "M") + "i?");
            }
        });
    }

    private void probe(String field, @Nullable Probe probe, Container container) {
        if (probe == null) {
            return;
        }
        String path = base + field;
        int handlers = 0;
        if (probe.getExec() != null) {
            handlers++;
            if (Defaults.list(probe.getExec().getCommand()).isEmpty()) {
                c.required(path + ".exec.command", "the words of the command");
            }
        }
        if (probe.getHttpGet() != null) {
            handlers++;
            http(path + ".httpGet", probe.getHttpGet(), container);
        }
        if (probe.getTcpSocket() != null) {
            handlers++;
            tcp(path + ".tcpSocket", probe.getTcpSocket(), container);
        }
        if (probe.getGrpc() != null) {
            handlers++;
            if (probe.getGrpc().getPort() == null) {
                c.required(path + ".grpc.port", "the port of the gRPC server");
            }
        }
        if (handlers != 1) {
            c.invalid(path, handlers + " handlers", "must have exactly one of exec, httpGet, tcpSocket, grpc");
        }
        c.natural(path + ".initialDelaySeconds", probe.getInitialDelaySeconds());
        c.positive(path + ".timeoutSeconds", probe.getTimeoutSeconds());
        c.positive(path + ".periodSeconds", probe.getPeriodSeconds());
        c.positive(path + ".failureThreshold", probe.getFailureThreshold());
        if (!field.equals(".readinessProbe") && probe.getSuccessThreshold() != 1) {
            c.invalid(path + ".successThreshold", probe.getSuccessThreshold(), "must be 1");
        }
    }

    private void http(String path, HTTPGetAction get, Container container) {
        port(path + ".port", get.getPort(), container);
        c.oneOf(path + ".scheme", get.getScheme(), List.of("HTTP", "HTTPS"));
    }

    private void tcp(String path, TCPSocketAction tcp, Container container) {
        port(path + ".port", tcp.getPort(), container);
    }

    private void port(String path, @Nullable IntOrString port, Container container) {
        if (port == null || (port.getIntVal() == null && port.getStrVal() == null)) {
            c.required(path, "the number or the name of a port");
        } else if (port.getIntVal() != null) {
            number(path, port.getIntVal());
        } else {
            String name = port.getStrVal();
            boolean known = Defaults.list(container.getPorts()).stream().anyMatch(p -> name.equals(p.getName()));
            if (!known) {
                c.notFound(path, name, "none of the container's ports has that name");
            }
        }
    }

    private void hook(String field, @Nullable LifecycleHandler hook, Container container) {
        if (hook == null) {
            return;
        }
        String path = base + field;
        int handlers = 0;
        if (hook.getExec() != null) {
            handlers++;
        }
        if (hook.getHttpGet() != null) {
            handlers++;
            http(path + ".httpGet", hook.getHttpGet(), container);
        }
        if (hook.getTcpSocket() != null) {
            handlers++;
        }
        if (hook.getSleep() != null) {
            handlers++;
        }
        if (handlers != 1) {
            c.invalid(path, handlers + " handlers", "must have exactly one of exec, httpGet, sleep");
        }
    }

    private void security(@Nullable SecurityContext s) {
        if (s == null) {
            return;
        }
        c.natural(base + ".securityContext.runAsUser", s.getRunAsUser());
        c.natural(base + ".securityContext.runAsGroup", s.getRunAsGroup());
        if (Boolean.TRUE.equals(s.getRunAsNonRoot()) && s.getRunAsUser() != null && s.getRunAsUser() == 0) {
            c.invalid(base + ".securityContext.runAsUser", 0, "is root, and runAsNonRoot forbids it");
        }
        if (Boolean.FALSE.equals(s.getAllowPrivilegeEscalation()) && Boolean.TRUE.equals(s.getPrivileged())) {
            c.invalid(
                    base + ".securityContext.allowPrivilegeEscalation",
                    false,
                    "cannot be false when `privileged` is true");
        }
    }
}
