// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.Selector;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What Kubernetes' API server would refuse, and what cannot work on this node. */
public final class Validation {
    private static final int LARGEST_DATA = 1 << 20;

    private Validation() {}

    static void check(HasMetadata object, Checker c) {
        metadata(object, c);
        switch (object) {
            case Pod p -> {
                if (p.getSpec() == null) {
                    c.required("spec", "write spec: with containers: below it");
                } else {
                    new PodValidation(c, "spec").check(p.getSpec(), true);
                }
            }
            case Deployment d -> deployment(d.getSpec(), c);
            case ReplicaSet r -> {
                if (r.getSpec() == null) {
                    c.required("spec", "write spec: with selector: and template: below it");
                } else {
                    c.natural("spec.replicas", r.getSpec().getReplicas());
                    workload(r.getSpec().getSelector(), r.getSpec().getTemplate(), c);
                }
            }
            case Job j -> job(j.getSpec(), c);
            case ConfigMap m -> configMap(m, c);
            case Secret s -> secret(s, c);
            case RuntimeClass r -> {
                if (r.getHandler() == null || r.getHandler().isEmpty()) {
                    c.required("handler", "write handler: runsc or handler: runc");
                } else {
                    NameRules.label(c, "handler", r.getHandler());
                }
            }
            default -> {}
        }
    }

    private static void metadata(HasMetadata object, Checker c) {
        ObjectMeta m = object.getMetadata();
        boolean named = m.getName() != null && !m.getName().isEmpty();
        if (!named && (m.getGenerateName() == null || m.getGenerateName().isEmpty())) {
            c.required("metadata.name", "name or generateName is required");
        } else if (named) {
            if (object instanceof Namespace) {
                NameRules.label(c, "metadata.name", m.getName());
            } else {
                NameRules.subdomain(c, "metadata.name", m.getName());
            }
        } else {
            NameRules.subdomain(c, "metadata.generateName", m.getGenerateName() + "x");
        }
        boolean namespaced = Kind.of(object).namespaced();
        if (m.getNamespace() != null && !m.getNamespace().isEmpty()) {
            if (namespaced) {
                NameRules.label(c, "metadata.namespace", m.getNamespace());
            } else {
                c.forbidden("metadata.namespace", "a " + object.getKind() + " belongs to no namespace; leave it out");
            }
        }
        NameRules.labels(c, "metadata.labels", m.getLabels());
        NameRules.annotations(c, "metadata.annotations", m.getAnnotations());
        int i = 0;
        for (String f : Defaults.list(m.getFinalizers())) {
            if (!f.contains("/") && !Set.of("orphan", "foregroundDeletion").contains(f)) {
                c.invalid("metadata.finalizers[" + i + "]", f, "a finalizer is written as example.com/name");
            }
            i++;
        }
        i = 0;
        for (OwnerReference o : Defaults.list(m.getOwnerReferences())) {
            if (o.getUid() == null || o.getName() == null || o.getKind() == null || o.getApiVersion() == null) {
                c.required("metadata.ownerReferences[" + i + "]", "an owner has apiVersion, kind, name and uid");
            }
            i++;
        }
    }

    private static void deployment(@Nullable DeploymentSpec spec, Checker c) {
        if (spec == null) {
            c.required("spec", "write spec: with selector: and template: below it");
            return;
        }
        c.natural("spec.replicas", spec.getReplicas());
        c.natural("spec.minReadySeconds", spec.getMinReadySeconds());
        c.natural("spec.revisionHistoryLimit", spec.getRevisionHistoryLimit());
        if (spec.getProgressDeadlineSeconds() != null
                && spec.getProgressDeadlineSeconds()
                        <= (spec.getMinReadySeconds() == null ? 0 : spec.getMinReadySeconds())) {
            c.invalid(
                    "spec.progressDeadlineSeconds",
                    spec.getProgressDeadlineSeconds(),
                    "must be greater than minReadySeconds");
        }
        String type = spec.getStrategy().getType();
        c.oneOf("spec.strategy.type", type, List.of("RollingUpdate", "Recreate"));
        var rolling = spec.getStrategy().getRollingUpdate();
        if (rolling != null && "Recreate".equals(type)) {
            c.forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy type is Recreate");
        } else if (rolling != null) {
            int surge = amount("spec.strategy.rollingUpdate.maxSurge", rolling.getMaxSurge(), c);
            int unavailable = amount("spec.strategy.rollingUpdate.maxUnavailable", rolling.getMaxUnavailable(), c);
            if (surge == 0 && unavailable == 0) {
                c.invalid(
                        "spec.strategy.rollingUpdate.maxUnavailable",
                        0,
                        "may not be 0 when maxSurge is 0: nothing could ever be replaced");
            }
        }
        workload(spec.getSelector(), spec.getTemplate(), c);
    }

