// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.sandjar.node.store.Kind;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What controllers ask of objects: who owns them, whether a pod counts, since when. */
final class Objects {
    private Objects() {}

    static @Nullable OwnerReference controllerOf(HasMetadata object) {
        List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
        if (owners != null) {
            for (OwnerReference owner : owners) {
                if (Boolean.TRUE.equals(owner.getController())) {
                    return owner;
                }
            }
        }
        return null;
    }

    static boolean controlledBy(HasMetadata object, HasMetadata owner) {
        OwnerReference controller = controllerOf(object);
        return controller != null && uid(owner).equals(controller.getUid());
    }

    static OwnerReference reference(HasMetadata owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(Kind.of(owner).apiVersion())
                .withKind(Kind.of(owner).kind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }

    static String uid(HasMetadata object) {
        String uid = object.getMetadata().getUid();
        return uid == null ? "" : uid;
    }

    static String name(HasMetadata object) {
        return object.getMetadata().getName();
    }

    static String namespace(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return namespace == null ? "" : namespace;
    }

    static boolean deleted(HasMetadata object) {
        return object.getMetadata().getDeletionTimestamp() != null;
    }

    static @Nullable String annotation(HasMetadata object, String name) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(name);
    }

    static void annotate(HasMetadata object, String name, @Nullable String value) {
        ObjectMeta metadata = object.getMetadata();
        Map<String, String> annotations =
                metadata.getAnnotations() == null ? new TreeMap<>() : new TreeMap<>(metadata.getAnnotations());
        if (value == null) {
            annotations.remove(name);
        } else {
            annotations.put(name, value);
        }
        metadata.setAnnotations(annotations);
    }

    static long number(@Nullable String text, long absent) {
        try {
            return text == null ? absent : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return absent;
        }
    }

    static int or(@Nullable Integer value, int absent) {
        return value == null ? absent : value;
    }

    static String phase(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return phase == null ? "Pending" : phase;
    }

    static boolean ended(Pod pod) {
        return phase(pod).equals("Succeeded") || phase(pod).equals("Failed");
    }

    /** Neither ended nor about to be. */
    static boolean active(Pod pod) {
        return !ended(pod) && !deleted(pod);
    }

    static @Nullable PodCondition condition(Pod pod, String type) {
        if (pod.getStatus() != null && pod.getStatus().getConditions() != null) {
            for (PodCondition c : pod.getStatus().getConditions()) {
                if (type.equals(c.getType())) {
                    return c;
                }
            }
        }
        return null;
    }

    static boolean ready(Pod pod) {
        PodCondition ready = condition(pod, "Ready");
        return ready != null && "True".equals(ready.getStatus()) && phase(pod).equals("Running");
    }

    static @Nullable Instant readySince(Pod pod) {
        PodCondition ready = condition(pod, "Ready");
        return ready == null || !ready(pod) ? null : time(ready.getLastTransitionTime());
    }

    /** Ready for so long that it counts as available. */
    static boolean available(Pod pod, int minReadySeconds, Instant now) {
        if (!ready(pod)) {
            return false;
        }
        if (minReadySeconds <= 0) {
            return true;
        }
        Instant since = readySince(pod);
        return since != null && !since.plusSeconds(minReadySeconds).isAfter(now);
    }

    /** In how much time a pod that is ready will be available, or null if it is already or is not ready. */
    static @Nullable Duration untilAvailable(Pod pod, int minReadySeconds, Instant now) {
        Instant since = readySince(pod);
        if (since == null || available(pod, minReadySeconds, now)) {
            return null;
        }
        return Duration.between(now, since.plusSeconds(minReadySeconds));
    }

    static @Nullable Duration earlier(@Nullable Duration a, @Nullable Duration b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.compareTo(b) < 0 ? a : b;
    }

    static @Nullable Instant time(@Nullable String rfc3339) {
        try {
            return rfc3339 == null || rfc3339.isEmpty() ? null : Instant.parse(rfc3339);
        } catch (DateTimeException e) {
            return null;
        }
    }

    static Instant created(HasMetadata object) {
        Instant created = time(object.getMetadata().getCreationTimestamp());
        return created == null ? Instant.EPOCH : created;
    }

    static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    static int restarts(Pod pod) {
        int sum = 0;
        if (pod.getStatus() != null && pod.getStatus().getContainerStatuses() != null) {
            for (var status : pod.getStatus().getContainerStatuses()) {
                sum += or(status.getRestartCount(), 0);
            }
        }
        if (pod.getStatus() != null && pod.getStatus().getInitContainerStatuses() != null) {
            for (var status : pod.getStatus().getInitContainerStatuses()) {
                sum += or(status.getRestartCount(), 0);
            }
        }
        return sum;
    }
}
