// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields that field selectors may name, as the API server knows them for these kinds. */
final class Fields {
    private static final Set<String> KNOWN = Set.of(
            "metadata.name",
            "metadata.namespace",
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
            "type",
            "reason",
            "source",
            "reportingComponent",
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath");

    private Fields() {}

    static void check(String path) {
        if (!KNOWN.contains(path)) {
            throw new StoreException(
                    StoreException.Reason.BAD_REQUEST, "field label not supported: " + path + "; use -l for labels");
        }
    }

    static String get(HasMetadata object, String path) {
        @Nullable
        String value = switch (path) {
            case "metadata.name" -> object.getMetadata().getName();
            case "metadata.namespace" -> object.getMetadata().getNamespace();
            default ->
                switch (object) {
                    case Pod pod -> pod(pod, path);
                    case Event event -> event(event, path);
                    case Secret secret -> path.equals("type") ? secret.getType() : null;
                    case Namespace n ->
                        path.equals("status.phase") && n.getStatus() != null
                                ? n.getStatus().getPhase()
                                : null;
                    default -> null;
                };
        };
        return value == null ? "" : value;
    }

    private static @Nullable String pod(Pod pod, String path) {
        return switch (path) {
            case "spec.nodeName" -> pod.getSpec().getNodeName();
            case "spec.restartPolicy" -> pod.getSpec().getRestartPolicy();
            case "spec.schedulerName" -> pod.getSpec().getSchedulerName();
            case "spec.serviceAccountName" -> pod.getSpec().getServiceAccountName();
            case "spec.hostNetwork" ->
                Boolean.toString(Boolean.TRUE.equals(pod.getSpec().getHostNetwork()));
            case "status.phase" ->
                pod.getStatus() == null ? null : pod.getStatus().getPhase();
            case "status.podIP" ->
                pod.getStatus() == null ? null : pod.getStatus().getPodIP();
            default -> null;
        };
    }

    private static @Nullable String event(Event event, String path) {
        ObjectReference about = event.getInvolvedObject();
        return switch (path) {
            case "type" -> event.getType();
            case "reason" -> event.getReason();
            case "reportingComponent" -> event.getReportingComponent();
            case "source" ->
                event.getSource() == null ? null : event.getSource().getComponent();
            case "involvedObject.kind" -> about.getKind();
            case "involvedObject.namespace" -> about.getNamespace();
            case "involvedObject.name" -> about.getName();
            case "involvedObject.uid" -> about.getUid();
            case "involvedObject.apiVersion" -> about.getApiVersion();
            case "involvedObject.resourceVersion" -> about.getResourceVersion();
            case "involvedObject.fieldPath" -> about.getFieldPath();
            default -> null;
        };
    }
}
