// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDeployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Kubernetes fills in where a manifest is silent. */
public final class Defaults {
    private Defaults() {}

    /** Fills in; does nothing to what is there. */
    public static void apply(HasMetadata object) {
        switch (object) {
            case Pod pod when pod.getSpec() != null -> pod(pod.getSpec());
            case Deployment d when d.getSpec() != null -> deployment(d.getSpec());
            case ReplicaSet r
            when r.getSpec() != null -> {
                if (r.getSpec().getReplicas() == null) {
                    r.getSpec().setReplicas(1);
                }
                template(r.getSpec().getTemplate());
                inheritLabels(r.getMetadata(), r.getSpec().getTemplate());
            }
            case Job j when j.getSpec() != null -> job(j);
            case Secret s -> secret(s);
            case Namespace n -> {
                if (n.getMetadata().getName() != null) {
                    Map<String, String> labels =
                            new HashMap<>(orEmpty(n.getMetadata().getLabels()));
                    labels.put("kubernetes.io/metadata.name", n.getMetadata().getName());
                    n.getMetadata().setLabels(labels);
                }
            }
            default -> {}
        }
    }

    static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }

    private static void secret(Secret secret) {
        if (secret.getType() == null || secret.getType().isEmpty()) {
            secret.setType("Opaque");
        }
        if (secret.getStringData() != null && !secret.getStringData().isEmpty()) {
            Map<String, String> data = new HashMap<>(orEmpty(secret.getData()));
            secret.getStringData()
                    .forEach((k, v) -> data.put(
                            k,
                            Base64.getEncoder().encodeToString((v == null ? "" : v).getBytes(StandardCharsets.UTF_8))));
            secret.setData(data);
            secret.setStringData(null);
        }
    }

    private static void deployment(DeploymentSpec spec) {
        if (spec.getReplicas() == null) {
            spec.setReplicas(1);
        }
        if (spec.getRevisionHistoryLimit() == null) {
            spec.setRevisionHistoryLimit(10);
        }
        if (spec.getProgressDeadlineSeconds() == null) {
            spec.setProgressDeadlineSeconds(600);
        }
        if (spec.getStrategy() == null) {
            spec.setStrategy(new DeploymentStrategy());
        }
        DeploymentStrategy strategy = spec.getStrategy();
        if (strategy.getType() == null || strategy.getType().isEmpty()) {
            strategy.setType("RollingUpdate");
        }
        if (strategy.getType().equals("RollingUpdate")) {
            if (strategy.getRollingUpdate() == null) {
                strategy.setRollingUpdate(new RollingUpdateDeployment());
            }
            RollingUpdateDeployment rolling = strategy.getRollingUpdate();
            if (rolling.getMaxSurge() == null) {
                rolling.setMaxSurge(new IntOrString("25%"));
            }
            if (rolling.getMaxUnavailable() == null) {
                rolling.setMaxUnavailable(new IntOrString("25%"));
            }
        }
        template(spec.getTemplate());
    }

    private static void job(Job job) {
        JobSpec spec = job.getSpec();
        if (spec.getCompletions() == null && spec.getParallelism() == null) {
            spec.setCompletions(1);
        }
        if (spec.getParallelism() == null) {
            spec.setParallelism(1);
        }
        if (spec.getBackoffLimit() == null) {
            spec.setBackoffLimit(6);
        }
        if (spec.getCompletionMode() == null) {
            spec.setCompletionMode("NonIndexed");
        }
        if (spec.getSuspend() == null) {
            spec.setSuspend(false);
        }
        if (spec.getManualSelector() == null) {
            spec.setManualSelector(false);
        }
        if (spec.getPodReplacementPolicy() == null) {
            spec.setPodReplacementPolicy("TerminatingOrFailed");
        }
        if (spec.getTemplate() != null && spec.getTemplate().getSpec() != null) {
            podSpec(spec.getTemplate().getSpec(), false);
            inheritLabels(job.getMetadata(), spec.getTemplate());
        }
    }

    /** Jobs and ReplicaSets without labels of their own get those of their pods. */
    private static void inheritLabels(ObjectMeta metadata, @Nullable PodTemplateSpec template) {
        if (template != null
                && template.getMetadata() != null
                && orEmpty(metadata.getLabels()).isEmpty()
                && !orEmpty(template.getMetadata().getLabels()).isEmpty()) {
            metadata.setLabels(new HashMap<>(template.getMetadata().getLabels()));
        }
    }

    private static void template(@Nullable PodTemplateSpec template) {
        if (template != null && template.getSpec() != null) {
            podSpec(template.getSpec(), true);
        }
    }

    private static void pod(PodSpec spec) {
        podSpec(spec, true);
        if (spec.getEnableServiceLinks() == null) {
            spec.setEnableServiceLinks(true);
        }
    }

    private static void podSpec(PodSpec spec, boolean always) {
        if (spec.getRestartPolicy() == null && always) {
            spec.setRestartPolicy("Always");
        }
        if (spec.getDnsPolicy() == null) {
            spec.setDnsPolicy("ClusterFirst");
        }
        if (spec.getTerminationGracePeriodSeconds() == null) {
            spec.setTerminationGracePeriodSeconds(30L);
        }
        if (spec.getSchedulerName() == null) {
            spec.setSchedulerName("default-scheduler");
        }
        if (spec.getSecurityContext() == null) {
            spec.setSecurityContext(new PodSecurityContext());
        }
        for (Volume volume : list(spec.getVolumes())) {
            volume(volume);
        }
        List<Container> all = new ArrayList<>(list(spec.getInitContainers()));
        all.addAll(list(spec.getContainers()));
        for (Container c : all) {
            container(c, Boolean.TRUE.equals(spec.getHostNetwork()));
        }
    }

    static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static void container(Container c, boolean hostNetwork) {
        if (c.getTerminationMessagePath() == null) {
            c.setTerminationMessagePath("/dev/termination-log");
        }
        if (c.getTerminationMessagePolicy() == null) {
            c.setTerminationMessagePolicy("File");
        }
        if (c.getImagePullPolicy() == null && c.getImage() != null) {
            c.setImagePullPolicy(latest(c.getImage()) ? "Always" : "IfNotPresent");
        }
        for (ContainerPort port : list(c.getPorts())) {
            if (port.getProtocol() == null) {
                port.setProtocol("TCP");
            }
            if (hostNetwork && port.getHostPort() == null) {
                port.setHostPort(port.getContainerPort());
            }
        }
        for (EnvVar env : list(c.getEnv())) {
            if (env.getValueFrom() != null
                    && env.getValueFrom().getFieldRef() != null
                    && env.getValueFrom().getFieldRef().getApiVersion() == null) {
                env.getValueFrom().getFieldRef().setApiVersion("v1");
            }
        }
        probe(c.getLivenessProbe());
        probe(c.getReadinessProbe());
        probe(c.getStartupProbe());
        if (c.getLifecycle() != null) {
            hook(c.getLifecycle().getPostStart());
            hook(c.getLifecycle().getPreStop());
        }
        if (c.getResources() == null) {
            c.setResources(new ResourceRequirements());
        }
        requestsFromLimits(c.getResources());
    }

    private static void requestsFromLimits(ResourceRequirements resources) {
        if (resources.getLimits() == null || resources.getLimits().isEmpty()) {
            return;
        }
        Map<String, Quantity> requests = new HashMap<>(resources.getLimits());
        if (resources.getRequests() != null) {
            requests.putAll(resources.getRequests());
        }
        resources.setRequests(requests);
    }

    /** Whether a reference means "the newest": no tag, or the tag latest, and no digest. Files and layouts are local. */
    static boolean latest(String image) {
        if (image.startsWith("oci:")
                || image.startsWith("oci-archive:")
                || image.startsWith("docker-archive:")
                || image.startsWith("dir:")
                || image.startsWith("sandjar.io/demo")
                || image.contains("@")) {
            return false;
        }
        String last = image.substring(image.lastIndexOf('/') + 1);
        int colon = last.indexOf(':');
        return colon < 0 || last.substring(colon + 1).equals("latest");
    }

    private static void probe(@Nullable Probe probe) {
        if (probe == null) {
            return;
        }
        if (probe.getTimeoutSeconds() == null || probe.getTimeoutSeconds() == 0) {
            probe.setTimeoutSeconds(1);
        }
        if (probe.getPeriodSeconds() == null || probe.getPeriodSeconds() == 0) {
            probe.setPeriodSeconds(10);
        }
        if (probe.getSuccessThreshold() == null || probe.getSuccessThreshold() == 0) {
            probe.setSuccessThreshold(1);
        }
        if (probe.getFailureThreshold() == null || probe.getFailureThreshold() == 0) {
            probe.setFailureThreshold(3);
        }
        http(probe.getHttpGet());
        if (probe.getGrpc() != null && probe.getGrpc().getService() == null) {
            probe.getGrpc().setService("");
        }
    }

    private static void hook(@Nullable LifecycleHandler handler) {
        if (handler != null) {
            http(handler.getHttpGet());
        }
    }

    private static void http(@Nullable HTTPGetAction get) {
        if (get == null) {
            return;
        }
        if (get.getPath() == null || get.getPath().isEmpty()) {
            get.setPath("/");
        }
        if (get.getScheme() == null) {
            get.setScheme("HTTP");
        }
    }

    private static void volume(Volume v) {
        if (v.getConfigMap() != null && v.getConfigMap().getDefaultMode() == null) {
            v.getConfigMap().setDefaultMode(420);
        }
        if (v.getSecret() != null && v.getSecret().getDefaultMode() == null) {
            v.getSecret().setDefaultMode(420);
        }
        if (v.getDownwardAPI() != null && v.getDownwardAPI().getDefaultMode() == null) {
            v.getDownwardAPI().setDefaultMode(420);
        }
        if (v.getHostPath() != null && v.getHostPath().getType() == null) {
            v.getHostPath().setType("");
        }
        ProjectedVolumeSource projected = v.getProjected();
        if (projected != null && projected.getDefaultMode() == null) {
            projected.setDefaultMode(420);
        }
        if (VolumeKinds.of(v).isEmpty()) {
            v.setEmptyDir(new EmptyDirVolumeSource());
        }
    }
}
