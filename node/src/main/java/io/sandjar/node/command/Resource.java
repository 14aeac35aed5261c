// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A kind of objects that the agent serves: its names, as people type them, and its path. */
final class Resource {
    private static final Resource[] ALL = {
        new Resource("configmaps", "cm", "v1", true, "ConfigMap"),
        new Resource("events", "ev", "v1", true, "Event"),
        new Resource("namespaces", "ns", "v1", false, "Namespace"),
        new Resource("nodes", "no", "v1", false, "Node"),
        new Resource("pods", "po", "v1", true, "Pod"),
        new Resource("secrets", "", "v1", true, "Secret"),
        new Resource("deployments", "deploy", "apps/v1", true, "Deployment"),
        new Resource("replicasets", "rs", "apps/v1", true, "ReplicaSet"),
        new Resource("jobs", "", "batch/v1", true, "Job"),
        new Resource("runtimeclasses", "", "node.k8s.io/v1", false, "RuntimeClass"),
    };
    /** What people may ask for because Kubernetes has it, and what there is instead. */
    private static final String[] NOT_SERVED = {
        "services service svc", "pods are reached by their IP (get pods -o wide), hostPort or `sandjar port-forward`",
        "ingresses ingress ing", "pods are reached by their IP (get pods -o wide), hostPort or `sandjar port-forward`",
        "daemonsets daemonset ds", "on one machine a Deployment with one replica is the same",
        "statefulsets statefulset sts", "use a Deployment with one replica and a hostPath volume",
        "cronjobs cronjob cj", "use cron(8) or a systemd timer that runs `sandjar apply` or `sandjar run`",
        "persistentvolumeclaims persistentvolumeclaim pvc", "use a hostPath or emptyDir volume",
        "persistentvolumes persistentvolume pv", "use a hostPath or emptyDir volume",
        "serviceaccounts serviceaccount sa", "there is no API server that a pod could log in to",
        "replicationcontrollers replicationcontroller rc", "use a Deployment",
        "horizontalpodautoscalers horizontalpodautoscaler hpa", "use `sandjar scale`",
    };

    final String plural;
    final String shortName;
    /** v1, or apps/v1. */
    final String apiVersion;

    final boolean namespaced;
    final String kind;

    private Resource(String plural, String shortName, String apiVersion, boolean namespaced, String kind) {
        this.plural = plural;
        this.shortName = shortName;
        this.apiVersion = apiVersion;
        this.namespaced = namespaced;
        this.kind = kind;
    }

    static Resource[] all() {
        return ALL.clone();
    }

    static List<Resource> ofAll() {
        return List.of(of("pods"), of("deployments"), of("replicasets"), of("jobs"));
    }

    /** The resource that a word names: pods, pod, po, Pod, deployments.apps, deployments.v1.apps. */
    static Resource of(String word) {
        Resource found = find(word);
        if (found != null) {
            return found;
        }
        String lower = " " + lower(word) + " ";
        for (int i = 0; i < NOT_SERVED.length; i += 2) {
            if ((" " + NOT_SERVED[i] + " ").contains(lower)) {
                throw new CommandException("error: the node agent does not serve " + word + ": " + NOT_SERVED[i + 1]);
            }
        }
        throw new CommandException("error: the server doesn't have a resource type \"" + word
                + "\"\n`sandjar api-resources` lists what there is.");
    }

    static @Nullable Resource find(String word) {
        String name = lower(word);
        int dot = name.indexOf('.');
        String bare = dot < 0 ? name : name.substring(0, dot);
        for (Resource r : ALL) {
            if (bare.equals(r.plural) || bare.equals(r.shortName) || bare.equals(r.singular())) {
                String group = r.group();
                if (dot < 0
                        || name.substring(dot + 1).equals(group)
                        || name.substring(dot + 1).equals(r.version() + "." + group)) {
                    return r;
                }
            }
        }
        return null;
    }

    static Resource ofKind(String kind) {
        for (Resource r : ALL) {
            if (r.kind.equals(kind)) {
                return r;
            }
        }
        return of(kind);
    }

    String singular() {
        return lower(kind);
    }

    /** Empty for the core group. */
    String group() {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    private String version() {
        return apiVersion.substring(apiVersion.indexOf('/') + 1);
    }

    /** pods, deployments.apps: as errors name it. */
    String qualified() {
        return group().isEmpty() ? plural : plural + "." + group();
    }

    /** pod/NAME, deployment.apps/NAME: as -o name and the results of commands name an object. */
    String named(String name) {
        return (group().isEmpty() ? singular() : singular() + "." + group()) + "/" + name;
    }

    /** The path of the list; of all namespaces where NAMESPACE is empty. */
    String path(String namespace) {
        String root = (apiVersion.equals("v1") ? "/api/v1" : "/apis/" + apiVersion);
        return root + (namespaced && !namespace.isEmpty() ? "/namespaces/" + Agent.escape(namespace) : "") + "/"
                + plural;
    }

    String path(String namespace, String name) {
        return path(namespace) + "/" + Agent.escape(name);
    }

    static String lower(String s) {
        return s.toLowerCase(java.util.Locale.ROOT);
    }
}
