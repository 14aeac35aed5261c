// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A kind of object that is served here, with its names in paths and tables.
 *
 * @param <T> the class of its objects
 * @param group API group, empty for the core
 * @param version API version
 * @param kind name in manifests
 * @param plural name in paths
 * @param shortNames further names for commands
 * @param namespaced whether its objects belong to a namespace
 * @param type class of its objects
 */
public record Kind<T extends HasMetadata>(
        String group,
        String version,
        String kind,
        String plural,
        List<String> shortNames,
        boolean namespaced,
        Class<T> type) {

    public static final Kind<Pod> POD = new Kind<>("", "v1", "Pod", "pods", List.of("po"), true, Pod.class);
    public static final Kind<ConfigMap> CONFIG_MAP =
            new Kind<>("", "v1", "ConfigMap", "configmaps", List.of("cm"), true, ConfigMap.class);
    public static final Kind<Secret> SECRET = new Kind<>("", "v1", "Secret", "secrets", List.of(), true, Secret.class);
    public static final Kind<Namespace> NAMESPACE =
            new Kind<>("", "v1", "Namespace", "namespaces", List.of("ns"), false, Namespace.class);
    public static final Kind<Event> EVENT = new Kind<>("", "v1", "Event", "events", List.of("ev"), true, Event.class);
    public static final Kind<Node> NODE = new Kind<>("", "v1", "Node", "nodes", List.of("no"), false, Node.class);
    public static final Kind<Deployment> DEPLOYMENT =
            new Kind<>("apps", "v1", "Deployment", "deployments", List.of("deploy"), true, Deployment.class);
    public static final Kind<ReplicaSet> REPLICA_SET =
            new Kind<>("apps", "v1", "ReplicaSet", "replicasets", List.of("rs"), true, ReplicaSet.class);
    public static final Kind<Job> JOB = new Kind<>("batch", "v1", "Job", "jobs", List.of(), true, Job.class);
    public static final Kind<RuntimeClass> RUNTIME_CLASS =
            new Kind<>("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", List.of(), false, RuntimeClass.class);

    /** All kinds that are served, in the order of discovery. */
    public static final List<Kind<?>> ALL =
            List.of(CONFIG_MAP, EVENT, NAMESPACE, NODE, POD, SECRET, DEPLOYMENT, REPLICA_SET, JOB, RUNTIME_CLASS);

    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    public String singular() {
        return kind.toLowerCase(Locale.ROOT);
    }

    /** The resource as error messages name it: {@code pods}, {@code deployments.apps}. */
    public String qualified() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** The kind of a manifest, or null if it is not served. */
    public static @Nullable Kind<?> of(@Nullable String apiVersion, @Nullable String kind) {
        for (Kind<?> k : ALL) {
            if (k.kind.equals(kind) && k.apiVersion().equals(apiVersion)) {
                return k;
            }
        }
        return null;
    }

    /** The kind of an object, for objects of served kinds. */
    @SuppressWarnings("unchecked") // the class of the object decides
    public static <T extends HasMetadata> Kind<T> of(T object) {
        for (Kind<?> k : ALL) {
            if (k.type.isInstance(object)) {
                return (Kind<T>) k;
            }
        }
        throw new IllegalArgumentException("kind " + object.getKind() + " is not served here");
    }

    /** The kind that somebody means by a word: a plural, a singular, a short name, each also with its group. */
    public static @Nullable Kind<?> named(String word) {
        String w = word.toLowerCase(Locale.ROOT);
        for (Kind<?> k : ALL) {
            if (k.matches(w)
                    || (w.endsWith("." + k.group) && k.matches(w.substring(0, w.length() - k.group.length() - 1)))) {
                return k;
            }
        }
        return null;
    }

    private boolean matches(String word) {
        return word.equals(plural) || word.equals(singular()) || shortNames.contains(word);
    }

    @Override
    public String toString() {
        return kind;
    }
}