    private static int amount(String path, @Nullable IntOrString value, Checker c) {
        if (value == null) {
            return 0;
        }
        if (value.getIntVal() != null) {
            c.natural(path, value.getIntVal());
            return value.getIntVal();
        }
        String text = String.valueOf(value.getStrVal());
        if (!text.matches("\\d{1,3}%")) {
            c.invalid(path, text, "must be a number of pods or a percentage, as 1 or \"25%\"");
            return 1;
        }
        return Integer.parseInt(text.substring(0, text.length() - 1));
    }

    private static void workload(@Nullable LabelSelector selector, @Nullable PodTemplateSpec template, Checker c) {
        if (template == null) {
            c.required("spec.template", "write template: with metadata: (labels) and spec: (containers) below it");
            return;
        }
        boolean selects = selector(selector, c);
        template(template, c);
        Map<String, String> labels = template.getMetadata() == null
                ? Map.of()
                : Defaults.orEmpty(template.getMetadata().getLabels());
        if (selects) {
            Pod like = new PodBuilder()
                    .withNewMetadata()
                    .withLabels(labels)
                    .endMetadata()
                    .build();
            if (!Selector.of(selector).test(like)) {
                c.invalid(
                        "spec.template.metadata.labels",
                        labels,
                        "`selector` does not match template `labels`: give the pods the labels of spec.selector");
            }
        }
        String restart = template.getSpec() == null ? null : template.getSpec().getRestartPolicy();
        if (restart != null && !restart.equals("Always")) {
            c.oneOf("spec.template.spec.restartPolicy", restart, List.of("Always"));
        }
        if (template.getSpec() != null && template.getSpec().getActiveDeadlineSeconds() != null) {
            c.forbidden("spec.template.spec.activeDeadlineSeconds", "only pods and jobs may have it");
        }
    }

    private static boolean selector(@Nullable LabelSelector selector, Checker c) {
        boolean labels = selector != null
                && selector.getMatchLabels() != null
                && !selector.getMatchLabels().isEmpty();
        boolean expressions = selector != null
                && selector.getMatchExpressions() != null
                && !selector.getMatchExpressions().isEmpty();
        if (selector == null || (!labels && !expressions)) {
            c.required("spec.selector", "write selector: with matchLabels: that the pods of the template have");
            return false;
        }
        NameRules.labels(c, "spec.selector.matchLabels", selector.getMatchLabels());
        boolean good = true;
        int i = 0;
        for (LabelSelectorRequirement r : Defaults.list(selector.getMatchExpressions())) {
            String path = "spec.selector.matchExpressions[" + i++ + "]";
            String operator = String.valueOf(r.getOperator());
            boolean values = r.getValues() != null && !r.getValues().isEmpty();
            if (!Set.of("In", "NotIn", "Exists", "DoesNotExist").contains(operator)) {
                c.oneOf(path + ".operator", operator, List.of("In", "NotIn", "Exists", "DoesNotExist"));
                good = false;
            } else if (operator.endsWith("In") && !values) {
                c.required(path + ".values", "In and NotIn need values");
            } else if (operator.endsWith("t") && values) {
                c.forbidden(path + ".values", "Exists and DoesNotExist have no values");
            }
        }
        return good;
    }

    private static void template(PodTemplateSpec template, Checker c) {
        if (template.getMetadata() != null) {
            NameRules.labels(
                    c, "spec.template.metadata.labels", template.getMetadata().getLabels());
            NameRules.annotations(
                    c,
                    "spec.template.metadata.annotations",
                    template.getMetadata().getAnnotations());
        }
        if (template.getSpec() == null) {
            c.required("spec.template.spec", "write spec: with containers: below it");
        } else {
            new PodValidation(c, "spec.template.spec").check(template.getSpec(), false);
        }
    }

    private static void job(@Nullable JobSpec spec, Checker c) {
        if (spec == null || spec.getTemplate() == null) {
            c.required("spec.template", "write template: with spec: (containers, restartPolicy) below it");
            return;
        }
        c.natural("spec.completions", spec.getCompletions());
        c.natural("spec.parallelism", spec.getParallelism());
        c.natural("spec.backoffLimit", spec.getBackoffLimit());
        c.natural("spec.ttlSecondsAfterFinished", spec.getTtlSecondsAfterFinished());
        c.positive("spec.activeDeadlineSeconds", spec.getActiveDeadlineSeconds());
        c.oneOf("spec.completionMode", spec.getCompletionMode(), List.of("NonIndexed", "Indexed"));
        if ("Indexed".equals(spec.getCompletionMode()) && spec.getCompletions() == null) {
            c.required("spec.completions", "an Indexed job needs the number of its indexes");
        }
        template(spec.getTemplate(), c);
        if (spec.getTemplate().getSpec() != null) {
            String restart = spec.getTemplate().getSpec().getRestartPolicy();
            if (restart == null) {
                c.required("spec.template.spec.restartPolicy", "a job's pods need restartPolicy: Never or OnFailure");
            } else {
                c.oneOf("spec.template.spec.restartPolicy", restart, List.of("OnFailure", "Never"));
            }
        }
    }

    private static void configMap(ConfigMap map, Checker c) {
        long size = 0;
        for (Map.Entry<String, String> e : Defaults.orEmpty(map.getData()).entrySet()) {
            NameRules.configKey(c, "data", e.getKey());
            size += e.getValue() == null ? 0 : e.getValue().length();
        }
        for (Map.Entry<String, String> e : Defaults.orEmpty(map.getBinaryData()).entrySet()) {
            NameRules.configKey(c, "binaryData", e.getKey());
            if (Defaults.orEmpty(map.getData()).containsKey(e.getKey())) {
                c.duplicate("binaryData." + e.getKey(), e.getKey());
            }
            size += base64("binaryData." + e.getKey(), e.getValue(), c);
        }
        if (size > LARGEST_DATA) {
            c.invalid("data", size + " bytes", "a ConfigMap holds at most 1048576 bytes; use a volume for more");
        }
    }

    private static void secret(Secret secret, Checker c) {
        long size = 0;
        for (Map.Entry<String, String> e : Defaults.orEmpty(secret.getData()).entrySet()) {
            NameRules.configKey(c, "data", e.getKey());
            size += base64("data." + e.getKey(), e.getValue(), c);
        }
        if (size > LARGEST_DATA) {
            c.invalid("data", size + " bytes", "a Secret holds at most 1048576 bytes");
        }
        Map<String, String> needed = Map.of(
                "kubernetes.io/dockerconfigjson", ".dockerconfigjson",
                "kubernetes.io/dockercfg", ".dockercfg",
                "kubernetes.io/tls", "tls.crt",
                "kubernetes.io/ssh-auth", "ssh-privatekey");
        String key = secret.getType() == null ? null : needed.get(secret.getType());
        if (key != null && !Defaults.orEmpty(secret.getData()).containsKey(key)) {
            c.required("data." + key, "a secret of type " + secret.getType() + " has it");
        }
    }

    private static long base64(String path, @Nullable String value, Checker c) {
        if (value == null) {
            return 0;
        }
        try {
            return Base64.getMimeDecoder().decode(strict(value)).length;
        } catch (IllegalArgumentException e) {
            c.invalid(
                    path,
                    value.length() > 20 ? value.substring(0, 17) + "..." : value,
                    "not base64; write plain text under stringData: instead of data:");
            return 0;
        }
    }

    private static String strict(String value) {
        String text = value.replaceAll("\\s", "");
        Base64.getDecoder().decode(text);
        return text;
    }
}
